/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept of a reference changes no bit of any result, whatever was scored
 * before. */
#include "support.h"

#include "known.h"
#include "opine.h"

#include <stdlib.h>
#include <string.h>

#define RATE  16000
#define N     (4 * RATE)
#define PAIRS 10

/* Signals of two channels, and pairs of views of them */
struct fixture {
    float ref[2 * N], copy[2 * N], other[2 * N]; /* interleaved */
    float coded[2 * N], late[2 * N], early[2 * N], cut[2 * N], slow[2 * N];
    struct opine_audio pair[PAIRS][2];
};

static struct opine_audio mono(const float *x)
{
    return (struct opine_audio){ x, N, 1, RATE, 0, 0 };
}

static struct opine_audio stereo(const float *x)
{
    return (struct opine_audio){ x, N, 2, RATE, 0, 0 };
}

/* Takes out 30 ms in the middle */
static void cut_out(float *y, const float *x)
{
    const int at = N / 2, gone = RATE * 30 / 1000;

    memcpy(y, x, (size_t)at * sizeof *y);
    memcpy(y + at, x + at + gone, (size_t)(N - at - gone) * sizeof *y);
    memset(y + N - gone, 0, (size_t)gone * sizeof *y);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    make_speech(f->ref, 2 * N, RATE, 7000, 1);
    make_speech(f->other, 2 * N, RATE, 7000, 2);
    memcpy(f->copy, f->ref, sizeof f->ref);
    memcpy(f->coded, f->ref, sizeof f->ref);
    add_noise(f->coded, 2 * N, 20, 3);
    delay_by(f->late, f->coded, 2 * N, 700);
    delay_by(f->early, f->coded, 2 * N, -901.5);
    cut_out(f->cut, f->coded);
    make_speech(f->slow, N / 2, RATE / 2, 3500, 1);
    f->pair[0][0] = mono(f->ref);
    f->pair[0][1] = mono(f->coded);
    f->pair[1][0] = mono(f->copy); /* the same elsewhere */
    f->pair[1][1] = mono(f->late);
    f->pair[2][0] = mono(f->ref);
    f->pair[2][1] = mono(f->early);
    f->pair[3][0] = mono(f->ref);
    f->pair[3][1] = mono(f->cut);
    f->pair[4][0] = mono(f->ref); /* to be mixed */
    f->pair[4][1] = stereo(f->coded);
    f->pair[5][0] = stereo(f->ref);
    f->pair[5][1] = stereo(f->coded);
    f->pair[6][0] = mono(f->slow); /* to be resampled */
    f->pair[6][0].frames = N / 2;
    f->pair[6][0].rate_hz = RATE / 2;
    f->pair[6][1] = mono(f->coded);
    f->pair[7][0] = mono(f->other);
    f->pair[7][1] = mono(f->coded);
    f->pair[8][0] = stereo(f->ref); /* read by steps: planes */
    f->pair[8][0].frame_step = 1;
    f->pair[8][0].channel_step = N;
    f->pair[8][1] = stereo(f->late);
    f->pair[9][0] = mono(f->ref); /* at another rate than before */
    f->pair[9][1] = mono(f->slow);
    f->pair[9][1].frames = N / 2;
    f->pair[9][1].rate_hz = RATE / 2;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static struct opine_context *make_context(int keep)
{
    struct opine_context *context;
    struct opine_config config;

    opine_config_init(&config);
    assert_int_equal(config.keep_reference, 1);
    config.keep_reference = keep;
    config.all_views = 1;
    assert_int_equal(opine_create(&context, &config), OPINE_OK);
    return context;
}

/* The numbers of a result, the alignment's arrays left out */
static struct opine_result score(struct opine_context *context,
                                 const struct opine_audio *pair)
{
    struct opine_result result;

    memset(&result, 0, sizeof result);
    assert_int_equal(opine_score(context, &pair[0], &pair[1], &result),
                     OPINE_OK);
    return result;
}

static void assert_same(const struct opine_result *a,
                        const struct opine_result *b)
{
    assert_memory_equal(&a->mos, &b->mos, sizeof a->mos);
    assert_memory_equal(&a->disturbance, &b->disturbance,
                        sizeof a->disturbance);
    assert_memory_equal(&a->views, &b->views, sizeof a->views);
    assert_memory_equal(a->disturbances, b->disturbances,
                        sizeof a->disturbances);
    assert_memory_equal(&a->alignment.delay_ms, &b->alignment.delay_ms,
                        sizeof a->alignment.delay_ms);
    assert_memory_equal(&a->alignment.confidence, &b->alignment.confidence,
                        sizeof a->alignment.confidence);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->channels, b->channels);
    assert_int_equal(a->alignment.jumps, b->alignment.jumps);
}

