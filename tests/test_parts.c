/* SPDX-License-Identifier: BSD-2-Clause */
/* Long pairs: what is compared part by part scores as if it were compared at
 * once, sound that is lost or inserted by the minute is survived, and memory
 * hardly grows. Limits are those of a test: long from 30 s on. */
#include "support.h"

#include "opine.h"
#include "parts.h"
#include "prepare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE    16000
#define SECONDS 64
#define N       (SECONDS * RATE)

struct fixture {
    float ref[2 * N], deg[2 * N], other[2 * N];
    struct opine_config config;
};

/* Parts as long as half of the pair, or so short that whole ones are lost */
enum { LONG_S = 32, SHORT_S = 16 };

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    make_talk(f->ref, N, RATE, 7000, 3);
    opine_config_init(&f->config);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static struct opine_audio audio(const float *x, int n, int channels)
{
    return (struct opine_audio){ x, (size_t)n, channels, RATE, 0, 0 };
}

/* Of part_s, or at once when that is 0. The context has to outlive the result's
 * track and series. */
static struct opine_context *score(const struct opine_config *config,
                                   double part_s, const struct opine_audio *ref,
                                   const struct opine_audio *deg,
                                   struct opine_result *result)
{
    const struct opine_limits limits = { part_s > 0 ? 20 : 300, part_s };
    struct opine_context *context;

    assert_int_equal(opine_create(&context, config), OPINE_OK);
    opine_limit(context, &limits);
    assert_int_equal(opine_score(context, ref, deg, result), OPINE_OK);
    return context;
}

static void compare_values(const struct opine_result *whole,
                           const struct opine_result *parts)
{
    assert_close(parts->mos, whole->mos, 2e-3, 0);
    assert_close(parts->disturbance, whole->disturbance, 1e-4, 2e-3);
    assert_int_equal(parts->mode, whole->mode);
    assert_int_equal(parts->flags, whole->flags);
    assert_int_equal(parts->identical, whole->identical);
    for (int c = 0; c < OPINE_CAUSES; c++) {
        double is = parts->disturbances[c].value;
        double was = whole->disturbances[c].value;

        assert_int_equal(isnan(is), isnan(was));
        if (!isnan(was))
            assert_close(is, was, 0.05, 0.03);
        assert_close(parts->disturbances[c].cost, whole->disturbances[c].cost,
                     0.06, 0);
    }
}

static void compare_tracks(const struct opine_alignment *whole,
                           const struct opine_alignment *parts)
{
    assert_close(parts->delay_ms, whole->delay_ms, 0.05, 0);
    assert_close(parts->clock_ppm, whole->clock_ppm, 1, 0);
    assert_int_equal(parts->polarity, whole->polarity);
    assert_int_equal(parts->jumps, whole->jumps);
    for (int i = 0; i < whole->jumps; i++) {
        assert_close(parts->jump[i].time_s, whole->jump[i].time_s, 0.03, 0);
        assert_close(parts->jump[i].size_ms, whole->jump[i].size_ms, 0.1, 0);
    }
}

static void compare(const struct opine_config *config, struct opine_audio ref,
                    struct opine_audio deg)
{
    struct opine_result whole, parts;
    struct opine_context *at_once = score(config, 0, &ref, &deg, &whole);
    struct opine_context *by_part = score(config, LONG_S, &ref, &deg, &parts);

    compare_values(&whole, &parts);
    compare_tracks(&whole.alignment, &parts.alignment);
    opine_destroy(at_once);
    opine_destroy(by_part);
}

static void compare_mono(struct fixture *f)
{
    compare(&f->config, audio(f->ref, N, 1), audio(f->deg, N, 1));
}

/* ---------------------------------------------------- as if it were short */

static void identity_is_identical(void **state)
{
    struct fixture *f = *state;

    compare(&f->config, audio(f->ref, N, 1), audio(f->ref, N, 1));
}

static void noise_level_and_delay(void **state)
{
    struct fixture *f = *state;

    delay_by(f->deg, f->ref, N, 0.3 * RATE);
    amplify(f->deg, N, -7);
    add_noise(f->deg, N, 25, 1);
    compare_mono(f);
    f->config.level = OPINE_LEVEL_KEEP;
    compare_mono(f);
}

static void gaps_and_polarity(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < N; i++)
        f->deg[i] = i / (RATE / 25) % 20 ? -f->ref[i] : 0;
    compare_mono(f);
}

/* Every view, on a voice whose fine structure is lost */
static void regenerated_sound(void **state)
{
    struct fixture *f = *state;

    struct random random = random_seed(9);

    for (int i = 0; i < N; i++)
        f->deg[i] = random_below(&random, 2) ? f->ref[i] : -f->ref[i];
    f->config.all_views = 1;
    f->config.align = 0;
    compare_mono(f);
}

