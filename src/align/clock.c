/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock ratio: a delay that grows steadily. */
#include "base/select.h"
#include "track.h"
#include "wave.h"

#include <math.h>

#define POINTS       24 /* places where the delay is measured */
#define POINTS_MIN   8
#define POINTS_FEW   5      /* after which a walk is given up ... */
#define HOPELESS_S   1e-3   /* ... that misses a line by this, */
#define MATCH_SHARE  0.8    /* or that matches less than this of the path's */
#define BLOCK        2048   /* samples of each */
#define STEP         512    /* between blocks that are compared by energy */
#define STEADY_S     2e-4   /* median miss of a line: steady enough */
#define OUTLIER_S    4e-4   /* misses beyond do not count, nor those */
#define OUTLIER      6.0    /* beyond so many medians of them */
#define OUTLIER_FINE 0.25   /* samples: less is the error of each point */
#define WALK_REACH_S 0.003  /* from where the line points to, */
#define NEAR_REACH_S 0.0015 /* or from what is known */
#define SURE         0.9    /* match of a path that is hardly wrong */
#define SLOPE_MOST   0.01   /* 10000 ppm */
#define PPM_LEAST    2.0    /* differences of real clocks begin here */
#define SIGMAS       4.0    /* beyond the error of measurement */

struct point {
    double time, delay; /* samples */
};

static double median(double *x, int n)
{
    return opine_select(x, n, n / 2);
}

/* The loudest block that begins from `start` to `end` */
static int loudest_block(const struct opine_kernels *kernels,
                         const struct opine_mono *deg, int start, int end)
{
    int best = start;
    double most = -1;

    for (int at = start; at < end && at + BLOCK <= deg->n; at += STEP) {
        double energy = (double)kernels->dot(deg->x + at, deg->x + at, BLOCK);

        if (energy > most) {
            most = energy;
            best = at;
        }
    }
    return best;
}

/* What delays are measured on */
struct pair {
    const struct opine_kernels *kernels;
    const struct opine_mono *ref, *deg;
    const struct opine_path *path;
};

/* Where to measure: the loudest block of each part of the degraded */
static void place_points(const struct pair *f, int *start)
{
    double share = (double)(f->deg->n - BLOCK) / POINTS;

    for (int i = 0; i < POINTS; i++)
        start[i] = loudest_block(f->kernels, f->deg, (int)(i * share),
                                 (int)((i + 1) * share));
}

static int is_inside(const struct pair *f, int start, double lag)
{
    return start + BLOCK <= f->deg->n && start - lag >= 0 &&
           start + BLOCK - lag <= f->ref->n;
}

/* What is known of the delay in the middle of a block */
static double lag_at(const struct pair *f, int start)
{
    int hop = (int)((start + BLOCK / 2) / f->path->hop);

    return f->path->lag[hop < f->path->hops ? hop : f->path->hops - 1];
}

static double delay_at(const struct pair *f, int start, double lag,
                       double reach_s)
{
    return opine_track_nudge(f->kernels, f->ref, f->deg, start, BLOCK, lag,
                             reach_s);
}

/* Theil's line: medians of the slopes of all pairs that are far apart, and of
 * what remains */
static int fit_line(const struct point *p, int n, double *slope, double *offset,
                    double *miss)
{
    double values[POINTS * POINTS];
    int count = 0;

    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n; k++)
            if (fabs(p[k].time - p[i].time) > 0)
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

/* Each delay near the path's, or near the line */
static int measure_near(const struct pair *f, const int *start, int on_line,
                        struct point *p)
{
    const struct opine_line *line = &f->path->line;
    int n = 0;

    for (int i = 0; i < POINTS; i++) {
        double time = start[i] + BLOCK / 2.0;
        double lag = on_line ? line->offset + line->slope * time
                             : lag_at(f, start[i]);

        if (!is_inside(f, start[i], lag))
            continue;
        p[n].time = time;
        p[n++].delay = delay_at(f, start[i], lag,
                                on_line ? WALK_REACH_S : NEAR_REACH_S);
    }
    return n;
}

/* Where the line through the points so far points to */
static double expect(const struct point *p, int n, double time)
{
    double slope = 0, offset = p[0].delay, miss;

    if (fit_line(p, n, &slope, &offset, &miss) && fabs(slope) > SLOPE_MOST) {
        slope = slope > 0 ? SLOPE_MOST : -SLOPE_MOST;
        offset = p[0].delay - slope * p[0].time;
    }
    return offset + slope * time;
}

static double match_at(const struct pair *f, int start, double lag)
{
    struct opine_match m = opine_track_match(f->kernels, f->ref, f->deg, start,
                                             start + BLOCK, lag);

    return fabs(m.cross) / sqrt(m.ref * m.deg + 1e-20);
}

