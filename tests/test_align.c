/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "align/align.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000
#define N    (6 * RATE)

struct fixture {
    struct opine_arena arena;
    struct opine_kernels kernels;
    struct opine_aligned found;
    float ref[N], deg[N];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct opine_allocator from = { 0 };

    opine_arena_init(&f->arena, &from);
    assert_int_equal(opine_kernels_init(&f->kernels, OPINE_CPU_BEST), 0);
    make_speech(f->ref, N, RATE, 16000, 3);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    opine_arena_free(&f->arena);
    free(f);
    return 0;
}

static void align(struct fixture *f, size_t deg_n, int search)
{
    const struct opine_pair pair = {
        .ref = { .x = { f->ref }, .step = 1, .channels = 1, .n = N },
        .deg = { .x = { f->deg }, .step = 1, .channels = 1, .n = deg_n },
        .rate_hz = RATE
    };

    opine_arena_clear(&f->arena);
    assert_int_equal(opine_find_track(&f->arena, &f->kernels, &pair, search,
                                      &f->found),
                     OPINE_OK);
}

static void delays_are_found_to_a_fraction_of_a_sample(void **state)
{
    const double delays[] = { 0,      1,    -1,     0.5,    17.25,
                              -333.7, 4800, 100001, -96000, 150000.5 };
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++) {
        delay_by(f->deg, f->ref, N, delays[i]);
        align(f, N, 1);
        assert_close(f->found.delay, delays[i], 0.1, 0);
        assert_true(f->found.confidence > 0.8);
        assert_int_equal(f->found.polarity, 1);
    }
}

static void delays_are_found_in_noise(void **state)
{
    struct fixture *f = *state;

    for (int seed = 0; seed < 8; seed++) {
        delay_by(f->deg, f->ref, N, 1234 + 1000 * seed);
        add_noise(f->deg, N, 0, (uint64_t)seed);
        align(f, N, 1);
        assert_close(f->found.delay, 1234 + 1000 * seed, 4.8, 0);
        assert_true(f->found.confidence > 0.5);
    }
}

static void inverted_polarity_is_found(void **state)
{
    struct fixture *f = *state;

    delay_by(f->deg, f->ref, N, 480);
    for (int i = 0; i < N; i++)
        f->deg[i] = -f->deg[i];
    align(f, N, 1);
    assert_close(f->found.delay, 480, 0.1, 0);
    assert_int_equal(f->found.polarity, -1);
}

static void trimmed_ends_are_reported(void **state)
{
    struct fixture *f = *state;

    memcpy(f->deg, f->ref + RATE, (N - 2 * RATE) * sizeof(float));
    align(f, N - 2 * RATE, 1);
    assert_close(f->found.delay, -RATE, 0.1, 0);
    assert_close(f->found.trimmed_head, RATE, 0.2, 0);
    assert_close(f->found.trimmed_tail, RATE, 0.2, 0);
    memcpy(f->deg, f->ref, N * sizeof(float));
    align(f, N, 1);
    assert_close(f->found.trimmed_head, 0, 0.1, 0);
    assert_close(f->found.trimmed_tail, 0, 0.1, 0);
}

static void other_material_has_no_confidence(void **state)
{
    struct fixture *f = *state;
    double sum = 0;

    for (int seed = 0; seed < 8; seed++) {
        make_speech(f->deg, N, RATE, 16000, 100 + (uint64_t)seed);
        align(f, N, 1);
        sum += f->found.confidence;
    }
    assert_true(sum / 8 < 0.3);
    make_white(f->deg, N, 1);
    align(f, N, 1);
    assert_true(f->found.confidence < 0.1);
    make_silence(f->deg, N);
    align(f, N, 1);
    assert_true(f->found.confidence == 0);
}

static void without_search_the_delay_is_zero(void **state)
{
    struct fixture *f = *state;

    delay_by(f->deg, f->ref, N, 480);
    align(f, N, 0);
    assert_true(f->found.delay == 0);
    assert_true(f->found.confidence < 0.8);
}

static void sections_cover_the_degraded(void **state)
{
    struct fixture *f = *state;

    delay_by(f->deg, f->ref, N, 480);
    align(f, N - 1000, 1);
    assert_int_equal(f->found.stretches, 1);
    assert_true(f->found.stretch[0].start == 0);
    assert_true(f->found.stretch[0].end == N - 1000);
    assert_true(f->found.stretch[0].delay == f->found.delay);
}

/* Noise of `n` samples at 8 kHz, the degraded delayed by `lag` and of `deg_n`
 */
static struct opine_delay find_lag(struct fixture *f, int n, int deg_n, int lag)
{
    struct opine_mono ref = { NULL, n, 1, 8000 },
                      deg = { NULL, deg_n, 1, 8000 };
    struct random random = random_seed(77);
    struct opine_correlator *correlator;
    struct opine_blocks blocks = { NULL, NULL };
    struct opine_delay found;

    opine_arena_clear(&f->arena);
    ref.x = opine_arena_take(&f->arena, (size_t)n, sizeof *ref.x);
    deg.x = opine_arena_take(&f->arena, (size_t)deg_n, sizeof *deg.x);
    assert_true(ref.x && deg.x);
    for (int i = 0; i < n; i++)
        ref.x[i] = (float)random_gauss(&random);
    for (int i = 0; i < deg_n; i++)
        deg.x[i] = i >= lag && i < n + lag ? -ref.x[i - lag] : 0;
    assert_int_equal(opine_correlator_create(&correlator, &f->arena,
                                             &f->kernels, &ref, &deg, &f->arena,
                                             &blocks),
                     OPINE_OK);
    opine_correlator_find(correlator, OPINE_REACH_ANY, &found);
    opine_correlator_destroy(correlator);
    return found;
}

static void lags_at_the_edges_of_blocks_are_found(void **state)
{
    const int lags[] = { 0,     1,     -1,    159,   -160,   4000,  4095,
                         4096,  4097,  -4095, -4096, -4097,  8192,  15000,
                         -8192, 12287, 4256,  3936,  -12289, -15000 };

    for (unsigned i = 0; i < sizeof lags / sizeof *lags; i++) {
        struct opine_delay found = find_lag(*state, 20000, 21001, lags[i]);

        assert_close(found.samples, lags[i], 0.01, 0);
        assert_int_equal(found.polarity, -1);
    }
}

/* 40 s of the degraded are looked at, wherever it was loud; the first 50 s here
 * are silent. */
static void lags_of_long_files_are_found(void **state)
{
    struct opine_delay found = find_lag(*state, 90 * 8000, 140 * 8000, 400123);

    assert_close(found.samples, 400123, 0.01, 0);
    assert_true(found.confidence > 0.8);
    found = find_lag(*state, 140 * 8000, 90 * 8000, -400123);
    assert_close(found.samples, -400123, 0.01, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_are_found_to_a_fraction_of_a_sample),
        cmocka_unit_test(delays_are_found_in_noise),
        cmocka_unit_test(inverted_polarity_is_found),
        cmocka_unit_test(trimmed_ends_are_reported),
        cmocka_unit_test(other_material_has_no_confidence),
        cmocka_unit_test(without_search_the_delay_is_zero),
        cmocka_unit_test(sections_cover_the_degraded),
        cmocka_unit_test(lags_at_the_edges_of_blocks_are_found),
        cmocka_unit_test(lags_of_long_files_are_found),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