static void stereo(void **state)
{
    struct fixture *f = *state;

    make_music(f->other, N, RATE, 7000, 5);
    for (int i = N - 1; i >= 0; i--) {
        float left = f->ref[i], right = 0.5F * f->ref[i] + f->other[i];

        f->ref[2 * i] = left;
        f->ref[2 * i + 1] = right;
        f->deg[2 * i] = 0.8F * left + 0.2F * right;
        f->deg[2 * i + 1] = 0.8F * right + 0.2F * left;
    }
    compare(&f->config, audio(f->ref, N, 2), audio(f->deg, N, 2));
    compare(&f->config, audio(f->ref, N, 2), audio(f->other, N, 1));
}

/* Parts are resampled each on its own. */
static void another_rate(void **state)
{
    struct fixture *f = *state;
    struct opine_audio slow = audio(f->deg, N / 2, 1);

    make_talk(f->ref, N, RATE, 3500, 3);
    make_talk(f->deg, N / 2, RATE / 2, 3500, 3);
    slow.rate_hz = RATE / 2;
    compare(&f->config, audio(f->ref, N, 1), slow);
}

static void some_of_the_reference(void **state)
{
    struct fixture *f = *state;

    memcpy(f->deg, f->ref, N * sizeof *f->deg);
    add_noise(f->deg, N / 2, 10, 1);
    add_noise(f->deg + N / 2, N / 2, 30, 1);
    f->config.from_s = 11;
    f->config.to_s = 45;
    compare_mono(f);
}

/* A column may hold a frame more or less. */
static void assert_alike(const double *x, const double *y, int n)
{
    double apart = 0, sum = 0;

    for (int i = 0; i < n; i++) {
        apart += fabs(x[i] - y[i]);
        sum += fabs(y[i]);
    }
    assert_true(apart < 0.1 * sum);
}

static void series_are_alike(void **state)
{
    struct fixture *f = *state;
    struct opine_audio ref = audio(f->ref, N, 1), deg = audio(f->deg, N, 1);
    struct opine_result whole, parts;
    struct opine_context *at_once, *by_part;

    memcpy(f->deg, f->ref, N * sizeof *f->deg);
    for (int s = 0; s < 64; s += 2)
        add_noise(f->deg + s * RATE, RATE, 15 + s % 7, 1);
    f->config.series = 1;
    at_once = score(&f->config, 0, &ref, &deg, &whole);
    by_part = score(&f->config, LONG_S, &ref, &deg, &parts);
    assert_int_equal(parts.series->columns, whole.series->columns);
    assert_int_equal(parts.series->seconds, whole.series->seconds);
    for (int i = 0; i < whole.series->columns; i++)
        assert_close(parts.series->time_s[i], whole.series->time_s[i], 0.02, 0);
    assert_alike(parts.series->disturbance, whole.series->disturbance,
                 whole.series->columns);
    assert_alike(parts.series->loudness, whole.series->loudness,
                 whole.series->columns);
    assert_alike(parts.series->difference, whole.series->difference,
                 whole.series->columns * whole.series->bands);
    for (int i = 0; i < whole.series->seconds; i++)
        if (!isnan(whole.series->second_mos[i]))
            assert_close(parts.series->second_mos[i],
                         whole.series->second_mos[i], 0.02, 0);
    opine_destroy(at_once);
    opine_destroy(by_part);
}

/* --------------------------------------------------------------- tracks */

/* The reference with some of it cut out, or silence put into it where `count`
 * is negative; returns the length */
static int cut(struct fixture *f, int at, int count)
{
    int hole = count < 0 ? -count : 0, from = at + (count > 0 ? count : 0);
    int left = hole + N - from < 2 * N - at ? N - from : 2 * N - at - hole;

    memcpy(f->deg, f->ref, (size_t)at * sizeof(float));
    memset(f->deg + at, 0, (size_t)hole * sizeof(float));
    memcpy(f->deg + at + hole, f->ref + from, (size_t)left * sizeof(float));
    return at + hole + left;
}

static void short_jumps(void **state)
{
    struct fixture *f = *state;
    int n = cut(f, 21 * RATE, RATE / 20);

    compare(&f->config, audio(f->ref, N, 1), audio(f->deg, n, 1));
    n = cut(f, 33 * RATE, -RATE / 10);
    compare(&f->config, audio(f->ref, N, 1), audio(f->deg, n, 1));
}

static void clocks_that_drift(void **state)
{
    struct fixture *f = *state;
    int n = (int)(N * (1 - 120e-6));

    for (int i = 0; i < n; i += RATE) { /* a second at a time */
        int count = n - i < RATE ? n - i : RATE;
        double late = i * 120e-6;
        int whole = (int)late, from = i + whole > 64 ? i + whole - 64 : 0;
        int room = N - from < count + 128 ? N - from : count + 128;

        delay_by(f->other, f->ref + from, room, whole - late);
        memcpy(f->deg + i, f->other + i + whole - from,
               (size_t)count * sizeof(float));
    }
    compare(&f->config, audio(f->ref, N, 1), audio(f->deg, n, 1));
}

