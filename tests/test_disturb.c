/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "disturb/disturb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 200
#define NB     OPINE_EAR_BANDS
#define BLOCKS (FRAMES / OPINE_EAR_BLOCK)

struct fixture {
    struct opine_arena arena;
    struct opine_ear ear;
    struct opine_kernels kernels;
    float ref[FRAMES * NB], deg[FRAMES * NB];
    float power_ref[FRAMES * NB], power_deg[FRAMES * NB];
    float explained[BLOCKS * NB];
    double level_ref[FRAMES], level_deg[FRAMES];
    double spectrum_ref[NB], spectrum_deg[NB];
    struct opine_heard heard;
    struct opine_perceived perceived;
    struct opine_prepared pair;
    struct opine_aligned aligned;
    struct opine_disturbed result;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct opine_allocator from = { 0 };

    opine_arena_init(&f->arena, &from);
    assert_int_equal(opine_kernels_init(&f->kernels, OPINE_CPU_BEST), 0);
    assert_int_equal(opine_ear_create(&f->ear, &f->arena, &f->kernels, 48000,
                                      OPINE_BAND_FB),
                     0);
    f->heard = (struct opine_heard){ .power_ref = f->power_ref,
                                     .power_deg = f->power_deg,
                                     .excited_ref = f->power_ref,
                                     .excited_deg = f->power_deg,
                                     .explained = f->explained,
                                     .ref = f->ref,
                                     .deg = f->deg,
                                     .level_ref = f->level_ref,
                                     .level_deg = f->level_deg,
                                     .spectrum_ref = f->spectrum_ref,
                                     .spectrum_deg = f->spectrum_deg };
    f->perceived = (struct opine_perceived){ .frames = FRAMES,
                                             .blocks = BLOCKS,
                                             .channels = 1,
                                             .level = 1,
                                             .channel = &f->heard };
    f->pair.channels = 1;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    opine_ear_destroy(&f->ear);
    opine_arena_free(&f->arena);
    free(f);
    return 0;
}

/* A pattern with syllables: 10 frames of sound, 5 of pause, unlike spectra */
static void fill(struct fixture *f)
{
    struct random random = random_seed(3);

    for (int t = 0; t < FRAMES; t++)
        for (int b = 0; b < NB; b++) {
            double n = t % 15 < 10 ? random_uniform(&random, 1, 3) : 0.0;
            f->ref[t * NB + b] = (float)n;
        }
    memcpy(f->deg, f->ref, sizeof f->ref);
    for (int b = 0; b < NB; b++)
        f->spectrum_ref[b] = f->spectrum_deg[b] = 1e6;
    for (int i = 0; i < BLOCKS * NB; i++)
        f->explained[i] = 1;
}

static void total(const struct opine_ear *ear, const float *n, double *level)
{
    for (int t = 0; t < FRAMES; t++) {
        level[t] = 0;
        for (int b = 0; b < NB; b++)
            level[t] += (double)n[t * NB + b] * ear->band[b].width_bark;
    }
}

static void perceive(struct fixture *f)
{
    total(&f->ear, f->ref, f->level_ref);
    total(&f->ear, f->deg, f->level_deg);
    for (int i = 0; i < FRAMES * NB; i++) {
        f->power_ref[i] = 1 + 1e5F * f->ref[i];
        f->power_deg[i] = 1 + 1e5F * f->deg[i];
    }
}

static void disturb_perceived(struct fixture *f)
{
    const struct opine_config config = { 0 };

    assert_int_equal(opine_disturb(&f->arena, &f->kernels, &f->ear, &config,
                                   &f->pair, &f->aligned, &f->perceived,
                                   &f->result),
                     OPINE_OK);
}

static void disturb(struct fixture *f)
{
    perceive(f);
    disturb_perceived(f);
}

static double share_sum(const struct opine_disturbed *d)
{
    double sum = 0;

    for (int c = 0; c < OPINE_CELL_CAUSES; c++) {
        assert_true(d->share[c] >= 0);
        sum += d->share[c];
    }
    return sum;
}

static void identity_disturbs_nothing(void **state)
{
    struct fixture *f = *state;

    fill(f);
    disturb(f);
    assert_true(f->result.total == 0);
    assert_true(f->result.identical);
    assert_true(share_sum(&f->result) == 0);
    assert_close(f->result.similarity, 1, 1e-9, 0);
}

/* All cells alike; returns the width of all bands, Bark */
static double fill_alike(struct fixture *f, float ref, float deg)
{
    double bark = 0;

    for (int i = 0; i < FRAMES * NB; i++) {
        f->ref[i] = ref;
        f->deg[i] = deg;
    }
    for (int b = 0; b < NB; b++) {
        f->spectrum_ref[b] = f->spectrum_deg[b] = 1e6;
        bark += f->ear.band[b].width_bark;
    }
    for (int i = 0; i < BLOCKS * NB; i++)
        f->explained[i] = 1;
    return bark;
}

/* All cells at 1 sone/Bark, the degraded at 1 + x: x - 0.25 are heard, so
 * everything can be worked out. */
