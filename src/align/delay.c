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
    1.1            /* ... and beaten only by a peak this much higher:          \
                      repeating music has peaks of nearly one height */
#define CHANCE 2.0 /* unrelated speech reaches twice the peaks of noise */

/* Both signals at the low rate, as one long transform each */
struct correlator {
    int size;   /* of the transform */
    int factor; /* samples of the signals for one of these */
    double rate_hz;
    int ref_n, deg_n;
    float *x;         /* one signal, at last the correlation */
    float *ref, *deg; /* spectra */
};

/* ----------------------------------------------------------- correlate */

/* The cross-spectrum deg ref* into deg, inside of the band, whitened by half:
 * between plain correlation, blurred by the signal's own periods, and the phase
 * transform, led by bins of noise.
 *
 *   C = D R*        C' = C / |C|^0.5
 */
static void whiten(struct correlator *w)
{
    double bin_hz = w->rate_hz / w->size;
    int low = (int)(LOW_HZ / bin_hz) + 1;
    int high = (int)(HIGH_SHARE * w->size / 2);
    float *d = w->deg;
    const float *r = w->ref;

    for (int k = 0; k <= w->size / 2; k++) {
        float re = d[2 * k] * r[2 * k] + d[2 * k + 1] * r[2 * k + 1];
        float im = d[2 * k + 1] * r[2 * k] - d[2 * k] * r[2 * k + 1];
        float magnitude = sqrtf(re * re + im * im);
        /* 1e-30: far below the rounding of any signal that is not silent */
        float scale = 1.0f / (sqrtf(magnitude) + 1e-30f);
        int inside = k >= low && k <= high;

        d[2 * k] = inside ? re * scale : 0;
        d[2 * k + 1] = inside ? im * scale : 0;
    }
}

/* Spectrum of one signal, zeros after it */
static enum opine_status transform(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_mono *from,
                                   const struct opine_fft *fft,
                                   struct correlator *w, float *spectrum)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct opine_mono low;

    TRY(opine_mono_lower(arena, kernels, from, w->factor, &low));
    memcpy(w->x, low.x, (size_t)low.n * sizeof *w->x);
    memset(w->x + low.n, 0, (size_t)(w->size - low.n) * sizeof *w->x);
    opine_arena_release(arena, mark);
    opine_fft_run(fft, w->x, spectrum);
    return OPINE_OK;
}

/* Correlation at every lag into w->x: lag i at i, lag -i at size - i */
static enum opine_status correlate(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_mono *ref,
                                   const struct opine_mono *deg,
                                   struct correlator *w)
{
    struct opine_fft fft = { 0 };
    enum opine_status status = opine_fft_create(&fft, kernels, w->size, 1);

    if (!status)
        status = transform(arena, kernels, ref, &fft, w, w->ref);
    if (!status)
        status = transform(arena, kernels, deg, &fft, w, w->deg);
    if (!status) {
        whiten(w);
        opine_fft_run_back(&fft, w->deg, w->x);
    }
    opine_fft_destroy(&fft);
    return status;
}

/* ---------------------------------------------------------------- peak */

static float at_lag(const struct correlator *w, int lag)
{
    return w->x[lag < 0 ? lag + w->size : lag];
}

/* Lag of the largest magnitude from `first` to `last` */
static int largest(const struct correlator *w, int first, int last)
{
    int best = first;

    for (int lag = first; lag <= last; lag++)
        if (fabsf(at_lag(w, lag)) > fabsf(at_lag(w, best)))
            best = lag;
    return best;
}

static int choose_lag(const struct correlator *w)
{
    int first = 1 - w->ref_n, last = w->deg_n - 1;
    int reach = (int)(NEAR_S * w->rate_hz);
    int near = largest(w, first < -reach ? -reach : first,
                       last > reach ? reach : last);
    int far = largest(w, first, last);

    if (fabsf(at_lag(w, far)) > (float)FAR_FACTOR * fabsf(at_lag(w, near)))
        return far;
    return near;
}

static double top_of(const struct correlator *w, int lag)
{
    float near[2 * OPINE_PEAK_REACH + 3];
    float sign = at_lag(w, lag) < 0 ? -1 : 1;

    for (int i = 0; i < 2 * OPINE_PEAK_REACH + 3; i++) {
        int there = lag + i - OPINE_PEAK_REACH - 1;
        int exists = there > -w->ref_n && there < w->deg_n;
        near[i] = exists ? sign * at_lag(w, there) : 0;
    }
    return lag + opine_peak_top(near);
}

/* How far the peak stands out: 1 less the height that chance alone reaches at
 * so many lags, relative to the peak. Chance is Gaussian with the mean square
 * of the correlation elsewhere: its largest of n is near sigma sqrt(2 ln n). */
static double confidence(const struct correlator *w, int lag)
{
    int guard = (int)(0.02 * w->rate_hz); /* a peak with its side lobes */
    double sum = 0, peak = fabs((double)at_lag(w, lag));
    int count = 0;

    for (int i = 1 - w->ref_n; i < w->deg_n; i++) {
        if (i > lag - guard && i < lag + guard)
            continue;
        sum += (double)at_lag(w, i) * (double)at_lag(w, i);
        count++;
    }
    if (count < 2 || peak <= 0)
        return 0;
    return fmax(1 - CHANCE * sqrt(2 * log(count) * sum / count) / peak, 0);
}

/* --------------------------------------------------------------- stage */

/* FFTW plans a power of two in a third of the time of other sizes, and planning
 * takes longer than the transforms. */
static int power_of_two(int least)
{
    int size = 1;

    while (size < least)
        size *= 2;
    return size;
}

static enum opine_status set_up(struct opine_arena *arena,
                                const struct opine_mono *ref,
                                const struct opine_mono *deg,
                                struct correlator *w)
{
    size_t floats;

    w->factor = ref->rate_hz >= 2 * RATE_HZ ? 2 : 1;
    w->rate_hz = ref->rate_hz / w->factor;
    w->ref_n = ref->n / w->factor;
    w->deg_n = deg->n / w->factor;
    w->size = power_of_two(w->ref_n + w->deg_n);
    floats = (size_t)w->size + 2;
    w->x = opine_arena_take(arena, floats, sizeof *w->x);
    w->ref = opine_arena_take(arena, floats, sizeof *w->ref);
    w->deg = opine_arena_take(arena, floats, sizeof *w->deg);
    return w->x && w->ref && w->deg ? OPINE_OK : OPINE_ERR_MEMORY;
}

enum opine_status opine_find_delay(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_mono *ref,
                                   const struct opine_mono *deg, int search,
                                   struct opine_delay *delay)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct correlator w;
    int lag;

    TRY(set_up(arena, ref, deg, &w));
    TRY(correlate(arena, kernels, ref, deg, &w));
    lag = search ? choose_lag(&w) : 0;
    delay->samples = search ? top_of(&w, lag) * w.factor : 0;
    delay->confidence = confidence(&w, lag);
    delay->polarity = at_lag(&w, lag) < 0 ? -1 : 1;
    opine_arena_release(arena, mark);
    return OPINE_OK;
}
