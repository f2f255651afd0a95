/* SPDX-License-Identifier: BSD-2-Clause */
/* The public API as a program uses it: settings, errors, contexts, threads. */
#include "support.h"

#include "opine.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 16000
#define N    (3 * RATE)

struct fixture {
    float ref[N], deg[N];
    struct opine_audio reference, degraded;
    struct opine_config config;
    struct opine_result result;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    make_speech(f->ref, N, RATE, 7000, 1);
    memcpy(f->deg, f->ref, sizeof f->ref);
    add_noise(f->deg, N, 20, 2);
    f->reference = (struct opine_audio){ f->ref, N, 1, RATE, 0, 0 };
    f->degraded = (struct opine_audio){ f->deg, N, 1, RATE, 0, 0 };
    opine_config_init(&f->config);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static enum opine_status score(struct fixture *f)
{
    return opine_score_once(&f->config, &f->reference, &f->degraded,
                            &f->result);
}

/* To the bit, but for padding */
static void assert_same(const struct opine_result *a,
                        const struct opine_result *b)
{
    assert_true(a->mos == b->mos && a->disturbance == b->disturbance);
    assert_true(a->mos_low == b->mos_low && a->mos_high == b->mos_high);
    assert_true(a->alignment.delay_ms == b->alignment.delay_ms);
    assert_true(a->alignment.confidence == b->alignment.confidence);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->mode, b->mode);
    assert_memory_equal(a->disturbances, b->disturbances,
                        sizeof a->disturbances);
}

static void defaults_are_those_documented(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(f->config.size, sizeof f->config);
    assert_int_equal(f->config.band, OPINE_BAND_FB);
    assert_int_equal(f->config.mode, OPINE_MODE_AUTO);
    assert_int_equal(f->config.level, OPINE_LEVEL_MATCH);
    assert_int_equal(f->config.align, 1);
    assert_true(f->config.from_s == 0 && f->config.to_s == 0);
}

static void null_settings_are_the_defaults(void **state)
{
    struct fixture *f = *state;
    struct opine_result other;

    assert_int_equal(score(f), OPINE_OK);
    assert_int_equal(opine_score_once(NULL, &f->reference, &f->degraded,
                                      &other),
                     OPINE_OK);
    assert_same(&other, &f->result);
}

static void bad_settings_are_refused(void **state)
{
    struct fixture *f = *state;
    struct opine_context *context = (struct opine_context *)f;
    struct opine_config good = f->config;

#define REFUSED(field, value)                                                  \
    do {                                                                       \
        f->config = good;                                                      \
        f->config.field = value;                                               \
        assert_int_equal(opine_create(&context, &f->config),                   \
                         OPINE_ERR_ARGUMENT);                                  \
        assert_null(context);                                                  \
    } while (0)
    REFUSED(size, 0);
    REFUSED(size, sizeof good + 1);
    REFUSED(band, (enum opine_band)4);
    REFUSED(mode, (enum opine_mode)3);
    REFUSED(level, (enum opine_level)2);
    REFUSED(cpu, (enum opine_cpu)99);
    REFUSED(from_s, -1);
    REFUSED(from_s, (double)NAN);
    REFUSED(to_s, (double)NAN);
    f->config = good;
    f->config.from_s = 2;
    f->config.to_s = 1;
    assert_int_equal(opine_create(&context, &f->config), OPINE_ERR_ARGUMENT);
    assert_int_equal(opine_create(NULL, &good), OPINE_ERR_ARGUMENT);
}

static void null_arguments_are_refused(void **state)
{
    struct fixture *f = *state;
    struct opine_context *context;

    assert_int_equal(opine_create(&context, NULL), OPINE_OK);
    assert_int_equal(opine_score(NULL, &f->reference, &f->degraded, &f->result),
                     OPINE_ERR_ARGUMENT);
    assert_int_equal(opine_score(context, NULL, &f->degraded, &f->result),
                     OPINE_ERR_ARGUMENT);
    assert_int_equal(opine_score(context, &f->reference, NULL, &f->result),
                     OPINE_ERR_ARGUMENT);
    assert_int_equal(opine_score(context, &f->reference, &f->degraded, NULL),
                     OPINE_ERR_ARGUMENT);
    opine_destroy(context);
    opine_destroy(NULL);
}

