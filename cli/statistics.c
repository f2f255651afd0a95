/* SPDX-License-Identifier: BSD-2-Clause */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN ((double)NAN)

/* --------------------------------------------------------------- ranks */

struct entry {
    double value;
    int index;
};

static int by_value(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;

    return (x->value > y->value) - (x->value < y->value);
}

int statistics_rank(const double *x, int n, double *rank)
{
    struct entry *sorted = calloc((size_t)n + 1, sizeof(*sorted));

    if (!sorted)
        return -1;
    for (int i = 0; i < n; i++)
        sorted[i] = (struct entry){ x[i], i };
    qsort(sorted, (size_t)n, sizeof(*sorted), by_value);
    for (int first = 0, last; first < n; first = last) {
        for (last = first; last < n; last++)
            if (sorted[last].value > sorted[first].value)
                break;
        for (int i = first; i < last; i++)
            rank[sorted[i].index] = (first + 1 + last) / 2.0;
    }
    free(sorted);
    return 0;
}

/* -------------------------------------------------------- correlations */

static double mean(const double *x, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i];
    return sum / n;
}

double statistics_pearson(const double *x, const double *y, int n)
{
    double xx = 0, yy = 0, xy = 0;

    if (n < 2)
        return UNKNOWN;

    double mean_x = mean(x, n);
    double mean_y = mean(y, n);

    for (int i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    /* Rounding leaves a constant a variance of this order */
    if (xx <= 1e-24 * n * mean_x * mean_x || yy <= 1e-24 * n * mean_y * mean_y)
        return UNKNOWN;
    return xy / sqrt(xx * yy);
}

double statistics_spearman(const double *x, const double *y, int n)
{
    double *rank = malloc(2 * ((size_t)n + 1) * sizeof(*rank));
    double rho = UNKNOWN;

    if (rank && !statistics_rank(x, n, rank) &&
        !statistics_rank(y, n, rank + n))
        rho = statistics_pearson(rank, rank + n, n);
    free(rank);
    return rho;
}

static int sign(double x)
{
    return (x > 0) - (x < 0);
}

double statistics_kendall(const double *x, const double *y, int n)
{
    double agree = 0, untied_x = 0, untied_y = 0;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            int a = sign(x[i] - x[j]);
            int b = sign(y[i] - y[j]);

            agree += a * b;
            untied_x += a != 0;
            untied_y += b != 0;
        }
    if (untied_x == 0 || untied_y == 0)
        return UNKNOWN;
    return agree / sqrt(untied_x * untied_y);
}

/* --------------------------------------------------------------- errors */

double statistics_rmse(const double *x, const double *y, const double *slack,
                       int n, int freedom)
{
    double sum = 0;

    if (n <= freedom)
        return UNKNOWN;
    for (int i = 0; i < n; i++) {
        double error = fmax(fabs(y[i] - x[i]) - (slack ? slack[i] : 0), 0);

        sum += error * error;
    }
    return sqrt(sum / (n - freedom));
}

double statistics_student_95(int freedom)
{
    static const double few[] = { 12.7062, 4.3027, 3.1824, 2.7764, 2.5706 };
    const double z = 1.959964;
    double z3 = z * z * z;
    double z5 = z3 * z * z;
    double v = freedom;

    if (freedom < 1)
        return UNKNOWN;
    if (freedom <= 5)
        return few[freedom - 1];
    /* Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5 */
    return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v) +
           (3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
}

/* ------------------------------------------------------------ intervals */

/* xorshift64* (Vigna 2016): small, the same everywhere */
static unsigned long long next_bits(unsigned long long *state)
{
    unsigned long long s = *state ? *state : 0x9e3779b97f4a7c15u;

    s ^= s >> 12;
    s ^= s << 25;
    s ^= s >> 27;
    *state = s;
    return s * 0x2545f4914f6cdd1du;
}

void statistics_draw(unsigned long long *state, int *pick, int n)
{
    for (int i = 0; i < n; i++)
        pick[i] = (int)((next_bits(state) >> 33) % (unsigned)n);
}

static int by_number(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;

    return (*x > *y) - (*x < *y);
}

/**
 * Quantile of sorted values, between neighbours on a line
 */
