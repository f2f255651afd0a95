/* SPDX-License-Identifier: BSD-2-Clause */
#include "mono.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

#define PI         3.14159265358979323846
#define PASS_SHARE 0.92 /* of the lower Nyquist frequency */
#define FETCH      3072 /* samples of the signal at once */
#define STEPS      32   /* of interpolation between two samples */

/* Low-pass for decimation: a Hann-windowed sinc of unit gain, phase after
 * phase. An even number of taps delays by half a sample, but both signals
 * alike. */
static void design(float *taps, int factor)
{
    int count = factor * OPINE_TAPS;
    double sum = 0;

    for (int i = 0; i < count; i++) {
        double t = i - (count - 1) / 2.0;
        double x = t * PASS_SHARE / factor;
        double sinc = fabs(x) > 0 ? sin(PI * x) / (PI * x) : 1;
        double h = sinc * (0.5 + 0.5 * cos(2 * PI * t / (count + 1)));

        taps[i % factor * OPINE_TAPS + i / factor] = (float)h;
        sum += h;
    }
    for (int i = 0; i < count; i++)
        taps[i] = (float)((double)taps[i] / sum);
}

/* The sum of channels from a sample on, zeros beyond their end */
static void take_sum(const struct opine_planes *planes,
                     const struct opine_kernels *kernels, size_t first, int n,
                     float *x)
{
    size_t left = first < planes->n ? planes->n - first : 0;
    int inside = left < (size_t)n ? (int)left : n;

    if (inside)
        opine_planes_load(planes, kernels, 0, first, inside, x);
    for (int c = 1; inside && c < planes->channels; c++) {
        float other[FETCH];

        opine_planes_load(planes, kernels, c, first, inside, other);
        kernels->add(x, other, inside);
    }
    memset(x + inside, 0, (size_t)(n - inside) * sizeof *x);
}

enum opine_status opine_lower_create(struct opine_lower *lower,
                                     struct opine_arena *arena,
                                     const struct opine_kernels *kernels,
                                     const struct opine_planes *planes,
                                     int factor)
{
    *lower = (struct opine_lower){ kernels, *planes, NULL, factor,
                                   (int)(planes->n / (size_t)factor) };
    lower->taps = opine_arena_take(arena, (size_t)factor * OPINE_TAPS,
                                   sizeof *lower->taps);
    if (!lower->taps)
        return OPINE_ERR_MEMORY;
    design(lower->taps, factor);
    return OPINE_OK;
}

/* Each phase of the signal through its own taps */
static void lower_block(const struct opine_lower *lower, int first, int n,
                        float *y)
{
    float x[FETCH], phase[FETCH];
    int step = n + OPINE_TAPS, factor = lower->factor;

    take_sum(&lower->planes, lower->kernels, (size_t)first * (size_t)factor,
             step * factor, x);
    lower->kernels->deal(phase, x, factor, step, step);
    for (int p = 0; p < factor; p++)
        lower->kernels->filter(y, phase + p * step,
                               lower->taps + p * OPINE_TAPS, n);
}

void opine_lower_run(const struct opine_lower *lower, int first, int count,
                     float *y)
{
    int inside = lower->n - first < count ? lower->n - first : count;
    int most = FETCH / lower->factor - OPINE_TAPS;

    memset(y, 0, (size_t)count * sizeof *y);
    for (int i = 0; i < inside; i += most) {
        int n = inside - i < most ? inside - i : most;

        if (lower->factor == 1)
            take_sum(&lower->planes, lower->kernels, (size_t)first + (size_t)i,
                     n, y + i);
        else
            lower_block(lower, first + i, n, y + i);
    }
}

/* All of it */
static enum opine_status lower_all(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_planes *planes,
                                   struct opine_mono *mono, int factor)
{
    struct opine_lower lower;

    mono->n = (int)(planes->n / (size_t)factor);
    mono->x = opine_arena_take(arena, (size_t)mono->n, sizeof *mono->x);
    if (!mono->x)
        return OPINE_ERR_MEMORY;
    TRY(opine_lower_create(&lower, arena, kernels, planes, factor));
    opine_lower_run(&lower, 0, mono->n, mono->x);
    return OPINE_OK;
}

