/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold of every score, whatever the model: laws, not values. */
#include "support.h"

#include "opine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000
#define N    (4 * RATE)

struct fixture {
    float speech[N], music[2 * N]; /* music: two planar channels */
    float deg[2 * N];
    struct opine_context *context;
    struct opine_result result;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    make_speech(f->speech, N, RATE, 15000, 1);
    make_music(f->music, N, RATE, 15000, 1);
    make_music(f->music + N, N, RATE, 15000, 2);
    assert_int_equal(opine_create(&f->context, NULL), OPINE_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    opine_destroy(f->context);
    free(f);
    return 0;
}

static struct opine_audio mono(const float *x, size_t n)
{
    return (struct opine_audio){ x, n, 1, RATE, 0, 0 };
}

static struct opine_audio stereo(const float *x)
{
    return (struct opine_audio){ x, N, 2, RATE, 1, N };
}

static double score(struct fixture *f, struct opine_audio ref,
                    struct opine_audio deg)
{
    assert_int_equal(opine_score(f->context, &ref, &deg, &f->result), OPINE_OK);
    return f->result.mos;
}

/* The speech, changed: f->deg against f->speech */
static double score_speech(struct fixture *f)
{
    return score(f, mono(f->speech, N), mono(f->deg, N));
}

static void identity_is_exactly_the_top(void **state)
{
    struct fixture *f = *state;

    assert_true(score(f, mono(f->speech, N), mono(f->speech, N)) == 4.75);
    assert_true(f->result.identical);
    assert_int_equal(f->result.flags, 0);
    assert_true(score(f, stereo(f->music), stereo(f->music)) == 4.75);
    assert_true(f->result.identical);
}

static void narrow_band_identity_is_4_5(void **state)
{
    struct fixture *f = *state;
    struct opine_audio x = mono(f->speech, N);
    struct opine_config config;

    opine_config_init(&config);
    config.band = OPINE_BAND_NB;
    assert_int_equal(opine_score_once(&config, &x, &x, &f->result), OPINE_OK);
    assert_true(f->result.mos == 4.5);
}

static void costs_add_up_to_what_was_lost(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 6; i++) {
        double sum = 0;

        memcpy(f->deg, f->speech, N * sizeof(float));
        add_noise(f->deg, N, 40 - 8 * i, 1);
        for (int k = 0; k < i * 2000; k++)
            f->deg[N / 2 + k] = 0;
        score_speech(f);
        for (int c = 0; c < OPINE_CAUSES; c++)
            sum += f->result.disturbances[c].cost;
        assert_close(sum, 4.75 - f->result.mos, 1e-9, 0);
    }
}

static void delay_and_polarity_change_nothing(void **state)
{
    const double delays[] = { 0, 1, 480, 0.5, 33333.3, -48, -4800.4 };
    struct fixture *f = *state;
    float *noisy = malloc(N * sizeof *noisy);
    double plain;

    memcpy(noisy, f->speech, N * sizeof *noisy);
    add_noise(noisy, N, 20, 1);
    memcpy(f->deg, noisy, N * sizeof *noisy);
    plain = score_speech(f);
    for (int i = 0; i < 7; i++) {
        delay_by(f->deg, noisy, N, delays[i]);
        for (int k = 0; k < N; k++)
            f->deg[k] *= i % 2 ? -1 : 1;
        assert_close(score_speech(f), plain, 0.02, 0);
        assert_close(f->result.alignment.delay_ms, delays[i] / 48, 0.1, 0);
        assert_int_equal(f->result.alignment.polarity, i % 2 ? -1 : 1);
        delay_by(f->deg, f->speech, N, delays[i]);
        assert_true(score_speech(f) > 4.74);
    }
    free(noisy);
}

static void level_changes_hardly_anything(void **state)
{
    struct fixture *f = *state;

    for (int db = -30; db <= 6; db += 6) {
        memcpy(f->deg, f->speech, N * sizeof(float));
        amplify(f->deg, N, db);
        assert_true(score_speech(f) > 4.7);
        assert_close(f->result.disturbances[OPINE_LEVEL].value, db, 0.05, 0);
    }
}

static void both_levels_together_change_nothing(void **state)
{
    struct fixture *f = *state;
    float *ref = malloc(N * sizeof *ref);
    double plain;

    memcpy(f->deg, f->speech, N * sizeof(float));
    add_noise(f->deg, N, 20, 1);
    plain = score_speech(f);
    memcpy(ref, f->speech, N * sizeof *ref);
    amplify(ref, N, -12);
    amplify(f->deg, N, -12);
    assert_close(score(f, mono(ref, N), mono(f->deg, N)), plain, 1e-4, 0);
    free(ref);
}

static void more_noise_is_worse(void **state)
{
    struct fixture *f = *state;
    double last = 4.76;

    for (int snr = 70; snr >= 0; snr -= 5) {
        memcpy(f->deg, f->speech, N * sizeof(float));
        add_noise(f->deg, N, snr, 1);
        assert_true(score_speech(f) < last);
        last = f->result.mos;
        if (snr < 40)
            assert_true(f->result.disturbances[OPINE_NOISE].cost >
                        0.5 * (4.75 - f->result.mos));
    }
    assert_true(last < 2);
}

