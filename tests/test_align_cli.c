/* SPDX-License-Identifier: BSD-2-Clause */
/* `opine align` as a user meets it: reports, gates, pictures. */
#include "support_cli.h"
#include "support_xml.h"

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

#define WAV_16 (SF_FORMAT_WAV | SF_FORMAT_PCM_16)

#define LATE_MS   100
#define LOST_MS   60
#define LOST_AT_S 3

/* Long enough for a jump to have something on either side */
#define LONG_FRAMES (2 * FRAMES)

/**
 * Make the files that most tests use
 * ref.wav         Speech-like, 16 bits
 * late.wav        The same, late by LATE_MS
 * minus.wav       The same as ref.wav with its polarity inverted
 * long.wav        Twice as long
 * skips.wav       The same without LOST_MS at LOST_AT_S
 */
static int begin(void **state)
{
    static float speech[LONG_FRAMES];
    static float other[LONG_FRAMES];
    const size_t late = (size_t)RATE * LATE_MS / 1000;
    const size_t lost = (size_t)RATE * LOST_MS / 1000;
    const size_t at_frame = (size_t)RATE * LOST_AT_S;

    (void)state;
    files_begin();
    make_exact_speech(speech, LONG_FRAMES, RATE);
    write_audio("ref.wav", WAV_16, RATE, 1, speech, FRAMES);
    memcpy(other + late, speech, (FRAMES - late) * sizeof(other[0]));
    write_audio("late.wav", WAV_16, RATE, 1, other, FRAMES);
    for (int i = 0; i < FRAMES; i++)
        other[i] = -speech[i];
    write_audio("minus.wav", WAV_16, RATE, 1, other, FRAMES);

    write_audio("long.wav", WAV_16, RATE, 1, speech, LONG_FRAMES);
    memcpy(other, speech, at_frame * sizeof(other[0]));
    memcpy(other + at_frame, speech + at_frame + lost,
           (LONG_FRAMES - at_frame - lost) * sizeof(other[0]));
    write_audio("skips.wav", WAV_16, RATE, 1, other, LONG_FRAMES - lost);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

#define REF   at("ref.wav")
#define LATE  at("late.wav")
#define LONG  at("long.wav")
#define SKIPS at("skips.wav")

/* Align a pair with --json */
#define align(...) score("align", __VA_ARGS__)

static json_t *jump_of(json_t *report, size_t index)
{
    return json_array_get(json_object_get(report, "jumps"), index);
}

/* -------------------------------------------------------------- finding */

static void constant_delay_is_found_within_a_tenth_of_a_ms(void **state)
{
    (void)state;
    json_t *report = align(REF, LATE);
    json_t *track = json_object_get(report, "track");

    assert_close(number_of(report, "delay_ms"), LATE_MS, 0.1, 0);
    assert_close(number_of(report, "trimmed_tail_ms"), LATE_MS, 0.1, 0);
    assert_int_equal(json_array_size(track), 1);
    assert_close(number_of(json_array_get(track, 0), "end_s"), 3, 1e-6, 0);
    report = align(LATE, REF);
    assert_close(number_of(report, "delay_ms"), -LATE_MS, 0.1, 0);
    assert_close(number_of(report, "trimmed_head_ms"), LATE_MS, 0.1, 0);
}

static void lost_sound_is_a_jump(void **state)
{
    (void)state;
    json_t *report = align(LONG, SKIPS);

    assert_int_equal(json_array_size(json_object_get(report, "jumps")), 1);
    assert_close(number_of(jump_of(report, 0), "size_ms"), -LOST_MS, 1, 0);
    assert_close(number_of(jump_of(report, 0), "time_s"), LOST_AT_S, 0.5, 0);
    assert_close(number_of(report, "lost_ms"), LOST_MS, 1, 0);
    assert_true(number_of(report, "inserted_ms") == 0);
    report = align(SKIPS, LONG);
    assert_close(number_of(report, "inserted_ms"), LOST_MS, 1, 0);
    assert_true(number_of(report, "lost_ms") == 0);
}

static void inverted_polarity_is_reported(void **state)
{
    (void)state;
    assert_true(number_of(align(REF, at("minus.wav")), "polarity") == -1);
    assert_non_null(strstr(run_opine("align", REF, at("minus.wav")),
                           "the polarity is inverted\n"));
}

static void without_alignment_the_delay_is_taken_as_zero(void **state)
{
    (void)state;
    json_t *report = align(REF, LATE, "--no-align");

    assert_true(number_of(report, "delay_ms") == 0);
    assert_int_equal(json_array_size(json_object_get(report, "jumps")), 0);
    assert_memory_equal(run_opine("align", "--no-align", REF, LATE),
                        "delay taken as 0\n", 17);
}

static void score_reports_the_same_alignment(void **state)
{
    static const char *const keys[] = {
        "delay_ms",        "delay_confidence", "polarity",   "trimmed_head_ms",
        "trimmed_tail_ms", "clock_ppm",        "time_scale", "track",
        "jumps",           "lost_ms",          "inserted_ms"
    };

    (void)state;
    json_t *aligned = json_incref(align(LONG, SKIPS));
    json_t *scored = score(LONG, SKIPS);

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (!json_equal(json_object_get(aligned, keys[i]),
                        json_object_get(scored, keys[i])))
            fail_msg("differs: %s", keys[i]);
    }
    json_decref(aligned);
    assert_non_null(
        strstr(run_opine(LONG, SKIPS), "\njumps       1, 60.0 ms lost\n"));
}

