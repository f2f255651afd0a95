/* SPDX-License-Identifier: BSD-2-Clause */
/* The global delay: whiten by half, correlate, take the peak. */
#include "align.h"

#include "base/fft.h"
#include "base/try.h"
#include "mono.h"

#include <math.h>
#include <string.h>

/* Speech and music have most of their energy, and every codec its best
 * waveform match, below 4 kHz; at this rate correlating whole files is cheap
 * and interpolation still gives the delay to a few microseconds. */
#define RATE_HZ 8000.0
#define LOW_HZ  100.0
#define HIGH_SHARE                                                             \
    0.92           /* of the Nyquist frequency; above, there is aliasing       \
                    */
#define NEAR_S 0.5 /* delays below this are the rule ... */
#define FAR_FACTOR                                                             \
    1.1               /* ... and beaten only by a peak this much higher:       \
                         repeating music has peaks of nearly one height */
#define MORE_MOST 2.0 /* a cut recording may be late by most of itself */
#define CHANCE    2.0 /* unrelated speech reaches twice the peaks of noise */

/* Blocks, so that all that is worked on fits a cache: of the degraded, with
 * zeros before it, and of the reference with the block before it, so that the
 * correlation of two holds BLOCK lags that do not wrap. */
#define BLOCK 4096 /* samples, 0.5 s */
#define SIZE  (2 * BLOCK)
#define BINS  (BLOCK + 16) /* of a spectrum that is stored: all real parts, */
#define FLOATS                                                                 \
    (2 * BINS) /* then all imaginary ones                                      \
                */
#define DEG_MOST                                                               \
    80             /* blocks of the degraded: 40 s, of longer files the        \
                      loudest of each of so many parts */
#define GUARD  160 /* lags, 20 ms: a peak with its side lobes */
#define MARGIN 512 /* lags that are kept of each neighbouring block */
#define LINE   (BLOCK + 2 * MARGIN)

/* Rivals: peaks this near and this high, relative to the chosen one */
#define RIVAL_REACH_S 0.030
#define RIVAL_HEIGHT  0.5
#define NEAR          (MARGIN - 1) /* lags on each side of a peak that are kept */
#define QUICK         (BLOCK - MARGIN - 1) /* lags that two rows tell of */

/* A peak, with what is needed of its surroundings */
struct peak {
    int lag;
    float height; /* signed; 0 when there is none */
    float near[2 * NEAR + 1];
    double around; /* energy of the lags within GUARD */
};

struct opine_correlator {
    const struct opine_kernels *kernels;
    struct opine_fft fft;
    int factor; /* samples of the signals for one of these */
    double rate_hz;
    int ref_n, deg_n;
    int ref_blocks, deg_blocks;
    int index[DEG_MOST]; /* of the degraded's blocks that are used, */
    int used;            /* and their number */
    const float *ref;    /* spectra, FLOATS each */
    float *deg;
    float *weight;       /* of each bin, twice */
    float *sum;          /* cross-spectrum at one multiple of BLOCK */
    float *x, *spectrum; /* of a transform */
    float *line;         /* correlation: MARGIN lags, a block, MARGIN lags */
    double energy;       /* of the correlation so far */
    int lags;            /* that it is of */
    struct peak near, far;
};

/* -------------------------------------------------------------- spectra */

/* The transform of w->x; adds its powers */
static void transform(const struct opine_correlator *w, float *spectrum,
                      float *power)
{
    opine_fft_run(&w->fft, w->x, w->spectrum);
    w->kernels->deal(spectrum, w->spectrum, 2, BINS, BLOCK + 1);
    for (int k = BLOCK + 1; k < BINS; k++)
        spectrum[k] = spectrum[BINS + k] = 0;
    w->kernels->multiply(w->x, spectrum, spectrum, FLOATS);
    w->kernels->add(power, w->x, BINS);
    w->kernels->add(power, w->x + BINS, BINS);
}

/* Which of the degraded's blocks are used: all, or of a long file the loudest
 * of each part */
static void choose_blocks(const struct opine_mono *deg,
                          struct opine_correlator *w)
{
    int size = BLOCK * w->factor;

    w->used = w->deg_blocks < DEG_MOST ? w->deg_blocks : DEG_MOST;
    for (int i = 0; i < w->used; i++) {
        int first = (int)((long)i * w->deg_blocks / w->used);
        int end = (int)((i + 1L) * w->deg_blocks / w->used);
        float most = -1;

        for (int k = first; k < end; k++) {
            const float *x = deg->x + (ptrdiff_t)k * size;
            int n = deg->n - k * size < size ? deg->n - k * size : size;
            float energy = end - first > 1 ? w->kernels->dot(x, x, n) : 0;

            if (energy > most) {
                most = energy;
                w->index[i] = k;
            }
        }
    }
}

