/* SPDX-License-Identifier: BSD-2-Clause */
/* Delays that change: jumps, drifting clocks, and what must not look so. */
#include "degrade.h"
#include "support.h"

#include "opine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000
#define N    (8 * RATE)
#define MS   (RATE / 1000)

struct fixture {
    float ref[N], deg[N + RATE], other[N];
    struct opine_context *context;
    struct opine_alignment found;
    struct opine_result result;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    make_speech(f->ref, N, RATE, 15000, 3);
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

static void align(struct fixture *f, int n)
{
    struct opine_audio ref = { f->ref, N, 1, RATE, 0, 0 };
    struct opine_audio deg = { f->deg, (size_t)n, 1, RATE, 0, 0 };

    assert_int_equal(opine_align(f->context, &ref, &deg, &f->found), OPINE_OK);
    assert_true(f->found.section[0].start_s == 0);
    assert_close(f->found.section[f->found.sections - 1].end_s, n / 48000.0,
                 1e-9, 0);
    for (int i = 1; i < f->found.sections; i++)
        assert_true(f->found.section[i].start_s ==
                    f->found.section[i - 1].end_s);
}

/* The reference with `count` samples cut out of it or put into it, which repeat
 * what was before; returns the length */
static int cut(struct fixture *f, int at, int count)
{
    memcpy(f->deg, f->ref, (size_t)at * sizeof(float));
    memcpy(f->deg + at, f->ref + at + count,
           (size_t)(N - at - count) * sizeof(float));
    return N - count;
}

static void one_jump(struct fixture *f, int at_ms, int size_ms)
{
    int n = cut(f, at_ms * MS, -size_ms * MS);

    align(f, n);
    assert_int_equal(f->found.sections, 2);
    assert_int_equal(f->found.jumps, 1);
    assert_close(f->found.jump[0].size_ms, size_ms, 0.1, 0);
    assert_close(f->found.jump[0].time_s, at_ms / 1000.0, 0.06, 0);
    assert_close(f->found.section[0].delay_ms, 0, 0.1, 0);
    assert_close(f->found.section[1].delay_ms, size_ms, 0.1, 0);
    assert_close(f->found.lost_ms, size_ms < 0 ? -size_ms : 0, 0.1, 0);
    assert_close(f->found.inserted_ms, size_ms > 0 ? size_ms : 0, 0.1, 0);
}

static void lost_and_inserted_sound_is_found(void **state)
{
    const int sizes[] = { -200, -100, -60, -20, 20, 60, 100, 200 };
    struct fixture *f = *state;

    for (int i = 0; i < 8; i++)
        one_jump(f, 2700, sizes[i]);
}

static void several_jumps_are_found(void **state)
{
    struct fixture *f = *state;
    int n = 0;

    /* 40 ms are lost every second from 0.7 s on */
    for (int from = 0; from < N; from += RATE) {
        int lost = from ? 40 * MS : 0, start = from ? from - 300 * MS : 0;
        int end = from + 700 * MS < N ? from + 700 * MS : N;

        memcpy(f->deg + n, f->ref + start + lost,
               (size_t)(end - start - lost) * sizeof(float));
        n += end - start - lost;
    }
    align(f, n);
    assert_in_range(f->found.jumps, 6, 7); /* one may lie in a pause */
    assert_close(f->found.lost_ms, 280, 41, 0);
    assert_true(f->found.inserted_ms < 1);
}

/* Every 0.4 s sound of 5 ms falls out or is heard twice, by turns */
static void jitter_is_followed_to_a_fraction_of_a_millisecond(void **state)
{
    struct fixture *f = *state;
    int delay_ms = 0, good = 0, n = 400 * MS;

    memcpy(f->deg, f->ref, (size_t)n * sizeof(float));
    for (int k = 1; k < 19; k++, n += 400 * MS) {
        delay_ms += k % 4 < 2 ? 5 : -5;
        memcpy(f->deg + n, f->ref + n - delay_ms * MS,
               400 * MS * sizeof(float));
    }
    align(f, n);
    delay_ms = 0;
    for (int k = 1; k < 19; k++) {
        double middle = 0.4 * k + 0.2;

        delay_ms += k % 4 < 2 ? 5 : -5;
        for (int i = 0; i < f->found.sections; i++)
            if (f->found.section[i].start_s <= middle &&
                f->found.section[i].end_s > middle)
                good += fabs(f->found.section[i].delay_ms - delay_ms) < 0.3;
    }
    assert_in_range(good, 14, 18); /* some lie in pauses */
}

static void a_jump_hardly_costs_what_one_delay_would(void **state)
{
    struct fixture *f = *state;
    struct opine_audio ref = { f->ref, N, 1, RATE, 0, 0 };
    struct opine_audio deg = { f->deg, 0, 1, RATE, 0, 0 };

    deg.frames = (size_t)cut(f, 2700 * MS, 60 * MS);
    assert_int_equal(opine_score(f->context, &ref, &deg, &f->result), OPINE_OK);
    assert_true(f->result.mos > 3.5);
    assert_int_equal(f->result.alignment.jumps, 1);
}

static void one_delay_has_no_jumps(void **state)
{
    struct fixture *f = *state;

    for (int kind = 0; kind < 6; kind++) {
        delay_by(f->deg, f->ref, N, 1000);
        for (int i = N - 1; i >= 9600 && kind == 0; i--)
            f->deg[i] += 0.25f * f->deg[i - 9600]; /* echo */
        if (kind == 1)
            add_noise(f->deg, N, 0, 1);
        if (kind == 2)
            add_noise(f->deg, N, 10, 2);
        if (kind == 3) { /* another talker */
            make_speech(f->other, N, RATE, 15000, 77);
            for (int i = 0; i < N; i++)
                f->deg[i] += 0.5f * f->other[i];
        }
        for (int i = 0; i < N && kind == 4; i++)
            f->deg[i] = fmaxf(fminf(f->deg[i], 0.02f), -0.02f);
        if (kind == 5)
            amplify(f->deg, N, -40);
        align(f, N);
        assert_int_equal(f->found.sections, 1);
        assert_close(f->found.delay_ms, 1000.0 / MS, 0.1, 0);
    }
}

/* deg(t) = ref((1 + ppm) t), by cubic interpolation between samples */
static void drift(struct fixture *f, double ppm)
{
    for (int i = 0; i < N; i++) {
        double at = i * (1 + ppm * 1e-6);
        int k = (int)at;
        double u = at - k, x[4];

        for (int j = 0; j < 4; j++)
            x[j] = k + j - 1 >= 0 && k + j - 1 < N ? (double)f->ref[k + j - 1]
                                                   : 0;
        f->deg[i] =
            (float)(x[1] + 0.5 * u *
                               (x[2] - x[0] +
                                u * (2 * x[0] - 5 * x[1] + 4 * x[2] - x[3] +
                                     u * (3 * (x[1] - x[2]) + x[3] - x[0]))));
    }
}

static void clocks_are_measured_and_taken_out(void **state)
{
    const double ppm[] = { 20, -100, 500, -1000, 3500 };
    struct fixture *f = *state;
    struct opine_audio ref = { f->ref, N, 1, RATE, 0, 0 };
    struct opine_audio deg = { f->deg, N, 1, RATE, 0, 0 };

    for (int i = 0; i < 5; i++) {
        drift(f, ppm[i]);
        assert_int_equal(opine_score(f->context, &ref, &deg, &f->result),
                         OPINE_OK);
        assert_close(f->result.alignment.clock_ppm, ppm[i], 2, 0.02);
        assert_int_equal(f->result.alignment.sections, 1);
        assert_true(f->result.mos > 4.5);
    }
    memcpy(f->deg, f->ref, sizeof f->ref);
    align(f, N);
    assert_true(f->found.clock_ppm == 0);
}

/* Parts of 20 ms that repeat or skip what a tempo of 1.1 asks for, in one and a
 * half cycles of the voice at most */
static void another_tempo_is_followed(void **state)
{
    struct fixture *f = *state;
    struct warp warp;
    int good = 0, all = 0;

    warp_tempo(&warp, f->ref, N, RATE, 0, 1.1);
    warp_render(&warp, f->ref, N, NULL, f->deg);
    align(f, warp.n);
    assert_close(f->found.time_scale, 1 / 1.1, 0.01, 0);
    assert_true(f->found.clock_ppm == 0);
    for (int i = RATE / 2; i < warp.n - RATE / 2; i += RATE / 100) {
        double delay_ms = warp_delay(&warp, i) / MS, found_ms = 0;

        for (int s = 0; s < f->found.sections; s++)
            if (f->found.section[s].start_s * RATE <= i)
                found_ms = f->found.section[s].delay_ms;
        good += fabs(found_ms - delay_ms) < 8;
        all++;
    }
    warp_free(&warp);
    assert_true(good > 0.8 * all);
}

/* opine_align() looks at the caller's samples, opine_score() at copies. */
static void samples_are_looked_at_where_they_lie(void **state)
{
    struct fixture *f = *state;
    int n = cut(f, 2700 * MS, 60 * MS);
    float *ref = calloc(3 * N, sizeof *ref), *deg = calloc(3 * N, sizeof *deg);
    struct opine_audio views[2] = { { ref, N, 2, RATE, 3, 1 },
                                    { deg, (size_t)n, 2, RATE, 3, 1 } };
    struct opine_alignment planar;

    for (int i = 0; i < N; i++) {
        ref[3 * i] = 0.5f * f->ref[i] + 0.1f;
        ref[3 * i + 1] = 0.5f * f->ref[i] - 0.02f;
        ref[3 * i + 2] = deg[3 * i + 2] = 1e9f; /* not looked at */
    }
    for (int i = 0; i < n; i++)
        deg[3 * i] = deg[3 * i + 1] = 0.5f * f->deg[i] + 0.2f;
    align(f, n);
    planar = f->found;
    assert_int_equal(opine_score(f->context, &views[0], &views[1], &f->result),
                     OPINE_OK);
    assert_int_equal(f->result.alignment.jumps, 1);
    assert_int_equal(opine_align(f->context, &views[0], &views[1], &f->found),
                     OPINE_OK);
    assert_int_equal(f->found.sections, 2);
    assert_close(f->found.jump[0].size_ms, -60, 0.1, 0);
    assert_close(f->found.delay_ms, planar.delay_ms, 0.01, 0);
    deg[3 * RATE] = NAN;
    assert_int_equal(opine_align(f->context, &views[0], &views[1], &f->found),
                     OPINE_ERR_DEGRADED_VALUE);
    for (int i = 0; i < N; i++)
        ref[3 * i] = ref[3 * i + 1] = 0.3f + 1e-6f * f->ref[i];
    deg[3 * RATE] = 0;
    assert_int_equal(opine_align(f->context, &views[0], &views[1], &f->found),
                     OPINE_ERR_REFERENCE_SILENT);
    free(ref);
    free(deg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_and_inserted_sound_is_found),
        cmocka_unit_test(several_jumps_are_found),
        cmocka_unit_test(jitter_is_followed_to_a_fraction_of_a_millisecond),
        cmocka_unit_test(a_jump_hardly_costs_what_one_delay_would),
        cmocka_unit_test(one_delay_has_no_jumps),
        cmocka_unit_test(clocks_are_measured_and_taken_out),
        cmocka_unit_test(another_tempo_is_followed),
        cmocka_unit_test(samples_are_looked_at_where_they_lie),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
