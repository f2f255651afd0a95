/* SPDX-License-Identifier: BSD-2-Clause */
/* From hops of 8 ms to fractions of a sample: on the waveform. */
#include "track.h"

#include "base/try.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define BLOCK        2048 /* samples of the degraded at once */
#define SIZE         4096 /* of a transform: block and lags without wrapping */
#define NUDGE_MOST   512  /* samples of reach, lag by lag */
#define FAVOUR       0.2f /* of the given lag over those at the reach's ends */
#define FAVOUR_LEAST 48   /* samples: favoured more, peaks would lean to it */

/* ------------------------------------------------------------- stretch */

static void load(const struct opine_mono *mono, int start, int n, float *x)
{
    memset(x, 0, SIZE * sizeof *x);
    for (int i = 0; i < n; i++)
        if (start + i >= 0 && start + i < mono->n)
            x[i] = mono->x[start + i];
}

/* Add the cross-spectrum ref deg* of a block */
static void add_cross(const float *r, const float *d, float *sum)
{
    for (int k = 0; k <= SIZE / 2; k++) {
        float re = r[2 * k] * d[2 * k] + r[2 * k + 1] * d[2 * k + 1];
        float im = r[2 * k + 1] * d[2 * k] - r[2 * k] * d[2 * k + 1];

        sum[2 * k] += re;
        sum[2 * k + 1] += im;
    }
}

static void whiten(float *spectrum)
{
    for (int k = 0; k <= SIZE / 2; k++) {
        float *s = spectrum + 2 * k;
        float scale = 1.0f / (sqrtf(sqrtf(s[0] * s[0] + s[1] * s[1])) + 1e-20f);

        s[0] *= k ? scale : 0;
        s[1] *= k ? scale : 0;
    }
}

/* Peak of the correlation, of either sign; c[i] belongs to lag + reach - i */
static double peak_lag(const float *c, int reach, double lag)
{
    float near[2 * OPINE_PEAK_REACH + 3], most = -1, sign;
    float end = (float)(reach > FAVOUR_LEAST ? reach : FAVOUR_LEAST);
    int best = reach;

    for (int i = 0; i <= 2 * reach; i++) {
        float away = fabsf((float)(i - reach)) / end;
        float here = fabsf(c[i]) * (1 - FAVOUR * away);
        if (here > most) {
            most = here;
            best = i;
        }
    }
    sign = c[best] < 0 ? -1 : 1;
    for (int i = 0; i < 2 * OPINE_PEAK_REACH + 3; i++) {
        int there = best + i - OPINE_PEAK_REACH - 1;
        near[i] = there >= 0 && there <= 2 * reach ? sign * c[there] : 0;
    }
    return lag + reach - (best + opine_peak_top(near));
}

enum opine_status opine_refiner_create(struct opine_refiner *refiner,
                                       struct opine_arena *arena,
                                       const struct opine_kernels *kernels,
                                       const struct opine_mono *ref,
                                       const struct opine_mono *deg)
{
    const size_t floats = SIZE + 16; /* also of a spectrum */

    refiner->ref = ref;
    refiner->deg = deg;
    refiner->fft.plan = NULL;
    refiner->x = opine_arena_take(arena, floats, sizeof(float));
    refiner->r = opine_arena_take(arena, floats, sizeof(float));
    refiner->d = opine_arena_take(arena, floats, sizeof(float));
    refiner->sum = opine_arena_take(arena, floats, sizeof(float));
    if (!refiner->x || !refiner->r || !refiner->d || !refiner->sum)
        return OPINE_ERR_MEMORY;
    return opine_fft_create(&refiner->fft, kernels, SIZE);
}

void opine_refiner_destroy(struct opine_refiner *refiner)
{
    opine_fft_destroy(&refiner->fft);
}