static void a_uniform_difference_has_its_value(void **state)
{
    struct fixture *f = *state;
    double bark = fill_alike(f, 1, 2);

    disturb(f);
    assert_close(f->result.total,
                 pow(0.75, 0.75) * bark / pow(1.05 * bark, 0.3), 0, 1e-6);
    assert_false(f->result.identical);
    /* Steady, so it is noise. */
    assert_close(f->result.share[OPINE_NOISE], 1, 1e-6, 0);
    assert_close(f->result.value[OPINE_NOISE], 0.75 * bark, 0, 1e-6);
}

/* Half of the sound gone counts 0.4 + 0.6 (1/2)^2, all of it 1. */
static void what_is_weakened_counts_less_than_what_is_gone(void **state)
{
    struct fixture *f = *state;
    double bark = fill_alike(f, 2, 1);

    disturb(f);
    assert_close(f->result.total,
                 pow(0.75 * 0.55, 0.75) * bark / pow(2.1 * bark, 0.3), 0, 1e-6);
    assert_close(f->result.value[OPINE_MISSING], 0.75 * bark, 0, 1e-6);
    fill_alike(f, 2, 0);
    disturb(f);
    assert_close(f->result.total, pow(2, 0.75) * bark / pow(2.1 * bark, 0.3), 0,
                 1e-6);
}

static void differences_within_the_dead_zone_are_free(void **state)
{
    struct fixture *f = *state;

    fill(f);
    for (int i = 0; i < FRAMES * NB; i++)
        f->deg[i] *= i % 2 ? 1.24f : 0.81f;
    disturb(f);
    assert_true(f->result.total == 0);
    assert_false(f->result.identical);
}

static void pauses_do_not_count(void **state)
{
    struct fixture *f = *state;

    fill(f);
    for (int t = 0; t < FRAMES; t++)
        if (t % 15 >= 10)
            for (int b = 0; b < NB; b++)
                f->deg[t * NB + b] = 0.5f;
    disturb(f);
    assert_true(f->result.total == 0);
    assert_close(f->result.value[OPINE_PAUSE_NOISE], 0.5 * 24.6, 0, 0.01);
}

static void pauses_have_no_steps(void **state)
{
    struct fixture *f = *state;
    double loud;

    fill(f);
    for (int i = 0; i < FRAMES * NB; i++)
        f->deg[i] = 2 * f->ref[i];
    disturb(f);
    loud = f->result.view.steps;
    assert_true(loud > 10);
    for (int i = 0; i < FRAMES * NB; i++)
        f->power_deg[i] *= i / NB % 15 < 10 ? 1 : 1e6F;
    disturb_perceived(f);
    assert_true(f->result.view.steps == loud);
}

static void disturbance_is_homogeneous(void **state)
{
    struct fixture *f = *state;
    double once;

    fill(f);
    for (int i = 0; i < FRAMES * NB; i++)
        f->deg[i] += f->ref[i] > 0 && i % 7 == 0 ? 2.0f : 0.0f;
    disturb(f);
    once = f->result.total;
    for (int i = 0; i < FRAMES * NB; i++) {
        f->ref[i] *= 4;
        f->deg[i] *= 4;
    }
    disturb(f);
    assert_close(f->result.total, once * pow(4, 0.75 - 0.3), 0, 1e-6);
}

/* ---------------------------------------------------------------- causes */

static void largest_is(const struct fixture *f, int cause)
{
    assert_close(share_sum(&f->result), 1, 1e-9, 0);
    assert_true(f->result.share[cause] > 0.8);
}

static void steady_additions_are_noise(void **state)
{
    struct fixture *f = *state;

    fill(f);
    for (int i = 0; i < FRAMES * NB; i++)
        f->deg[i] += 1.5f;
    disturb(f);
    largest_is(f, OPINE_NOISE);
}

static void additions_to_the_signal_alone_are_distortion(void **state)
{
    struct fixture *f = *state;

    fill(f);
    for (int i = 0; i < FRAMES * NB; i++)
        f->deg[i] += f->ref[i] > 0 ? 1.5f : 0;
    disturb(f);
    largest_is(f, OPINE_DISTORTION);
}

static void fill_echo(struct fixture *f)
{
    fill(f);
    for (int t = 0; t < FRAMES; t++)
        for (int b = 0; b < NB; b++) {
            float quiet = t % 15 >= 5 && t % 15 < 10 ? 0.3f : 1.0f;
            f->ref[t * NB + b] *= quiet;
            f->deg[t * NB + b] = f->ref[t * NB + b] + (quiet < 1 ? 0.6f : 0);
        }
}

static void decaying_additions_after_offsets_are_echo(void **state)
{
    struct fixture *f = *state;

    fill_echo(f);
    disturb(f);
    largest_is(f, OPINE_ECHO);
}

/* A room blurs the fine structure as a vocoder does; that there is an echo says
 * which it was. */