void opine_mono_shape(const struct opine_planes *planes, int rate_hz,
                      int least_hz, struct opine_mono *mono)
{
    mono->x = NULL;
    mono->factor = rate_hz > least_hz ? rate_hz / least_hz : 1;
    mono->rate_hz = (double)rate_hz / mono->factor;
    mono->n = (int)(planes->n / (size_t)mono->factor);
}

enum opine_status opine_mono_make(struct opine_arena *arena,
                                  const struct opine_kernels *kernels,
                                  const struct opine_planes *planes,
                                  int rate_hz, int least_hz,
                                  struct opine_mono *mono)
{
    opine_mono_shape(planes, rate_hz, least_hz, mono);
    return lower_all(arena, kernels, planes, mono, mono->factor);
}

struct opine_planes opine_mono_planes(const struct opine_mono *mono)
{
    return (struct opine_planes){
        .x = { mono->x }, .step = 1, .channels = 1, .n = (size_t)mono->n
    };
}

enum opine_status opine_mono_lower(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_mono *from, int factor,
                                   struct opine_mono *mono)
{
    const struct opine_planes planes = opine_mono_planes(from);

    mono->factor = from->factor * factor;
    mono->rate_hz = from->rate_hz / factor;
    return lower_all(arena, kernels, &planes, mono, factor);
}

/* ---------------------------------------------------------------- peak */

/* Values around a peak, and what the window of each is made of */
struct summit {
    double value[2 * OPINE_PEAK_REACH + 1]; /* every other one negated */
    double cosine[2 * OPINE_PEAK_REACH + 1];
    double sine[2 * OPINE_PEAK_REACH + 1];
};

static void begin_summit(const float *near, struct summit *s)
{
    for (int i = 0; i <= 2 * OPINE_PEAK_REACH; i++) {
        int away = i - OPINE_PEAK_REACH;
        double angle = PI * away / (OPINE_PEAK_REACH + 1);

        s->value[i] = (double)near[i + 1] * (away % 2 ? -1 : 1);
        s->cosine[i] = cos(angle);
        s->sine[i] = sin(angle);
    }
}

/* The value `offset` samples (-1 to 1) from the peak; with x = offset - i and
 * W = OPINE_PEAK_REACH + 1:
 *
 *   sum of value[i] sin(pi x) / (pi x) (1 + cos(pi x / W)) / 2
 *   sin(pi x) = sin(pi offset) (-1)^i,  cos(pi x / W) by the sum of angles
 */
static double between(const struct summit *s, double offset)
{
    double angle = PI * offset / (OPINE_PEAK_REACH + 1);
    double cosine = cos(angle), sine = sin(angle), sum = 0;

    for (int i = 0; i <= 2 * OPINE_PEAK_REACH; i++) {
        double x = offset + OPINE_PEAK_REACH - i;

        if (fabs(x) < 1e-9)
            return s->value[i] * (i % 2 != OPINE_PEAK_REACH % 2 ? -1 : 1);
        sum += s->value[i] / x *
               (0.5 + 0.5 * (cosine * s->cosine[i] + sine * s->sine[i]));
    }
    return sum * sin(PI * offset) / PI;
}

/* The best of a grid, looked at from coarse to fine, then the vertex of the
 * parabola through it and its neighbours */
double opine_peak_top(const float *near)
{
    double best = 0, end = 1.0 / STEPS, most, a, c;
    struct summit s;

    begin_summit(near, &s);
    most = between(&s, 0);
    for (double step = 0.5; step >= end; step /= 2) {
        double centre = best;

        for (int side = -1; side <= 1; side += 2) {
            double here = between(&s, centre + side * step);

            if (here > most) {
                most = here;
                best = centre + side * step;
            }
        }
    }
    a = between(&s, best - end);
    c = between(&s, best + end);
    if (a - 2 * most + c >= 0)
        return best;
    return best + 0.5 * end * (a - c) / (a - 2 * most + c);
}
