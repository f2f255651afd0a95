/* SPDX-License-Identifier: BSD-2-Clause */
/* Curves of samples: points with their means, and what is odd about them. */
#include "curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where quality hardly depends on the rate, rounding makes small reversals */
#define LEAST_REVERSAL 0.005

#define TOP 4.75 /* of the scale; nothing is expected above */

/* -------------------------------------------------------------- order */

/**
 * Number the codecs in order of the table
 */
static void number_curves(struct curves *c)
{
    const char **names = calloc((size_t)c->samples, sizeof(*names));
    int last = 0;

    c->count = 0;
    for (int i = 0; names && i < c->samples; i++) {
        if (!c->count || strcmp(names[last], c->sample[i].codec) != 0)
            for (last = 0; last < c->count; last++)
                if (!strcmp(names[last], c->sample[i].codec))
                    break;
        if (last == c->count)
            names[c->count++] = c->sample[i].codec;
        c->sample[i].curve = last;
    }
    free(names);
}

/**
 * Compare by what makes a point
 */
static int compare_points(const struct curve_row *a, const struct curve_row *b)
{
    if (a->curve != b->curve)
        return a->curve - b->curve;
    if (a->nominal < b->nominal || a->nominal > b->nominal)
        return a->nominal < b->nominal ? -1 : 1;
    /* 64 and 64.0 are one rate; without rates steps are texts */
    return a->nominal > 0 ? 0 : strcmp(a->step, b->step);
}

static int compare_samples(const void *a, const void *b)
{
    const struct curve_row *x = a;
    const struct curve_row *y = b;
    int order = compare_points(x, y);

    if (!order)
        order = strcmp(x->ref, y->ref);
    return order ? order : x->row - y->row;
}

static int compare_rungs(const void *a, const void *b)
{
    const struct rung *x = a;
    const struct rung *y = b;

    if (x->kbps < y->kbps || x->kbps > y->kbps)
        return x->kbps < y->kbps ? -1 : 1;
    return x->first - y->first;
}

/* -------------------------------------------------------------- points */

/**
 * Mean, and interval by Student's t over as many rows as the weights are worth
 */
static void average(const struct curve_row *s, struct rung *rung)
{
    double weight = 0, squares = 0, sum = 0, spread = 0;

    for (int i = 0; i < rung->rows; i++) {
        weight += s[i].weight;
        squares += s[i].weight * s[i].weight;
        sum += s[i].weight * s[i].mos;
    }
    rung->mos = sum / weight;
    rung->low = rung->high = (double)NAN;
    for (int i = 0; i < rung->rows; i++)
        spread += s[i].weight / weight * (s[i].mos - rung->mos) *
                  (s[i].mos - rung->mos);

    double worth = weight * weight / squares;

    if (worth < 1.5)
        return;

    double half = statistics_student_95((int)(worth - 0.5)) *
                  sqrt(spread / (worth - 1));

    rung->low = fmax(rung->mos - half, 1);
    rung->high = fmin(rung->mos + half, fmax(rung->mos, TOP));
}

static void take_rung(const struct curves *c, struct rung *rung)
{
    const struct curve_row *s = &c->sample[rung->first];
    double kbit = 0, seconds = 0;

    for (int i = 0; i < rung->rows; i++) {
        kbit += s[i].kbit;
        seconds += s[i].seconds;
    }
    rung->kbps = kbit / seconds;
    average(s, rung);
}

/* -------------------------------------------------------------- curves */

/**
 * Whether two points have the same references
 */
static int has_same_references(const struct curves *c, const struct rung *a,
                               const struct rung *b)
{
    for (int i = 0; a->rows == b->rows && i < a->rows; i++)
        if (strcmp(c->sample[a->first + i].ref, c->sample[b->first + i].ref))
            return 0;
    return a->rows == b->rows;
}

static int describe(const struct curves *c, struct curve *curve)
{
    double *rates = calloc(2 * (size_t)curve->count, sizeof(*rates));
    double *means = rates ? rates + curve->count : NULL;
    double best = 0;

    if (!rates)
        return -1;
    for (int i = 0; i < curve->count; i++) {
        const struct rung *rung = &curve->rung[i];

        rates[i] = rung->kbps;
        means[i] = rung->mos;
        curve->point[i] = (struct bd_point){ rung->kbps, rung->mos };
        if (best - rung->mos > fmax(curve->reversal, LEAST_REVERSAL)) {
            curve->reversal = best - rung->mos;
            curve->reversal_kbps = rung->kbps;
        }
        best = fmax(best, rung->mos);
        curve->is_uneven |= !has_same_references(c, rung, &curve->rung[0]);
    }
    curve->spearman = statistics_spearman(rates, means, curve->count);
    free(rates);
    return 0;
}

/**
 * Make a curve of the samples from `first` on
 * return          The first sample of the next curve; -1 for want of memory
 */
static int take_curve(struct curves *c, int first, struct curve *curve)
{
    int end = first;

    while (end < c->samples && c->sample[end].curve == c->sample[first].curve)
        end++;
    curve->codec = c->sample[first].codec;
    curve->rung = calloc((size_t)(end - first), sizeof(*curve->rung));
    curve->point = calloc((size_t)(end - first), sizeof(*curve->point));
    if (!curve->rung || !curve->point)
        return -1;
    for (int i = first; i < end; i++) {
        if (i == first || compare_points(&c->sample[i - 1], &c->sample[i]))
            curve->rung[curve->count++].first = i;
        curve->rung[curve->count - 1].rows++;
    }
    for (int i = 0; i < curve->count; i++)
        take_rung(c, &curve->rung[i]);
    qsort(curve->rung, (size_t)curve->count, sizeof(*curve->rung),
          compare_rungs);
    return describe(c, curve) ? -1 : end;
}

int curve_build(struct curves *c)
{
    number_curves(c);
    c->curve = calloc((size_t)c->count + 1, sizeof(*c->curve));
    if (!c->count || !c->curve)
        return -1;
    qsort(c->sample, (size_t)c->samples, sizeof(*c->sample), compare_samples);
    for (int i = 0, next = 0; i < c->count; i++) {
        next = take_curve(c, next, &c->curve[i]);
        if (next < 0)
            return -1;
    }
    return 0;
}

void curve_free(struct curves *c)
{
    for (int i = 0; c->curve && i < c->count; i++) {
        free(c->curve[i].rung);
        free(c->curve[i].point);
    }
    free(c->curve);
    free(c->sample);
    free(c->pair);
    table_free(&c->table);
}