static void transform_ref(const struct opine_lower *low,
                          struct opine_correlator *w, float *spectra,
                          float *power)
{
    float *newest = w->sum; /* not needed yet */

    memset(newest, 0, BLOCK * sizeof *newest);
    for (int i = 0; i <= w->ref_blocks; i++) {
        memcpy(w->x, newest, BLOCK * sizeof *w->x);
        opine_lower_run(low, i * BLOCK, BLOCK, newest);
        memcpy(w->x + BLOCK, newest, BLOCK * sizeof *w->x);
        transform(w, spectra + (ptrdiff_t)i * FLOATS, power);
    }
}

static void transform_deg(const struct opine_lower *low,
                          struct opine_correlator *w, float *power)
{
    for (int i = 0; i < w->used; i++) {
        memset(w->x, 0, BLOCK * sizeof *w->x);
        opine_lower_run(low, w->index[i] * BLOCK, BLOCK, w->x + BLOCK);
        transform(w, w->deg + (ptrdiff_t)i * FLOATS, power);
    }
}

/* Whiten by half: between plain correlation, blurred by the signal's own
 * periods, and the phase transform, led by bins of noise; inside of the band.
 *
 *   C' = C / (mean |R|^2 mean |D|^2)^(1/4)
 */
static void weigh(struct opine_correlator *w, const float *ref,
                  const float *deg)
{
    double bin_hz = w->rate_hz / SIZE;
    int low = (int)(LOW_HZ / bin_hz) + 1;
    int high = (int)(HIGH_SHARE * SIZE / 2);

    for (int k = 0; k < BINS; k++) {
        double power = sqrt((double)ref[k] * (double)deg[k]);
        int inside = k >= low && k <= high && power > 0;

        w->weight[k] = inside ? (float)(1 / sqrt(power)) : 0;
        w->weight[BINS + k] = w->weight[k];
    }
}

static enum opine_status make_ref(struct opine_arena *arena,
                                  const struct opine_mono *ref,
                                  struct opine_correlator *w,
                                  struct opine_arena *keep,
                                  struct opine_blocks *blocks)
{
    const struct opine_planes planes = opine_mono_planes(ref);
    float *spectra = opine_arena_take(keep, (size_t)w->ref_blocks + 1,
                                      FLOATS * sizeof *spectra);
    float *power = opine_arena_take(keep, BINS, sizeof *power);
    struct opine_lower low;

    if (!spectra || !power)
        return OPINE_ERR_MEMORY;
    memset(power, 0, BINS * sizeof *power);
    TRY(opine_lower_create(&low, arena, w->kernels, &planes, w->factor));
    transform_ref(&low, w, spectra, power);
    *blocks = (struct opine_blocks){ spectra, power };
    return OPINE_OK;
}

static enum opine_status
make_spectra(struct opine_arena *arena, const struct opine_mono *ref,
             const struct opine_mono *deg, struct opine_correlator *w,
             struct opine_arena *keep, struct opine_blocks *blocks)
{
    const struct opine_planes planes = opine_mono_planes(deg);
    struct opine_arena_mark mark;
    struct opine_lower low;
    float *power;

    if (!blocks->spectra)
        TRY(make_ref(arena, ref, w, keep, blocks));
    w->ref = blocks->spectra;
    mark = opine_arena_mark(arena);
    power = opine_arena_take(arena, BINS, sizeof *power);
    if (!power)
        return OPINE_ERR_MEMORY;
    memset(power, 0, BINS * sizeof *power);
    TRY(opine_lower_create(&low, arena, w->kernels, &planes, w->factor));
    choose_blocks(deg, w);
    transform_deg(&low, w, power);
    weigh(w, blocks->power, power);
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

/* ---------------------------------------------------------------- peak */

/* Lag at a place of the line; the row's first lag is at 2 MARGIN */
static int lag_at(int row, int place)
{
    return row * BLOCK + place - 2 * MARGIN;
}

static void keep_peak(const struct opine_correlator *w, int row, int place,
                      struct peak *peak)
{
    const float *middle = w->line + place;