double opine_refiner_lag(const struct opine_refiner *f, int start, int end,
                         double lag, double reach_s)
{
    int whole = (int)lround(lag);
    int reach = (int)(reach_s * f->ref->rate_hz);

    assert(reach_s <= OPINE_REFINER_REACH_S);

    memset(f->sum, 0, (SIZE + 2) * sizeof *f->sum);
    for (int at = start; at < end; at += BLOCK) {
        int n = end - at < BLOCK ? end - at : BLOCK;

        load(f->deg, at, n, f->x);
        opine_fft_run(&f->fft, f->x, f->d);
        load(f->ref, at - whole - reach, n + 2 * reach, f->x);
        opine_fft_run(&f->fft, f->x, f->r);
        add_cross(f->r, f->d, f->sum);
    }
    whiten(f->sum);
    opine_fft_run_back(&f->fft, f->sum, f->x);
    return peak_lag(f->x, reach, whole);
}

/* Correlation lag by lag: cheaper than a transform where the reach is small */
double opine_track_nudge(const struct opine_kernels *kernels,
                         const struct opine_mono *ref,
                         const struct opine_mono *deg, int start, int n,
                         double lag, double reach_s)
{
    float c[2 * NUDGE_MOST + 1];
    int whole = (int)lround(lag), reach = (int)(reach_s * ref->rate_hz);
    int first, end;

    reach = reach < NUDGE_MOST ? reach : NUDGE_MOST;
    first = whole + reach > 0 ? whole + reach : 0;
    first = first > start ? first : start;
    end = ref->n + whole - reach < start + n ? ref->n + whole - reach
                                             : start + n;
    n = end < deg->n ? end - first : deg->n - first;
    start = first;
    if (n <= 0)
        return lag;
    for (int i = 0; i <= 2 * reach; i++) {
        int at = start - whole - reach + i;

        c[i] = kernels->dot(ref->x + at, deg->x + start, n);
    }
    return peak_lag(c, reach, whole);
}

/* --------------------------------------------------------------- match */

struct opine_match opine_track_match(const struct opine_kernels *kernels,
                                     const struct opine_mono *ref,
                                     const struct opine_mono *deg, int start,
                                     int end, double lag)
{
    struct opine_match m = { 0, 0, 0 };
    int whole = (int)lround(lag);
    float sums[3];
    int n;

    start = start > whole ? start : whole;
    start = start > 0 ? start : 0;
    end = end < deg->n ? end : deg->n;
    end = end < ref->n + whole ? end : ref->n + whole;
    n = end - start;
    if (n <= 0)
        return m;
    kernels->match(sums, ref->x + start - whole, deg->x + start, n);
    m.cross = (double)sums[0];
    m.ref = (double)sums[1];
    m.deg = (double)sums[2];
    return m;
}

/* ------------------------------------------------------------ boundary */

static float at(const struct opine_mono *mono, int i)
{
    return i >= 0 && i < mono->n ? mono->x[i] : 0;
}

/* The split with the least squared error of the one lag before it and the other
 * after it; both under one gain, which fits the degraded to both. */
void opine_track_boundary(const struct opine_mono *ref,
                          const struct opine_mono *deg, double before,
                          double after, int reach, int *sample)
{
    int b = (int)lround(before), a = (int)lround(after);
    int first = *sample - reach, end = *sample + reach;
    double cross = 0, energy = 1e-20, gain, error = 0, least = 0;

    first = first > 0 ? first : 0;
    end = end < deg->n ? end : deg->n;
    for (int i = first; i < end; i++) {
        double r = (double)at(ref, i - (i < *sample ? b : a));
        cross += r * (double)deg->x[i];
        energy += r * r;
    }
    gain = cross / energy;
    for (int i = first; i < end; i++) {
        double d = (double)deg->x[i];
        double miss_before = d - gain * (double)at(ref, i - b);
        double miss_after = d - gain * (double)at(ref, i - a);

        error += miss_before * miss_before - miss_after * miss_after;
        if (error < least) {
            least = error;
            *sample = i + 1;
        }
    }
    if (least == 0)
        *sample = first;
}
