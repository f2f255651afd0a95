/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "ear/ear.h"

#include <math.h>
#include <stdlib.h>

#define FRAMES 60
#define NB     OPINE_EAR_BANDS

struct fixture {
    struct opine_arena arena;
    struct opine_kernels kernels;
    struct opine_ear ear;
    float pattern[FRAMES * NB];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct opine_allocator from = { 0 };

    opine_arena_init(&f->arena, &from);
    assert_int_equal(opine_kernels_init(&f->kernels, OPINE_CPU_BEST), 0);
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

static void make_ear(struct fixture *f, int rate_hz, enum opine_band band)
{
    opine_ear_destroy(&f->ear);
    opine_arena_clear(&f->arena);
    assert_int_equal(opine_ear_create(&f->ear, &f->arena, &f->kernels, rate_hz,
                                      band),
                     0);
}

/* Powers into f->pattern, gain 1, frames from a sample on */
static void hear(struct fixture *f, const float *x, int n, int first)
{
    struct opine_planes planes = {
        .x = { x }, .step = 1, .channels = 1, .n = (size_t)n
    };
    ptrdiff_t start[FRAMES];

    for (int t = 0; t < FRAMES; t++)
        start[t] = first + (ptrdiff_t)llround(t * f->ear.hop);
    opine_ear_powers(&f->ear, &f->kernels, &planes, 0, start, FRAMES, 1,
                     f->pattern);
}

/* Powers of one second of a sine */
static void hear_sine(struct fixture *f, int rate_hz, double frequency_hz)
{
    float *x = malloc((size_t)rate_hz * sizeof *x);

    assert_non_null(x);
    make_sine(x, rate_hz, rate_hz, frequency_hz);
    hear(f, x, rate_hz, 0);
    free(x);
}

static double frame_sum(const float *frame)
{
    double sum = 0;

    for (int b = 0; b < NB; b++)
        sum += (double)frame[b];
    return sum;
}

static void bands_tile_20_hz_to_20_khz(void **state)
{
    struct fixture *f = *state;
    double bark = 0;

    make_ear(f, 48000, OPINE_BAND_FB);
    assert_close(f->ear.band[0].low_hz, 20, 1e-6, 0);
    assert_close(f->ear.band[NB - 1].high_hz, 20000, 1e-6, 0);
    for (int b = 0; b < NB; b++) {
        const struct opine_ear_band *band = &f->ear.band[b];

        assert_true(band->low_hz < band->centre_hz);
        assert_true(band->centre_hz < band->high_hz);
        if (b)
            assert_close(band->low_hz, band[-1].high_hz, 0, 1e-12);
        bark += band->width_bark;
    }
    assert_close(bark, 24.4, 0.2, 0); /* Zwicker: 24 Bark at 15.5 kHz */
}

/* A full-scale sine has a mean square of 0.5, at every rate and frequency. */
static void powers_add_up_to_the_mean_square(void **state)
{
    const int rates[] = { 8000,  11025, 16000, 22050,  32000,
                          44100, 48000, 96000, 192000, 37001 };
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++) {
        make_ear(f, rates[i], OPINE_BAND_FB);
        for (double hz = 150; hz < 0.4 * rates[i] && hz < 16000; hz *= 1.7) {
            hear_sine(f, rates[i], hz);
            assert_close(frame_sum(f->pattern + 30 * NB), 0.5, 0, 0.01);
        }
    }
}

static void a_sine_lies_in_its_band(void **state)
{
    struct fixture *f = *state;

    make_ear(f, 48000, OPINE_BAND_FB);
    for (int b = 8; b < NB - 1; b++) {
        hear_sine(f, 48000, f->ear.band[b].centre_hz);
        assert_true((double)f->pattern[20 * NB + b] > 0.4);
    }
}

static void bands_outside_of_the_limit_are_empty(void **state)
{
    struct fixture *f = *state;

    make_ear(f, 48000, OPINE_BAND_NB);
    hear_sine(f, 48000, 8000);
    assert_true(frame_sum(f->pattern + 30 * NB) < 1e-6);
    hear_sine(f, 48000, 1000);
    assert_close(frame_sum(f->pattern + 30 * NB), 0.5, 0, 0.01);
}

static void frames_outside_of_the_signal_are_zero(void **state)
{
    struct fixture *f = *state;
    float x[4800];

    make_ear(f, 48000, OPINE_BAND_FB);
    make_white(x, 4800, 1);
    hear(f, x, 4800, -4000);
    assert_true(frame_sum(f->pattern) == 0);
    assert_true(frame_sum(f->pattern + 6 * NB) > 0);
    for (int t = 12; t < FRAMES; t++)
        assert_true(frame_sum(f->pattern + t * NB) == 0);
}