/* -------------------------------------------------------------- reports */

static void text_report_begins_with_the_answer(void **state)
{
    (void)state;
    const char *text = run_opine("align", REF, LATE);

    assert_memory_equal(text, "100.0", 5);
    assert_non_null(strstr(text, " ms late, confidence "));
    assert_non_null(strstr(text, "\nsections       start s"));
    assert_null(strstr(text, "\njumps"));
    assert_memory_equal(run_opine("align", REF, REF), "no delay, confidence ",
                        21);

    text = run_opine("align", LONG, SKIPS);
    assert_memory_equal(text, "1 jump: 60.0 ms lost\n", 21);
    assert_non_null(strstr(text, "\njumps           time s"));
    assert_non_null(strstr(text, "  lost\n"));
}

static void json_report_fits_its_schema(void **state)
{
    json_error_t error;
    json_t *schema = json_load_file(OPINE_SOURCE_DIR "/cli/align.schema.json",
                                    0, &error);

    (void)state;
    assert_non_null(schema);
    assert_matches(align(REF, LATE), schema, schema);
    assert_matches(align(LONG, SKIPS), schema, schema);
    assert_matches(align(LATE, REF, "--no-align"), schema, schema);
    json_decref(schema);
}

/* ---------------------------------------------------------------- gates */

static void max_delay_is_a_gate_both_ways(void **state)
{
    (void)state;
    run_opine("align", REF, LATE, "--max-delay", "101");
    run_expect(1, "align", REF, LATE, "--max-delay", "99", NULL);
    run_expect(1, "align", LATE, REF, "--max-delay", "99", NULL);
}

static void max_jump_is_a_gate_for_both_subcommands(void **state)
{
    static const char *const commands[] = { "align", "score" };
    struct run run;

    (void)state;
    for (int i = 0; i < 2; i++) {
        run_opine(commands[i], LONG, SKIPS, "--max-jump", "61");
        run_opine(commands[i], LONG, LONG, "--max-jump=0");
        run_with(&run, NULL, NULL, commands[i], LONG, SKIPS, "--max-jump=50",
                 NULL);
        assert_int_equal(run.code, 1);
        assert_true(strlen(run.out) > 0);
        assert_non_null(strstr(run.err, "/skips.wav: jump at "));
        assert_non_null(strstr(run.err, " ms is beyond 50 ms\n"));
        assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
        run_free(&run);
    }
}

