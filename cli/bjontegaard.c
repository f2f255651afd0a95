/* SPDX-License-Identifier: BSD-2-Clause */
#include "bjontegaard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN ((double)NAN)

/* --------------------------------------------------------------- pchip */

static int has_turn(double a, double b)
{
    return !((a > 0 && b > 0) || (a < 0 && b < 0));
}

/**
 * Slope at an end, from three points, as far as it keeps the shape
 * h, d            Length and slope of the last interval, and of the one before
 *
 * PCHIM of SLATEC (F. N. Fritsch, LLNL UCRL-87285, 1982)
 */
static double end_slope(double h0, double d0, double h1, double d1)
{
    double slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);

    if (has_turn(slope, d0))
        return 0;
    if (has_turn(d0, d1) && fabs(slope) > 3 * fabs(d0))
        return 3 * d0;
    return slope;
}

/**
 * Slopes of the cubic at its points
 *
 * F. N. Fritsch and J. Butland, A method for constructing local monotone
 * piecewise cubic interpolants, SIAM J. Sci. Stat. Comput. 5, 1984: between two
 * intervals the weighted harmonic mean of theirs, 0 where the curve turns.
 */
static void find_slopes(const double *x, const double *y, int n, double *slope)
{
    int last = n - 1;

    if (n == 2) {
        slope[0] = slope[1] = (y[1] - y[0]) / (x[1] - x[0]);
        return;
    }
    for (int i = 1; i < last; i++) {
        double h0 = x[i] - x[i - 1];
        double h1 = x[i + 1] - x[i];
        double d0 = (y[i] - y[i - 1]) / h0;
        double d1 = (y[i + 1] - y[i]) / h1;

        slope[i] = has_turn(d0, d1)
                       ? 0
                       : 3 * (h0 + h1) /
                             ((2 * h1 + h0) / d0 + (h1 + 2 * h0) / d1);
    }
    slope[0] = end_slope(x[1] - x[0], (y[1] - y[0]) / (x[1] - x[0]),
                         x[2] - x[1], (y[2] - y[1]) / (x[2] - x[1]));
    slope[last] =
        end_slope(x[last] - x[last - 1],
                  (y[last] - y[last - 1]) / (x[last] - x[last - 1]),
                  x[last - 1] - x[last - 2],
                  (y[last - 1] - y[last - 2]) / (x[last - 1] - x[last - 2]));
}

/**
 * Integrate one piece from its beginning up to a share t of its length h
 */
static double integrate_piece(double h, const double *y, const double *slope,
                              double t)
{
    /* y(t) = y0 + t (b + t (c + t d)) */
    double b = h * slope[0];
    double c = 3 * (y[1] - y[0]) - h * (2 * slope[0] + slope[1]);
    double d = h * (slope[0] + slope[1]) - 2 * (y[1] - y[0]);

    return h * t * (y[0] + t * (b / 2 + t * (c / 3 + t * d / 4)));
}

double bd_integrate(const double *x, const double *y, int n, double from,
                    double to)
{
    double *slope = calloc((size_t)n, sizeof(*slope));
    double sum = 0;

    if (!slope)
        return UNKNOWN;
    find_slopes(x, y, n, slope);
    for (int i = 0; i + 1 < n; i++) {
        double h = x[i + 1] - x[i];
        double first = fmin(fmax((from - x[i]) / h, 0), 1);
        double last = fmin(fmax((to - x[i]) / h, 0), 1);

        if (last > first)
            sum += integrate_piece(h, y + i, slope + i, last) -
                   integrate_piece(h, y + i, slope + i, first);
    }
    free(slope);
    return sum;
}

/* -------------------------------------------------------------- deltas */

/**
 * One curve, as a function that is integrated
 */
struct function {
    int n;
    double *x; /* rises */
    double *y;
};

/**
 * Mean of b - a where both are known
 */
static struct bd compare(const struct function *a, const struct function *b)
{
    struct bd bd = { UNKNOWN, UNKNOWN, UNKNOWN, 0 };

    if (a->n < 2 || b->n < 2)
        return bd;

    double a_high = a->x[a->n - 1];
    double b_high = b->x[b->n - 1];
    double low = fmax(a->x[0], b->x[0]);
    double high = fmin(a_high, b_high);

    if (!(high > low))
        return bd;
    bd.low = low;
    bd.high = high;
    bd.overlap = (high - low) / fmin(a_high - a->x[0], b_high - b->x[0]);
    bd.value = (bd_integrate(b->x, b->y, b->n, low, high) -
                bd_integrate(a->x, a->y, a->n, low, high)) /
               (high - low);
    return bd;
}

int bd_front(struct bd_point *points, int count)
{
    int kept = 0;

    for (int i = 0; i < count; i++) {
        /* As cheap as the last one, but better */
        if (kept && points[i].quality > points[kept - 1].quality &&
            !(points[i].rate > points[kept - 1].rate))
            kept--;
        if (!kept || points[i].quality > points[kept - 1].quality)
            points[kept++] = points[i];
    }
    return kept;
}

/**
 * Of points with equal rates keep the best
 */
static int drop_equal(struct bd_point *points, int count)
{
    int kept = 0;

    for (int i = 0; i < count; i++) {
        if (!kept || points[i].rate > points[kept - 1].rate)
            points[kept++] = points[i];
        else if (points[i].quality > points[kept - 1].quality)
            points[kept - 1].quality = points[i].quality;
    }
    return kept;
}

/**
 * Make a function of a curve: of the rate, or of the quality
 * room            For twice as many numbers as there are points
 */
static struct function make_function(struct bd_point *points, int count,
                                     int is_of_quality, double *room)
{
    struct function f = { is_of_quality ? bd_front(points, count)
                                        : drop_equal(points, count),
                          room, room + count };

    for (int i = 0; i < f.n; i++) {
        double rate = log10(points[i].rate);

        f.x[i] = is_of_quality ? points[i].quality : rate;
        f.y[i] = is_of_quality ? rate : points[i].quality;
    }
    return f;
}

static struct bd find_delta(const struct bd_point *anchor, int anchor_count,
                            const struct bd_point *test, int test_count,
                            int is_of_quality)
{
    size_t count = (size_t)anchor_count + (size_t)test_count;
    struct bd_point *points = malloc((count + 1) * sizeof(*points));
    double *room = malloc((2 * count + 1) * sizeof(*room));
    struct bd bd = { UNKNOWN, UNKNOWN, UNKNOWN, 0 };

    if (points && room) {
        memcpy(points, anchor, (size_t)anchor_count * sizeof(*points));
        memcpy(points + anchor_count, test,
               (size_t)test_count * sizeof(*points));

        struct function a = make_function(points, anchor_count, is_of_quality,
                                          room);
        struct function b = make_function(points + anchor_count, test_count,
                                          is_of_quality,
                                          room + 2 * (size_t)anchor_count);

        bd = compare(&a, &b);
    }
    free(points);
    free(room);
    return bd;
}

struct bd bd_rate(const struct bd_point *anchor, int anchor_count,
                  const struct bd_point *test, int test_count)
{
    struct bd bd = find_delta(anchor, anchor_count, test, test_count, 1);

    bd.value = 100 * (pow(10, bd.value) - 1);
    return bd;
}

struct bd bd_quality(const struct bd_point *anchor, int anchor_count,
                     const struct bd_point *test, int test_count)
{
    struct bd bd = find_delta(anchor, anchor_count, test, test_count, 0);

    bd.low = pow(10, bd.low);
    bd.high = pow(10, bd.high);
    return bd;
}
