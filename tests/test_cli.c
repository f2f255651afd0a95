/* SPDX-License-Identifier: BSD-2-Clause */
/* The program as a user meets it: options, reports and gates. */
#include "support_cli.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WAV_16    (SF_FORMAT_WAV | SF_FORMAT_PCM_16)
#define WAV_FLOAT (SF_FORMAT_WAV | SF_FORMAT_FLOAT)

#define LATE_MS 100

static float speech[FRAMES];

/**
 * Make the files that most tests use
 * ref.wav         Speech-like, 16 bits
 * deg.wav         The same with noise
 * late.wav        The same, late by LATE_MS
 */
static int begin(void **state)
{
    static float other[FRAMES];
    const size_t late = (size_t)RATE * LATE_MS / 1000;

    (void)state;
    files_begin();
    make_exact_speech(speech, FRAMES, RATE);
    write_audio("ref.wav", WAV_16, RATE, 1, speech, FRAMES);
    memcpy(other, speech, sizeof(other));
    add_noise(other, FRAMES, 20, 2);
    write_audio("deg.wav", WAV_16, RATE, 1, other, FRAMES);
    memset(other, 0, sizeof(other));
    memcpy(other + late, speech, (FRAMES - late) * sizeof(other[0]));
    write_audio("late.wav", WAV_16, RATE, 1, other, FRAMES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

#define REF at("ref.wav")
#define DEG at("deg.wav")

/* --------------------------------------------------------------- score */

static void score_of_identical_files_is_the_top(void **state)
{
    (void)state;
    json_t *report = score(REF, REF);

    assert_true(number_of(report, "mos") == 4.75);
    assert_true(json_is_true(json_object_get(report, "identical")));
}

static void noise_costs_score(void **state)
{
    (void)state;
    json_t *report = score(REF, DEG);

    assert_true(number_of(report, "mos") < 4.5);
    assert_true(json_is_false(json_object_get(report, "identical")));
}

static void score_may_be_named_or_left_out(void **state)
{
    (void)state;
    char *named = strdup(run_opine("score", "--json", REF, DEG));

    assert_string_equal(run_opine("--json", REF, DEG), named);
    free(named);
}

static void unrelated_files_score_near_one(void **state)
{
    static float noise[FRAMES];

    (void)state;
    make_white(noise, FRAMES, 2);
    write_audio("noise.wav", WAV_16, RATE, 1, noise, FRAMES);

    json_t *report = score(REF, at("noise.wav"));

    assert_true(number_of(report, "mos") < 1.5);
    assert_true(has_flag(report, "low_confidence"));
    assert_true(has_flag(report, "unrelated"));
}

static void silent_degraded_scores_near_one(void **state)
{
    static const float silence[FRAMES];

    (void)state;
    write_audio("silent.wav", WAV_16, RATE, 1, silence, FRAMES);

    json_t *report = score(REF, at("silent.wav"));

    assert_true(number_of(report, "mos") < 1.2);
    assert_true(has_flag(report, "degraded_silent"));
    assert_true(json_is_null(
        json_object_get(json_object_get(report, "degraded"), "level_dbov")));
    assert_non_null(strstr(run_opine(REF, at("silent.wav")), "silent"));
}

static void lengths_may_differ_by_minutes(void **state)
{
    enum { rate = 8000, frames = 123 * rate };
    float *samples = calloc(frames, sizeof(float));

    (void)state;
    assert_non_null(samples);
    make_exact_speech(samples, 3 * rate, rate);
    write_audio("short.wav", WAV_16, rate, 1, samples, 3 * rate);
    write_audio("long.wav", WAV_16, rate, 1, samples, frames);
    free(samples);

    assert_true(
        has_flag(score(at("short.wav"), at("long.wav")), "length_differs"));
    assert_true(
        has_flag(score(at("long.wav"), at("short.wav")), "length_differs"));
}

/* ------------------------------------------------------------- reports */

static void text_report_begins_with_the_score(void **state)
{
    (void)state;
    const char *text = run_opine(REF, REF);

    assert_memory_equal(text, "4.75  Excellent ", 16);
    assert_non_null(strstr(text, "\nlost to     nothing: the recordings are "
                                 "identical\n"));
    text = run_opine(REF, at("late.wav"));
    assert_non_null(strstr(text, "\ndelay       100.0"));
    assert_non_null(strstr(text, " ms late, "));
}

static void quiet_prints_the_score_alone(void **state)
{
    (void)state;
    assert_string_equal(run_opine("--quiet", REF, REF), "4.75\n");
}

static void json_report_fits_its_schema(void **state)
{
    json_error_t error;
    json_t *schema = json_load_file(OPINE_SOURCE_DIR "/cli/score.schema.json",
                                    0, &error);

    (void)state;
    assert_non_null(schema);
    assert_matches(score(REF, REF), schema, schema);
    assert_matches(score(REF, DEG, "--band", "nb"), schema, schema);
    assert_matches(score(REF, at("late.wav")), schema, schema);
    assert_matches(score(REF, at("silent.wav")), schema, schema);
    assert_matches(score(REF, at("noise.wav")), schema, schema);
    json_decref(schema);
}

static void costs_add_up_to_what_was_lost(void **state)
{
    (void)state;
    json_t *report = score(REF, DEG);
    double sum = number_of(report, "mos");
    json_t *causes = json_object_get(report, "disturbances");

    for (void *i = json_object_iter(causes); i;
         i = json_object_iter_next(causes, i))
        sum += number_of(json_object_iter_value(i), "cost");
    assert_true(fabs(sum - 4.75) < 0.002);
}

static void odd_file_names_stay_in_one_line(void **state)
{
    (void)state;
    assert_null(strchr(fails(3, REF, at("new\nline")), '\t'));

    assert_int_equal(rename(DEG, at("\xff\x1b.wav")), 0);
    json_t *report = score(REF, at("\xff\x1b.wav"));
    const char *path = string_of(json_object_get(report, "degraded"), "path");

    assert_non_null(strstr(path, "\xef\xbf\xbd\x1b.wav"));
    assert_null(strchr(run_opine(REF, at("\xff\x1b.wav")), '\x1b'));
    assert_int_equal(rename(at("\xff\x1b.wav"), DEG), 0);
}

static void lost_output_is_an_error(void **state)
{
    struct run run;

    (void)state;
    if (access("/dev/full", W_OK))
        skip();
    run_with(&run, NULL, "/dev/full", REF, REF, NULL);
    assert_int_equal(run.code, 3);
    assert_non_null(strstr(run.err, "opine: standard output: "));
    run_free(&run);
    run_with(&run, NULL, "/dev/full", "--bisect", REF, REF, NULL);
    assert_int_equal(run.code, 125);
    run_free(&run);
}

/* ------------------------------------------------------------- options */

static void band_sets_the_scale(void **state)
{
    static const char *const bands[][2] = { { "nb", "MOS-LQOn" },
                                            { "wb", "MOS-LQOw" },
                                            { "swb", "MOS-LQOs" },
                                            { "fb", "MOS-LQOf" } };

    (void)state;
    for (int i = 0; i < 4; i++) {
        json_t *report = score(REF, REF, "--band", bands[i][0]);

        assert_string_equal(string_of(report, "band"), bands[i][0]);
        assert_string_equal(string_of(report, "mos_name"), bands[i][1]);
        assert_true(number_of(report, "mos") == (i ? 4.75 : 4.5));
    }
}

static void mode_is_taken_or_found(void **state)
{
    (void)state;
    json_t *report = score(REF, REF, "--mode=audio");

    assert_string_equal(string_of(report, "mode"), "audio");
    assert_string_equal(string_of(report, "mode_source"), "given");
    report = score(REF, REF, "--mode=speech");
    assert_string_equal(string_of(report, "mode"), "speech");
    report = score(REF, REF, "--mode=auto");
    assert_string_equal(string_of(report, "mode_source"), "found");
}

static void level_is_matched_unless_kept(void **state)
{
    static float soft[FRAMES];

    (void)state;
    for (int i = 0; i < FRAMES; i++)
        soft[i] = speech[i] / 4;
    write_audio("soft.wav", WAV_FLOAT, RATE, 1, soft, FRAMES);

    json_t *report = score(REF, at("soft.wav"));
    double matched = number_of(report, "mos");
    json_t *level = json_object_get(json_object_get(report, "disturbances"),
                                    "level");

    assert_true(fabs(number_of(level, "value") + 12.04) < 0.1);
    report = score(REF, at("soft.wav"), "--level", "keep");
    assert_string_equal(string_of(report, "level"), "keep");
    assert_true(number_of(report, "mos") < matched);
}

static void delay_is_found_unless_told_not_to(void **state)
{
    (void)state;
    json_t *report = score(REF, at("late.wav"));
    double aligned = number_of(report, "mos");

    assert_true(fabs(number_of(report, "delay_ms") - LATE_MS) < 0.1);
    assert_true(fabs(number_of(score(at("late.wav"), REF), "delay_ms") +
                     LATE_MS) < 0.1);
    report = score(REF, at("late.wav"), "--no-align");
    assert_true(number_of(report, "delay_ms") == 0);
    assert_true(number_of(report, "mos") < aligned);
}

static void from_and_to_select_a_part(void **state)
{
    static float half[FRAMES];

    (void)state;
    memcpy(half, speech, sizeof(half));
    add_noise(half, FRAMES / 2, 10, 2);
    write_audio("half.wav", WAV_16, RATE, 1, half, FRAMES);

    const char *path = at("half.wav");
    double all = number_of(score(REF, path), "mos");

    assert_true(number_of(score(REF, path, "--from", "1.7"), "mos") > all);
    assert_true(number_of(score(REF, path, "--to", "1.3"), "mos") < all);
    score(REF, path, "--from=0.5", "--to=99");
    fails(3, REF, path, "--from", "3");
    fails(3, REF, path, "--from", "1", "--to", "1.1");
    fails(2, REF, path, "--from", "2", "--to", "1");
    fails(2, REF, path, "--to", "0");
}

static void cpu_levels_score_alike(void **state)
{
    struct run run;

    (void)state;
    double best = number_of(score(REF, DEG), "mos");
    json_t *report = score(REF, DEG, "--cpu", "c");

    assert_string_equal(string_of(report, "cpu"), "c");
    assert_true(number_of(report, "mos") == best);
    run_with(&run, NULL, NULL, REF, DEG, "--cpu", "avx2", NULL);
    assert_true(run.code == 0 || run.code == 3);
    run_free(&run);
}

static void min_mos_is_a_gate_on_the_unrounded_score(void **state)
{
    struct run run;

    (void)state;
    run_opine(REF, REF, "--min-mos", "4.75");
    run_with(&run, NULL, NULL, "--quiet", REF, DEG, "--min-mos", "4.74", NULL);
    assert_int_equal(run.code, 1);
    assert_int_equal(strlen(run.out), 5);
    assert_non_null(strstr(run.err, "/deg.wav: MOS "));
    assert_non_null(strstr(run.err, " is below 4.74\n"));
    assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
    run_free(&run);
}

static void max_delay_is_a_gate_both_ways(void **state)
{
    (void)state;
    run_opine(REF, at("late.wav"), "--max-delay", "101");
    run_expect(1, REF, at("late.wav"), "--max-delay", "99", NULL);
    run_expect(1, at("late.wav"), REF, "--max-delay", "99", NULL);
    fails(2, REF, at("late.wav"), "--max-delay", "99", "--no-align");
    run_opine(REF, at("late.wav"), "--max-jump", "0");
    fails(2, REF, at("late.wav"), "--max-jump", "99", "--no-align");
}

static void bisect_turns_3_into_125_and_nothing_else(void **state)
{
    (void)state;
    fails(125, "--bisect", REF, at("missing.wav"));
    fails(2, "--bisect", REF);
    run_opine("--bisect", REF, REF);
    run_expect(1, "--bisect", REF, DEG, "--min-mos=4.75", NULL);
}

static void help_and_version_go_to_stdout(void **state)
{
    (void)state;
    assert_non_null(strstr(run_opine("--help"), "Usage: opine "));
    run_opine("score", "--help");
    const char *text = run_opine("--version");

    assert_memory_equal(text, "opine ", 6);
    assert_non_null(strstr(text, "\nlibrary "));
    assert_non_null(strstr(text, "\nmodel "));
    assert_non_null(strstr(text, "\ncpu "));
    assert_non_null(strstr(text, "libsndfile"));
}

static void options_may_stand_anywhere_until_dashes(void **state)
{
    (void)state;
    assert_string_equal(run_opine(REF, "--quiet", REF), "4.75\n");
    assert_string_equal(run_opine("--quiet", "--", REF, REF), "4.75\n");
    assert_string_equal(run_opine(REF, REF, "--band=fb", "--band=nb",
                                  "--quiet"),
                        "4.50\n");
    assert_non_null(strstr(fails(3, "--", "--quiet", REF), "--quiet: "));
}

static void usage_errors_say_what_is_wrong(void **state)
{
    (void)state;
    assert_string_equal(fails(2, "--band", "xx", REF, DEG),
                        "opine: --band: must be nb, wb, swb or fb\n");
    assert_string_equal(fails(2, "--min-mos=6", REF, DEG),
                        "opine: --min-mos: must be a number from 1 to 5\n");
    fails(2, "--bogus", REF, DEG);
    fails(2, "-q", REF, DEG);
    fails(2, "--", REF);
    fails(2, REF, DEG, DEG);
    fails(2, "-", "-");
    fails(2, "--json", "--quiet", REF, DEG);
}

static void numbers_are_read_strictly(void **state)
{
    static const char *const wrong[] = { "",    " 3",  "3 ",    "3x", "nan",
                                         "inf", "0x3", "1e999", "-1", "0.99" };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        fails(2, "--min-mos", wrong[i], REF, REF);
    run_opine("--min-mos", "3.5e0", REF, REF);
}

/* ---------------------------------------------------------------- main */

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(score_of_identical_files_is_the_top),
        TEST(noise_costs_score),
        TEST(score_may_be_named_or_left_out),
        TEST(unrelated_files_score_near_one),
        TEST(silent_degraded_scores_near_one),
        TEST(lengths_may_differ_by_minutes),
        TEST(text_report_begins_with_the_score),
        TEST(quiet_prints_the_score_alone),
        TEST(json_report_fits_its_schema),
        TEST(costs_add_up_to_what_was_lost),
        TEST(odd_file_names_stay_in_one_line),
        TEST(lost_output_is_an_error),
        TEST(band_sets_the_scale),
        TEST(mode_is_taken_or_found),
        TEST(level_is_matched_unless_kept),
        TEST(delay_is_found_unless_told_not_to),
        TEST(from_and_to_select_a_part),
        TEST(cpu_levels_score_alike),
        TEST(min_mos_is_a_gate_on_the_unrounded_score),
        TEST(max_delay_is_a_gate_both_ways),
        TEST(bisect_turns_3_into_125_and_nothing_else),
        TEST(help_and_version_go_to_stdout),
        TEST(options_may_stand_anywhere_until_dashes),
        TEST(usage_errors_say_what_is_wrong),
        TEST(numbers_are_read_strictly),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