static void more_clipping_is_worse(void **state)
{
    struct fixture *f = *state;
    double last = 4.76, flat = 0;
    float peak = 0;

    for (int i = 0; i < N; i++)
        peak = fmaxf(peak, fabsf(f->speech[i]));
    for (int db = 6; db <= 30; db += 4) {
        float limit = peak * (float)pow(10, -db / 20.0);

        for (int i = 0; i < N; i++)
            f->deg[i] = fminf(fmaxf(f->speech[i], -limit), limit);
        assert_true(score_speech(f) < last);
        assert_true(f->result.disturbances[OPINE_CLIPPING].value > flat);
        last = f->result.mos;
        flat = f->result.disturbances[OPINE_CLIPPING].value;
    }
}

static void more_gaps_are_worse(void **state)
{
    struct fixture *f = *state;
    double last = 4.76;

    for (int gaps = 1; gaps <= 16; gaps *= 2) {
        memcpy(f->deg, f->speech, N * sizeof(float));
        for (int g = 0; g < gaps; g++)
            memset(f->deg + N / 20 * (g + 2), 0, 4800 * sizeof(float));
        assert_true(score_speech(f) <= last);
        last = f->result.mos;
    }
    assert_true(last < 3);
    assert_true(f->result.disturbances[OPINE_GAPS].value > 5);
}

static void silence_and_other_material_are_1(void **state)
{
    struct fixture *f = *state;

    make_silence(f->deg, N);
    assert_true(score_speech(f) == 1);
    assert_true(f->result.flags & OPINE_FLAG_DEGRADED_SILENT);
    assert_true(f->result.degraded.level_dbov == (double)-INFINITY);
    assert_true(score(f, mono(f->speech, N), mono(f->music, N)) < 1.3);
    assert_true(f->result.flags & OPINE_FLAG_UNRELATED);
    make_white(f->deg, N, 1);
    assert_true(score_speech(f) < 1.3);
}

static void channels_may_be_swapped_or_doubled(void **state)
{
    struct fixture *f = *state;
    struct opine_audio ref = stereo(f->music), deg = stereo(f->deg);
    double plain, one;

    memcpy(f->deg, f->music, sizeof f->deg);
    add_noise(f->deg, N, 15, 1);
    add_noise(f->deg + N, N, 25, 2);
    plain = score(f, ref, deg);
    ref.data += N;
    deg.data += N;
    ref.channel_step = deg.channel_step = -N;
    assert_close(score(f, ref, deg), plain, 1e-6, 0);

    one = score(f, mono(f->music, N), mono(f->deg, N));
    ref = stereo(f->music);
    deg = stereo(f->deg);
    ref.channel_step = deg.channel_step = 0;
    assert_true(score(f, ref, deg) == one);
}

static void the_same_sound_scores_alike_at_every_rate(void **state)
{
    const int rates[] = { 16000, 22050, 32000, 44100, 48000, 96000 };
    struct opine_config config;
    double mos[6];

    (void)state;
    opine_config_init(&config);
    config.band = OPINE_BAND_WB;
    for (int i = 0; i < 6; i++) {
        int n = 4 * rates[i];
        float *x = malloc((size_t)n * sizeof *x);
        float *y = malloc((size_t)n * sizeof *y);
        float *z = malloc((size_t)n * sizeof *z);
        struct opine_audio ref = { x, (size_t)n, 1, rates[i], 0, 0 };
        struct opine_audio deg = { y, (size_t)n, 1, rates[i], 0, 0 };
        struct opine_result result;

        /* Another voice 12 dB below, and clipped: made alike at each rate */
        make_speech(x, n, rates[i], 6500, 1);
        make_speech(z, n, rates[i], 6500, 2);
        for (int k = 0; k < n; k++)
            y[k] = x[k] + 0.25f * z[k];
        assert_int_equal(opine_score_once(&config, &ref, &deg, &result), 0);
        mos[i] = result.mos;
        assert_close(mos[i], mos[0], 0.02, 0);
        free(x);
        free(y);
        free(z);
    }
    assert_true(mos[0] > 1.5 && mos[0] < 4);
}

static void parts_of_channels_do_not_depend_on_their_layout(void **state)
{
    struct fixture *f = *state;
    float *interleaved = malloc(2 * N * sizeof *interleaved);
    double planar;

    memcpy(f->deg, f->music, sizeof f->deg);
    add_noise(f->deg, N, 15, 1);
    planar = score(f, stereo(f->music), stereo(f->deg));
    for (int i = 0; i < N; i++) {
        interleaved[2 * i] = f->deg[i];
        interleaved[2 * i + 1] = f->deg[N + i];
    }
    assert_true(score(f, stereo(f->music),
                      (struct opine_audio){ interleaved, N, 2, RATE, 0, 0 }) ==
                planar);
    free(interleaved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_is_exactly_the_top),
        cmocka_unit_test(narrow_band_identity_is_4_5),
        cmocka_unit_test(costs_add_up_to_what_was_lost),
        cmocka_unit_test(delay_and_polarity_change_nothing),
        cmocka_unit_test(level_changes_hardly_anything),
        cmocka_unit_test(both_levels_together_change_nothing),
        cmocka_unit_test(more_noise_is_worse),
        cmocka_unit_test(more_clipping_is_worse),
        cmocka_unit_test(more_gaps_are_worse),
        cmocka_unit_test(silence_and_other_material_are_1),
        cmocka_unit_test(channels_may_be_swapped_or_doubled),
        cmocka_unit_test(the_same_sound_scores_alike_at_every_rate),
        cmocka_unit_test(parts_of_channels_do_not_depend_on_their_layout),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