static void results_do_not_depend_on_what_came_before(void **state)
{
    struct fixture *f = *state;
    struct opine_context *used = make_context(1);
    struct opine_result alone[PAIRS];
    struct random random = random_seed(5);

    for (int i = 0; i < PAIRS; i++) {
        struct opine_context *fresh = make_context(0);

        alone[i] = score(fresh, f->pair[i]);
        opine_destroy(fresh);
    }
    assert_true(alone[0].mos < 4.7 && alone[0].mos > 1.1);
    for (int i = 0; i < 6 * PAIRS; i++) {
        int pair = i < 4 * PAIRS ? random_below(&random, PAIRS) : i % 4;
        struct opine_result again = score(used, f->pair[pair]);

        assert_same(&again, &alone[pair]);
    }
    opine_destroy(used);
}

/* One sample of the reference changes in place, and back */
static void a_changed_sample_is_seen(void **state)
{
    struct fixture *f = *state;
    struct opine_context *used = make_context(1);
    struct opine_result before = score(used, f->pair[0]), after, back;
    float kept = f->ref[N / 2];

    f->ref[N / 2] += 0.5F;
    after = score(used, f->pair[0]);
    assert_true(after.mos < before.mos || after.mos > before.mos);
    f->ref[N / 2] = kept;
    back = score(used, f->pair[0]);
    assert_same(&back, &before);
    opine_destroy(used);
}

static void failures_leave_nothing_half_known(void **state)
{
    struct fixture *f = *state;
    struct opine_context *used = make_context(1);
    struct opine_result before = score(used, f->pair[0]), again, ignored;
    struct opine_audio bad = f->pair[0][1];

    bad.frames = 10;
    assert_int_equal(opine_score(used, &f->pair[0][0], &bad, &ignored),
                     OPINE_ERR_SHORT);
    again = score(used, f->pair[0]);
    assert_same(&again, &before);
    opine_destroy(used);
}

/* Signals that differ by what an unmixed sum would not see */
static void digests_tell_signals_apart(void **state)
{
    struct fixture *f = *state;
    struct opine_audio audio = mono(f->ref);
    struct opine_allocator from = { 0 };
    struct opine_kernels kernels;
    struct opine_known known;

    assert_int_equal(opine_kernels_init(&kernels, OPINE_CPU_BEST), 0);
    opine_known_init(&known, &from);
    for (int change = 0; change < 5; change++) {
        int first = 3 * OPINE_DIGEST + 5, second = first + OPINE_DIGEST;

        opine_known_recognise(&known, &kernels, &audio);
        known.has_signal = 1;
        opine_known_recognise(&known, &kernels, &audio);
        assert_true(known.has_signal);
        if (change == 0) { /* two signs in one lane */
            f->ref[first] = -f->ref[first];
            f->ref[second] = -f->ref[second];
        } else if (change == 1) { /* two samples change places */
            float x = f->ref[first];

            f->ref[first] = f->ref[second];
            f->ref[second] = x;
        } else if (change == 2) { /* polarity */
            for (int i = 0; i < N; i++)
                f->ref[i] = -f->ref[i];
        } else if (change == 3) {
            audio.frames--;
        } else {
            audio.rate_hz = 2 * RATE;
        }
        opine_known_recognise(&known, &kernels, &audio);
        assert_false(known.has_signal);
    }
    opine_known_free(&known);
}

/* What is too long is not kept, and scored all the same */
static void room_is_limited(void **state)
{
    struct opine_allocator from = { 0 };
    struct opine_known known;
    struct opine_arena otherwise;

    (void)state;
    opine_known_init(&known, &from);
    opine_arena_init(&otherwise, &from);
    opine_known_forget(&known);
    assert_ptr_equal(opine_known_room(NULL, 1, &otherwise), &otherwise);
    assert_ptr_equal(opine_known_room(&known, (size_t)1 << 30, &otherwise),
                     &otherwise);
    assert_ptr_equal(opine_known_room(&known, 60 << 20, &otherwise),
                     &known.arena);
    assert_ptr_equal(opine_known_room(&known, 60 << 20, &otherwise),
                     &otherwise);
    opine_known_free(&known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            results_do_not_depend_on_what_came_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_sample_is_seen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(failures_leave_nothing_half_known,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(digests_tell_signals_apart, set_up,
                                        tear_down),
        cmocka_unit_test(room_is_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
