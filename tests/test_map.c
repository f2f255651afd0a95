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
    struct opine_mapped m;
    double low = 0, high = 1000;

    (void)state;
    for (int i = 0; i < 100; i++) {
        double total = (low + high) / 2;

        m = map(total, 1, 1, OPINE_BAND_FB);
        *(m.fine < opine_model.curve.x50 ? &low : &high) = total;
    }
    assert_close(m.mos, 2.875, 1e-9, 0);
}

/* With structure alone, which cells do not know */
static struct opine_mapped view(struct opine_views v, double flat)
{
    struct opine_disturbed d;
    struct opine_mapped m;

    memset(&d, 0, sizeof d);
    d.similarity = 1;
    d.view = v;
    d.flat = flat;
    opine_map(&opine_model, OPINE_BAND_FB, 1, &d, &m);
    return m;
}

static double cost_sum(const struct opine_mapped *m)
{
    double sum = 0;

    for (int c = 0; c < OPINE_CAUSES; c++) {
        assert_true(m->cost[c] >= 0);
        sum += m->cost[c];
    }
    return sum;
}

static void every_view_costs_what_it_takes(void **state)
{
    struct opine_mapped steps = view((struct opine_views){ .steps = 9 }, 0);
    struct opine_mapped image = view((struct opine_views){ .image = 0.3 }, 0);
    struct opine_mapped still = view((struct opine_views){ .image = 0.01 }, 0);
    struct opine_mapped flat = view((struct opine_views){ 0 }, 0.1);

    (void)state;
    assert_true(steps.mos < 4.75 && steps.cost[OPINE_DISTORTION] > 0);
    assert_close(image.cost[OPINE_IMAGE], 4.75 - image.mos, 1e-9, 0);
    assert_true(image.mos < 4);
    assert_true(still.mos == 4.75);
    assert_close(flat.cost[OPINE_CLIPPING], 0.75 * (4.75 - flat.mos), 1e-9, 0);
    assert_close(cost_sum(&flat), 4.75 - flat.mos, 1e-9, 0);
    assert_close(cost_sum(&steps), 4.75 - steps.mos, 1e-9, 0);
}

static double clipped(double total, double flat)
{
    struct opine_disturbed d;
    struct opine_mapped m;

    memset(&d, 0, sizeof d);
    d.similarity = 1;
    d.total = total;
    d.flat = flat;
    opine_map(&opine_model, OPINE_BAND_FB, 1, &d, &m);
    return m.mos;
}

static void a_few_flat_tops_hide_nothing(void **state)
{
    (void)state;
    for (double flat = 1e-4; flat < 0.5; flat *= 1.5) {
        double last = 5;

        for (double total = 0; total < 100; total = 1.5 * total + 0.01) {
            double mos = clipped(total, flat);

            assert_true(mos < last);
            last = mos;
        }
    }
    /* A loss in a recording of which 0.3 % is flat */
    assert_close(clipped(2, 0.003), clipped(2, 0), 0.1, 0);
    /* What 5 % make of the density is taken for them. */
    assert_true(clipped(0.9, 0.05) > clipped(0.9, 0) + 0.2);
}

/* Everything but the evidence is that of a good vocoder. */
static void regenerated_sound_is_judged_by_its_envelope(void **state)
{
    struct opine_views v = { .steps = 40,
                             .structure = 0.07,
                             .modulation = 0.15,
                             .timbre = 6,
                             .pitch = 0.05 };
    struct opine_mapped good, bad, none;

    (void)state;
    v.regenerated = 0.3;
    good = view(v, 0);
    v.pitch = 0.5;
    bad = view(v, 0);
    assert_true(good.mos > bad.mos + 0.2);
    v.pitch = (double)NAN;
    assert_true(view(v, 0).mos > bad.mos);
    v.image = 0.4;
    assert_true(view(v, 0).mos < bad.mos);
    v.image = 0;
    v.regenerated = OPINE_REGENERATED_LEAST;
    none = view(v, 0);
    assert_true(none.cost[OPINE_REGENERATED] == 0);
    assert_close(cost_sum(&bad), 4.75 - bad.mos, 1e-9, 0);
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
    for (double total = 0.01; total < 1e4; total *= 1.1) {
        struct opine_mapped m = map(total, 1, 1, OPINE_BAND_FB);

        assert_int_equal(m.out_of_range, m.fine > opine_model.range);
    }
    assert_true(map(1e4, 1, 1, OPINE_BAND_FB).out_of_range);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_disturbance_is_the_top),
        cmocka_unit_test(more_disturbance_is_worse),
        cmocka_unit_test(the_middle_of_the_scale_is_at_x50),
        cmocka_unit_test(every_view_costs_what_it_takes),
        cmocka_unit_test(a_few_flat_tops_hide_nothing),
        cmocka_unit_test(regenerated_sound_is_judged_by_its_envelope),
        cmocka_unit_test(costs_add_up_to_what_was_lost),
        cmocka_unit_test(unrelated_material_is_1),
        cmocka_unit_test(what_was_never_fitted_is_flagged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
