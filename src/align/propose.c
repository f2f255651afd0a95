/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of the degraded, each looked for in a long excerpt of the reference:
 * by transforms, at a low rate. */
#include "wave.h"

#include "base/fft.h"
#include "base/try.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE_HZ 4000.0         /* most of speech and music lies below 2 kHz */
#define REACH_S 1.3            /* lags searched, around the given one */
#define SIZE    2048           /* of a transform */
#define BLOCK   256            /* 64 ms of the degraded */
#define STEP    128            /* from block to block */
#define SHIFT   (SIZE - BLOCK) /* from segment to segment of the reference */
#define PEAKS   4              /* proposals of a block, at most, */
#define LEAST   0.4f           /* that match at least so, */
#define SHARE   0.75f          /* and at least this share of the best */
#define APART   3              /* samples between two peaks */
#define ACTIVE  1e-3           /* of the energy of the loudest block */
#define SURE    0.95f          /* match at the lag before: no need to search, */
#define OFTEN   12 /* blocks, but now and then: a period of the voice */

struct peak {
    int at; /* sample of the reference */
    float match;
    float sign; /* -1: inverted */
};

struct proposer {
    const struct opine_kernels *kernels;
    struct opine_mono ref, deg; /* at the low rate */
    struct opine_fft fft;
    int segments;
    float *segment; /* spectra of the reference, from every SHIFT on */
    float *scale;   /* 1 / norm of the reference's block at each sample */
    float *x, *block, *cross, *match;
    struct peak peak[PEAKS];
    int peaks;
};

/* ----------------------------------------------------------- reference */

static void load(const struct opine_mono *mono, int start, int n, float *x)
{
    int there = mono->n - start < n ? mono->n - start : n;

    there = there > 0 ? there : 0;
    memcpy(x, mono->x + start, (size_t)there * sizeof *x);
    memset(x + there, 0, (size_t)(SIZE - there) * sizeof *x);
}

static void fill_segments(struct proposer *p)
{
    for (int s = 0; s < p->segments; s++) {
        load(&p->ref, s * SHIFT, SIZE, p->x);
        opine_fft_run(&p->fft, p->x,
                      p->segment + (ptrdiff_t)s * p->fft.spectrum_step);
    }
}

static float energy(const struct opine_mono *mono, int start)
{
    float sum = 0;

    for (int i = start; i < start + BLOCK && i < mono->n; i++)
        sum += mono->x[i] * mono->x[i];
    return sum;
}

static float loudest(const struct opine_mono *mono)
{
    float most = 0;

    for (int start = 0; start < mono->n; start += STEP)
        most = fmaxf(most, energy(mono, start));
    return most;
}

/* What is quiet is weighed as if it were at the floor, so that it resembles
 * nothing. */
static void fill_scale(struct proposer *p)
{
    double floor = 0.3 * ACTIVE * (double)loudest(&p->ref) + 1e-20, sum = 0;
    const float *x = p->ref.x;

    for (int i = -BLOCK; i < p->ref.n; i++) {
        int in = i + BLOCK;

        if (i >= 0)
            p->scale[i] = (float)(1 / sqrt(fmax(sum, 0) + floor));
        sum += in < p->ref.n ? (double)x[in] * (double)x[in] : 0;
        sum -= i >= 0 ? (double)x[i] * (double)x[i] : 0;
    }
}

/* --------------------------------------------------------------- peaks */

/* Keep the best few */
static void keep(struct proposer *p, struct peak new)
{
    int i;

    for (i = 0; i < p->peaks; i++)
        if (abs(p->peak[i].at - new.at) < APART) {
            if (p->peak[i].match >= new.match)
                return;
            memmove(p->peak + i, p->peak + i + 1,
                    (size_t)(--p->peaks - i) * sizeof *p->peak);
            break;
        }
    if (p->peaks == PEAKS && p->peak[PEAKS - 1].match >= new.match)
        return;
    p->peaks += p->peaks < PEAKS;
    for (i = p->peaks - 1; i > 0 && p->peak[i - 1].match < new.match; i--)
        p->peak[i] = p->peak[i - 1];
    p->peak[i] = new;
}

static void search_segment(struct proposer *p, int s, int first, int last,
                           float scale)
{
    const float *r = p->segment + (ptrdiff_t)s * p->fft.spectrum_step;
    const float *d = p->block;
    float *c = p->cross,
          bar = fmaxf(LEAST, p->peaks ? SHARE * p->peak[0].match : 0);
    float low, high;
    int start = s * SHIFT;
    int from = first > start ? first - start : 0;
    int to = last - start < SHIFT - 1 ? last - start : SHIFT - 1;

    for (int k = 0; k <= SIZE / 2; k++) {
        c[2 * k] = r[2 * k] * d[2 * k] + r[2 * k + 1] * d[2 * k + 1];
        c[2 * k + 1] = r[2 * k + 1] * d[2 * k] - r[2 * k] * d[2 * k + 1];
    }
    opine_fft_run_back(&p->fft, c, p->x);
    p->kernels->multiply(p->match, p->x, p->scale + start, to + 1);
    p->kernels->range(p->match + from, to + 1 - from, &low, &high);
    if (fmaxf(-low, high) * scale <= bar)
        return;
    for (int i = from; i <= to; i++)
        p->match[i] *= scale;
    for (int i = from; i <= to; i++) {
        float here = fabsf(p->match[i]);

        if (here > bar && (i == from || here >= fabsf(p->match[i - 1])) &&
            (i == to || here > fabsf(p->match[i + 1]))) {
            keep(p, (struct peak){ start + i, here, p->match[i] < 0 ? -1 : 1 });
            bar = fmaxf(bar, p->peak[0].match * SHARE);
        }
    }
}

