/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Statistics against values of SciPy 1.10: stats.pearsonr, spearmanr,
 * kendalltau, rankdata, t.ppf, wilcoxon; numpy.polyfit; and for the cubic that
 * may not fall optimize.minimize(method='SLSQP') with the slope kept at 0 or
 * more in 2001 places.
 */
#include "../cli/statistics.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define N 10

static const double x[N] = { 1.2, 3.4, 2.2, 4.5, 3.4, 1.9, 2.8, 4.1, 3.0, 2.2 };
static const double y[N] = { 1.0, 3.9, 2.5, 4.2, 3.1, 2.5, 2.2, 4.6, 3.3, 1.7 };

/* --------------------------------------------------------- agreement */

static void ties_share_their_rank(void **state)
{
    static const double expected[N] = { 1, 7.5, 3.5, 10, 7.5, 2, 5, 9, 6, 3.5 };
    double rank[N];

    (void)state;
    assert_int_equal(statistics_rank(x, N, rank), 0);
    for (int i = 0; i < N; i++)
        assert_close(rank[i], expected[i], 0, 0);
}

static void correlations_are_those_of_scipy(void **state)
{
    (void)state;
    assert_close(statistics_pearson(x, y, N), 0.916778565724, 1e-11, 0);
    assert_close(statistics_spearman(x, y, N), 0.883796181570, 1e-11, 0);
    assert_close(statistics_kendall(x, y, N), 0.735680783795, 1e-11, 0);
}

static void nothing_correlates_with_a_constant(void **state)
{
    static const double same[N] = { 3.1, 3.1, 3.1, 3.1, 3.1,
                                    3.1, 3.1, 3.1, 3.1, 3.1 };

    (void)state;
    assert_true(isnan(statistics_pearson(x, same, N)));
    assert_true(isnan(statistics_spearman(same, y, N)));
    assert_true(isnan(statistics_kendall(x, same, N)));
    assert_true(isnan(statistics_pearson(x, y, 1)));
    assert_true(isnan(statistics_kendall(x, y, 1)));
}

static void errors_within_the_interval_cost_nothing(void **state)
{
    static const double slack[N] = { 0.25, 0.25, 0.25, 0.25, 0.25,
                                     0.25, 0.25, 0.25, 0.25, 0.25 };

    (void)state;
    assert_close(statistics_rmse(x, y, NULL, N, 0), 0.432434966209, 1e-11, 0);
    assert_close(statistics_rmse(x, y, slack, N, 4), 0.271569512280, 1e-11, 0);
    assert_true(isnan(statistics_rmse(x, y, slack, 4, 4)));
}

static void student_quantiles_are_those_of_scipy(void **state)
{
    (void)state;
    assert_true(isnan(statistics_student_95(0)));
    assert_close(statistics_student_95(1), 12.70620, 0.002, 0);
    assert_close(statistics_student_95(4), 2.77645, 0.002, 0);
    assert_close(statistics_student_95(5), 2.57058, 0.002, 0);
    assert_close(statistics_student_95(10), 2.22814, 0.002, 0);
    assert_close(statistics_student_95(23), 2.06866, 0.002, 0);
    assert_close(statistics_student_95(100), 1.98397, 0.002, 0);
}

/* --------------------------------------------------------------- maps */

static double squared_error(const double *a, const double *b)
{
    double error = statistics_rmse(a, b, NULL, N, 0);

    return N * error * error;
}

static void maps_are_least_squares(void **state)
{
    double mapped[N];

    (void)state;
    assert_int_equal(statistics_fit(STATISTICS_NONE, x, y, N, mapped), 0);
    assert_close(mapped[3], x[3], 0, 0);
    assert_int_equal(statistics_fit(STATISTICS_LINEAR, x, y, N, mapped), 2);
    assert_close(mapped[1], 3.44124294, 1e-7, 0);
    assert_close(squared_error(mapped, y), N * 0.430903538513 * 0.430903538513,
                 1e-9, 0);
    assert_int_equal(statistics_fit(STATISTICS_CUBIC, x, y, N, mapped), 4);
    assert_close(mapped[1], 3.5042025, 1e-6, 0);
    assert_close(squared_error(mapped, y), 1.831321947420, 1e-8, 0);
}

/* Data that the best of all cubics would follow down: at the start, between,
   all the way, at the end */