    peak->lag = lag_at(row, place);
    peak->height = *middle;
    memcpy(peak->near, middle - NEAR, sizeof peak->near);
    peak->around = (double)w->kernels->dot(middle - GUARD + 1,
                                           middle - GUARD + 1, 2 * GUARD - 1);
}

/* The largest magnitude among some lags of the line, if beyond the peak so far
 */
static void find_peak(const struct opine_correlator *w, int row, int first,
                      int last, struct peak *peak)
{
    int from = first - lag_at(row, 0), to = last - lag_at(row, 0);
    int best = -1;
    float most = fabsf(peak->height), low, high;

    from = from > MARGIN ? from : MARGIN;
    to = to < MARGIN + BLOCK - 1 ? to : MARGIN + BLOCK - 1;
    if (from > to)
        return;
    w->kernels->range(w->line + from, to - from + 1, &low, &high);
    if (fmaxf(-low, high) <= most)
        return;
    for (int i = from; i <= to; i++)
        if (fabsf(w->line[i]) > most) {
            most = fabsf(w->line[i]);
            best = i;
        }
    keep_peak(w, row, best, peak);
}

/* The BLOCK lags from a multiple of it on, to the end of the line */
static void correlate_row(struct opine_correlator *w, int row, float *line)
{
    int pairs = 0;

    memset(w->sum, 0, FLOATS * sizeof *w->sum);
    for (int i = 0; i < w->used; i++) {
        int other = w->index[i] - row;

        if (other < 0 || other > w->ref_blocks)
            continue;
        w->kernels->cross(w->sum, w->deg + (ptrdiff_t)i * FLOATS,
                          w->ref + (ptrdiff_t)other * FLOATS, BINS);
        pairs++;
    }
    if (!pairs) {
        memset(line, 0, BLOCK * sizeof *line);
        return;
    }
    w->kernels->multiply(w->spectrum, w->sum, w->weight, FLOATS);
    memcpy(w->sum, w->spectrum, FLOATS * sizeof *w->sum);
    for (int k = 0; k <= BLOCK; k++) {
        w->spectrum[2 * k] = w->sum[k];
        w->spectrum[2 * k + 1] = w->sum[BINS + k];
    }
    opine_fft_run_back(&w->fft, w->spectrum, w->x);
    memcpy(line, w->x, BLOCK * sizeof *line);
}

/* Some rows of lags, and the peaks: at any lag, and at near ones */
static void correlate(struct opine_correlator *w, int from, int to,
                      int near_reach, int reach)
{
    int first = 1 - w->ref_n, last = w->deg_n - 1;
    int near_first = first < -near_reach ? -near_reach : first;
    int near_last = last > near_reach ? near_reach : last;

    first = first < -reach ? -reach : first;
    last = last > reach ? reach : last;
    w->energy = 0;
    w->near.height = w->far.height = 0;
    memset(w->line, 0, LINE * sizeof *w->line);
    for (int row = from; row <= to; row++) {
        memmove(w->line, w->line + BLOCK, 2 * MARGIN * sizeof *w->line);
        correlate_row(w, row, w->line + 2 * MARGIN);
        w->energy += (double)w->kernels->dot(w->line + MARGIN, w->line + MARGIN,
                                             BLOCK);
        find_peak(w, row, near_first, near_last, &w->near);
        find_peak(w, row, first, last, &w->far);
    }
}

/* Top of a peak `away` lags from this one, relative to it */
static double top_of(const struct peak *peak, int away)
{
    const float *middle = peak->near + NEAR + away;
    float near[2 * OPINE_PEAK_REACH + 3];

    for (int i = 0; i < 2 * OPINE_PEAK_REACH + 3; i++) {
        float value = middle[i - OPINE_PEAK_REACH - 1];
        near[i] = *middle < 0 ? -value : value;
    }
    return away + opine_peak_top(near);
}

/* How far the peak stands out: 1 less the height that chance alone reaches at
 * so many lags, relative to the peak. Chance is Gaussian with the mean square
 * of the correlation elsewhere: its largest of n is near sigma sqrt(2 ln n). */
static double confidence(const struct opine_correlator *w,
                         const struct peak *peak)
{
    int first = peak->lag - GUARD > -w->ref_n ? peak->lag - GUARD : -w->ref_n;
    int last = peak->lag + GUARD < w->deg_n ? peak->lag + GUARD : w->deg_n;
    int all = w->ref_n + w->deg_n - 1 - (last - first - 1);
    int count = w->lags - (last - first - 1);
    double height = fabs((double)peak->height);
    double square = fmax(w->energy - peak->around, 0);

    if (count < 2 || height <= 0)
        return 0;
    return fmax(1 - CHANCE * sqrt(2 * log(all) * square / count) / height, 0);
}

/* Peaks near the chosen one that are nearly as high, and itself */
static void find_rivals(const struct opine_correlator *w,
                        const struct peak *peak, struct opine_delay *delay)
{
    int most = NEAR - OPINE_PEAK_REACH - 1;
    int reach = (int)fmin(RIVAL_REACH_S * w->rate_hz, most);
    float least = (float)RIVAL_HEIGHT * fabsf(peak->height);

    delay->rivals = 0;
    for (int i = -reach; i <= reach && least > 0; i++) {
        const float *here = peak->near + NEAR + i;

        if (fabsf(*here) < least || fabsf(*here) < fabsf(here[-1]) ||
            fabsf(*here) < fabsf(here[1]))
            continue;
        if (delay->rivals < OPINE_RIVALS)
            delay->rival[delay->rivals++] = (struct opine_rival){
                (peak->lag + top_of(peak, i)) * w->factor, *here < 0 ? -1 : 1
            };
    }
}

/* --------------------------------------------------------------- stage */

static int factor_of(const struct opine_mono *mono)
{
    return mono->rate_hz >= 2 * RATE_HZ ? 2 : 1;
}

size_t opine_blocks_bytes(const struct opine_mono *ref)
{
    int blocks = (ref->n / factor_of(ref) + BLOCK - 1) / BLOCK;

    return ((size_t)blocks + 1) * FLOATS * sizeof(float) + BINS * sizeof(float);
}

static enum opine_status set_up(struct opine_arena *arena,
                                const struct opine_kernels *kernels,
                                const struct opine_mono *ref,
                                const struct opine_mono *deg,
                                struct opine_correlator *w)
{
    size_t deg_spectra;

