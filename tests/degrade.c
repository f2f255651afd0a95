/* SPDX-License-Identifier: BSD-2-Clause */
#include "degrade.h"

#include "support.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);

    if (!memory)
        abort();
    return memory;
}

/* --------------------------------------------------------------- parts */

static void begin(struct warp *warp, int fade)
{
    *warp = (struct warp){ .fade = fade };
}

static void add_part(struct warp *warp, int start, double ref, double speed)
{
    if (warp->parts == warp->room) {
        struct warp_part *old = warp->part;

        warp->room = 2 * warp->room + 16;
        warp->part = allocate((size_t)warp->room, sizeof *old);
        if (old)
            memcpy(warp->part, old, (size_t)warp->parts * sizeof *old);
        free(old);
    }
    warp->part[warp->parts++] = (struct warp_part){ start, ref, speed };
}

/* The first part of the reference, after what a delay puts before it */
static void add_first(struct warp *warp, double delay, double speed)
{
    int head = delay > 0 ? (int)ceil(delay) : 0;

    if (head > 0)
        add_part(warp, 0, (double)NAN, 1);
    add_part(warp, head, (head - delay) * speed, speed);
}

/* Let the last part play to the end of the reference, and add the tail */
static void finish(struct warp *warp, int n, int tail)
{
    const struct warp_part *last = &warp->part[warp->parts - 1];
    int end = last->start + (int)floor((n - 1 - last->ref) / last->speed) + 1;

    if (tail > 0)
        add_part(warp, end, (double)NAN, 1);
    warp->n = end + tail;
    assert(warp->n > 0);
}

void warp_free(struct warp *warp)
{
    free(warp->part);
    *warp = (struct warp){ 0 };
}

/* --------------------------------------------------------------- truth */

static double position(const struct warp_part *part, double sample)
{
    return part->ref + (sample - part->start) * part->speed;
}

double warp_delay(const struct warp *warp, double sample)
{
    int low = 0, high = warp->parts; /* the part is in low to high - 1 */

    while (high - low > 1) {
        int middle = (low + high) / 2;

        if (warp->part[middle].start <= sample)
            low = middle;
        else
            high = middle;
    }
    return sample - position(&warp->part[low], sample);
}

int warp_jumps(const struct warp *warp, double least)
{
    const struct warp_part *before = NULL;
    int jumps = 0;

    for (int p = 0; p < warp->parts; p++) {
        const struct warp_part *part = &warp->part[p];

        if (isnan(part->ref))
            continue;
        if (before && fabs(part->ref - position(before, part->start)) > least)
            jumps++;
        before = part;
    }
    return jumps;
}

/* -------------------------------------------------------------- render */

/* An interpolator like that of delay_by(), -70 dB from 0.55 of the rate on,
 * tabulated: between rows 1/512 of a sample apart, linearly, it errs by less
 * than (pi / 512)^2 / 8, which is -106 dB. */
#define REACH  48
#define SHAPE  7.0
#define PHASES 512

struct interpolator {
    float row[PHASES + 1]
             [2 * REACH]; /* tap k belongs to sample k - REACH + 1 */
};