static double quantile(const double *sorted, int n, double share)
{
    double place = share * (n - 1);
    int below = (int)place;
    int above = below + 1 < n ? below + 1 : below;

    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

struct statistics_interval
statistics_bootstrap(double (*figure)(void *user, const int *pick, int n),
                     void *user, int n, int rounds)
{
    struct statistics_interval interval = { UNKNOWN, UNKNOWN };
    int *pick = calloc((size_t)n + 1, sizeof(*pick));
    double *figures = calloc((size_t)rounds, sizeof(*figures));
    unsigned long long state = (unsigned long long)n + 1;
    int count = 0;

    for (int round = 0; pick && figures && n > 0 && round < rounds; round++) {
        statistics_draw(&state, pick, n);

        double value = figure(user, pick, n);

        if (!isnan(value))
            figures[count++] = value;
    }
    if (count > 0) {
        qsort(figures, (size_t)count, sizeof(*figures), by_number);
        interval.low = quantile(figures, count, 0.025);
        interval.high = quantile(figures, count, 0.975);
    }
    free(pick);
    free(figures);
    return interval;
}

/* --------------------------------------------------------- paired tests */

#define PAIRED_ROUNDS 2000
#define EXACT_MOST    50

static double mean_of_picked(void *user, const int *pick, int n)
{
    const double *x = user;
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[pick[i]];
    return sum / n;
}

/**
 * Probability that the sum of the ranks 1 to n with random signs is `most` or
 * less, doubled; ways[s] counts the sets of ranks that add up to s
 */
static double exact_p(int n, int most)
{
    double ways[EXACT_MOST * (EXACT_MOST + 1) / 2 + 1] = { 1 };
    double below = 0;

    for (int rank = 1; rank <= n; rank++)
        for (int s = rank * (rank + 1) / 2; s >= rank; s--)
            ways[s] += ways[s - rank];
    for (int s = 0; s <= most; s++)
        below += ways[s];
    return fmin(2 * below / pow(2, n), 1);
}

/**
 * The test on differences that are not 0
 * size, rank      Room for n each
 */
static void signed_rank(const double *d, int n, int has_zeros, double *size,
                        double *rank, struct statistics_paired *test)
{
    double plus = 0, squares = 0;
    int has_ties = 0;

    for (int i = 0; i < n; i++)
        size[i] = fabs(d[i]);
    if (statistics_rank(size, n, rank))
        return;
    for (int i = 0; i < n; i++) {
        plus += d[i] > 0 ? rank[i] : 0;
        squares += rank[i] * rank[i];
        for (int j = 0; j < i; j++)
            has_ties |= size[i] <= size[j] && size[i] >= size[j];
    }

    double total = n * (n + 1) / 2.0;

    test->wilcoxon = fmin(plus, total - plus);
    /* The sum of squared ranks over 4 is the variance, ties or not */
    if (n <= EXACT_MOST && !has_ties && !has_zeros)
        test->p = exact_p(n, (int)test->wilcoxon);
    else
        test->p =
            erfc((total / 2 - test->wilcoxon) / sqrt(squares / 4) / sqrt(2));
}

struct statistics_paired statistics_compare(const double *difference, int n)
{
    struct statistics_paired test = { .n = n,
                                      .mean = UNKNOWN,
                                      .interval = { UNKNOWN, UNKNOWN },
                                      .wilcoxon = UNKNOWN,
                                      .p = UNKNOWN };
    double *all = malloc(3 * ((size_t)n + 1) * sizeof(*all));
    int count = 0;

    if (n < 1 || !all) {
        free(all);
        return test;
    }
    memcpy(all, difference, (size_t)n * sizeof(*all));
    test.mean = mean(all, n);
    test.interval = statistics_bootstrap(mean_of_picked, all, n, PAIRED_ROUNDS);
    for (int i = 0; i < n; i++)
        if (difference[i] < 0 || difference[i] > 0)
            all[count++] = difference[i];
    if (count)
        signed_rank(all, count, count < n, all + n, all + 2 * n, &test);
    else
        test.p = 1;
    free(all);
    return test;
}

/* ----------------------------------------------------------------- tails */

double statistics_percentile(double *x, int n, double share)
{
    double place = share * (n - 1);
    int i = (int)place;

    if (n == 0)
        return (double)NAN;
    qsort(x, (size_t)n, sizeof(*x), by_number);
    return i + 1 < n ? x[i] + (place - i) * (x[i + 1] - x[i]) : x[i];
}

int statistics_count_below(const double *x, int n, double value)
{
    int count = 0;

    for (int i = 0; i < n; i++)
        count += x[i] < value;
    return count;
}
