/* SPDX-License-Identifier: BSD-2-Clause */
#include "mono.h"

#include <math.h>
#include <string.h>

#define PI           3.14159265358979323846
#define PASS_SHARE   0.92 /* of the lower Nyquist frequency */
#define TAPS_A_PHASE 16   /* of the filter; as many as lanes of a sum */
#define STEPS        32   /* of interpolation between two samples */

/* Low-pass for decimation: a Hann-windowed sinc of unit gain. An even number of
 * taps delays by half a sample, but both signals alike. */
static void design(float *taps, int count, int factor)
{
    double sum = 0;

    if (factor == 1) {
        memset(taps, 0, (size_t)count * sizeof *taps);
        taps[0] = 1;
        return;
    }
    for (int i = 0; i < count; i++) {
        double t = i - (count - 1) / 2.0;
        double x = t * PASS_SHARE / factor;
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
    int inside = nx < (size_t)count
                     ? 0
                     : (int)((nx - (size_t)count) / (size_t)factor) + 1;

    inside = inside < n ? inside : n;
    k->filter(y, x, taps, count, factor, inside);
    for (int i = inside; i < n; i++) {
        size_t first = (size_t)i * (size_t)factor;

        memset(window, 0, (size_t)count * sizeof *window);
        memcpy(window, x + first, (nx - first) * sizeof *window);
        k->filter(y + i, window, taps, count, factor, 1);
    }
}

/* The sum of channels at a rate lower by a factor */
static enum opine_status lower(struct opine_arena *arena,
                               const struct opine_kernels *kernels,
                               float *const *channel, int channels, size_t nx,
                               int factor, struct opine_mono *mono)
{
    int count = factor * TAPS_A_PHASE;
    float *taps = opine_arena_take(arena, (size_t)count, sizeof *taps);
    float *window = opine_arena_take(arena, (size_t)count, sizeof *window);

    mono->n = (int)(nx / (size_t)factor);
    mono->x = opine_arena_take(arena, (size_t)mono->n, sizeof *mono->x);
    if (!taps || !window || !mono->x)
        return OPINE_ERR_MEMORY;
    design(taps, count, factor);
    memset(mono->x, 0, (size_t)mono->n * sizeof *mono->x);
    for (int c = 0; c < channels; c++)
        decimate(kernels, channel[c], nx, taps, count, factor, window, mono->x,
                 mono->n);
    return OPINE_OK;
}

enum opine_status opine_mono_make(struct opine_arena *arena,
                                  const struct opine_kernels *kernels,
                                  const struct opine_prepared_signal *signal,
                                  int channels, int rate_hz, int least_hz,
                                  struct opine_mono *mono)
{
    mono->factor = rate_hz > least_hz ? rate_hz / least_hz : 1;
    mono->rate_hz = (double)rate_hz / mono->factor;
    return lower(arena, kernels, signal->x, channels, signal->n, mono->factor,
                 mono);
}

enum opine_status opine_mono_lower(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_mono *from, int factor,
                                   struct opine_mono *mono)
{
    mono->factor = from->factor * factor;
    mono->rate_hz = from->rate_hz / factor;
    return lower(arena, kernels, &from->x, 1, (size_t)from->n, factor, mono);
}

/* ---------------------------------------------------------------- peak */

/* The value `offset` samples (-1 to 1) from the peak */
static double between(const float *near, double offset)
{
    const float *peak = near + OPINE_PEAK_REACH + 1;
    double sum = 0;

    for (int i = -OPINE_PEAK_REACH; i <= OPINE_PEAK_REACH; i++) {
        double x = offset - i;
        double sinc = fabs(x) < 1e-9 ? 1 : sin(PI * x) / (PI * x);

        sum += (double)peak[i] * sinc *
               (0.5 + 0.5 * cos(PI * x / (OPINE_PEAK_REACH + 1)));
    }
    return sum;
}

/* The best of a grid, then the vertex of the parabola through it and its
 * neighbours */
double opine_peak_top(const float *near)
{
    double best = 0, step = 1.0 / STEPS, most = between(near, 0);
    double a, c;

    for (int i = -STEPS; i <= STEPS; i++) {
        double here = between(near, i * step);
        if (here > most) {
            most = here;
            best = i * step;
        }
    }
    a = between(near, best - step);
    c = between(near, best + step);
    if (a - 2 * most + c >= 0)
        return best;
    return best + 0.5 * step * (a - c) / (a - 2 * most + c);
}
