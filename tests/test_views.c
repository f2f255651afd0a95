/* SPDX-License-Identifier: BSD-2-Clause */
/* The views beside the density, on patterns and signals whose value is known.
 */
#include "support.h"

#include "disturb/disturb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE   16000
#define FRAMES 300
#define BLOCKS (FRAMES / OPINE_EAR_BLOCK)
#define NB     OPINE_EAR_BANDS
#define PI     3.14159265358979323846

struct channel {
    float power_ref[FRAMES * NB], power_deg[FRAMES * NB];
    float explained[BLOCKS * NB];
    double level[FRAMES];
};

struct fixture {
    struct opine_arena arena;
    struct opine_kernels kernels;
    struct opine_ear ear;
    struct channel data[2];
    float image_ref[FRAMES * NB], image_deg[FRAMES * NB];
    struct opine_heard heard[2];
    struct opine_perceived perceived;
    struct opine_excerpt whole;
    struct opine_loudest loudest;
    struct opine_frame frame[FRAMES];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct opine_allocator from = { 0 };

    assert_non_null(f);
    opine_arena_init(&f->arena, &from);
    assert_int_equal(opine_kernels_init(&f->kernels, OPINE_CPU_BEST), 0);
    assert_int_equal(opine_ear_create(&f->ear, &f->arena, &f->kernels, RATE,
                                      OPINE_BAND_FB),
                     0);
    for (int c = 0; c < 2; c++) {
        f->heard[c].power_ref = f->heard[c].excited_ref = f->data[c].power_ref;
        f->heard[c].power_deg = f->heard[c].excited_deg = f->data[c].power_deg;
        f->heard[c].explained = f->data[c].explained;
        f->heard[c].level_ref = f->data[c].level;
        for (int t = 0; t < FRAMES; t++)
            f->data[c].level[t] = 1;
    }
    f->perceived = (struct opine_perceived){ .frames = FRAMES,
                                             .blocks = BLOCKS,
                                             .channels = 2,
                                             .level = 1,
                                             .channel = f->heard,
                                             .image_ref = f->image_ref,
                                             .image_deg = f->image_deg };
    f->whole = (struct opine_excerpt){ &f->perceived, 0, FRAMES };
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

/* Powers between 60 and 80 dB in all cells; the degraded is a copy */
static void fill(struct fixture *f)
{
    struct random random = random_seed(5);

    for (int c = 0; c < 2; c++) {
        for (int i = 0; i < FRAMES * NB; i++)
            f->data[c].power_ref[i] = (float)pow(10,
                                                 random_uniform(&random, 6, 8));
        memcpy(f->data[c].power_deg, f->data[c].power_ref,
               sizeof f->data[c].power_ref);
        for (int i = 0; i < BLOCKS * NB; i++)
            f->data[c].explained[i] = 1;
    }
}

/* --------------------------------------------------------------- steps */

static double steps(struct fixture *f)
{
    double sum = 0;

    opine_steps(&f->ear, f->heard, FRAMES, f->frame);
    for (int t = 0; t < FRAMES; t++)
        sum += (double)f->frame[t].steps;
    return sum / FRAMES;
}

/* At 60 dB a step is about half a decibel (BS.1387-1): 3 dB are 5.9 steps in
 * each Cam, and there are 40.8 between 20 Hz and 20 kHz. */
static void steps_are_counted_in_cams(void **state)
{
    struct fixture *f = *state;
    double step = 5.95072 * pow(6.39468 / 60, 1.71332) +
                  9.01033e-11 * pow(60, 4) + 5.05622e-6 * pow(60, 3) -
                  0.00102438 * 3600 + 0.0550197 * 60 - 0.198719;
    double cams = 0;

    for (int i = 0; i < FRAMES * NB; i++) {
        f->data[0].power_ref[i] = 1e6F;
        f->data[0].power_deg[i] = 1e6F;
    }
    assert_true(steps(f) == 0);
    for (int i = 0; i < FRAMES * NB; i++)
        f->data[0].power_ref[i] = (float)pow(10, 5.69); /* 3.1: 3 whole dB */
    for (int b = 0; b < NB; b++)
        cams += f->ear.band[b].width_cam;
    assert_close(cams, 40.8, 0.1, 0);
    assert_close(steps(f), 3 / step * cams, 0, 1e-4);
}

/* ----------------------------------------------------------- structure */

static double structure(struct fixture *f, double level)
{
    struct opine_mean lost = { 0 };

    f->perceived.level = level;
    opine_structure_survey(&f->ear, f->heard, FRAMES, &f->loudest);
    opine_structure_add(&f->ear, &f->whole, 0, &f->loudest, &lost);
    return opine_structure_lost(&lost);
}

static void structure_is_kept_or_lost(void **state)
{
    struct fixture *f = *state;

    fill(f);
    assert_close(structure(f, 1), 0, 1e-3, 0);
    /* Half the level, matched by the gain */
    for (int i = 0; i < FRAMES * NB; i++)
        f->data[0].power_deg[i] *= 0.25F;
    assert_close(structure(f, 4), 0, 1e-3, 0);
    /* Other noise of the same powers correlates with nothing. */
    memcpy(f->data[0].power_deg, f->data[1].power_ref,
           sizeof f->data[1].power_ref);
    assert_true(structure(f, 1) > 0.6);
}

/* --------------------------------------------------------- regenerated */

static double regenerated(struct fixture *f)
{
    double value[BLOCKS];
    int count;

    opine_regenerated_survey(&f->ear, f->heard, BLOCKS, &f->loudest);
    count = opine_regenerated_add(&f->ear, &f->whole, 0, &f->loudest, value);
    assert_int_equal(count, BLOCKS);
    return opine_regenerated_evidence(value, count);
}

static void only_unexplained_power_is_regenerated(void **state)
{
    struct fixture *f = *state;

    fill(f);
    assert_close(regenerated(f), 0, 1e-9, 0);
    for (int i = 0; i < BLOCKS * NB; i++)
        f->data[0].explained[i] = 0.4F;
    assert_close(regenerated(f), 0.6, 1e-6, 0);
    /* Noise was added until the degraded has 1 / 0.4 of the power. */
    for (int i = 0; i < FRAMES * NB; i++)
        f->data[0].power_deg[i] = f->data[0].power_ref[i] / 0.4F;
    assert_close(regenerated(f), 0, 1e-6, 0);
    /* A hole: nothing is left in the degraded. */
    for (int i = 0; i < FRAMES * NB; i++)
        f->data[0].power_deg[i] = f->data[0].power_ref[i] * 1e-4F;
    assert_true(regenerated(f) < 0.01);
}

/* Explained but in some blocks of ten */
static void unexplained(struct fixture *f, int of_ten)
{
    for (int i = 0; i < BLOCKS * NB; i++)
        f->data[0].explained[i] = i / NB % 10 < of_ten ? 0.4F : 1;
}

static void what_is_lost_now_and_then_is_not_regenerated(void **state)
{
    struct fixture *f = *state;

    fill(f);
    unexplained(f, 6);
    assert_close(regenerated(f), 0, 1e-6, 0);
    unexplained(f, 8);
    assert_close(regenerated(f), 0.6, 1e-6, 0);
}

/* --------------------------------------------------------------- image */

static void coherent(struct fixture *f, const struct channel *c, int is_deg,
                     float *image, double coherence)
{
    (void)f;
    for (int i = 0; i < FRAMES * NB; i++) {
        const float *l = is_deg ? c[0].power_deg : c[0].power_ref;
        const float *r = is_deg ? c[1].power_deg : c[1].power_ref;
        image[i] = (float)(coherence * sqrt((double)l[i] * (double)r[i]));
    }
}

static double image(const struct fixture *f)
{
    struct opine_image seen = { 0 };

    opine_image_survey(&f->perceived, &seen);
    opine_image_add(&f->ear, &f->whole, &seen);
    return opine_image_change(&seen);
}

static void image_is_the_change_of_coherence(void **state)
{
    struct fixture *f = *state;

    fill(f);
    coherent(f, f->data, 0, f->image_ref, 0.3);
    coherent(f, f->data, 1, f->image_deg, 0.3);
    assert_close(image(f), 0, 1e-4, 0);
    coherent(f, f->data, 1, f->image_deg, 0.8);
    assert_close(image(f), 0.5, 1e-3, 0);
    coherent(f, f->data, 1, f->image_deg, 0.1);
    /* Less coherent: so is any noise */
    assert_close(image(f), 0.4 * 0.2, 1e-3, 0);
    f->perceived.image_ref = NULL;
    assert_true(image(f) == 0);
}

/* ------------------------------------------------------------ envelope */

/* Powers that swing at 2 Hz by a depth of up to 1 */
static void swing(float *power, double depth)
{
    for (int t = 0; t < FRAMES; t++)
        for (int b = 0; b < NB; b++)
            power[t * NB + b] =
                (float)(1e7 * (1 + depth * sin(2 * PI * 2 * t * 0.016)));
}

static void envelope(struct fixture *f, double *modulation, double *timbre)
{
    struct opine_mean moved = { 0 }, apart = { 0 };

    opine_envelope_survey(&f->ear, f->heard, FRAMES, &f->loudest);
    assert_int_equal(opine_envelope_add(&f->arena, &f->ear, &f->whole, 0,
                                        &f->loudest, 0.1, &moved, &apart),
                     OPINE_OK);
    assert_int_equal(apart.count, FRAMES);
    *modulation = moved.sum / moved.count;
    *timbre = apart.sum / apart.count;
}

static void envelopes_differ_by_modulation_and_timbre(void **state)
{
    struct fixture *f = *state;
    double same, flat, timbre, tilted;

    swing(f->data[0].power_ref, 0.9);
    swing(f->data[0].power_deg, 0.9);
    envelope(f, &same, &timbre);
    assert_close(same, 0, 1e-6, 0);
    assert_close(timbre, 0, 1e-6, 0);
    swing(f->data[0].power_deg, 0.3);
    envelope(f, &flat, &timbre);
    assert_true(flat > 0.5);
    /* A tilt of the spectrum is timbre and no modulation. */
    for (int t = 0; t < FRAMES; t++)
        for (int b = 0; b < NB; b++)
            f->data[0].power_deg[t * NB + b] =
                f->data[0].power_ref[t * NB + b] *
                (float)pow(10, (b - NB / 2) * 0.02);
    envelope(f, &same, &tilted);
    assert_true(tilted > 10 && tilted > 3 * timbre);
    assert_true(same < 0.5 * flat);
}

/* --------------------------------------------------------------- pitch */

/* A voice of 20 harmonics, 3 s */
static void sing(float *x, int n, double hz)
{
    for (int i = 0; i < n; i++) {
        x[i] = 0;
        for (int k = 1; k <= 20; k++)
            x[i] += (float)(0.1 / k * sin(2 * PI * hz * k * i / RATE));
    }
}

static double off_pitch(struct fixture *f, double ref_hz, double deg_hz)
{
    static float ref[3 * RATE], deg[3 * RATE];
    const size_t n = 3 * RATE;
    const struct opine_pair views = {
        .ref = { .x = { ref }, .step = 1, .channels = 1, .n = n },
        .deg = { .x = { deg }, .step = 1, .channels = 1, .n = n },
        .rate_hz = RATE,
    };
    struct opine_stretch whole = { 0, 3 * RATE, 0 };
    struct opine_aligned aligned = { .stretches = 1, .stretch = &whole };
    struct opine_voices voices = { 0 };

    sing(ref, 3 * RATE, ref_hz);
    sing(deg, 3 * RATE, deg_hz);
    assert_int_equal(opine_pitch_add(&f->arena, &f->kernels, &views, &aligned,
                                     0, 0, &voices),
                     OPINE_OK);
    return opine_pitch_share(&voices);
}

static void pitch_is_off_beyond_half_a_semitone(void **state)
{
    struct fixture *f = *state;

    assert_true(off_pitch(f, 140, 140) == 0);
    assert_true(off_pitch(f, 140, 140 * pow(2, 0.3 / 12)) < 0.02);
    assert_true(off_pitch(f, 140, 140 * pow(2, 1.0 / 12)) > 0.98);
    assert_true(off_pitch(f, 210, 210 * pow(2, -0.8 / 12)) > 0.98);
}

static void silence_has_no_pitch(void **state)
{
    struct fixture *f = *state;

    assert_true(isnan(off_pitch(f, 0, 0)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(steps_are_counted_in_cams),
        TEST(structure_is_kept_or_lost),
        TEST(only_unexplained_power_is_regenerated),
        TEST(what_is_lost_now_and_then_is_not_regenerated),
        TEST(image_is_the_change_of_coherence),
        TEST(envelopes_differ_by_modulation_and_timbre),
        TEST(pitch_is_off_beyond_half_a_semitone),
        TEST(silence_has_no_pitch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
