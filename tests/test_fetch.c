/* SPDX-License-Identifier: BSD-2-Clause */
/* Recordings that are read on demand score as those in memory, bit for bit. */
#include "support.h"

#include "opine.h"

#include <stdlib.h>
#include <string.h>

#define RATE 16000
#define N    (18 * RATE) /* more than is kept of what was read */

/* A recording behind read(): its view first, as a caller would do it */
struct remote {
    struct opine_audio view;
    const float *samples;
    int calls, fail_at; /* call that returns too little; 0: none */
};

static size_t fetch(void *opaque, const struct opine_audio *audio, size_t first,
                    size_t frames, float *to)
{
    struct remote *r = (struct remote *)(void *)(uintptr_t)audio;
    size_t channels = (size_t)audio->channels;

    assert_non_null(opaque);
    assert_true(frames > 0 && first + frames <= audio->frames);
    if (++r->calls == r->fail_at)
        frames /= 2;
    memcpy(to, r->samples + first * channels, frames * channels * sizeof *to);
    return frames;
}

static struct remote make_remote(const struct opine_audio *audio)
{
    struct remote r = { .view = *audio, .samples = audio->data };

    r.view.data = NULL;
    return r;
}

static struct opine_context *make_context(void)
{
    static int something;
    struct opine_context *context;
    struct opine_config config;

    opine_config_init(&config);
    config.read = fetch;
    config.opaque = &something;
    config.all_views = config.series = 1;
    assert_int_equal(opine_create(&context, &config), OPINE_OK);
    return context;
}

static float ref[2 * N], deg[2 * N], cut[2 * N];

static int set_up(void **state)
{
    const int gone = 2 * (RATE / 30);

    (void)state;
    make_music(ref, 2 * N, 2 * RATE, 7000, 1);
    memcpy(deg, ref, sizeof deg);
    add_noise(deg, 2 * N, 25, 3);
    memcpy(cut, deg, N * sizeof *cut);
    memcpy(cut + N, deg + N + gone, (size_t)(N - gone) * sizeof *cut);
    return 0;
}

/* All numbers that do not point anywhere */
static void assert_same(const struct opine_result *a,
                        const struct opine_result *b)
{
    assert_memory_equal(&a->mos, &b->mos, sizeof a->mos);
    assert_memory_equal(&a->views, &b->views, sizeof a->views);
    assert_memory_equal(a->disturbances, b->disturbances,
                        sizeof a->disturbances);
    assert_memory_equal(&a->alignment.delay_ms, &b->alignment.delay_ms,
                        sizeof a->alignment.delay_ms);
    assert_int_equal(a->alignment.jumps, b->alignment.jumps);
    assert_int_equal(a->flags, b->flags);
}

static void it_makes_no_difference(void **state)
{
    const struct opine_audio pair[][2] = {
        { { ref, 2 * N, 1, RATE, 0, 0 }, { deg, 2 * N, 1, RATE, 0, 0 } },
        { { ref, N, 2, RATE, 0, 0 }, { deg, N, 2, RATE, 0, 0 } },
        { { ref, N, 2, RATE, 0, 0 }, { cut, N, 2, RATE, 0, 0 } },
        { { ref, N, 2, RATE, 0, 0 }, { deg, N, 1, RATE, 0, 0 } },
        { { ref, N, 1, RATE, 0, 0 }, { deg, N, 1, RATE / 2, 0, 0 } },
    };
    struct opine_context *context = make_context();

    (void)state;
    for (unsigned i = 0; i < sizeof pair / sizeof *pair; i++) {
        struct remote r = make_remote(&pair[i][0]),
                      d = make_remote(&pair[i][1]);
        struct opine_result near, far, mixed;
        struct opine_alignment here, there;

        assert_int_equal(opine_score(context, &pair[i][0], &pair[i][1], &near),
                         OPINE_OK);
        assert_int_equal(opine_score(context, &r.view, &d.view, &far),
                         OPINE_OK);
        assert_same(&near, &far);
        assert_int_equal(opine_score(context, &r.view, &pair[i][1], &mixed),
                         OPINE_OK);
        assert_same(&near, &mixed);
        assert_true(r.calls > 1 && d.calls > 1);
        assert_int_equal(opine_align(context, &pair[i][0], &pair[i][1], &here),
                         OPINE_OK);
        assert_int_equal(opine_align(context, &r.view, &d.view, &there),
                         OPINE_OK);
        assert_memory_equal(&here.delay_ms, &there.delay_ms,
                            sizeof here.delay_ms);
    }
    opine_destroy(context);
}

/* Whichever read fails, of either recording; and the context goes on */
static void a_failing_read_is_an_error(void **state)
{
    const struct opine_audio pair[] = { { ref, N, 2, RATE, 0, 0 },
                                        { deg, N, 2, RATE, 0, 0 } };
    struct opine_context *context = make_context();
    struct remote r = make_remote(&pair[0]), d = make_remote(&pair[1]);
    struct opine_result before, result;
    int calls;

    (void)state;
    assert_int_equal(opine_score(context, &r.view, &d.view, &before), OPINE_OK);
    calls = r.calls < d.calls ? r.calls : d.calls;
    assert_true(calls > 18);
    for (int i = 0; i < 6; i++) {
        const int at[] = { 1, 2, calls / 3, calls / 2, calls - 1, calls };
        struct remote *failing = i % 2 ? &r : &d;

        r.calls = d.calls = 0;
        failing->fail_at = at[i];
        assert_int_equal(opine_score(context, &r.view, &d.view, &result),
                         OPINE_ERR_READ);
        failing->fail_at = 0;
        assert_int_equal(opine_score(context, &r.view, &d.view, &result),
                         OPINE_OK);
        assert_same(&before, &result);
    }
    opine_destroy(context);
}

static void without_read_there_must_be_samples(void **state)
{
    struct opine_audio none = { NULL, N, 1, RATE, 0, 0 };
    struct opine_audio some = { ref, N, 1, RATE, 0, 0 };
    struct opine_result result;

    (void)state;
    assert_int_equal(opine_score_once(NULL, &none, &some, &result),
                     OPINE_ERR_ARGUMENT);
    assert_int_equal(opine_score_once(NULL, &some, &none, &result),
                     OPINE_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_makes_no_difference, set_up),
        cmocka_unit_test_setup(a_failing_read_is_an_error, set_up),
        cmocka_unit_test_setup(without_read_there_must_be_samples, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
