/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "prepare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 16000
#define N    (2 * RATE)

struct fixture {
    struct opine_arena arena;
    struct opine_kernels kernels;
    struct opine_config config;
    struct opine_prepared pair;
    float ref[4 * N], deg[4 * N];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct opine_allocator from = { 0 };

    opine_arena_init(&f->arena, &from);
    opine_config_init(&f->config);
    assert_int_equal(opine_kernels_init(&f->kernels, OPINE_CPU_BEST), 0);
    make_speech(f->ref, N, RATE, 7000, 1);
    memcpy(f->deg, f->ref, N * sizeof(float));
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

static struct opine_audio view(const float *data, size_t frames, int channels,
                               int rate_hz)
{
    return (struct opine_audio){ data, frames, channels, rate_hz, 0, 0 };
}

static enum opine_status prepare(struct fixture *f, struct opine_audio ref,
                                 struct opine_audio deg)
{
    opine_arena_clear(&f->arena);
    return opine_prepare(&f->arena, &f->kernels, &f->config, &opine_limits,
                         NULL, &ref, &deg, &f->pair);
}

static double sample(const struct fixture *f,
                     const struct opine_prepared_signal *s, int channel, int i)
{
    float y;

    opine_planes_load(&s->planes, &f->kernels, channel, (size_t)i, 1, &y);
    return (double)y;
}

static void equal_rates_are_left_alone(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(prepare(f, view(f->ref, N, 1, RATE),
                             view(f->deg, N, 1, RATE)),
                     OPINE_OK);
    assert_int_equal(f->pair.rate_hz, RATE);
    assert_int_equal(f->pair.channels, 1);
    assert_int_equal(f->pair.flags, 0);
    for (int i = 0; i < N; i++)
        assert_close(sample(f, &f->pair.ref, 0, i), (double)f->ref[i], 1e-4, 0);
}

static void unlike_rates_meet_where_nothing_audible_is_lost(void **state)
{
    const int cases[][3] = { { 8000, 48000, 48000 },  { 44100, 48000, 48000 },
                             { 16000, 8000, 16000 },  { 48000, 96000, 48000 },
                             { 192000, 8000, 48000 }, { 96000, 44100, 44100 },
                             { 96000, 96000, 96000 } };
    struct fixture *f = *state;

    for (int i = 0; i < 7; i++) {
        const int *c = cases[i];
        size_t ref_n = (size_t)c[0] / 2, deg_n = (size_t)c[1] / 2;

        assert_int_equal(prepare(f, view(f->ref, ref_n, 1, c[0]),
                                 view(f->deg, deg_n, 1, c[1])),
                         OPINE_OK);
        assert_int_equal(f->pair.rate_hz, c[2]);
        assert_int_equal(f->pair.ref.n, c[2] / 2);
        assert_int_equal(f->pair.deg.n, c[2] / 2);
        assert_int_equal(!(f->pair.flags & OPINE_FLAG_RESAMPLED), c[0] == c[1]);
    }
}

static void gain_brings_the_reference_to_minus_26(void **state)
{
    struct fixture *f = *state;
    double before;

    assert_int_equal(prepare(f, view(f->ref, N, 1, RATE),
                             view(f->deg, N, 1, RATE)),
                     OPINE_OK);
    before = f->pair.gain;
    assert_close(f->pair.ref.level_dbov + 20 * log10(before), -26, 1e-9, 0);
    amplify(f->ref, N, -20);
    assert_int_equal(prepare(f, view(f->ref, N, 1, RATE),
                             view(f->deg, N, 1, RATE)),
                     OPINE_OK);
    assert_close(f->pair.gain / before, 10, 0, 1e-4);
    assert_close(f->pair.ref.level_dbov - f->pair.deg.level_dbov, -20, 1e-3, 0);
}

static void steps_describe_any_layout(void **state)
{
    struct fixture *f = *state;
    struct opine_audio planar = view(f->ref, N, 2, RATE);
    struct opine_audio interleaved = view(f->deg, N, 2, RATE);

    make_speech(f->ref, N, RATE, 7000, 1);
    make_music(f->ref + N, N, RATE, 7000, 1);
    for (int i = 0; i < N; i++) {
        f->deg[2 * i] = f->ref[i];
        f->deg[2 * i + 1] = f->ref[N + i];
    }
    planar.frame_step = 1;
    planar.channel_step = N;
    assert_int_equal(prepare(f, planar, interleaved), OPINE_OK);
    assert_int_equal(f->pair.channels, 2);
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < N; i++)
            assert_close(sample(f, &f->pair.ref, c, i),
                         sample(f, &f->pair.deg, c, i), 0, 0);
}