/* ------------------------------------------------------------ loudness */

/* Loudness in sone of a tone at 1 kHz and a level in dB SPL */
static double tone_loudness(struct fixture *f, double level_db)
{
    int band = 0;
    double sum = 0;

    while (f->ear.band[band].high_hz < 1000)
        band++;
    for (int i = 0; i < FRAMES * NB; i++)
        f->pattern[i] = 0;
    for (int t = 0; t < FRAMES; t++)
        f->pattern[t * NB + band] = (float)pow(10, level_db / 10);
    opine_ear_loudness(&f->ear, f->pattern, FRAMES, f->pattern);
    for (int b = 0; b < NB; b++)
        sum += (double)f->pattern[(FRAMES - 1) * NB + b] *
               f->ear.band[b].width_bark;
    return sum;
}

/* What is left is the internal noise, spread over its neighbours. */
static void silence_has_next_to_no_loudness(void **state)
{
    struct fixture *f = *state;

    make_ear(f, 48000, OPINE_BAND_FB);
    assert_true(tone_loudness(f, -100) < 0.15);
    assert_close(tone_loudness(f, -3), tone_loudness(f, -100), 0.001, 0);
}

/* By definition 1 sone at 40 dB and 1 kHz; twice as loud every 10 dB above. The
 * constants are PESQ's, for which these are rough. */
static void tones_grow_about_twofold_in_10_db(void **state)
{
    struct fixture *f = *state;
    double at_40, at_50, at_80;

    make_ear(f, 48000, OPINE_BAND_FB);
    at_40 = tone_loudness(f, 40);
    at_50 = tone_loudness(f, 50);
    at_80 = tone_loudness(f, 80);
    assert_close(at_40, 1, 0.5, 0);
    assert_close(at_50 / at_40, 2, 0.3, 0);
    assert_close(pow(at_80 / at_50, 1.0 / 3), 2, 0.3, 0);
}

static void equal_bands_keep_their_level_when_spread(void **state)
{
    struct fixture *f = *state;
    double mean = 0;

    make_ear(f, 48000, OPINE_BAND_FB);
    /* Powers that leave exactly 1 behind outer ear and internal noise cannot
     * be had, so 60 dB, where the upper slope is flatter and adds a little. */
    for (int t = 0; t < FRAMES; t++)
        for (int b = 0; b < NB; b++)
            f->pattern[t * NB + b] = (float)(1e6 / f->ear.outer[b]);
    opine_ear_loudness(&f->ear, f->pattern, FRAMES, f->pattern);
    for (int b = 5; b < 35; b++) {
        double n = (double)f->pattern[30 * NB + b];
        double et = f->ear.threshold[b];
        double over = pow(n / (0.1866 * pow(2 * et, 0.23)) + 1, 1 / 0.23);

        mean += 10 * log10((over - 0.5) * 2 * et) / 30;
    }
    assert_true(mean > 60 && mean < 70);
}

static void spreading_reaches_up_further_than_down(void **state)
{
    struct fixture *f = *state;
    const int band = 24;
    double up, down;

    make_ear(f, 48000, OPINE_BAND_FB);
    for (int i = 0; i < FRAMES * NB; i++)
        f->pattern[i] = i % NB == band ? 1e8f : 0;
    opine_ear_loudness(&f->ear, f->pattern, FRAMES, f->pattern);
    up = (double)f->pattern[30 * NB + band + 4];
    down = (double)f->pattern[30 * NB + band - 4];
    assert_true(up > 2 * down);
    assert_true(down >= 0);
}

static void masking_lingers_after_an_offset(void **state)
{
    struct fixture *f = *state;

    make_ear(f, 48000, OPINE_BAND_FB);
    for (int i = 0; i < FRAMES * NB; i++)
        f->pattern[i] = i < 30 * NB ? 1e7f : 0;
    opine_ear_loudness(&f->ear, f->pattern, FRAMES, f->pattern);
    for (int b = 2; b < 30; b++) {
        double before = (double)f->pattern[29 * NB + b];
        double after = (double)f->pattern[30 * NB + b];
        double later = (double)f->pattern[40 * NB + b];

        assert_true(after > 0.05 * before && after < before);
        assert_true(later < 0.1 * before);
    }
}

/* -------------------------------------------------------- compensation */

static void mean_spectra(const float *ref, const float *deg, double level,
                         struct opine_heard *heard)
{
    for (int b = 0; b < NB; b++) {
        heard->spectrum_ref[b] = heard->spectrum_deg[b] = 0;
        for (int t = 0; t < FRAMES; t++) {
            heard->spectrum_ref[b] += (double)ref[t * NB + b] / FRAMES;
            heard->spectrum_deg[b] += level * (double)deg[t * NB + b] / FRAMES;
        }
    }
}

