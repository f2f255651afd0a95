/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Statistics of agreement: correlations, errors, maps, intervals, paired tests
 *
 * A figure that the data cannot give, from too few or constant values, is NAN.
 * Nothing here keeps state, and the same input gives the same result.
 */

#ifndef OPINE_CLI_STATISTICS_H
#define OPINE_CLI_STATISTICS_H

/* -------------------------------------------------------- correlations */

/**
 * Correlate
 * x, y            n values each, finite
 *
 * pearson   product moments; from 2 values on, as the others
 * spearman  the same of ranks, equal values sharing their mean rank
 * kendall   tau-b, corrected for ties; takes time with the square of n
 */
double statistics_pearson(const double *x, const double *y, int n);
double statistics_spearman(const double *x, const double *y, int n);
double statistics_kendall(const double *x, const double *y, int n);

/**
 * Rank values
 * rank            Return 1 to n; equal values share their mean rank
 * return          0, or -1 when memory could not be had
 */
int statistics_rank(const double *x, int n, double *rank);

/* --------------------------------------------------------------- errors */

/**
 * Root of the mean square of y - x
 * slack           Error that costs nothing: the half width of the interval of
 *                 each x (ITU-T P.1401, rmse*), or NULL: 0
 * freedom         Numbers fitted to make y, taken from n
 */
double statistics_rmse(const double *x, const double *y, const double *slack,
                       int n, int freedom);

/**
 * Quantile of Student's distribution: half the width of a two-sided 95 %
 * interval, in standard errors
 * freedom         1 or more; within 0.002 of exact
 */
double statistics_student_95(int freedom);

/* ----------------------------------------------------------------- maps */

enum statistics_map {
    STATISTICS_NONE = 0,   /* as it is */
    STATISTICS_LINEAR = 1, /* least squares */
    STATISTICS_CUBIC = 2,  /* least squares among the polynomials of third order
                              that do not fall where there are values */
    STATISTICS_MAPS = 3
};

/**
 * Map one quantity onto another
 * from, to        n values each
 * mapped          Return n values; may be `from`
 * return          Numbers fitted (0, 2, 4), or -1 when there are too few values
 *                 (fewer than that plus 1), or all of `from` are equal
 */
int statistics_fit(enum statistics_map map, const double *from,
                   const double *to, int n, double *mapped);

/* ------------------------------------------------------------ intervals */

/**
 * A 95 % interval
 */
struct statistics_interval {
    double low, high;
};

/**
 * Bootstrap: draw n of n with repetition, take a figure, many times
 * figure          Figure of the values that `pick` names; NAN is not counted
 * rounds          How often, 1 or more
 * return          2.5 and 97.5 % of the figures; NAN without figures or memory
 *
 * The draws depend on n alone.
 */
struct statistics_interval
statistics_bootstrap(double (*figure)(void *user, const int *pick, int n),
                     void *user, int n, int rounds);

/**
 * Draw n of n with repetition, for a round of a bootstrap
 * state           Any number to begin with, kept by the caller
 */
void statistics_draw(unsigned long long *state, int *pick, int n);

/* --------------------------------------------------------- paired tests */

/**
 * What differences between pairs say
 */
struct statistics_paired {
    int n;                               /* differences, 0 among them */
    double mean;                         /* and its interval, bootstrapped */
    struct statistics_interval interval; /* 2000 times */
    double wilcoxon; /* signed-rank sum, the lesser; zeros are left out */
    double p;        /* two-sided: exact for up to 50 without ties and zeros,
                        else normal, corrected for ties; 1 when all are 0 */
};

/**
 * Test whether differences lie about 0 (Wilcoxon's signed-rank test)
 */
struct statistics_paired statistics_compare(const double *difference, int n);

/**
 * The value that a share of all are below, interpolated; sorts them
 * return          NAN when there are none
 */
double statistics_percentile(double *x, int n, double share);

/**
 * How many are below a value
 */
int statistics_count_below(const double *x, int n, double value);

#endif /* OPINE_CLI_STATISTICS_H */
