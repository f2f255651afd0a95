/* SPDX-License-Identifier: BSD-2-Clause */
/* The series of a score: what happened, when and in which bands. */
#include "support.h"

#include "opine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE      48000
#define SECONDS   12
#define N         (SECONDS * RATE)
#define LATE      4800 /* samples by which the degraded may be late: 0.1 s */
#define HOLE_S    7.0  /* where a test makes a hole, in the reference */
#define HOLE_LONG 0.2

struct fixture {
    float ref[N], deg[N + LATE];
    struct opine_audio reference, degraded;
    struct opine_context *context;
    struct opine_result result;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct opine_config config;

    assert_non_null(f);
    make_music(f->ref, N, RATE, 18000, 1);
    memcpy(f->deg, f->ref, sizeof f->ref);
    f->reference = (struct opine_audio){ f->ref, N, 1, RATE, 0, 0 };
    f->degraded = (struct opine_audio){ f->deg, N, 1, RATE, 0, 0 };
    opine_config_init(&config);
    config.series = 1;
    assert_int_equal(opine_create(&f->context, &config), OPINE_OK);
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

static const struct opine_series *series_of(struct fixture *f)
{
    assert_int_equal(opine_score(f->context, &f->reference, &f->degraded,
                                 &f->result),
                     OPINE_OK);
    assert_non_null(f->result.series);
    return f->result.series;
}

static int worst_column(const struct opine_series *s)
{
    int worst = 0;

    for (int i = 1; i < s->columns; i++)
        if (s->disturbance[i] > s->disturbance[worst])
            worst = i;
    return worst;
}

/* Mean difference in bands whose middle lies between two frequencies */
static double mean_difference(const struct opine_series *s, double low_hz,
                              double high_hz)
{
    double sum = 0;
    int cells = 0;

    for (int b = 0; b < s->bands; b++) {
        double middle = (s->band_edge_hz[b] + s->band_edge_hz[b + 1]) / 2;

        for (int i = 0; i < s->columns; i++)
            if (middle > low_hz && middle < high_hz) {
                sum += s->difference[i * s->bands + b];
                cells++;
            }
    }
    assert_true(cells > 0);
    return sum / cells;
}

static void a_dropout_is_the_worst_column(void **state)
{
    struct fixture *f = *state;
    const struct opine_series *s;
    double time_s;

    memmove(f->deg + LATE, f->ref, sizeof f->ref);
    memset(f->deg, 0, LATE * sizeof f->deg[0]);
    memset(f->deg + LATE + (int)(HOLE_S * RATE), 0,
           (size_t)(HOLE_LONG * RATE) * sizeof f->deg[0]);
    f->degraded.frames = N + LATE;
    s = series_of(f);
    time_s = s->time_s[worst_column(s)] - (double)LATE / RATE;
    assert_true(time_s > HOLE_S - 0.02 && time_s < HOLE_S + HOLE_LONG + 0.02);
    assert_true(s->difference[worst_column(s) * s->bands + s->bands / 2] < 0);
}

static void a_low_pass_lacks_the_upper_bands_only(void **state)
{
    struct fixture *f = *state;
    const struct opine_series *s;

    make_music(f->deg, N, RATE, 4000, 1);
    s = series_of(f);
    assert_true(mean_difference(s, 6000, 14000) < -0.1);
    assert_close(mean_difference(s, 100, 2000), 0, 0.02, 0);
}

static void noise_adds_loudness(void **state)
{
    struct fixture *f = *state;

    add_noise(f->deg, N, 10, 3);
    assert_true(mean_difference(series_of(f), 2000, 14000) > 0.05);
}

static void identity_differs_nowhere(void **state)
{
    const struct opine_series *s = series_of(*state);

    for (int i = 0; i < s->columns; i++) {
        assert_close(s->disturbance[i], 0, 1e-9, 0);
        assert_true(s->loudness[i] >= 0);
    }
    assert_close(mean_difference(s, 20, 20000), 0, 1e-6, 0);
}

static void axes_are_even_and_cover_what_was_compared(void **state)
{
    const struct opine_series *s = series_of(*state);

    assert_int_equal(s->columns, OPINE_SERIES_COLUMNS);
    assert_int_equal(s->bands, OPINE_SERIES_BANDS);
    for (int i = 1; i < s->columns; i++)
        assert_close(s->time_s[i] - s->time_s[i - 1], s->column_s, 1e-9, 0);
    assert_close(s->time_s[0], s->column_s / 2, 0.02, 0);
    assert_close(s->time_s[s->columns - 1], SECONDS, 0.05, 0);
    assert_close(s->band_edge_hz[0], 20, 1e-6, 0);
    assert_close(s->band_edge_hz[s->bands], 20000, 1e-6, 0);
}

static void a_short_pair_has_a_column_a_frame(void **state)
{
    struct fixture *f = *state;
    const struct opine_series *s;

    f->reference.frames = f->degraded.frames = RATE;
    s = series_of(f);
    assert_true(s->columns > 55 && s->columns < 63);
    assert_close(s->column_s, 0.016, 1e-9, 0);
}

/* A degraded that skips half a second: the hole belongs where it does, and
 * there are as many columns as the degraded has room for */
static void skipped_sound_counts_where_it_is_skipped(void **state)
{
    struct fixture *f = *state;
    const int hole = (int)(HOLE_S * RATE), skipped = RATE / 2;
    const struct opine_series *s;

    make_speech(f->ref, N, RATE, 18000, 4);
    memcpy(f->deg, f->ref, (size_t)hole * sizeof f->deg[0]);
    memcpy(f->deg + hole, f->ref + hole + skipped,
           (size_t)(N - hole - skipped) * sizeof f->deg[0]);
    f->degraded.frames = N - skipped;
    s = series_of(f);
    assert_true(f->result.alignment.jumps > 0);
    assert_close(s->time_s[worst_column(s)], HOLE_S, 0.15, 0);
    assert_close(s->time_s[s->columns - 1], SECONDS - 0.5, 0.05, 0);
}

static void no_score_depends_on_it(void **state)
{
    struct fixture *f = *state;
    struct opine_context *plain;
    struct opine_result without;

    add_noise(f->deg, N, 15, 5);
    series_of(f);
    assert_int_equal(opine_create(&plain, NULL), OPINE_OK);
    assert_int_equal(opine_score(plain, &f->reference, &f->degraded, &without),
                     OPINE_OK);
    opine_destroy(plain);
    assert_null(without.series);
    assert_memory_equal(&without.mos, &f->result.mos, sizeof without.mos);
    assert_memory_equal(&without.disturbance, &f->result.disturbance,
                        sizeof without.disturbance);
    assert_memory_equal(without.disturbances, f->result.disturbances,
                        sizeof without.disturbances);
    assert_int_equal(without.identical, f->result.identical);
}

static void nothing_dangles_after_the_one_call(void **state)
{
    struct fixture *f = *state;
    struct opine_config config;

    opine_config_init(&config);
    config.series = 1;
    assert_int_equal(opine_score_once(&config, &f->reference, &f->degraded,
                                      &f->result),
                     OPINE_OK);
    assert_null(f->result.series);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_dropout_is_the_worst_column),
        TEST(a_low_pass_lacks_the_upper_bands_only),
        TEST(noise_adds_loudness),
        TEST(identity_differs_nowhere),
        TEST(axes_are_even_and_cover_what_was_compared),
        TEST(a_short_pair_has_a_column_a_frame),
        TEST(skipped_sound_counts_where_it_is_skipped),
        TEST(no_score_depends_on_it),
        TEST(nothing_dangles_after_the_one_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