static void a_cubic_does_not_fall(void **state)
{
    static const double to[4][N] = {
        { 1.5, 1.2, 1.1, 1.4, 2.0, 2.8, 3.6, 4.1, 4.2, 3.9 },
        { 1.0, 2.2, 2.9, 2.6, 2.3, 2.1, 2.4, 2.9, 3.8, 4.9 },
        { 5, 4, 4.5, 3, 3, 2, 1.5, 1, 1, 0.5 },
        { 1, 2, 3, 4, 4.4, 4.6, 4.5, 4.4, 4.3, 4.2 },
    };
    static const double least[4] = { 0.89406141, 0.72800842, 22.725,
                                     0.37306207 };
    double from[N], mapped[N];

    (void)state;
    for (int i = 0; i < N; i++)
        from[i] = 1 + 0.4 * i;
    for (int k = 0; k < 4; k++) {
        assert_int_equal(statistics_fit(STATISTICS_CUBIC, from, to[k], N,
                                        mapped),
                         4);
        assert_close(squared_error(mapped, to[k]), least[k], 1e-5, 0);
        for (int i = 1; i < N; i++)
            assert_true(mapped[i] >= mapped[i - 1] - 1e-9);
    }
}

static void too_few_values_are_not_mapped(void **state)
{
    static const double same[N] = { 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 };
    double mapped[N];

    (void)state;
    assert_int_equal(statistics_fit(STATISTICS_LINEAR, x, y, 2, mapped), -1);
    assert_int_equal(statistics_fit(STATISTICS_CUBIC, x, y, 4, mapped), -1);
    assert_int_equal(statistics_fit(STATISTICS_CUBIC, same, y, N, mapped), -1);
}

/* ---------------------------------------------------------- intervals */

static double mean_of(void *user, const int *pick, int n)
{
    const double *values = user;
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += values[pick[i]];
    return sum / n;
}

/* The mean of n values of variance s^2 lies within 1.96 s / sqrt(n) */
static void bootstrap_finds_the_interval_of_a_mean(void **state)
{
    static double values[400];
    struct random random = random_seed(7);
    struct statistics_interval a, b;

    (void)state;
    for (int i = 0; i < 400; i++)
        values[i] = random_gauss(&random);
    a = statistics_bootstrap(mean_of, values, 400, 4000);
    b = statistics_bootstrap(mean_of, values, 400, 4000);
    assert_close(a.high - a.low, 2 * 1.96 / 20, 0.02, 0);
    assert_true(a.low < 0.1 && a.high > -0.1);
    assert_true(a.low == b.low && a.high == b.high);
    a = statistics_bootstrap(mean_of, values, 0, 10);
    assert_true(isnan(a.low) && isnan(a.high));
}

/* ------------------------------------------------------- paired tests */

static void wilcoxon_is_exact_for_few(void **state)
{
    static const double d[N] = { 0.3,   -0.1, 0.45, 0.2, 0.6,
                                 -0.25, 0.15, 0.35, 0.5, 0.05 };
    struct statistics_paired t = statistics_compare(d, N);

    (void)state;
    assert_int_equal(t.n, N);
    assert_close(t.mean, 0.225, 1e-12, 0);
    assert_close(t.wilcoxon, 7, 0, 0);
    assert_close(t.p, 0.037109375, 1e-12, 0);
    assert_true(t.interval.low > 0 && t.interval.low < t.mean);
    assert_true(t.interval.high > t.mean && t.interval.high < 0.5);
}

/* wilcoxon(mode='approx', correction=False) */
static void wilcoxon_corrects_for_ties(void **state)
{
    static const double d[12] = { 0.3, -0.1, 0.3, 0.2, 0.6, -0.2,
                                  0.1, 0.3,  0.5, 0.1, 0,   0.4 };
    struct statistics_paired t = statistics_compare(d, 12);

    (void)state;
    assert_close(t.wilcoxon, 6.5, 0, 0);
    assert_close(t.p, 0.017948216728, 1e-9, 0);
}

static void no_difference_proves_nothing(void **state)
{
    static const double d[3] = { 0, 0, 0 };

    (void)state;
    assert_close(statistics_compare(d, 3).p, 1, 0, 0);
    assert_true(isnan(statistics_compare(d, 0).p));
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ties_share_their_rank),
        TEST(correlations_are_those_of_scipy),
        TEST(nothing_correlates_with_a_constant),
        TEST(errors_within_the_interval_cost_nothing),
        TEST(student_quantiles_are_those_of_scipy),
        TEST(maps_are_least_squares),
        TEST(a_cubic_does_not_fall),
        TEST(too_few_values_are_not_mapped),
        TEST(bootstrap_finds_the_interval_of_a_mean),
        TEST(wilcoxon_is_exact_for_few),
        TEST(wilcoxon_corrects_for_ties),
        TEST(no_difference_proves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
