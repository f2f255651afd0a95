/* SPDX-License-Identifier: BSD-2-Clause */
/* What the alignment of a long pair is chained with: the levels that say where
 * a far part is, and the waveform that says where one track ends */
#include "support.h"

#include "align/joint.h"
#include "align/scan.h"
#include "prepare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE    16000
#define SECONDS 64
#define N       (SECONDS * RATE)
#define PART_S  16

struct fixture {
    float ref[N], deg[2 * N];
    struct opine_arena arena;
    struct opine_kernels kernels;
    struct opine_prepared pair;
};

static int set_up(void **state)
{
    struct opine_allocator from = { 0 };
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    make_talk(f->ref, N, RATE, 7000, 3);
    opine_arena_init(&f->arena, &from);
    assert_int_equal(opine_kernels_init(&f->kernels, OPINE_CPU_BEST), 0);
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

static void prepare(struct fixture *f, int deg_n)
{
    const struct opine_limits limits = { 20, PART_S };
    const struct opine_audio ref = { f->ref, N, 1, RATE, 0, 0 };
    const struct opine_audio deg = { f->deg, (size_t)deg_n, 1, RATE, 0, 0 };
    struct opine_config config;

    opine_config_init(&config);
    assert_int_equal(opine_prepare(&f->arena, &f->kernels, &config, &limits,
                                   NULL, &ref, &deg, &f->pair),
                     OPINE_OK);
    assert_true(f->pair.is_long);
}

/* Where one delay gives way to another between 3 and 50 s, or else `else_s` */
static double joint(struct fixture *f, double before_s, double after_s,
                    double else_s)
{
    struct opine_stretch first = { 0, N, before_s * RATE };
    struct opine_stretch second = { 0, N, after_s * RATE };
    const struct opine_aligned before = { .stretches = 1, .stretch = &first };
    const struct opine_aligned after = { .stretches = 1, .stretch = &second };
    double at = else_s * RATE;

    assert_int_equal(opine_joint_find(&f->arena, &f->kernels, &f->pair, &before,
                                      &after, 3 * RATE, 50 * RATE, &at),
                     OPINE_OK);
    return at / RATE;
}

static void the_waveform_says_where_a_track_ends(void **state)
{
    struct fixture *f = *state;

    /* 7 s are lost at 30 s */
    memcpy(f->deg, f->ref, 30 * RATE * sizeof(float));
    memcpy(f->deg + 30 * RATE, f->ref + 37 * RATE,
           (N - 37 * RATE) * sizeof(float));
    prepare(f, N - 7 * RATE);
    assert_close(joint(f, 0, -7, 11), 30, 0.15, 0); /* in a pause, maybe */
    assert_close(joint(f, 4, -7, 11), 3, 0.6, 0);
    assert_close(joint(f, 0, 5, 11), 30, 0.6, 0);
}

static void silence_says_nothing_of_tracks(void **state)
{
    struct fixture *f = *state;

    make_silence(f->deg, N);
    prepare(f, N);
    assert_close(joint(f, 0, -7, 11), 11, 1e-9, 0);
}

static void levels_say_where_a_part_is(void **state)
{
    struct fixture *f = *state;
    struct opine_scan scan;
    int n = N + 31 * RATE;

    memset(f->deg, 0, 40 * RATE * sizeof(float));
    memcpy(f->deg + 40 * RATE, f->ref + 9 * RATE,
           (N - 9 * RATE) * sizeof(float));
    add_noise(f->deg, n, 5, 1);
    prepare(f, n);
    assert_int_equal(opine_scan_create(&scan, &f->arena, &f->kernels, &f->pair),
                     OPINE_OK);
    for (int first = 10; first + PART_S <= SECONDS; first += PART_S)
        assert_close(opine_scan_find(&scan, first, first + PART_S), 31, 0.05,
                     0);
    opine_scan_destroy(&scan);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_waveform_says_where_a_track_ends),
        TEST(silence_says_nothing_of_tracks),
        TEST(levels_say_where_a_part_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