static void failure_leaves_the_result_alone(void **state)
{
    struct fixture *f = *state;
    struct opine_result before;

    memset(&f->result, 7, sizeof f->result);
    before = f->result;
    f->degraded.frames = 1;
    assert_int_equal(score(f), OPINE_ERR_SHORT);
    assert_memory_equal(&before, &f->result, sizeof before);
}

static void settings_of_an_older_caller_are_completed(void **state)
{
    struct fixture *f = *state;

    f->config.band = OPINE_BAND_NB;
    f->config.size = offsetof(struct opine_config, mode);
    f->config.mode = (enum opine_mode)77; /* beyond its struct */
    assert_int_equal(score(f), OPINE_OK);
    assert_int_equal(f->result.band, OPINE_BAND_NB);
}

static void a_context_forgets_what_it_scored(void **state)
{
    struct fixture *f = *state;
    struct opine_result first, again;
    struct opine_context *context;
    struct opine_audio other = f->reference;

    other.rate_hz = 8000;
    assert_int_equal(opine_create(&context, NULL), OPINE_OK);
    assert_int_equal(opine_score(context, &f->reference, &f->degraded, &first),
                     OPINE_OK);
    assert_int_equal(opine_score(context, &f->reference, &other, &again), 0);
    assert_int_equal(opine_score(context, &f->reference, &f->degraded, &again),
                     OPINE_OK);
    assert_same(&first, &again);
    opine_destroy(context);
}

static void a_part_is_scored_alone(void **state)
{
    struct fixture *f = *state;

    memcpy(f->deg, f->ref, sizeof f->ref);
    for (int i = N / 2; i < N; i++)
        f->deg[i] *= 1 + 0.9f * (float)(i % 40 < 20);
    f->config.to_s = 1.4;
    assert_int_equal(score(f), OPINE_OK);
    assert_true(f->result.mos == 4.75);
    f->config.from_s = 1.5;
    f->config.to_s = 0;
    assert_int_equal(score(f), OPINE_OK);
    assert_true(f->result.mos < 4.5);
    f->config.from_s = 100;
    assert_int_equal(score(f), OPINE_ERR_SHORT);
}

static void levels_can_be_kept(void **state)
{
    struct fixture *f = *state;

    memcpy(f->deg, f->ref, sizeof f->ref);
    amplify(f->deg, N, -20);
    assert_int_equal(score(f), OPINE_OK);
    assert_true(f->result.mos > 4.7);
    assert_close(f->result.disturbances[OPINE_LEVEL].value, -20, 0.01, 0);
    f->config.level = OPINE_LEVEL_KEEP;
    assert_int_equal(score(f), OPINE_OK);
    assert_true(f->result.mos < 4);
}

static void modes_are_found_or_taken(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(score(f), OPINE_OK);
    assert_int_equal(f->result.mode, OPINE_MODE_SPEECH);
    f->config.mode = OPINE_MODE_AUDIO;
    assert_int_equal(score(f), OPINE_OK);
    assert_int_equal(f->result.mode, OPINE_MODE_AUDIO);
    make_music(f->ref, N, RATE, 7000, 1);
    memcpy(f->deg, f->ref, sizeof f->ref);
    f->config.mode = OPINE_MODE_AUTO;
    assert_int_equal(score(f), OPINE_OK);
    assert_int_equal(f->result.mode, OPINE_MODE_AUDIO);
}

/* ------------------------------------------------------------- threads */

struct job {
    pthread_t thread;
    const struct fixture *fixture;
    struct opine_result result;
    enum opine_status status;
};

