/* SPDX-License-Identifier: BSD-2-Clause */
#include "moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As in src/disturb/pool.c, which does it frame by frame */
#define LOUD_PERCENTILE 0.95
#define PAUSE           0.1
#define NORM_EXPONENT   0.3
#define NORM_FLOOR      0.05

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double loud_level(const struct opine_series *s)
{
    double sorted[OPINE_SERIES_COLUMNS];
    size_t count = (size_t)s->columns;

    memcpy(sorted, s->loudness, count * sizeof(sorted[0]));
    qsort(sorted, count, sizeof(sorted[0]), ascending);
    return sorted[(int)(LOUD_PERCENTILE * (s->columns - 1))];
}

int moments_weigh(const struct opine_series *s, double *weighed)
{
    double loud = loud_level(s);
    int worst = 0;

    for (int i = 0; i < s->columns; i++) {
        double norm = s->loudness[i] + NORM_FLOOR * loud;

        weighed[i] = s->loudness[i] > PAUSE * loud
                         ? s->disturbance[i] / pow(norm, NORM_EXPONENT)
                         : 0;
        if (weighed[i] > weighed[worst])
            worst = i;
    }
    return worst;
}
