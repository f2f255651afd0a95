/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Judging scores by ratings: the figures of agreement
 */

#ifndef OPINE_CLI_JUDGE_H
#define OPINE_CLI_JUDGE_H

#include "ratings.h"
#include "statistics.h"

/**
 * Scores and ratings, one beside the other
 */
struct points {
    int count;
    double *score;
    double *heard;
    double *ci95; /* half the interval of each rating, */
    int has_ci95; /* when all have one */
    int *which;   /* what each is: index of the row or group */
};

/**
 * How well they agree; NAN what cannot be said
 */
struct figures {
    int count;
    double spearman, kendall;
    double pearson[STATISTICS_MAPS];   /* after each map */
    double rmse[STATISTICS_MAPS];      /* over N */
    double rmse_star[STATISTICS_MAPS]; /* P.1401, over N - numbers fitted */
    double bias;                       /* mean of score - rating, no map */
    struct statistics_interval spearman_95, pearson_95, rmse_95; /* no map */
};

/**
 * What a table's rows are taken by
 */
enum unit { UNIT_FILES, UNIT_GROUPS };

/**
 * Collect points
 * score           Per row, or NULL: opine's. Rows without a finite value, or
 *                 that could not be scored, are left out.
 * family          Only rows of it; -1: all
 * points          Return them, to be given to points_free()
 * return          0, or -1 when memory could not be had
 *
 * A group is the mean of its rows, its interval theirs over the root of n.
 */
int points_collect(const struct ratings *ratings, const double *score,
                   enum unit unit, int family, struct points *points);
void points_free(struct points *points);

/**
 * Compute the figures
 * is_mos          Whether scores and ratings have one scale: else there is no
 *                 RMSE without a map, and no bias
 * rounds          Of the bootstrap; 0: no intervals
 */
struct figures judge(const struct points *points, int is_mos, int rounds);

/**
 * Share of rows whose rating lies within the score's own interval
 */
double judge_coverage(const struct ratings *ratings);

#endif /* OPINE_CLI_JUDGE_H */
