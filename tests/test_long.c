/* SPDX-License-Identifier: BSD-2-Clause */
/* Recordings that are not decoded into memory: nothing but memory differs. */
#include "support_cli.h"

#include "support.h"

#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WAV_16 (SF_FORMAT_WAV | SF_FORMAT_PCM_16)
#define FLAC   (SF_FORMAT_FLAC | SF_FORMAT_PCM_16)

#define HZ      8000
#define SECONDS 140
#define WIDE    8 /* channels: 36 MB as floats: the WAV stays in its file */
#define FRAMES_ (SECONDS * HZ)

static float *samples;

static int begin(void **state)
{
    size_t count = (size_t)FRAMES_ * WIDE;
    float *speech = malloc(FRAMES_ * sizeof *speech);

    (void)state;
    samples = malloc(count * sizeof *samples);
    if (!speech || !samples)
        return -1;
    files_begin();
    make_exact_speech(speech, FRAMES_, HZ);
    for (size_t i = 0; i < count; i++)
        samples[i] = speech[i / WIDE];
    write_audio("ref.wav", WAV_16, HZ, WIDE, samples, FRAMES_);
    write_audio("ref.flac", FLAC, HZ, WIDE, samples, FRAMES_);
    for (int i = 0; i < FRAMES_; i++)
        samples[(size_t)i * WIDE] *= 0.5F; /* channels differ */
    memset(samples + (size_t)FRAMES_ / 2 * WIDE, 0,
           (size_t)HZ / 5 * WIDE * sizeof *samples);
    write_audio("deg.wav", WAV_16, HZ, WIDE, samples, FRAMES_);
    write_audio("deg.flac", FLAC, HZ, WIDE, samples, FRAMES_);
    free(speech);
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(samples);
    files_end();
    return 0;
}

/* A report without the paths, to be released */
static json_t *strip(json_t *report)
{
    json_t *copy = json_deep_copy(report);

    assert_non_null(copy);
    json_object_del(json_object_get(copy, "reference"), "path");
    json_object_del(json_object_get(copy, "degraded"), "path");
    return copy;
}

static void where_samples_are_makes_no_difference(void **state)
{
    json_t *near = strip(score(at("ref.flac"), at("deg.flac")));
    json_t *far = strip(score(at("ref.wav"), at("deg.wav")));

    (void)state;
    assert_true(json_equal(near, far));
    json_decref(near);
    json_decref(far);
    near = strip(run_json(NULL, "align", "--json", at("ref.flac"),
                          at("deg.flac"), NULL));
    far = strip(
        run_json(NULL, "align", "--json", at("ref.wav"), at("deg.wav"), NULL));
    assert_true(json_equal(near, far));
    json_decref(near);
    json_decref(far);
}

/* Windows are cut of what is not there, by several threads */
static void timelines_are_the_same(void **state)
{
    char *flac;

    (void)state;
    flac = strdup(run_opine("timeline", "--csv", "-", "--from=60", "--to=100",
                            at("ref.flac"), at("deg.flac")));
    assert_non_null(flac);
    assert_string_equal(run_opine("timeline", "--csv", "-", "--from=60",
                                  "--to=100", "--jobs=2", at("ref.wav"),
                                  at("deg.wav")),
                        flac);
    free(flac);
}

static void a_file_that_ends_early_is_refused(void **state)
{
    (void)state;
    write_part("part.wav", "deg.wav", 600);
    assert_non_null(strstr(fails(3, at("ref.wav"), at("part.wav")),
                           "part.wav: truncated: "));
}

/* What is decoded anew each time goes to a temporary file, once */
static void codecs_are_spooled(void **state)
{
    enum { LONG = 8500000 }; /* frames of two channels, 68 MB as floats */
    float *x = malloc(2 * (size_t)LONG * sizeof *x);
    char missing[4200];

    (void)state;
    assert_non_null(x);
    for (size_t i = 0; i < 2 * (size_t)LONG; i++)
        x[i] = samples[i % ((size_t)FRAMES_ * WIDE)];
    write_audio("a.wav", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 16000, 2, x,
                LONG);
    free(x);
    snprintf(missing, sizeof(missing), "%s", at("nowhere"));
    assert_int_equal(setenv("TMPDIR", missing, 1), 0);
    assert_non_null(strstr(fails(3, at("a.wav"), at("a.wav")),
                           "needs a temporary file in "));
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_close(number_of(score(at("a.wav"), at("a.wav"), "--no-align"),
                           "mos"),
                 4.75, 1e-3, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_samples_are_makes_no_difference),
        cmocka_unit_test(timelines_are_the_same),
        cmocka_unit_test(codecs_are_spooled),
        cmocka_unit_test(a_file_that_ends_early_is_refused),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