static void *work(void *data)
{
    struct job *job = data;
    const struct fixture *f = job->fixture;

    for (int i = 0; i < 3 && !job->status; i++)
        job->status = opine_score_once(&f->config, &f->reference, &f->degraded,
                                       &job->result);
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
    struct fixture *f = *state;
    struct job jobs[4] = { { 0 } };

    assert_int_equal(score(f), OPINE_OK);
    for (int i = 0; i < 4; i++) {
        jobs[i].fixture = f;
        assert_int_equal(pthread_create(&jobs[i].thread, NULL, work, &jobs[i]),
                         0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(jobs[i].thread, NULL);
        assert_int_equal(jobs[i].status, OPINE_OK);
        assert_same(&jobs[i].result, &f->result);
    }
}

static void cpu_levels_agree_to_the_bit(void **state)
{
    struct fixture *f = *state;
    struct opine_result best;

    assert_int_equal(score(f), OPINE_OK);
    best = f->result;
    f->config.cpu = OPINE_CPU_C;
    assert_int_equal(score(f), OPINE_OK);
    assert_int_equal(f->result.cpu, OPINE_CPU_C);
    assert_same(&f->result, &best);
}

/* --------------------------------------------------------------- texts */

static void every_status_has_a_text(void **state)
{
    (void)state;
    for (int status = OPINE_ERR_READ; status <= OPINE_OK; status++) {
        assert_true(strlen(opine_status_text(status)) > 5);
        assert_string_not_equal(opine_status_text(status), "unknown status");
    }
    assert_string_equal(opine_status_text(1), "unknown status");
    assert_string_equal(opine_status_text(-12345), "unknown status");
}

static void every_cause_and_flag_has_a_name(void **state)
{
    (void)state;
    for (int c = 0; c < OPINE_CAUSES; c++) {
        const struct opine_cause_info *info = opine_cause_info(c);

        assert_true(strlen(info->name) > 2 && strlen(info->text) > 5);
        for (int d = 0; d < c; d++)
            assert_string_not_equal(info->name, opine_cause_info(d)->name);
    }
    assert_null(opine_cause_info(-1));
    assert_null(opine_cause_info(OPINE_CAUSES));
    for (unsigned flag = 1; flag <= OPINE_FLAG_OUT_OF_RANGE; flag *= 2)
        assert_non_null(opine_flag_name(flag));
    assert_null(opine_flag_name(OPINE_FLAG_OUT_OF_RANGE * 2));
    assert_null(opine_flag_name(3));
}

static void words_follow_the_score(void **state)
{
    (void)state;
    assert_string_equal(opine_acr_text(4.75), "Excellent");
    assert_string_equal(opine_acr_text(3.87), "Good");
    assert_string_equal(opine_acr_text(2.5), "Fair");
    assert_string_equal(opine_acr_text(2.49), "Poor");
    assert_string_equal(opine_acr_text(1), "Bad");
    assert_string_equal(opine_verdict_text(4.3), "excellent");
    assert_string_equal(opine_verdict_text(3.5), "acceptable");
    assert_string_equal(opine_verdict_text(3.49), "unacceptable");
    assert_string_equal(opine_mos_name(OPINE_BAND_FB), "MOS-LQOf");
    assert_string_equal(opine_mos_name(OPINE_BAND_NB), "MOS-LQOn");
    assert_string_equal(opine_band_name((enum opine_band)9), "");
    assert_string_equal(opine_mode_name(OPINE_MODE_SPEECH), "speech");
    assert_string_equal(opine_level_name(OPINE_LEVEL_KEEP), "keep");
    assert_string_equal(opine_cpu_name(OPINE_CPU_C), "c");
}

static void versions_agree(void **state)
{
    char text[32];

    (void)state;
    snprintf(text, sizeof text, "%d.%d.%d", OPINE_VERSION_MAJOR,
             OPINE_VERSION_MINOR, OPINE_VERSION_PATCH);
    assert_string_equal(opine_version(), text);
    assert_int_equal(opine_version_number(), OPINE_VERSION_MAJOR * 10000 +
                                                 OPINE_VERSION_MINOR * 100 +
                                                 OPINE_VERSION_PATCH);
    assert_true(strlen(opine_model_version()) > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_those_documented),
        TEST(null_settings_are_the_defaults),
        TEST(bad_settings_are_refused),
        TEST(null_arguments_are_refused),
        TEST(failure_leaves_the_result_alone),
        TEST(settings_of_an_older_caller_are_completed),
        TEST(a_context_forgets_what_it_scored),
        TEST(a_part_is_scored_alone),
        TEST(levels_can_be_kept),
        TEST(modes_are_found_or_taken),
        TEST(threads_do_not_disturb_each_other),
        TEST(cpu_levels_agree_to_the_bit),
        cmocka_unit_test(every_status_has_a_text),
        cmocka_unit_test(every_cause_and_flag_has_a_name),
        cmocka_unit_test(words_follow_the_score),
        cmocka_unit_test(versions_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