/* Whether points match about as well as the path does there, and are on a line
 * more or less */
static int is_likely(const struct pair *f, const struct point *p, int n)
{
    double slope, offset, miss, own = 0, path = 0;

    for (int i = 0; i < n && f->path->match >= OPINE_WAVE_TRUSTED; i++) {
        int start = (int)(p[i].time - BLOCK / 2.0);

        own += match_at(f, start, p[i].delay);
        path += match_at(f, start, lag_at(f, start));
    }
    return own >= MATCH_SHARE * path &&
           fit_line(p, n, &slope, &offset, &miss) &&
           miss < HOPELESS_S * f->ref->rate_hz;
}

/* Measure from a seed to both ends by turns: each delay is looked for where the
 * line so far points to, so that a period of the voice is not mistaken for
 * drift. Returns 0 points when the first few or all are unlikely. */
static int walk_from(const struct pair *f, const int *start, int seed,
                     struct point *p)
{
    double reach_s = f->path->is_one ? NEAR_REACH_S : WALK_REACH_S;
    double lag = lag_at(f, start[seed]);
    int n = 1;

    if (!is_inside(f, start[seed], lag))
        return 0;
    p[0].time = start[seed] + BLOCK / 2.0;
    p[0].delay = delay_at(f, start[seed], lag,
                          f->path->is_one ? reach_s : OPINE_REFINER_REACH_S);
    for (int k = 2; k < 2 * POINTS; k++) {
        int at = seed + (k % 2 ? k / 2 : -k / 2);
        double time;

        if (at < 0 || at >= POINTS)
            continue;
        time = start[at] + BLOCK / 2.0;
        lag = expect(p, n, time);
        if (!is_inside(f, start[at], lag))
            continue;
        p[n].time = time;
        p[n++].delay = delay_at(f, start[at], lag, reach_s);
        if (n == POINTS_FEW && !is_likely(f, p, n))
            return 0;
    }
    return is_likely(f, p, n) ? n : 0;
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
        return (double)INFINITY;
    *slope = td / tt;
    for (int i = 0; i < n; i++)
        if (fabs(p[i].delay - offset - first * p[i].time) <= outlier)
            error +=
                pow(p[i].delay - d / count - *slope * (p[i].time - t / count),
                    2);
    return sqrt(error / (count - 2) / tt);
}

/* The clock from points, if they are steady; the median miss of their line,
 * samples */
static double measure(const struct point *p, int n, double rate_hz, double *ppm)
{
    double slope, offset, miss, error, outlier;

    *ppm = 0;
    if (n < POINTS_MIN || !fit_line(p, n, &slope, &offset, &miss))
        return (double)INFINITY;
    if (miss >= STEADY_S * rate_hz)
        return miss;
    outlier = fmin(fmax(OUTLIER * miss, OUTLIER_FINE), OUTLIER_S * rate_hz);
    error = polish(p, n, offset, outlier, &slope);
    *ppm = -slope * 1e6;
    if (fabs(slope) < SIGMAS * error || fabs(*ppm) < PPM_LEAST)
        *ppm = 0;
    return miss;
}

/* Walks from one place, or from several */
static double measure_walks(const struct pair *f, const int *start)
{
    static const int seeds[] = { 12, 4, 20, 8, 16 };
    double steady = STEADY_S * f->ref->rate_hz, ppm = 0;
    struct point p[POINTS];

    for (int i = 0; i < (f->path->is_one ? 1 : 5); i++) {
        int n = walk_from(f, start, seeds[i], p);
        double here, miss = measure(p, n, f->ref->rate_hz, &here);

        if (miss < steady) {
            steady = miss;
            ppm = here;
        }
    }
    return ppm;
}

double opine_clock_measure(const struct opine_kernels *kernels,
                           const struct opine_mono *ref,
                           const struct opine_mono *deg,
                           const struct opine_path *path)
{
    const struct pair pair = { kernels, ref, deg, path };
    double steady = STEADY_S * ref->rate_hz, ppm = 0;
    int start[POINTS];
    struct point p[POINTS];

    if (deg->n <= 2 * BLOCK)
        return 0;
    place_points(&pair, start);
    if (path->is_one || path->match < OPINE_WAVE_TRUSTED)
        return measure_walks(&pair, start);
    for (int on_line = 0; on_line <= 1; on_line++) {
        int n = measure_near(&pair, start, on_line, p);

        if (measure(p, n, ref->rate_hz, &ppm) < steady &&
            is_likely(&pair, p, n))
            return ppm;
    }
    return path->match < SURE ? measure_walks(&pair, start) : 0;
}
