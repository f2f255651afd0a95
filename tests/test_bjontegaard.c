/* SPDX-License-Identifier: BSD-2-Clause */
/* Deltas between curves whose distance is known. */
#include "../cli/bjontegaard.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MOST 12

static double at_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state / 4294967296.0;
}

/**
 * Points on a line over the logarithm of the rate: a + b log10(rate)
 */
static void make_line(struct bd_point *points, int n, double first_rate,
                      double factor, double a, double b)
{
    for (int i = 0; i < n; i++) {
        double rate = first_rate * pow(factor, i);

        points[i] = (struct bd_point){ rate, a + b * log10(rate) };
    }
}

/**
 * A curve that rises by random steps
 */
static int make_random(struct bd_point *points, unsigned *seed)
{
    int n = 2 + (int)(at_random(seed) * (MOST - 2));
    double rate = 4 + 20 * at_random(seed);
    double quality = 1 + at_random(seed);

    for (int i = 0; i < n; i++) {
        points[i] = (struct bd_point){ rate, quality };
        rate *= 1.1 + at_random(seed);
        quality += 0.01 + at_random(seed) / 2;
    }
    return n;
}

/* --------------------------------------------------------- closed forms */

static void parallel_lines_differ_by_their_distance(void **state)
{
    struct bd_point a[5], b[7];
    struct bd bd;

    (void)state;
    /* MOS = 1 + 2 log10(r), and half a MOS more: 10^(-1/4) of the rate */
    make_line(a, 5, 8, 2, 1, 2);
    make_line(b, 7, 8, 1.5, 1.5, 2);
    bd = bd_rate(a, 5, b, 7);
    assert_close(bd.value, 100 * (pow(10, -0.25) - 1), 1e-9, 0);
    bd = bd_quality(a, 5, b, 7);
    assert_close(bd.value, 0.5, 1e-12, 0);
    assert_close(bd.low, 8, 1e-9, 0);
    assert_close(bd.high, 8 * pow(1.5, 6), 1e-9, 0);
}

static void lines_that_cross_differ_by_their_mean_distance(void **state)
{
    struct bd_point a[4], b[4];
    struct bd bd;

    (void)state;
    /* Over log10(r) from 1 to 4: a = 1 + x, b = 2x. Quality 2 to 5 and 2 to 8,
       so in common 2 to 5: x_b - x_a = q/2 - (q - 1), on average 1 - 3.5/2. */
    make_line(a, 4, 10, 10, 1, 1);
    make_line(b, 4, 10, 10, 0, 2);
    bd = bd_rate(a, 4, b, 4);
    assert_close(bd.value, 100 * (pow(10, -0.75) - 1), 1e-9, 0);
    assert_close(bd.low, 2, 1e-12, 0);
    assert_close(bd.high, 5, 1e-12, 0);
    assert_close(bd.overlap, 1, 1e-12, 0);
    /* x - 1 on average over 1 to 4 */
    assert_close(bd_quality(a, 4, b, 4).value, 1.5, 1e-12, 0);
}

static void pieces_are_those_of_pchip(void **state)
{
    /* scipy 1.10.1: PchipInterpolator(x, y).integrate(0.3, 5.5), and of the
       second from 0 to 4, where it turns and stays */
    static const double x[] = { 0, 1, 1.5, 4, 6 };
    static const double y[] = { 1, 2.5, 2.75, 4, 4.1 };
    static const double u[] = { 0, 1, 2, 4 };
    static const double v[] = { 1, 3, 3, 0 };

    (void)state;
    assert_close(bd_integrate(x, y, 5, 0.3, 5.5), 17.528487773047814, 1e-12, 0);
    assert_close(bd_integrate(u, v, 4, 0, 4), 9.083333333333334, 1e-12, 0);
}

static void deltas_are_those_of_scipy(void **state)
{
    /* MOS of two codecs; the mean of PchipInterpolator's integrals over the
       common range, scipy 1.10.1 */
    static const struct bd_point a[] = {
        { 8, 2.1 }, { 12, 2.7 }, { 24, 3.6 }, { 48, 4.2 }, { 96, 4.5 }
    };
    static const struct bd_point b[] = {
        { 6, 2.3 }, { 16, 3.4 }, { 32, 4.1 }, { 64, 4.4 }
    };

    (void)state;
    assert_close(bd_rate(a, 5, b, 4).value, -24.306783103394103, 1e-9, 0);
    assert_close(bd_quality(a, 5, b, 4).value, 0.26525054650722313, 1e-12, 0);
}

/* ----------------------------------------------------------- properties */