static void equal_channels_become_one(void **state)
{
    struct fixture *f = *state;
    struct opine_audio twice = view(f->ref, N, 2, RATE);

    twice.frame_step = 1;
    twice.channel_step = 0;
    assert_int_equal(prepare(f, twice, twice), OPINE_OK);
    assert_int_equal(f->pair.channels, 1);
    assert_int_equal(f->pair.flags & OPINE_FLAG_MIXED_DOWN, 0);
}

static void unlike_channel_counts_are_mixed_and_flagged(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < N; i++) {
        f->deg[2 * i] = 2 * f->ref[i];
        f->deg[2 * i + 1] = 0;
    }
    assert_int_equal(prepare(f, view(f->ref, N, 1, RATE),
                             view(f->deg, N, 2, RATE)),
                     OPINE_OK);
    assert_int_equal(f->pair.channels, 1);
    assert_true(f->pair.flags & OPINE_FLAG_MIXED_DOWN);
    for (int i = 0; i < N; i++)
        assert_close(sample(f, &f->pair.deg, 0, i),
                     sample(f, &f->pair.ref, 0, i), 1e-6, 0);
}

static void lengths_are_flagged(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(prepare(f, view(f->ref, N, 1, RATE),
                             view(f->deg, N / 2, 1, RATE)),
                     OPINE_OK);
    assert_true(f->pair.flags & OPINE_FLAG_LENGTH_DIFFERS);
    assert_true(f->pair.flags & OPINE_FLAG_SHORT);
}

static void bad_input_is_named(void **state)
{
    struct fixture *f = *state;
    struct opine_audio good = view(f->ref, N, 1, RATE), bad;

    assert_int_equal(prepare(f, view(NULL, N, 1, RATE), good),
                     OPINE_ERR_ARGUMENT);
    assert_int_equal(prepare(f, good, view(f->deg, N, 1, 7999)),
                     OPINE_ERR_RATE);
    assert_int_equal(prepare(f, view(f->ref, N, 1, 192001), good),
                     OPINE_ERR_RATE);
    assert_int_equal(prepare(f, view(f->ref, N, 0, RATE), good),
                     OPINE_ERR_CHANNELS);
    assert_int_equal(prepare(f, view(f->ref, N, 65, RATE), good),
                     OPINE_ERR_CHANNELS);
    assert_int_equal(prepare(f, good, view(f->deg, 1, 1, RATE)),
                     OPINE_ERR_SHORT);
    assert_int_equal(prepare(f, good, view(NULL, 0, 1, RATE)), OPINE_ERR_SHORT);
    bad = view(f->deg, (size_t)RATE * 3600 * 5, 1, RATE);
    assert_int_equal(prepare(f, good, bad), OPINE_ERR_LONG);
    f->deg[N - 1] = NAN;
    assert_int_equal(prepare(f, good, view(f->deg, N, 1, RATE)),
                     OPINE_ERR_DEGRADED_VALUE);
    f->ref[0] = -INFINITY;
    assert_int_equal(prepare(f, good, good), OPINE_ERR_REFERENCE_VALUE);
    make_silence(f->ref, N);
    assert_int_equal(prepare(f, good, good), OPINE_ERR_REFERENCE_SILENT);
    for (int i = 0; i < N; i++)
        f->ref[i] = 0.5f; /* a constant is silence, too */
    assert_int_equal(prepare(f, good, good), OPINE_ERR_REFERENCE_SILENT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(equal_rates_are_left_alone),
        TEST(unlike_rates_meet_where_nothing_audible_is_lost),
        TEST(gain_brings_the_reference_to_minus_26),
        TEST(steps_describe_any_layout),
        TEST(equal_channels_become_one),
        TEST(unlike_channel_counts_are_mixed_and_flagged),
        TEST(lengths_are_flagged),
        TEST(bad_input_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