    memset(w, 0, sizeof *w);
    w->kernels = kernels;
    w->factor = factor_of(ref);
    w->rate_hz = ref->rate_hz / w->factor;
    w->ref_n = ref->n / w->factor;
    w->deg_n = deg->n / w->factor;
    w->ref_blocks = (w->ref_n + BLOCK - 1) / BLOCK;
    w->deg_blocks = (w->deg_n + BLOCK - 1) / BLOCK;
    deg_spectra = w->deg_blocks < DEG_MOST ? (size_t)w->deg_blocks : DEG_MOST;
    w->deg = opine_arena_take(arena, deg_spectra, FLOATS * sizeof *w->deg);
    w->weight = opine_arena_take(arena, FLOATS, sizeof *w->weight);
    w->sum = opine_arena_take(arena, FLOATS, sizeof *w->sum);
    w->x = opine_arena_take(arena, FLOATS, sizeof *w->x);
    w->spectrum = opine_arena_take(arena, FLOATS, sizeof *w->spectrum);
    w->line = opine_arena_take(arena, LINE, sizeof *w->line);
    if (!w->deg || !w->weight || !w->sum || !w->x || !w->spectrum || !w->line)
        return OPINE_ERR_MEMORY;
    return opine_fft_create(&w->fft, kernels, SIZE);
}

enum opine_status opine_correlator_create(struct opine_correlator **correlator,
                                          struct opine_arena *arena,
                                          const struct opine_kernels *kernels,
                                          const struct opine_mono *ref,
                                          const struct opine_mono *deg,
                                          struct opine_arena *keep,
                                          struct opine_blocks *blocks)
{
    struct opine_correlator *w = opine_arena_take(arena, 1, sizeof *w);
    enum opine_status status;

    if (!w)
        return OPINE_ERR_MEMORY;
    TRY(set_up(arena, kernels, ref, deg, w));
    status = make_spectra(arena, ref, deg, w, keep, blocks);
    if (status)
        opine_fft_destroy(&w->fft);
    else
        *correlator = w;
    return status;
}

void opine_correlator_destroy(struct opine_correlator *w)
{
    opine_fft_destroy(&w->fft);
}

/* Samples that have a counterpart at a lag, 1 or more */
static double overlap(const struct opine_correlator *w, int lag)
{
    int end = w->deg_n < w->ref_n + lag ? w->deg_n : w->ref_n + lag;

    return fmax(end - fmax(lag, 0), 1);
}

/* Whether the far peak is the delay: one that leaves more of a head and a tail
 * unexplained must be higher by as much. A loop comes again at any of its
 * bars, and the peaks of a jittered one are broken up. */
static int is_far(const struct opine_correlator *w)
{
    double more = overlap(w, w->near.lag) / overlap(w, w->far.lag);
    double factor = FAR_FACTOR * fmin(fmax(more, 1), MORE_MOST);

    return fabs((double)w->far.height) > factor * fabs((double)w->near.height);
}

void opine_correlator_find(struct opine_correlator *w, enum opine_reach reach,
                           struct opine_delay *delay)
{
    int near_reach = reach ? (int)(NEAR_S * w->rate_hz) : 0;
    const struct peak *peak = &w->near;

    if (reach == OPINE_REACH_NEAR) {
        w->lags = 2 * BLOCK;
        correlate(w, -1, 0, QUICK, QUICK);
    } else {
        w->lags = w->ref_n + w->deg_n - 1;
        correlate(w, -w->ref_blocks, w->deg_blocks, near_reach, w->lags);
    }
    if (reach && is_far(w))
        peak = &w->far;
    delay->samples = reach && fabsf(peak->height) > 0
                         ? (peak->lag + top_of(peak, 0)) * w->factor
                         : 0;
    delay->confidence = confidence(w, peak);
    delay->polarity = peak->height < 0 ? -1 : 1;
    find_rivals(w, peak, delay);
}