static void swapping_inverts_and_scaling_scales(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 500; round++) {
        struct bd_point a[MOST], b[MOST];
        int na = make_random(a, &seed);
        int nb = make_random(b, &seed);
        struct bd there = bd_rate(a, na, b, nb);
        struct bd back = bd_rate(b, nb, a, na);

        assert_int_equal(isnan(there.value), isnan(back.value));
        if (!isnan(there.value)) {
            assert_close((1 + there.value / 100) * (1 + back.value / 100), 1,
                         1e-9, 0);
            assert_true(there.overlap > 0 && there.overlap <= 1 + 1e-12);
        }
        there = bd_quality(a, na, b, nb);
        back = bd_quality(b, nb, a, na);
        if (!isnan(there.value))
            assert_close(there.value, -back.value, 1e-9, 0);

        memcpy(b, a, sizeof(a));
        for (int i = 0; i < na; i++)
            b[i].rate *= 2;
        assert_close(bd_rate(a, na, b, na).value, 100, 1e-9, 0);
        for (int i = 0; i < na; i++)
            b[i] = (struct bd_point){ a[i].rate, a[i].quality + 0.25 };
        assert_close(bd_quality(a, na, b, na).value, 0.25, 1e-9, 0);
        assert_close(bd_rate(a, na, a, na).value, 0, 1e-9, 0);
    }
}

static void integral_of_rising_points_stays_between_them(void **state)
{
    unsigned seed = 7;

    (void)state;
    for (int round = 0; round < 500; round++) {
        struct bd_point p[MOST];
        double x[MOST], y[MOST];
        int n = make_random(p, &seed);

        for (int i = 0; i < n; i++) {
            x[i] = log(p[i].rate);
            y[i] = p[i].quality;
        }
        for (int i = 0; i + 1 < n; i++) {
            double mean = bd_integrate(x, y, n, x[i], x[i + 1]) /
                          (x[i + 1] - x[i]);
            double middle = (x[i] + x[i + 1]) / 2;
            double parts = bd_integrate(x, y, n, x[i], middle) +
                           bd_integrate(x, y, n, middle, x[i + 1]);

            assert_true(mean > y[i] && mean < y[i + 1]);
            assert_close(parts / (x[i + 1] - x[i]), mean, 1e-9, 0);
        }
    }
}

/* ---------------------------------------------------------- odd curves */

static void front_leaves_out_what_is_no_better(void **state)
{
    struct bd_point p[] = { { 8, 2 },    { 12, 1.9 }, { 16, 3 },
                            { 16, 3.2 }, { 24, 3.2 }, { 32, 4 } };
    static const double rates[] = { 8, 16, 32 };
    static const double qualities[] = { 2, 3.2, 4 };

    (void)state;
    assert_int_equal(bd_front(p, 6), 3);
    for (int i = 0; i < 3; i++) {
        assert_close(p[i].rate, rates[i], 0, 0);
        assert_close(p[i].quality, qualities[i], 0, 0);
    }
}

static void curves_without_a_common_range_have_no_delta(void **state)
{
    struct bd_point a[3], b[3];
    struct bd bd;

    (void)state;
    make_line(a, 3, 8, 2, 1, 1);
    make_line(b, 3, 100, 2, 3, 1);
    bd = bd_rate(a, 3, b, 3);
    assert_true(isnan(bd.value) && isnan(bd.low) && bd.overlap <= 0);
    assert_true(isnan(bd_quality(a, 3, b, 3).value));
    assert_true(isnan(bd_rate(a, 1, a, 3).value));
    assert_true(isnan(bd_rate(a, 3, b, 0).value));
    /* A curve that only falls has a front of one point */
    make_line(b, 3, 8, 2, 5, -1);
    assert_true(isnan(bd_rate(a, 3, b, 3).value));
    assert_false(isnan(bd_quality(a, 3, b, 3).value));
}

static void equal_rates_count_once(void **state)
{
    static const struct bd_point a[] = { { 8, 2 }, { 16, 3 } };
    static const struct bd_point b[] = {
        { 8, 1 }, { 8, 2 }, { 16, 3 }, { 16, 2.5 }
    };

    (void)state;
    assert_close(bd_quality(a, 2, b, 4).value, 0, 1e-12, 0);
    assert_close(bd_rate(a, 2, b, 4).value, 0, 1e-9, 0);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parallel_lines_differ_by_their_distance),
        TEST(lines_that_cross_differ_by_their_mean_distance),
        TEST(pieces_are_those_of_pchip),
        TEST(deltas_are_those_of_scipy),
        TEST(swapping_inverts_and_scaling_scales),
        TEST(integral_of_rising_points_stays_between_them),
        TEST(front_leaves_out_what_is_no_better),
        TEST(curves_without_a_common_range_have_no_delta),
        TEST(equal_rates_count_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