static void search(struct proposer *p, int start, int lag)
{
    int reach = (int)(REACH_S * p->ref.rate_hz);
    int first = start - lag - reach, last = start - lag + reach;
    float norm = sqrtf(energy(&p->deg, start));

    first = first > 0 ? first : 0;
    last = last < p->ref.n - 1 ? last : p->ref.n - 1;
    p->peaks = 0;
    if (first > last)
        return;
    load(&p->deg, start, BLOCK, p->x);
    opine_fft_run(&p->fft, p->x, p->block);
    for (int s = first / SHIFT; s <= last / SHIFT; s++)
        search_segment(p, s, first, last, 1 / (norm * SIZE));
    while (p->peaks && p->peak[p->peaks - 1].match < SHARE * p->peak[0].match)
        p->peaks--;
}

/* --------------------------------------------------------------- stage */

/* At the higher rate: the best sample near a peak */
static struct opine_proposal refine(const struct opine_wave *wave, int start,
                                    int factor, const struct peak *peak)
{
    int n = BLOCK * factor, at = peak->at * factor;
    struct opine_proposal p = { start + n / 2, start - at,
                                peak->match * peak->sign };
    float most = 0;

    n = n < wave->deg->n - start ? n : wave->deg->n - start;
    for (int i = at - factor; i <= at + factor; i++) {
        float cross;

        if (i < 0 || i + n > wave->ref->n)
            continue;
        cross = peak->sign *
                wave->kernels->dot(wave->ref->x + i, wave->deg->x + start, n);
        if (cross > most) {
            most = cross;
            p.lag = start - i;
        }
    }
    return p;
}

/* Whether a block matches at a lag so well that no other is looked for; if so
 * its proposal is that lag, to the best sample */
static int continues(const struct opine_wave *wave, int start, int n,
                     struct opine_proposal *p)
{
    double most = 0;
    int lag = p->lag;

    for (int i = lag - 1; i <= lag + 1; i++) {
        struct opine_match m = opine_track_match(wave->kernels, wave->ref,
                                                 wave->deg, start, start + n,
                                                 i);
        double match = m.cross / sqrt(m.ref * m.deg + 1e-20);

        if (fabs(match) <= most)
            continue;
        most = fabs(match);
        *p = (struct opine_proposal){ start + n / 2, i, (float)match };
    }
    return most >= (double)SURE;
}

static enum opine_status begin(struct proposer *p, struct opine_arena *arena,
                               const struct opine_kernels *kernels)
{
    p->kernels = kernels;
    p->segments = p->ref.n / SHIFT + 1;
    TRY(opine_fft_create(&p->fft, kernels, SIZE));
    p->segment =
        opine_arena_take(arena,
                         (size_t)p->segments * (size_t)p->fft.spectrum_step,
                         sizeof(float));
    p->scale = opine_arena_take(arena, (size_t)p->ref.n + 1, sizeof(float));
    p->x = opine_arena_take(arena, (size_t)p->fft.real_step, sizeof(float));
    p->match = opine_arena_take(arena, (size_t)p->fft.real_step, sizeof(float));
    p->block = opine_arena_take(arena, (size_t)p->fft.spectrum_step,
                                sizeof(float));
    p->cross = opine_arena_take(arena, (size_t)p->fft.spectrum_step,
                                sizeof(float));
    if (!p->segment || !p->scale || !p->x || !p->match || !p->block ||
        !p->cross) {
        opine_fft_destroy(&p->fft);
        return OPINE_ERR_MEMORY;
    }
    fill_segments(p);
    fill_scale(p);
    return OPINE_OK;
}

enum opine_status opine_wave_propose(struct opine_arena *arena,
                                     struct opine_wave *wave, double lag,
                                     struct opine_proposals *proposals)
{
    int factor = (int)(wave->ref->rate_hz / RATE_HZ);
    int blocks = wave->deg->n / factor / STEP + 1;
    struct opine_arena_mark mark;
    struct opine_proposal last = { 0, (int)lround(lag), 0 };
    struct proposer p = { .peaks = 0 };
    float bar, sign = 0;

    proposals->n = 0;
    proposals->at = opine_arena_take(arena, (size_t)(blocks * (PEAKS + 1)),
                                     sizeof *proposals->at);
    if (!proposals->at)
        return OPINE_ERR_MEMORY;
    mark = opine_arena_mark(arena);
    TRY(opine_mono_lower(arena, wave->kernels, wave->ref, factor, &p.ref));
    TRY(opine_mono_lower(arena, wave->kernels, wave->deg, factor, &p.deg));
    TRY(begin(&p, arena, wave->kernels));
    bar = (float)ACTIVE * loudest(&p.deg) + 1e-20f;
    for (int start = 0, k = 0; start < p.deg.n; start += STEP) {
        if (energy(&p.deg, start) < bar)
            continue;
        if (k++ % OFTEN &&
            continues(wave, start * factor, BLOCK * factor, &last)) {
            sign += last.match;
            proposals->at[proposals->n++] = last;
            continue;
        }
        search(&p, start, (int)lround(lag / factor));
        sign += p.peaks ? p.peak[0].sign * p.peak[0].match : 0;
        for (int i = 0; i < p.peaks; i++)
            proposals->at[proposals->n++] = refine(wave, start * factor, factor,
                                                   &p.peak[i]);
        if (p.peaks)
            last = proposals->at[proposals->n - p.peaks];
    }
    wave->sign = sign < 0 ? -1 : 1;
    opine_fft_destroy(&p.fft);
    opine_arena_release(arena, mark);
    return OPINE_OK;
}