static void echo_explains_what_seems_regenerated(void **state)
{
    struct fixture *f = *state;

    for (int is_echo = 0; is_echo < 2; is_echo++) {
        is_echo ? fill_echo(f) : fill(f);
        perceive(f);
        memcpy(f->power_deg, f->power_ref, sizeof f->power_ref);
        for (int i = 0; i < BLOCKS * NB; i++)
            f->explained[i] = 0.93F;
        disturb_perceived(f);
        assert_close(f->result.view.regenerated, is_echo ? 0 : 0.07, 1e-6, 0);
    }
}

static void losses_in_a_frame_are_gaps_or_missing(void **state)
{
    struct fixture *f = *state;

    fill(f);
    for (int b = 0; b < NB; b++)
        f->deg[35 * NB + b] = 0;
    disturb(f);
    largest_is(f, OPINE_GAPS);
    /* 5 of 15 frames are pauses. */
    assert_close(f->result.value[OPINE_GAPS], 100.0 / 134, 0.05, 0);
    fill(f);
    for (int b = 10; b < 20; b++)
        f->deg[35 * NB + b] = 0;
    disturb(f);
    largest_is(f, OPINE_MISSING);
    assert_true(f->result.value[OPINE_GAPS] == 0);
}

static void losses_at_the_edge_are_bandwidth(void **state)
{
    struct fixture *f = *state;

    fill(f);
    for (int b = 30; b < NB; b++)
        f->spectrum_deg[b] = 1e2;
    for (int i = 0; i < FRAMES * NB; i++)
        f->deg[i] *= i % NB >= 30 ? 0.1f : 1.0f;
    disturb(f);
    largest_is(f, OPINE_BANDWIDTH);
    assert_close(f->result.value[OPINE_BANDWIDTH], f->ear.band[29].high_hz,
                 1e-6, 0);
    assert_close(f->result.reference_cutoff_hz, 20000, 1e-6, 0);
}

static void flat_tops_are_reported_beyond_the_reference(void **state)
{
    struct fixture *f = *state;

    fill(f);
    f->pair.ref.flat = 0.01;
    f->pair.deg.flat = 0.05;
    disturb(f);
    assert_close(f->result.value[OPINE_CLIPPING], 4, 1e-9, 0);
    f->pair.ref.flat = 0.06;
    disturb(f);
    assert_true(f->result.value[OPINE_CLIPPING] == 0);
}

static void unlike_patterns_are_not_similar(void **state)
{
    struct fixture *f = *state;
    struct random random = random_seed(9);

    fill(f);
    for (int i = 0; i < FRAMES * NB; i++)
        f->deg[i] = (float)random_uniform(&random, 0, 3);
    disturb(f);
    assert_true(f->result.similarity < 0.1);
    memset(f->deg, 0, sizeof f->deg);
    disturb(f);
    assert_true(f->result.similarity == 0);
}

/* ------------------------------------------------------------ channels */

static void an_empty_channel_changes_nothing(void **state)
{
    struct fixture *f = *state;
    static float zeros[FRAMES * NB];
    static double none[FRAMES], flat[NB];
    struct opine_heard two[2];
    struct opine_views views;
    double alone;

    fill(f);
    for (int i = 0; i < FRAMES * NB; i += 3)
        f->deg[i] *= 2;
    disturb(f);
    alone = f->result.total;
    views = f->result.view;
    two[0] = f->heard;
    two[1] = (struct opine_heard){ .power_ref = zeros,
                                   .power_deg = zeros,
                                   .excited_ref = zeros,
                                   .excited_deg = zeros,
                                   .ref = zeros,
                                   .deg = zeros,
                                   .level_ref = none,
                                   .level_deg = none,
                                   .spectrum_ref = flat,
                                   .spectrum_deg = flat };
    f->perceived.channel = two;
    f->perceived.channels = f->pair.channels = 2;
    disturb(f);
    assert_close(f->result.total, alone, 0, 1e-12);
    assert_close(f->result.view.steps, views.steps, 0, 1e-12);
    assert_close(f->result.view.structure, views.structure, 0, 1e-12);
    two[1] = f->heard;
    disturb(f);
    assert_close(f->result.total, alone, 0, 1e-12);
    assert_close(f->result.view.steps, views.steps, 0, 1e-12);
    assert_close(f->result.view.structure, views.structure, 0, 1e-12);
    f->perceived.channel = &f->heard;
    f->perceived.channels = f->pair.channels = 1;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(identity_disturbs_nothing),
        TEST(a_uniform_difference_has_its_value),
        TEST(what_is_weakened_counts_less_than_what_is_gone),
        TEST(differences_within_the_dead_zone_are_free),
        TEST(pauses_do_not_count),
        TEST(pauses_have_no_steps),
        TEST(disturbance_is_homogeneous),
        TEST(steady_additions_are_noise),
        TEST(additions_to_the_signal_alone_are_distortion),
        TEST(decaying_additions_after_offsets_are_echo),
        TEST(echo_explains_what_seems_regenerated),
        TEST(losses_in_a_frame_are_gaps_or_missing),
        TEST(losses_at_the_edge_are_bandwidth),
        TEST(flat_tops_are_reported_beyond_the_reference),
        TEST(unlike_patterns_are_not_similar),
        TEST(an_empty_channel_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