static void failures_name_the_file(void **state)
{
    (void)state;
    assert_non_null(
        strstr(fails(3, "align", REF, at("missing.wav")), "/missing.wav: "));
    fails(125, "align", "--bisect", at("missing.wav"), REF);
    assert_non_null(strstr(run_failing(3, NULL, "align", REF, at("missing.wav"),
                                       "--svg", at("never.svg"), NULL),
                           "/missing.wav: "));
    assert_int_equal(access(at("never.svg"), F_OK), -1);
}

static void usage_errors_say_what_is_wrong(void **state)
{
    (void)state;
    assert_non_null(strstr(fails(2, "align", REF), "needs two recordings"));
    fails(2, "align");
    fails(2, "align", REF, LATE, LATE);
    fails(2, "align", "-", "-");
    fails(2, "align", REF, LATE, "--no-align", "--max-delay=1");
    fails(2, "align", REF, LATE, "--no-align", "--max-jump=1");
    assert_non_null(strstr(fails(2, "align", REF, LATE, "--json", "--svg", "-"),
                           "opine: --svg: cannot "));
}

/* ------------------------------------------------------------- pictures */

static void picture_is_well_formed_and_names_the_files(void **state)
{
    (void)state;
    assert_int_equal(rename(LATE, at("a&b<c>\"\x01\xff.wav")), 0);
    const char *path = at("a&b<c>\"\x01\xff.wav");
    char *report = strdup(run_opine("align", REF, path));
    char *svg;

    assert_string_equal(run_opine("align", "--svg", at("track.svg"), REF, path),
                        report);
    svg = read_bytes(at("track.svg"), NULL);
    assert_well_formed(svg);
    assert_int_equal(count_of(svg, "a&amp;b&lt;c&gt;\"\xef\xbf\xbd\xef\xbf\xbd"
                                   ".wav against ref.wav<"),
                     2);
    assert_string_equal(run_opine("align", "--svg", "-", REF, path), svg);
    free(svg);
    free(report);
    assert_int_equal(rename(path, LATE), 0);
}

static void picture_goes_along_with_json_and_gates(void **state)
{
    (void)state;
    char *svg;

    align(LONG, SKIPS, "--svg", at("jump.svg"));
    svg = read_bytes(at("jump.svg"), NULL);
    assert_well_formed(svg);
    assert_non_null(strstr(svg, ">1 jump: 60.0 ms lost<"));
    free(svg);
    assert_well_formed(
        run_expect(1, "align", LONG, SKIPS, "--svg=-", "--max-jump=10", NULL));
}

static void picture_that_cannot_be_written_is_an_error(void **state)
{
    struct run run;

    (void)state;
    run_with(&run, NULL, NULL, "align", REF, REF, "--svg", at("no/such.svg"),
             NULL);
    assert_int_equal(run.code, 3);
    assert_non_null(strstr(run.err, "/no/such.svg: "));
    run_free(&run);
    if (access("/dev/full", W_OK))
        skip();
    run_with(&run, NULL, NULL, "align", REF, REF, "--svg", "/dev/full", NULL);
    assert_int_equal(run.code, 3);
    assert_memory_equal(run.err, "opine: /dev/full: ", 18);
    run_free(&run);
}

/* ----------------------------------------------------------------- main */

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(constant_delay_is_found_within_a_tenth_of_a_ms),
        TEST(lost_sound_is_a_jump),
        TEST(inverted_polarity_is_reported),
        TEST(without_alignment_the_delay_is_taken_as_zero),
        TEST(score_reports_the_same_alignment),
        TEST(text_report_begins_with_the_answer),
        TEST(json_report_fits_its_schema),
        TEST(max_delay_is_a_gate_both_ways),
        TEST(max_jump_is_a_gate_for_both_subcommands),
        TEST(failures_name_the_file),
        TEST(usage_errors_say_what_is_wrong),
        TEST(picture_is_well_formed_and_names_the_files),
        TEST(picture_goes_along_with_json_and_gates),
        TEST(picture_that_cannot_be_written_is_an_error),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
