/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock ratio: a delay that grows steadily. */
#include "track.h"

#include <math.h>
#include <stdlib.h>

#define POINTS     24 /* places where the delay is measured */
#define POINTS_MIN 8
#define BLOCK      2048 /* samples of each */
#define STEP       512  /* between blocks that are compared by energy */
#define STEADY_S   2e-4 /* median miss of a line: steady enough */
#define OUTLIER_S  4e-4 /* misses beyond do not count */
#define PPM_LEAST  2.0  /* differences of real clocks begin here */
#define SIGMAS     4.0  /* beyond the error of measurement */

struct point {
    double time, delay; /* samples */
};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, ascending);
    return x[n / 2];
}

/* The loudest block that begins from `start` to `end` */
static int loudest_block(const struct opine_mono *deg, int start, int end)
{
    int best = start;
    double most = -1;

    for (int at = start; at < end && at + BLOCK <= deg->n; at += STEP) {
        double energy = 0;
        for (int i = 0; i < BLOCK; i += 4) /* a quarter tells */
            energy += (double)deg->x[at + i] * (double)deg->x[at + i];
        if (energy > most) {
            most = energy;
            best = at;
        }
    }
    return best;
}

static int measure_points(const struct opine_refiner *f, const int *path,
                          int hops, double hop, struct point *p)
{
    int n = 0;

    for (int i = 0; i < POINTS; i++) {
        double share = (double)(f->deg->n - BLOCK) / POINTS;
        int start = loudest_block(f->deg, (int)(i * share),
                                  (int)((i + 1) * share));
        int at = (int)((start + BLOCK / 2) / hop);
        double lag = path[at < hops ? at : hops - 1] * hop;

        if (start + BLOCK > f->deg->n || start - lag < 0 ||
            start + BLOCK - lag > f->ref->n)
            continue;
        p[n].time = start + BLOCK / 2.0;
        p[n++].delay = opine_refiner_lag(f, start, start + BLOCK, lag);
    }
    return n;
}

/* Theil's line: medians of the slopes of all pairs that are far apart, and of
 * what remains */
static int fit_line(const struct point *p, int n, double *slope, double *offset,
                    double *miss)
{
    double values[POINTS * POINTS];
    int count = 0;

    for (int i = 0; i < n; i++)
        for (int k = i + n / 3; k < n; k++)
            if (k > i)
                values[count++] = (p[k].delay - p[i].delay) /
                                  (p[k].time - p[i].time);
    if (!count)
        return 0;
    *slope = median(values, count);
    for (int i = 0; i < n; i++)
        values[i] = p[i].delay - *slope * p[i].time;
    *offset = median(values, n);
    for (int i = 0; i < n; i++)
        values[i] = fabs(p[i].delay - *offset - *slope * p[i].time);
    *miss = median(values, n);
    return 1;
}

/* Least squares over the points near the line; returns the slope's standard
 * error */
static double polish(const struct point *p, int n, double offset,
                     double outlier, double *slope)
{
    double t = 0, d = 0, tt = 0, td = 0, error = 0, first = *slope;
    int count = 0;

    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < n; i++) {
            if (fabs(p[i].delay - offset - first * p[i].time) > outlier)
                continue;
            if (!pass) {
                t += p[i].time;
                d += p[i].delay;
                count++;
                continue;
            }
            tt += pow(p[i].time - t / count, 2);
            td += (p[i].time - t / count) * (p[i].delay - d / count);
        }
    if (count < POINTS_MIN || tt <= 0)
        return INFINITY;
    *slope = td / tt;
    for (int i = 0; i < n; i++)
        if (fabs(p[i].delay - offset - first * p[i].time) <= outlier)
            error +=
                pow(p[i].delay - d / count - *slope * (p[i].time - t / count),
                    2);
    return sqrt(error / (count - 2) / tt);
}

double opine_clock_measure(const struct opine_refiner *refiner, const int *path,
                           int hops, double hop)
{
    double rate_hz = refiner->ref->rate_hz, slope, offset, miss, error;
    struct point p[POINTS];
    int n = 0;

    if (refiner->deg->n > 2 * BLOCK)
        n = measure_points(refiner, path, hops, hop, p);
    if (n < POINTS_MIN || !fit_line(p, n, &slope, &offset, &miss) ||
        miss > STEADY_S * rate_hz)
        return 0;
    error = polish(p, n, offset, OUTLIER_S * rate_hz, &slope);
    if (fabs(slope) < SIGMAS * error || fabs(slope) * 1e6 < PPM_LEAST)
        return 0;
    return -slope * 1e6;
}