/* More than a part of 16 s sees of its neighbours: one jump, at the right
 * moment, after which all is as it was */
static void one_far_jump(struct fixture *f, int at_s, double lost_s)
{
    struct opine_audio ref = audio(f->ref, N, 1);
    struct opine_audio deg =
        audio(f->deg, cut(f, at_s * RATE, (int)(lost_s * RATE)), 1);
    struct opine_result r;
    struct opine_context *context = score(&f->config, SHORT_S, &ref, &deg, &r);
    double inserted = lost_s < 0 ? -lost_s : 0;

    assert_int_equal(r.alignment.jumps, 1);
    assert_close(r.alignment.jump[0].size_ms, -1000 * lost_s, 0.1, 0);
    assert_true(r.alignment.jump[0].time_s > at_s - 0.6);
    assert_true(r.alignment.jump[0].time_s < at_s + inserted + 0.6);
    opine_destroy(context);
}

static void much_is_lost_or_inserted(void **state)
{
    struct fixture *f = *state;

    one_far_jump(f, 24, 7);
    one_far_jump(f, 30, 20);
    one_far_jump(f, 24, -9);
    one_far_jump(f, 33, -30);
}

static void one_far_delay(struct fixture *f, int n, double delay_s)
{
    struct opine_audio ref = audio(f->ref, N, 1);
    struct opine_audio deg = audio(f->deg, n, 1);
    struct opine_result r;
    struct opine_context *context = score(&f->config, SHORT_S, &ref, &deg, &r);

    assert_int_equal(r.alignment.jumps, 0);
    assert_close(r.alignment.delay_ms, 1000 * delay_s, 0.1, 0);
    assert_close(r.alignment.trimmed_head_ms, fmax(-1000 * delay_s, 0), 0.1, 0);
    assert_true(r.mos > 4.4);
    opine_destroy(context);
}

/* Whole parts of either have no counterpart. */
static void the_degraded_begins_late_or_early(void **state)
{
    struct fixture *f = *state;

    memset(f->deg, 0, 40 * RATE * sizeof(float));
    memcpy(f->deg + 40 * RATE, f->ref, N * sizeof(float));
    one_far_delay(f, N + 40 * RATE, 40);
    memcpy(f->deg, f->ref + 35 * RATE, (N - 35 * RATE) * sizeof(float));
    one_far_delay(f, N - 35 * RATE, -35);
}

/* --------------------------------------------------------------- memory */

struct heap {
    size_t now, most;
};

static void *take(void *opaque, size_t bytes)
{
    struct heap *heap = opaque;
    size_t *memory = malloc(bytes + 64);

    if (!memory)
        return NULL;
    *memory = bytes;
    heap->now += bytes;
    heap->most = heap->now > heap->most ? heap->now : heap->most;
    return (char *)memory + 64;
}

static void give(void *opaque, void *memory)
{
    struct heap *heap = opaque;
    char *whole = memory;

    if (!memory)
        return;
    heap->now -= *(size_t *)(void *)(whole - 64);
    free(whole - 64);
}

static size_t most_memory(int seconds)
{
    size_t n = (size_t)seconds * RATE;
    float *ref = malloc(n * sizeof *ref), *deg = malloc(n * sizeof *deg);
    struct heap heap = { 0, 0 };
    struct opine_config config;
    struct opine_result result;
    struct opine_audio pair[2];

    assert_non_null(ref);
    assert_non_null(deg);
    make_pink(ref, (int)n, RATE, 1);
    memcpy(deg, ref, n * sizeof *ref);
    add_noise(deg, (int)n, 20, 1);
    pair[0] = audio(ref, (int)n, 1);
    pair[1] = audio(deg, (int)n, 1);
    opine_config_init(&config);
    config.alloc = take;
    config.free = give;
    config.opaque = &heap;
    opine_destroy(score(&config, SHORT_S, &pair[0], &pair[1], &result));
    assert_int_equal(heap.now, 0);
    free(ref);
    free(deg);
    return heap.most;
}

/* 62.5 frames a second, of each a few numbers; at once it would be 150 KB */
static void memory_hardly_grows(void **state)
{
    size_t some = most_memory(60), more = most_memory(360);

    (void)state;
    assert_true(more > some);
    assert_true(more - some < 300 * (size_t)20000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(identity_is_identical),
        TEST(noise_level_and_delay),
        TEST(gaps_and_polarity),
        TEST(regenerated_sound),
        TEST(stereo),
        TEST(another_rate),
        TEST(some_of_the_reference),
        TEST(series_are_alike),
        TEST(short_jumps),
        TEST(clocks_that_drift),
        TEST(much_is_lost_or_inserted),
        TEST(the_degraded_begins_late_or_early),
        TEST(memory_hardly_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
