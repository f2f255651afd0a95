/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "level.h"

#include <math.h>
#include <stdlib.h>

#define RATE 48000
#define N    (10 * RATE)

static struct opine_kernels kernels;

static int set_up(void **state)
{
    (void)state;
    return opine_kernels_init(&kernels, OPINE_CPU_BEST);
}

static float *take(void)
{
    float *x = malloc(N * sizeof *x);

    assert_non_null(x);
    return x;
}

static struct opine_planes view(const float *x)
{
    return (
        struct opine_planes){ .x = { x }, .step = 1, .channels = 1, .n = N };
}

static double flat(const float *x)
{
    struct opine_planes planes = view(x);
    struct opine_allocator from = { 0 };
    struct opine_survey survey;
    struct opine_arena arena;
    double share;

    opine_arena_init(&arena, &from);
    assert_int_equal(opine_look(&arena, &kernels, &planes, RATE, &survey),
                     OPINE_OK);
    share = opine_flat_share(&kernels, &planes, &survey);
    opine_arena_free(&arena);
    return share;
}

static double level(const float *x, enum opine_band band)
{
    struct opine_planes planes = view(x);

    return opine_active_level(&kernels, &planes, RATE, band);
}

/* P.56 of a steady signal is its root mean square. */
static void steady_signals_have_their_rms(void **state)
{
    float *x = take();

    (void)state;
    make_sine(x, N, RATE, 1000);
    assert_close(level(x, OPINE_BAND_FB), -3.01, 0.05, 0);
    amplify(x, N, -37);
    assert_close(level(x, OPINE_BAND_FB), -40.01, 0.05, 0);
    make_white(x, N, 1);
    assert_close(level(x, OPINE_BAND_FB), rms_dbov(x, N), 0.05, 0);
    free(x);
}

/* Half of the time silent: the active level is that of the other half, except
 * for the hangover of 0.2 s, which counts as active. */
static void pauses_do_not_lower_the_level(void **state)
{
    float *x = take();

    (void)state;
    make_sine(x, N, RATE, 1000);
    for (int i = 5 * RATE; i < N; i++)
        x[i] = 0;
    assert_close(level(x, OPINE_BAND_FB), -3.01 - 10 * log10(5.25 / 5), 0.15,
                 0);
    free(x);
}

static void silence_is_minus_infinity(void **state)
{
    float *x = take();

    (void)state;
    make_silence(x, N);
    assert_true(level(x, OPINE_BAND_FB) == (double)-INFINITY);
    assert_true(level(x, OPINE_BAND_NB) == (double)-INFINITY);
    assert_true(flat(x) == 0);
    free(x);
}

static void narrow_bands_measure_behind_a_filter(void **state)
{
    float *x = take();

    (void)state;
    make_sine(x, N, RATE, 1000);
    assert_close(level(x, OPINE_BAND_NB), -3.01, 0.2, 0);
    make_sine(x, N, RATE, 14000);
    assert_true(level(x, OPINE_BAND_NB) < -20);
    make_sine(x, N, RATE, 3500);
    assert_close(level(x, OPINE_BAND_NB), -6.02, 0.2, 0);
    free(x);
}

static void channels_count_by_their_mean_square(void **state)
{
    float *x[2] = { take(), take() };
    struct opine_planes planes = {
        .x = { x[0], x[1] }, .step = 1, .channels = 2, .n = N
    };

    (void)state;
    make_sine(x[0], N, RATE, 1000);
    make_silence(x[1], N);
    assert_close(opine_active_level(&kernels, &planes, RATE, OPINE_BAND_FB),
                 -6.02, 0.05, 0);
    free(x[0]);
    free(x[1]);
}

/* A sine clipped at half its amplitude is flat for 2/3 of the time. */
static void flat_tops_are_counted(void **state)
{
    float *x = take();

    (void)state;
    make_sine(x, N, RATE, 100);
    for (int i = 0; i < N; i++)
        x[i] = fminf(fmaxf(x[i], -0.5f), 0.5f);
    assert_close(flat(x), 2.0 / 3, 0.01, 0);
    free(x);
}

static void speech_has_hardly_any_flat_tops(void **state)
{
    float *x = take();

    (void)state;
    make_speech(x, N, RATE, 16000, 1);
    assert_true(flat(x) < 0.0004);
    free(x);
}

static void bands_have_the_documented_edges(void **state)
{
    (void)state;
    assert_true(opine_band_edges(OPINE_BAND_NB).low_hz == 100);
    assert_true(opine_band_edges(OPINE_BAND_NB).high_hz == 3500);
    assert_true(opine_band_edges(OPINE_BAND_WB).high_hz == 7000);
    assert_true(opine_band_edges(OPINE_BAND_SWB).high_hz == 14000);
    assert_true(opine_band_edges(OPINE_BAND_FB).high_hz == 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_signals_have_their_rms),
        cmocka_unit_test(pauses_do_not_lower_the_level),
        cmocka_unit_test(silence_is_minus_infinity),
        cmocka_unit_test(narrow_bands_measure_behind_a_filter),
        cmocka_unit_test(channels_count_by_their_mean_square),
        cmocka_unit_test(flat_tops_are_counted),
        cmocka_unit_test(speech_has_hardly_any_flat_tops),
        cmocka_unit_test(bands_have_the_documented_edges),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