/* Modified Bessel function of order 0, by its power series */
static double bessel(double x)
{
    double sum = 1, term = 1;

    for (int k = 1; term > 1e-12 * sum; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

static double kernel(double away)
{
    double edge = 1 - away / REACH * (away / REACH);

    if (away == floor(away)) /* else rounding would blur whole delays */
        return away == 0;
    return edge <= 0 ? 0
                     : sin(PI * away) / (PI * away) *
                           bessel(SHAPE * sqrt(edge)) / bessel(SHAPE);
}

static struct interpolator *make_interpolator(void)
{
    struct interpolator *made = allocate(1, sizeof *made);

    for (int p = 0; p <= PHASES; p++)
        for (int k = 0; k < 2 * REACH; k++)
            made->row[p][k] = (float)kernel(k - REACH + 1 - (double)p / PHASES);
    return made;
}

/* Weights for positions this far beyond a sample */
static void blend(const struct interpolator *table, double fraction,
                  float *weight)
{
    int row = (int)(fraction * PHASES);
    float between = (float)(fraction * PHASES - row);

    for (int k = 0; k < 2 * REACH; k++)
        weight[k] = table->row[row][k] +
                    between * (table->row[row + 1][k] - table->row[row][k]);
}

/* In lanes, which compilers can make vectors of */
static double weigh(const float *x, const float *weight)
{
    enum { LANES = 8 };
    float lane[LANES] = { 0 };
    double sum = 0;

    for (int k = 0; k < 2 * REACH; k += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += x[k + l] * weight[k + l];
    for (int l = 0; l < LANES; l++)
        sum += (double)lane[l];
    return sum;
}

/* Samples around a position, zeros beyond the ends */
static double weigh_edge(const float *x, int n, int first, const float *weight)
{
    float around[2 * REACH];

    for (int k = 0; k < 2 * REACH; k++)
        around[k] = first + k >= 0 && first + k < n ? x[first + k] : 0;
    return weigh(around, weight);
}

/* Some samples of a part */
static void play(const struct interpolator *table, const struct warp_part *part,
                 const float *x, int n, int from, int to, double *y)
{
    double last = -1; /* what the weights are for */
    float weight[2 * REACH];

    for (int i = from; i < to; i++) {
        double at = position(part, i), whole = floor(at);
        int first = (int)whole - REACH + 1;

        if (at - whole != last) {
            last = at - whole;
            blend(table, last, weight);
        }
        y[i - from] = first >= 0 && first + 2 * REACH <= n
                          ? weigh(x + first, weight)
                          : weigh_edge(x, n, first, weight);
    }
}

/* From 0 to 1 around 0 */
static double rise(int sample, int fade)
{
    double share = fade ? (sample + 0.5) / fade + 0.5 : sample >= 0;

    if (share <= 0 || share >= 1)
        return share > 0;
    return 0.5 - 0.5 * cos(PI * share);
}

/* The weights of all parts add up to 1 at every sample. */
void warp_render(const struct warp *warp, const float *x, int n,
                 const float *filler, float *y)
{
    struct interpolator *table = make_interpolator();
    double *value = allocate((size_t)warp->n, sizeof *value);
    int half = warp->fade / 2, parts = warp->parts;

    make_silence(y, warp->n);
    for (int p = 0; p < parts; p++) {
        const struct warp_part *part = &warp->part[p];
        int next = p + 1 < parts ? part[1].start : warp->n + half;
        int from = part->start > half ? part->start - half : 0;
        int to = next + half < warp->n ? next + half : warp->n;

        if (!isnan(part->ref))
            play(table, part, x, n, from, to, value);
        else
            for (int i = from; i < to; i++)
                value[i - from] = filler ? (double)filler[i] : 0;
        for (int i = from; i < to; i++) {
            double weight = (p ? rise(i - part->start, warp->fade) : 1) -
                            (p + 1 < parts ? rise(i - next, warp->fade) : 0);

            y[i] += (float)(weight * value[i - from]);
        }
    }
    free(value);
    free(table);
}

/* ----------------------------------------------------------- one stretch */

void warp_shift(struct warp *warp, int n, double delay, int tail)
{
    begin(warp, 0);
    add_first(warp, delay, 1);
    finish(warp, n, tail);
}

void warp_drift(struct warp *warp, int n, double delay, double ppm)
{
    begin(warp, 0);
    add_first(warp, delay, 1 + ppm * 1e-6);
    finish(warp, n, 0);
}

/* ---------------------------------------------------------------- steps */

#define BOUND_S   0.3   /* steps of either sign add up to at most this */
#define FADE_S    0.002 /* no clicks, and still an instant */
#define TRIES     12    /* instants to choose from */
#define STRETCH_S 0.060 /* the shortest between two steps */
#define AROUND_S  0.030 /* what an instant is judged by, before and after */

/* Energy of a signal up to each sample */
static double *sum_energy(const float *x, int n)
{
    double *sum = allocate((size_t)n + 1, sizeof *sum);

    for (int i = 0; i < n; i++)
        sum[i + 1] = sum[i] + (double)x[i] * (double)x[i];
    return sum;
}

/* Mean between two samples */
static double power_between(const double *sum, int n, int from, int to)
{
    from = from < 0 ? 0 : from > n - 1 ? n - 1 : from;
    to = to > n ? n : to;
    return to > from ? (sum[to] - sum[from]) / (to - from) : 0;
}

/* The quietest instant by what surrounds it and what is deleted there, or the
 * loudest by the weaker of its sides */
static int choose_instant(const double *sum, int n, int rate_hz, double low,
                          double high, int deleted, enum warp_place place,
                          struct random *random)
{
    int around = (int)(AROUND_S * rate_hz), best = 0;
    double best_power = -1;

    for (int t = 0; t < TRIES; t++) {
        int at = (int)random_uniform(random, low, high);
        int end = at + deleted + around;
        double power =
            place == WARP_ACTIVE
                ? fmin(power_between(sum, n, at - around, at),
                       power_between(sum, n, end - around, end))
                : 1 / (power_between(sum, n, at - around, end) + 1e-20);

        if (power > best_power) {
            best_power = power;
            best = at;
        }
    }
    return best;
}

static int draw_step(const struct warp_steps *steps, int rate_hz, int sum,
                     struct random *random)
{
    double size_ms = steps->sizes_ms[random_below(random, steps->sizes)];
    int size = (int)lround(size_ms / 1000 * rate_hz);
    int sign = random_below(random, 2) ? 1 : -1;

    if (steps->sign)
        return steps->sign * size;
    return abs(sum + sign * size) > BOUND_S * rate_hz ? -sign * size
                                                      : sign * size;
}

void warp_step(struct warp *warp, const float *x, int n, int rate_hz,
               double delay, const struct warp_steps *steps, uint64_t seed)
{
    struct random random = random_seed(seed);
    double *energy = sum_energy(x, n);
    double slot = (double)n / steps->count;
    int sum = 0;

    begin(warp, (int)(FADE_S * rate_hz / 2) * 2);
    add_first(warp, delay, 1);
    for (int s = 0; s < steps->count; s++) {
        const struct warp_part *part = &warp->part[warp->parts - 1];
        int step = draw_step(steps, rate_hz, sum, &random);
        int deleted = step < 0 ? -step : 0, start;
        double at = choose_instant(energy, n, rate_hz, (s + 0.1) * slot,
                                   (s + 0.9) * slot, deleted, steps->place,
                                   &random);

        at = fmax(at, part->ref + STRETCH_S * rate_hz);
        if (at + deleted + STRETCH_S * rate_hz > n)
            break;
        start = part->start + (int)lround(at - part->ref);
        at = position(part, start);
        sum += step;
        if (step > 0 && steps->place == WARP_PAUSES) {
            add_part(warp, start, (double)NAN, 1);
            add_part(warp, start + step, at, 1);
        } else {
            add_part(warp, start, fmax(at - step, 0), 1);
        }
    }
    finish(warp, n, 0);
    free(energy);
}

/* ---------------------------------------------------------------- tempo */

#define HOP_S  0.020
#define SEEK_S 0.007 /* half a period of 71 Hz */
#define COARSE 4     /* samples, for the first look */

/* Correlation of what surrounds two samples of x, of every `step` samples */
static double alike(const float *x, int n, int a, int b, int half, int step)
{
    double cross = 0, of_b = 1e-9;

    if (a < half || b < half || a + half > n || b + half > n)
        return -1;
    for (int i = -half; i < half; i += step) {
        cross += (double)(x[a + i] * x[b + i]);
        of_b += (double)(x[b + i] * x[b + i]);
    }
    return cross / sqrt(of_b);
}

/* Best continuation of `natural` near `ideal` */
static int seek(const float *x, int n, int natural, int ideal, int hop,
                int reach)
{
    int best = ideal;
    double most = -1;

    for (int step = COARSE; step; step = step > 1 ? 1 : 0) {
        int centre = best, span = step > 1 ? reach : COARSE;

        for (int b = centre - span; b <= centre + span; b += step) {
            double match = alike(x, n, natural, b, hop / 2, step);

            if (match > most || b == centre - span) {
                most = match;
                best = b;
            }
        }
    }
    return best;
}

void warp_tempo(struct warp *warp, const float *x, int n, int rate_hz,
                double delay, double tempo)
{
    int hop = (int)(HOP_S * rate_hz / 2) * 2, reach = (int)(SEEK_S * rate_hz);
    double first;
    int start;

    begin(warp, hop);
    add_first(warp, floor(delay), 1);
    start = warp->part[warp->parts - 1].start;
    first = warp->part[warp->parts - 1].ref;
    for (int k = 1;; k++) {
        double before = warp->part[warp->parts - 1].ref;
        int ideal = (int)lround(first + k * hop * tempo);

        if (ideal + 2 * hop + reach > n)
            break;
        add_part(warp, start + k * hop,
                 seek(x, n, (int)before + hop, ideal, hop, reach), 1);
    }
    warp->n = warp->part[warp->parts - 1].start + hop;
}