static void level_and_response_are_taken_out(void **state)
{
    struct fixture *f = *state;
    static float ref[FRAMES * NB], deg[FRAMES * NB];
    double spectrum_ref[NB], spectrum_deg[NB];
    struct opine_heard heard = { .spectrum_ref = spectrum_ref,
                                 .spectrum_deg = spectrum_deg };
    struct random random = random_seed(1);

    make_ear(f, 48000, OPINE_BAND_FB);
    for (int t = 0; t < FRAMES; t++) {
        for (int b = 0; b < NB; b++) {
            double tilt = pow(10, (b - NB / 2) * 0.4 / 10); /* +-9.6 dB */

            ref[t * NB + b] = (float)random_uniform(&random, 1e5, 1e7);
            deg[t * NB + b] = (float)((double)ref[t * NB + b] * tilt * 0.01);
        }
    }
    mean_spectra(ref, deg, 100, &heard);
    opine_compensate(&f->ear, &heard, 100, 0, FRAMES, ref, deg);
    for (int i = 20 * NB; i < FRAMES * NB; i++)
        assert_close((double)deg[i], (double)ref[i], 0, 0.02);
}

static void a_response_is_forgiven_up_to_15_db(void **state)
{
    struct fixture *f = *state;
    static float ref[FRAMES * NB], deg[FRAMES * NB];
    double spectrum_ref[NB], spectrum_deg[NB];
    struct opine_heard heard = { .spectrum_ref = spectrum_ref,
                                 .spectrum_deg = spectrum_deg };

    make_ear(f, 48000, OPINE_BAND_FB);
    for (int i = 0; i < FRAMES * NB; i++) {
        ref[i] = 1e7f;
        deg[i] = i % NB < 40 ? 1e7f : 1e2f;
    }
    mean_spectra(ref, deg, 1, &heard);
    opine_compensate(&f->ear, &heard, 1, 0, FRAMES, ref, deg);
    assert_close((double)ref[20 * NB + 45], 1e7 * pow(10, -1.5), 0, 1e-3);
    assert_close((double)ref[20 * NB + 10], 1e7, 0, 1e-3);
}

/* Every fourth frame is 50 dB down, and other than the rest. */
static void levels_are_matched_where_there_is_sound(void **state)
{
    struct fixture *f = *state;
    static float ref[FRAMES * NB], deg[FRAMES * NB];
    double spectrum_ref[NB], spectrum_deg[NB], level_ref[FRAMES];
    struct opine_heard heard = { .power_ref = ref,
                                 .power_deg = deg,
                                 .level_ref = level_ref,
                                 .spectrum_ref = spectrum_ref,
                                 .spectrum_deg = spectrum_deg };
    struct opine_perceived p = { .frames = FRAMES,
                                 .channels = 1,
                                 .channel = &heard };
    struct opine_config config = { 0 };

    make_ear(f, 48000, OPINE_BAND_FB);
    for (int i = 0; i < FRAMES * NB; i++) {
        int is_quiet = i / NB % 4 == 0;

        ref[i] = is_quiet ? 1e2F : (float)(1e7 * (i % NB + 1));
        deg[i] = is_quiet ? 1e9F : ref[i] / 100;
    }
    opine_balance(&f->kernels, &config, &p);
    assert_close(p.level, 100, 0, 1e-5);
    assert_close(p.level_db, -20, 1e-4, 0);
    for (int b = 0; b < NB; b++) {
        assert_close(spectrum_ref[b], 1e7 * (b + 1), 0, 1e-5);
        assert_close(spectrum_deg[b], spectrum_ref[b], 0, 1e-5);
    }
    config.level = OPINE_LEVEL_KEEP;
    opine_balance(&f->kernels, &config, &p);
    assert_true(p.level == 1);
    assert_close(spectrum_deg[7], spectrum_ref[7] / 100, 0, 1e-5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(bands_tile_20_hz_to_20_khz),
        TEST(powers_add_up_to_the_mean_square),
        TEST(a_sine_lies_in_its_band),
        TEST(bands_outside_of_the_limit_are_empty),
        TEST(frames_outside_of_the_signal_are_zero),
        TEST(silence_has_next_to_no_loudness),
        TEST(tones_grow_about_twofold_in_10_db),
        TEST(equal_bands_keep_their_level_when_spread),
        TEST(spreading_reaches_up_further_than_down),
        TEST(masking_lingers_after_an_offset),
        TEST(level_and_response_are_taken_out),
        TEST(a_response_is_forgiven_up_to_15_db),
        TEST(levels_are_matched_where_there_is_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
