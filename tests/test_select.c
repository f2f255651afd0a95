/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "base/select.h"

#include <stdlib.h>
#include <string.h>

#define MOST 300

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Every place of lists of all lengths, of many equal numbers and of few */
static void select_finds_what_sorting_does(void **state)
{
    struct random random = random_seed(3);
    double x[MOST], sorted[MOST];

    (void)state;
    for (int n = 1; n < MOST; n += 1 + n / 8)
        for (int values = 1; values <= 1000; values *= 10)
            for (int k = 0; k < n; k++) {
                for (int i = 0; i < n; i++)
                    x[i] = sorted[i] = random_below(&random, values);
                qsort(sorted, (size_t)n, sizeof *sorted, ascending);
                assert_true(opine_select(x, n, k) == sorted[k]);
                for (int i = 0; i < n; i++)
                    assert_true(i < k ? x[i] <= x[k] : x[i] >= x[k]);
                qsort(x, (size_t)n, sizeof *x, ascending);
                assert_memory_equal(x, sorted, (size_t)n * sizeof *x);
            }
}

static void select_takes_sorted_lists(void **state)
{
    double x[MOST], y[MOST];

    (void)state;
    for (int i = 0; i < MOST; i++) {
        x[i] = i;
        y[i] = MOST - i;
    }
    assert_true(opine_select(x, MOST, 77) == 77);
    assert_true(opine_select(y, MOST, 0) == 1);
}

static void percentiles_lie_between(void **state)
{
    double x[5] = { 3, 1, 2, 5, 4 }, one = 7;

    (void)state;
    assert_close(opine_percentile(x, 5, 0), 1, 0, 0);
    assert_close(opine_percentile(x, 5, 0.6), 3.4, 1e-12, 0);
    assert_close(opine_percentile(x, 5, 1), 5, 0, 0);
    assert_close(opine_percentile(&one, 1, 0.3), 7, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(select_finds_what_sorting_does),
        cmocka_unit_test(select_takes_sorted_lists),
        cmocka_unit_test(percentiles_lie_between),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
