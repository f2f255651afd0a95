/* SPDX-License-Identifier: BSD-2-Clause */
/* A map of one's own, as `opine fit` makes it, through the public API. */
#include "support.h"

#include "opine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RATE 16000
#define N    (2 * RATE)

static float ref[N], deg[N];

static int set_up(void **state)
{
    (void)state;
    make_speech(ref, N, RATE, 7000, 1);
    memcpy(deg, ref, sizeof ref);
    add_noise(deg, N, 20, 2);
    return 0;
}

static struct opine_calibration valid(void)
{
    struct opine_calibration c;

    memset(&c, 0, sizeof c);
    c.size = sizeof c;
    snprintf(c.version, sizeof c.version, "%s+lab_1.0", opine_model_version());
    c.curve = (struct opine_curve){ 2, 0.8 };
    c.spread = 0.2;
    c.range = 1000;
    return c;
}

static enum opine_status score(const struct opine_calibration *calibration,
                               struct opine_result *result)
{
    struct opine_audio r = { ref, N, 1, RATE, 0, 0 };
    struct opine_audio d = { deg, N, 1, RATE, 0, 0 };
    struct opine_config config;

    opine_config_init(&config);
    config.calibration = calibration;
    return opine_score_once(&config, &r, &d, result);
}

static void the_curve_replaces_the_shipped_one(void **state)
{
    struct opine_calibration c = valid();
    struct opine_result shipped, own;
    double mos;

    (void)state;
    assert_int_equal(score(NULL, &shipped), OPINE_OK);
    assert_int_equal(score(&c, &own), OPINE_OK);
    assert_true(own.disturbance == shipped.disturbance);
    mos = 1 + 3.75 * pow(2, -pow(own.disturbance / 2, 0.8));
    assert_close(own.mos, mos, 1e-9, 0);
    assert_true(fabs(own.mos - shipped.mos) > 0.05);
    assert_close(own.mos - own.mos_low, 1.96 * 0.2, 1e-9, 0);
}

static void curves_of_resampled_tests_widen_the_interval(void **state)
{
    struct opine_calibration c = valid();
    struct opine_result one, many;
    double low, high, deviation;

    (void)state;
    assert_int_equal(score(&c, &one), OPINE_OK);
    c.sets = 2;
    c.set[0] = (struct opine_curve){ 1, 0.8 };
    c.set[1] = (struct opine_curve){ 4, 0.8 };
    assert_int_equal(score(&c, &many), OPINE_OK);
    low = 1 + 3.75 * pow(2, -pow(one.disturbance, 0.8)) - one.mos;
    high = 1 + 3.75 * pow(2, -pow(one.disturbance / 4, 0.8)) - one.mos;
    deviation = sqrt(0.04 + (low * low + high * high) / 2);
    assert_true(many.mos == one.mos);
    assert_close(many.mos - many.mos_low, fmin(1.96 * deviation, many.mos - 1),
                 1e-9, 0);
}

static void beyond_the_range_is_flagged(void **state)
{
    struct opine_calibration c = valid();
    struct opine_result r;

    (void)state;
    assert_int_equal(score(&c, &r), OPINE_OK);
    assert_false(r.flags & OPINE_FLAG_OUT_OF_RANGE);
    c.range = r.disturbance / 2;
    assert_int_equal(score(&c, &r), OPINE_OK);
    assert_true(r.flags & OPINE_FLAG_OUT_OF_RANGE);
}

static void refused(const struct opine_calibration *c)
{
    struct opine_result r = { .mos = -1 };

    assert_int_equal(score(c, &r), OPINE_ERR_ARGUMENT);
    assert_true(r.mos < 0);
}

static void what_is_not_a_calibration_is_refused(void **state)
{
    static const char *const versions[] = { "", "0+a", "+a", "3", "999+a" };
    struct opine_calibration c;

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        c = valid();
        snprintf(c.version, sizeof c.version, "%s", versions[i]);
        refused(&c);
    }
    c = valid();
    strcat(c.version, " b");
    refused(&c);
    c = valid();
    memset(c.version, 'a', sizeof c.version); /* no end */
    refused(&c);
    c = valid();
    c.size--;
    refused(&c);
    c = valid();
    c.curve.x50 = (double)NAN;
    refused(&c);
    c = valid();
    c.curve.slope = 21;
    refused(&c);
    c = valid();
    c.spread = -0.1;
    refused(&c);
    c = valid();
    c.sets = OPINE_CALIBRATION_SETS + 1;
    refused(&c);
    c.sets = 1; /* its curve is all zeros */
    refused(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_replaces_the_shipped_one),
        cmocka_unit_test(curves_of_resampled_tests_widen_the_interval),
        cmocka_unit_test(beyond_the_range_is_flagged),
        cmocka_unit_test(what_is_not_a_calibration_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
