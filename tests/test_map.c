/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "map/map.h"

#include <math.h>
#include <string.h>

static struct opine_mapped map(double total, double similarity,
                               double confidence, enum opine_band band)
{
    struct opine_disturbed d;
    struct opine_mapped m;

    memset(&d, 0, sizeof d);
    d.total = total;
    d.similarity = similarity;
    d.share[OPINE_NOISE] = 0.75;
    d.share[OPINE_GAPS] = 0.25;
    opine_map(&opine_model, band, confidence, &d, &m);
    return m;
}

static void no_disturbance_is_the_top(void **state)
{
    (void)state;
    assert_true(map(0, 1, 1, OPINE_BAND_FB).mos == 4.75);
    assert_true(map(0, 1, 1, OPINE_BAND_SWB).mos == 4.75);
    assert_true(map(0, 1, 1, OPINE_BAND_WB).mos == 4.75);
    assert_true(map(0, 1, 1, OPINE_BAND_NB).mos == 4.5);
    assert_true(map(0, 1, 1, OPINE_BAND_FB).low < 4.75);
    assert_true(map(0, 1, 1, OPINE_BAND_FB).high == 4.75);
}

static void more_disturbance_is_worse(void **state)
{
    double last = 5;

    (void)state;
    for (double x = 0; x < 1000; x = 1.5 * x + 0.001) {
        double mos = map(x, 1, 1, OPINE_BAND_FB).mos;

        assert_true(mos < last && mos > 1);
        last = mos;
    }
}

static void the_middle_of_the_scale_is_at_x50(void **state)
{
    (void)state;
    assert_close(map(opine_model.x50, 1, 1, OPINE_BAND_FB).mos, 2.875, 1e-12,
                 0);
}

static void costs_add_up_to_what_was_lost(void **state)
{
    (void)state;
    for (double x = 0.01; x < 100; x *= 3)
        for (double related = 0; related <= 1; related += 0.25) {
            struct opine_mapped m = map(x, related, 0, OPINE_BAND_NB);
            double sum = 0;

            for (int c = 0; c < OPINE_CAUSES; c++) {
                assert_true(m.cost[c] >= 0);
                sum += m.cost[c];
            }
            assert_close(sum, 4.5 - m.mos, 1e-12, 0);
        }
}

static void unrelated_material_is_1(void **state)
{
    struct opine_mapped m = map(0.5, 0.2, 0.1, OPINE_BAND_FB);

    (void)state;
    assert_true(m.mos == 1 && m.low == 1);
    assert_true(m.unrelated);
    assert_true(m.cost[OPINE_UNRELATED] > 0);
    assert_false(map(0.5, 0.2, 0.9, OPINE_BAND_FB).unrelated);
    assert_false(map(0.5, 0.9, 0, OPINE_BAND_FB).unrelated);
    assert_true(map(0.5, 0.9, 0, OPINE_BAND_FB).cost[OPINE_UNRELATED] == 0);
}

static void what_was_never_fitted_is_flagged(void **state)
{
    (void)state;
    assert_false(
        map(opine_model.range * 0.99, 1, 1, OPINE_BAND_FB).out_of_range);
    assert_true(
        map(opine_model.range * 1.01, 1, 1, OPINE_BAND_FB).out_of_range);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_disturbance_is_the_top),
        cmocka_unit_test(more_disturbance_is_worse),
        cmocka_unit_test(the_middle_of_the_scale_is_at_x50),
        cmocka_unit_test(costs_add_up_to_what_was_lost),
        cmocka_unit_test(unrelated_material_is_1),
        cmocka_unit_test(what_was_never_fitted_is_flagged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
