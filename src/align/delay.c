/* SPDX-License-Identifier: BSD-2-Clause */
/* The global delay: decimate, whiten by half, correlate, take the peak. */
#include "align.h"

#include "base/fft.h"
#include "base/try.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* Speech and music have most of their energy, and every codec its best
 * waveform match, below 4 kHz; at this rate correlating whole files is cheap
 * and interpolation still gives the delay to a few microseconds. */
#define RATE_HZ      8000
#define LOW_HZ       100.0
#define HIGH_SHARE   0.92 /* of the decimated Nyquist frequency */
#define TAPS_A_PHASE 16   /* decimation filter; as many as lanes of a sum */
#define WHITEN                                                                 \
    0.5            /* exponent of the magnitude divided out: between           \
                      plain correlation (0), blurred by the signal's           \
                      own periods, and the phase transform (1), led by         \
                      bins of noise */
#define NEAR_S 0.5 /* delays below this are the rule ... */
#define FAR_FACTOR                                                             \
    1.1            /* ... and beaten only by a peak this much higher:          \
                      repeating music has peaks of nearly one height */
#define REACH  12  /* samples each side for interpolating the peak */
#define STEPS  32  /* of interpolation between two samples */
#define CHANCE 2.0 /* unrelated speech reaches twice the peaks of noise */

/* Both signals at the low rate, as one long transform each */
struct correlator {
    int factor; /* decimation */
    double rate_hz;
    int size; /* of the transform */
    int ref_n, deg_n;
    float *x;         /* one signal, at last the correlation */
    float *ref, *deg; /* spectra */
};

/* ------------------------------------------------------------ decimate */

/* Low-pass for decimation: a Hann-windowed sinc of unit gain. An even number of
 * taps delays by half a sample, but both signals alike. */
static void design(float *taps, int count, int factor)
{
    double sum = 0;

    for (int i = 0; i < count; i++) {
        double t = i - (count - 1) / 2.0;
        double x = t * HIGH_SHARE / factor;
        double sinc = fabs(x) > 0 ? sin(PI * x) / (PI * x) : 1;
        double h = sinc * (0.5 + 0.5 * cos(2 * PI * t / (count + 1)));

        taps[i] = (float)h;
        sum += h;
    }
    for (int i = 0; i < count; i++)
        taps[i] = (float)((double)taps[i] / sum);
}

/* Add to y[k] the sum of taps times x from k factor on, zeros beyond its end;
 * `window` has room for as many floats as there are taps */
static void decimate(const struct opine_kernels *k, const float *x, size_t nx,
                     const float *taps, int count, int factor, float *window,
                     float *y, int n)
{
    for (int i = 0; i < n; i++) {
        size_t first = (size_t)i * (size_t)factor;
        size_t left = nx - first;

        if (left >= (size_t)count) {
            y[i] += k->dot(x + first, taps, count);
            continue;
        }
        memset(window, 0, (size_t)count * sizeof *window);
        memcpy(window, x + first, left * sizeof *window);
        y[i] += k->dot(window, taps, count);
    }
}

/* Sum over channels of one signal at the low rate into w->x, zeros after it */
static enum opine_status low_rate(struct opine_arena *arena,
                                  const struct opine_kernels *kernels,
                                  const struct opine_prepared_signal *s,
                                  int channels, struct correlator *w)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    int count = w->factor > 1 ? w->factor * TAPS_A_PHASE : 1;
    float *taps = opine_arena_take(arena, (size_t)count, sizeof *taps);
    float *window = opine_arena_take(arena, (size_t)count, sizeof *window);

    if (!taps || !window)
        return OPINE_ERR_MEMORY;
    design(taps, count, w->factor);
    memset(w->x, 0, (size_t)w->size * sizeof *w->x);
    for (int c = 0; c < channels; c++)
        decimate(kernels, s->x[c], s->n, taps, count, w->factor, window, w->x,
                 (int)(s->n / (size_t)w->factor));
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

/* ----------------------------------------------------------- correlate */

/* The cross-spectrum deg ref* into deg, whitened, inside the band:
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

/* Correlation at every lag into w->x: lag i at i, lag -i at size - i */
static enum opine_status correlate(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_prepared *pair,
                                   struct correlator *w)
{
    struct opine_fft fft = { 0 };
    enum opine_status status = opine_fft_create(&fft, w->size, 1);

    if (!status)
        status = low_rate(arena, kernels, &pair->ref, pair->channels, w);
    if (!status) {
        opine_fft_run(&fft, w->x, w->ref);
        status = low_rate(arena, kernels, &pair->deg, pair->channels, w);
    }
    if (!status) {
        opine_fft_run(&fft, w->x, w->deg);
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

/* The correlation `offset` samples (-1 to 1) from a lag, by a Hann-windowed
 * sinc over its neighbours */
static double between(const struct correlator *w, int lag, double offset)
{
    double sum = 0;

    for (int i = -REACH; i <= REACH; i++) {
        double x = offset - i;
        double sinc = fabs(x) < 1e-9 ? 1 : sin(PI * x) / (PI * x);
        int there = lag + i;

        if (there <= -w->ref_n || there >= w->deg_n)
            continue;
        sum += (double)at_lag(w, there) * sinc *
               (0.5 + 0.5 * cos(PI * x / (REACH + 1)));
    }
    return sum;
}

/* Offset from a lag to the top of its peak: the best of a grid, then the
 * vertex of the parabola through it and its neighbours */
static double refine(const struct correlator *w, int lag)
{
    double sign = at_lag(w, lag) < 0 ? -1 : 1;
    double best = 0, step = 1.0 / STEPS;
    double a, b, c;

    for (int i = -STEPS; i <= STEPS; i++)
        if (sign * between(w, lag, i * step) > sign * between(w, lag, best))
            best = i * step;
    a = sign * between(w, lag, best - step);
    b = sign * between(w, lag, best);
    c = sign * between(w, lag, best + step);
    if (a - 2 * b + c >= 0)
        return best;
    return best + 0.5 * step * (a - c) / (a - 2 * b + c);
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
                                const struct opine_prepared *pair,
                                struct correlator *w)
{
    size_t floats;

    w->factor = pair->rate_hz / RATE_HZ;
    w->rate_hz = (double)pair->rate_hz / w->factor;
    w->ref_n = (int)(pair->ref.n / (size_t)w->factor);
    w->deg_n = (int)(pair->deg.n / (size_t)w->factor);
    w->size = power_of_two(w->ref_n + w->deg_n);
    floats = (size_t)w->size + 2;
    w->x = opine_arena_take(arena, floats, sizeof *w->x);
    w->ref = opine_arena_take(arena, floats, sizeof *w->ref);
    w->deg = opine_arena_take(arena, floats, sizeof *w->deg);
    return w->x && w->ref && w->deg ? OPINE_OK : OPINE_ERR_MEMORY;
}

enum opine_status opine_find_delay(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_prepared *pair,
                                   int search, struct opine_delay *delay)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct correlator w;
    int lag;

    TRY(set_up(arena, pair, &w));
    TRY(correlate(arena, kernels, pair, &w));
    lag = search ? choose_lag(&w) : 0;
    delay->samples = search ? (lag + refine(&w, lag)) * w.factor : 0;
    delay->confidence = confidence(&w, lag);
    delay->polarity = at_lag(&w, lag) < 0 ? -1 : 1;
    opine_arena_release(arena, mark);
    return OPINE_OK;
}
