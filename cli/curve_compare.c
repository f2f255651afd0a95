/* SPDX-License-Identifier: BSD-2-Clause */
/* Codecs against each other: deltas, their intervals, and what makes them
   doubtful. */
#include "curve.h"

#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Deltas over less than half of the shorter curve, over less MOS than listeners
   hear for sure, or less than an octave of rate say little about a codec */
#define LEAST_OVERLAP 0.5
#define LEAST_MOS     0.3
#define LEAST_RATE    1.5

/* VCEG-M33 asks for four points */
#define FEW_POINTS 4

/* Fewer rows than three have hardly any draws that differ */
#define LEAST_ROWS 3
#define ROUNDS     1000

/* --------------------------------------------------------------- doubts */

const char *doubt_name(enum doubt doubt)
{
    switch (doubt) {
    case DOUBT_REVERSAL:
        return "not_monotone";
    case DOUBT_RANGE:
        return "small_range";
    case DOUBT_POINTS:
        return "few_points";
    case DOUBT_REFERENCES:
        return "unlike_references";
    case DOUBTS:
        break;
    }
    return "";
}

const char *doubt_text(enum doubt doubt)
{
    switch (doubt) {
    case DOUBT_REVERSAL:
        return "a curve is not monotone";
    case DOUBT_RANGE:
        return "the common range is small";
    case DOUBT_POINTS:
        return "a curve has less than 4 points";
    case DOUBT_REFERENCES:
        return "they are of unlike references";
    case DOUBTS:
        break;
    }
    return "";
}

static int has_small_range(const struct rivals *r)
{
    return r->rate.overlap < LEAST_OVERLAP ||
           r->quality.overlap < LEAST_OVERLAP ||
           r->rate.high - r->rate.low < LEAST_MOS ||
           r->quality.high / r->quality.low < LEAST_RATE;
}

/**
 * Whether two curves are of the same references: their first points are, as
 * each curve tells whether its own are
 */
static int has_unlike_references(const struct curves *c, const struct rivals *r)
{
    const struct rung *a = &r->anchor->rung[0];
    const struct rung *b = &r->test->rung[0];

    if (r->anchor->is_uneven || r->test->is_uneven || a->rows != b->rows)
        return 1;
    for (int i = 0; i < a->rows; i++)
        if (strcmp(c->sample[a->first + i].ref, c->sample[b->first + i].ref))
            return 1;
    return 0;
}

/* ------------------------------------------------------------ intervals */

/**
 * Both curves, of rows that are drawn again and again
 */
struct draw {
    const struct curves *curves;
    const struct rivals *rivals;
    struct bd_point *anchor;
    struct bd_point *test;
};

/**
 * Means of a curve over some of its rows; the same rows of each point, which
 * are of the same references
 */
static void draw_means(const struct curves *c, const struct curve *curve,
                       const int *pick, int n, struct bd_point *point)
{
    for (int i = 0; i < curve->count; i++) {
        const struct curve_row *row = &c->sample[curve->rung[i].first];
        double weight = 0, sum = 0;

        for (int k = 0; k < n; k++) {
            weight += row[pick[k]].weight;
            sum += row[pick[k]].weight * row[pick[k]].mos;
        }
        point[i] = (struct bd_point){ curve->rung[i].kbps, sum / weight };
    }
}

static void draw_both(const struct draw *d, const int *pick, int n)
{
    draw_means(d->curves, d->rivals->anchor, pick, n, d->anchor);
    draw_means(d->curves, d->rivals->test, pick, n, d->test);
}

static double draw_rate(void *user, const int *pick, int n)
{
    const struct draw *d = user;

    draw_both(d, pick, n);
    return bd_rate(d->anchor, d->rivals->anchor->count, d->test,
                   d->rivals->test->count)
        .value;
}

static double draw_quality(void *user, const int *pick, int n)
{
    const struct draw *d = user;

    draw_both(d, pick, n);
    return bd_quality(d->anchor, d->rivals->anchor->count, d->test,
                      d->rivals->test->count)
        .value;
}

/**
 * Bootstrap the deltas over the rows
 * return          0, or -1 when memory could not be had
 */
static int resample(const struct curves *c, struct rivals *r)
{
    int rows = r->anchor->rung[0].rows;
    size_t points = (size_t)r->anchor->count + (size_t)r->test->count;
    struct draw draw = { .curves = c,
                         .rivals = r,
                         .anchor = calloc(points, sizeof(struct bd_point)) };

    if (!draw.anchor)
        return -1;
    draw.test = draw.anchor + r->anchor->count;
    if (rows >= LEAST_ROWS && !isnan(r->rate.value))
        r->rate_95 = statistics_bootstrap(draw_rate, &draw, rows, ROUNDS);
    if (rows >= LEAST_ROWS && !isnan(r->quality.value))
        r->quality_95 = statistics_bootstrap(draw_quality, &draw, rows, ROUNDS);
    free(draw.anchor);
    return 0;
}

/* --------------------------------------------------------------- rivals */

static int compare(const struct curves *c, const struct curve *anchor,
                   const struct curve *test, struct rivals *r)
{
    *r = (struct rivals){ .anchor = anchor,
                          .test = test,
                          .rate_95 = { (double)NAN, (double)NAN },
                          .quality_95 = { (double)NAN, (double)NAN } };
    r->rate = bd_rate(anchor->point, anchor->count, test->point, test->count);
    r->quality = bd_quality(anchor->point, anchor->count, test->point,
                            test->count);
    if (anchor->reversal > 0 || test->reversal > 0)
        r->doubts |= 1u << DOUBT_REVERSAL;
    if (has_small_range(r))
        r->doubts |= 1u << DOUBT_RANGE;
    if (anchor->count < FEW_POINTS || test->count < FEW_POINTS)
        r->doubts |= 1u << DOUBT_POINTS;
    if (has_unlike_references(c, r)) {
        r->doubts |= 1u << DOUBT_REFERENCES;
        return 0;
    }
    return resample(c, r);
}

int curve_compare(const struct options *o, struct curves *c)
{
    int anchor = -1;

    for (int i = 0; o->anchor && i < c->count; i++)
        if (!strcmp(c->curve[i].codec, o->anchor))
            anchor = i;
    if (o->anchor && anchor < 0) {
        complain("--anchor", "%s has no codec '%s'", c->path, o->anchor);
        return -1;
    }
    c->pair = calloc((size_t)c->count * (size_t)c->count, sizeof(*c->pair));
    if (!c->pair) {
        complain(NULL, "out of memory");
        return -1;
    }
    for (int a = 0; a < c->count; a++)
        for (int b = 0; b < c->count; b++)
            if ((anchor >= 0 ? a == anchor && b != a : b > a) &&
                compare(c, &c->curve[a], &c->curve[b], &c->pair[c->pairs++])) {
                complain(NULL, "out of memory");
                return -1;
            }
    return 0;
}
