/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge.h"

#include <math.h>
#include <stdlib.h>

/* --------------------------------------------------------------- points */

static int points_make(int most, struct points *p)
{
    size_t room = (size_t)most + 1;

    *p = (struct points){ .has_ci95 = 1 };
    p->which = calloc(room, sizeof(*p->which));
    p->score = calloc(room, sizeof(*p->score));
    p->heard = calloc(room, sizeof(*p->heard));
    p->ci95 = calloc(room, sizeof(*p->ci95));
    if (p->score && p->heard && p->ci95 && p->which)
        return 0;
    points_free(p);
    return -1;
}

void points_free(struct points *p)
{
    free(p->score);
    free(p->heard);
    free(p->ci95);
    free(p->which);
    *p = (struct points){ .count = 0 };
}

/**
 * Turn sums over groups into means, and drop empty groups
 */
static void average(struct points *p, int groups, const int *size)
{
    p->count = 0;
    p->has_ci95 = 1;
    for (int g = 0; g < groups; g++) {
        if (!size[g])
            continue;
        p->score[p->count] = p->score[g] / size[g];
        p->heard[p->count] = p->heard[g] / size[g];
        p->ci95[p->count] = sqrt(p->ci95[g]) / size[g];
        p->has_ci95 &= !isnan(p->ci95[p->count]);
        p->which[p->count++] = g;
    }
}

int points_collect(const struct ratings *r, const double *score, enum unit unit,
                   int family, struct points *p)
{
    int *size = calloc((size_t)r->count + 1, sizeof(*size));

    if (!size || points_make(r->count, p)) {
        free(size);
        return -1;
    }
    for (int i = 0; i < r->count; i++) {
        const struct rating *rating = &r->rating[i];
        int at = unit == UNIT_GROUPS ? rating->group : p->count;
        double value = score ? score[i] : rating->mos;

        if (!rating->is_scored || !isfinite(value) || at < 0 ||
            (family >= 0 && rating->family != family))
            continue;
        p->score[at] += value;
        p->heard[at] += rating->heard;
        p->ci95[at] += rating->ci95 * rating->ci95;
        p->has_ci95 &= !isnan(rating->ci95);
        size[at]++;
        p->which[p->count++] = i;
    }
    if (unit == UNIT_GROUPS)
        average(p, r->groups.count, size);
    else
        for (int i = 0; i < p->count; i++)
            p->ci95[i] = sqrt(p->ci95[i]);
    free(size);
    return 0;
}

/* -------------------------------------------------------------- figures */

/* Points, and room for a draw of them */
struct draw {
    const struct points *points;
    double *score, *heard;
    double (*figure)(const double *score, const double *heard, int n);
};

static double rmse(const double *score, const double *heard, int n)
{
    return statistics_rmse(score, heard, NULL, n, 0);
}

static double figure_of_draw(void *user, const int *pick, int n)
{
    struct draw *d = user;

    for (int i = 0; i < n; i++) {
        d->score[i] = d->points->score[pick[i]];
        d->heard[i] = d->points->heard[pick[i]];
    }
    return d->figure(d->score, d->heard, n);
}

static struct statistics_interval
interval(struct draw *draw, int rounds,
         double (*figure)(const double *score, const double *heard, int n))
{
    draw->figure = figure;
    return statistics_bootstrap(figure_of_draw, draw, draw->points->count,
                                rounds);
}

static void judge_map(const struct points *p, enum statistics_map map,
                      int is_mos, double *mapped, struct figures *f)
{
    int freedom = statistics_fit(map, p->score, p->heard, p->count, mapped);

    f->pearson[map] = f->rmse[map] = f->rmse_star[map] = (double)NAN;
    if (freedom < 0)
        return;
    f->pearson[map] = statistics_pearson(mapped, p->heard, p->count);
    if (map == STATISTICS_NONE && !is_mos)
        return;
    f->rmse[map] = rmse(mapped, p->heard, p->count);
    if (p->has_ci95)
        f->rmse_star[map] = statistics_rmse(p->heard, mapped, p->ci95, p->count,
                                            freedom);
}

struct figures judge(const struct points *p, int is_mos, int rounds)
{
    const struct statistics_interval unknown = { (double)NAN, (double)NAN };
    double *room = malloc(2 * ((size_t)p->count + 1) * sizeof(*room));
    struct figures f = { .count = p->count,
                         .spearman = (double)NAN,
                         .kendall = (double)NAN,
                         .bias = (double)NAN,
                         .spearman_95 = unknown,
                         .pearson_95 = unknown,
                         .rmse_95 = unknown };

    for (int m = 0; m < STATISTICS_MAPS; m++)
        f.pearson[m] = f.rmse[m] = f.rmse_star[m] = (double)NAN;
    if (!room || p->count < 1) {
        free(room);
        return f;
    }

    struct draw draw = { p, room, room + p->count, NULL };

    f.spearman = statistics_spearman(p->score, p->heard, p->count);
    f.kendall = statistics_kendall(p->score, p->heard, p->count);
    for (int m = 0; m < STATISTICS_MAPS; m++)
        judge_map(p, (enum statistics_map)m, is_mos, room, &f);
    if (is_mos) {
        f.bias = 0;
        for (int i = 0; i < p->count; i++)
            f.bias += (p->score[i] - p->heard[i]) / p->count;
    }
    if (rounds > 0 && p->count > 2) {
        f.spearman_95 = interval(&draw, rounds, statistics_spearman);
        f.pearson_95 = interval(&draw, rounds, statistics_pearson);
        if (is_mos)
            f.rmse_95 = interval(&draw, rounds, rmse);
    }
    free(room);
    return f;
}

double judge_coverage(const struct ratings *r)
{
    int within = 0, count = 0;

    for (int i = 0; r->is_mos && i < r->count; i++) {
        const struct rating *rating = &r->rating[i];

        count += rating->is_scored;
        within += rating->is_scored && rating->heard >= rating->low &&
                  rating->heard <= rating->high;
    }
    return count ? (double)within / count : (double)NAN;
}
