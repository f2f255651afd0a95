/* SPDX-License-Identifier: BSD-2-Clause */
/* `opine timeline` as a user meets it: events, windows, reports, gates. */
#include "../cli/csv.h"
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

#define SLOW_RATE   8000
#define LONG_S      40
#define LONG_FRAMES (LONG_S * SLOW_RATE)

/* Where most files are bad, in seconds */
#define BAD_FROM 15
#define BAD_TO   25

#define GAP_MS    40
#define GAPS      20 /* two a second */
#define LOST_MS   60
#define LOST_AT_S 20

/**
 * Remove sound now and then, and skip some
 * return          How many frames are left
 */
static size_t lose_packets(float *x)
{
    const size_t lost = (size_t)SLOW_RATE * LOST_MS / 1000;
    const size_t at_frame = (size_t)SLOW_RATE * LOST_AT_S;

    for (int i = 0; i < GAPS; i++)
        memset(x + BAD_FROM * SLOW_RATE + i * SLOW_RATE / 2 + SLOW_RATE / 8, 0,
               GAP_MS * SLOW_RATE / 1000 * sizeof(x[0]));
    memmove(x + at_frame, x + at_frame + lost,
            (LONG_FRAMES - at_frame - lost) * sizeof(x[0]));
    return LONG_FRAMES - lost;
}

/**
 * Make the files
 * ref.wav         40 s, speech-like
 * noisy.wav       The same with 10 s of noise
 * lossy.wav       The same with 10 s of gaps, and a jump of the delay
 * cut.wav         Its first 20 s
 * pause.wav       The reference with its first 12 s silent
 * short.wav       Its first 3 s
 */
static int begin(void **state)
{
    static float ref[LONG_FRAMES];
    static float deg[LONG_FRAMES];

    (void)state;
    files_begin();
    make_speech(ref, LONG_FRAMES, SLOW_RATE, 0.45 * SLOW_RATE, 1);
    write_audio("ref.wav", WAV_16, SLOW_RATE, 1, ref, LONG_FRAMES);
    write_audio("cut.wav", WAV_16, SLOW_RATE, 1, ref, LONG_FRAMES / 2);
    write_audio("short.wav", WAV_16, SLOW_RATE, 1, ref, 3 * SLOW_RATE);
    memcpy(deg, ref, sizeof(deg));
    add_noise(deg + BAD_FROM * SLOW_RATE, (BAD_TO - BAD_FROM) * SLOW_RATE, 5,
              2);
    write_audio("noisy.wav", WAV_16, SLOW_RATE, 1, deg, LONG_FRAMES);
    memcpy(deg, ref, sizeof(deg));
    write_audio("lossy.wav", WAV_16, SLOW_RATE, 1, deg, lose_packets(deg));
    memset(ref, 0, 12 * SLOW_RATE * sizeof(ref[0]));
    write_audio("pause.wav", WAV_16, SLOW_RATE, 1, ref, LONG_FRAMES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

#define REF   at("ref.wav")
#define NOISY at("noisy.wav")
#define LOSSY at("lossy.wav")
#define SHORT at("short.wav")

/* Follow a pair with --json */
#define follow(...) score("timeline", __VA_ARGS__)

static json_t *item(json_t *report, const char *key, size_t index)
{
    json_t *value = json_array_get(json_object_get(report, key), index);

    if (!value)
        fail_msg("no %s %zu", key, index);
    return value;
}

static size_t size_of(json_t *report, const char *key)
{
    return json_array_size(json_object_get(report, key));
}

/* -------------------------------------------------------------- command */

static void noise_in_the_middle_is_one_event(void **state)
{
    (void)state;
    json_t *report = follow(REF, NOISY);
    json_t *event = item(report, "events", 0);

    assert_int_equal(size_of(report, "events"), 1);
    assert_int_equal(size_of(report, "windows"), 17);
    assert_close(number_of(event, "start_s"), BAD_FROM, 4, 0);
    assert_close(number_of(event, "end_s"), BAD_TO, 4, 0);
    assert_close(number_of(event, "lowest_s"), LONG_S / 2, 4, 0);
    assert_true(number_of(event, "lowest") < 3);
    assert_string_equal(string_of(event, "cause"), "noise");
    assert_true(json_is_false(json_object_get(event, "open")));
    assert_true(number_of(event, "gaps") == 0);
    assert_true(number_of(event, "jumps") == 0);
    assert_true(number_of(item(report, "windows", 0), "mos") > 4.5);
    assert_true(number_of(item(report, "windows", 16), "mos") > 4.5);
    assert_true(
        json_equal(item(report, "worst", 0),
                   item(report, "windows",
                        (size_t)(number_of(event, "lowest_s") - 4) / 2)));
}

static void clean_recording_has_no_event(void **state)
{
    (void)state;
    json_t *report = follow(REF, REF);
    json_t *scores = json_object_get(report, "scores");

    assert_int_equal(size_of(report, "events"), 0);
    assert_int_equal(size_of(report, "gaps"), 0);
    assert_true(number_of(scores, "lowest") > 4.7);
    assert_true(number_of(scores, "scored") == 17);
}

static void losses_are_counted_in_their_event(void **state)
{
    (void)state;
    json_t *report = follow(REF, LOSSY);
    json_t *event = item(report, "events", 0);
    double gaps = number_of(event, "gaps");

    assert_int_equal(size_of(report, "events"), 1);
    /* Some fall into pauses, one is cut in two by the jump */
    assert_true(gaps >= GAPS / 2 && gaps <= GAPS + 1);
    assert_close(number_of(event, "gap_ms"), gaps * GAP_MS, 0, 0.2);
    assert_true(number_of(event, "jumps") == 1);
    assert_close(number_of(event, "lost_ms"), LOST_MS, 1, 0);
    assert_close(number_of(event, "jitter_ms"), LOST_MS, 1, 0);
    assert_close(number_of(item(report, "windows", 0), "delay_ms"), 0, 0.1, 0);
    assert_close(number_of(item(report, "windows", 16), "delay_ms"), -LOST_MS,
                 1, 0);
    assert_true(number_of(item(report, "windows", 16), "mos") > 4.5);
}

static void windows_score_as_their_part_alone(void **state)
{
    (void)state;
    json_t *report = json_incref(follow(REF, LOSSY, "--hop=1"));

    for (int start_s = 6; start_s <= 28; start_s += 7) {
        char from[20];
        char to[20];
        json_t *window = item(report, "windows", (size_t)start_s);

        snprintf(from, sizeof(from), "--from=%d", start_s);
        snprintf(to, sizeof(to), "--to=%d", start_s + 8);
        /* Each finds the exact place of the jump anew */
        assert_close(number_of(window, "mos"),
                     number_of(score(REF, LOSSY, from, to), "mos"), 0.1, 0);
    }
    json_decref(report);
}

static void short_recording_is_one_window(void **state)
{
    (void)state;
    json_t *report = follow(SHORT, SHORT);
    json_t *window = item(report, "windows", 0);

    assert_int_equal(size_of(report, "windows"), 1);
    assert_true(number_of(window, "start_s") == 0);
    assert_close(number_of(window, "end_s"), 3, 1e-9, 0);
    assert_true(number_of(window, "mos") > 4.7);
}

static void last_window_ends_with_the_recording(void **state)
{
    (void)state;
    json_t *report = follow(REF, REF, "--window=9", "--hop=4");
    size_t count = size_of(report, "windows");

    assert_int_equal(count, 9);
    assert_true(number_of(item(report, "windows", 7), "start_s") == 28);
    assert_true(number_of(item(report, "windows", 8), "start_s") == 31);
    assert_true(number_of(item(report, "windows", 8), "end_s") == 40);
}

static void windows_without_a_score_say_why(void **state)
{
    (void)state;
    json_t *report = follow(at("pause.wav"), REF);
    json_t *scores = json_object_get(report, "scores");
    json_t *window = item(report, "windows", 0);

    assert_string_equal(string_of(window, "status"), "silent");
    assert_true(json_is_null(json_object_get(window, "mos")));
    assert_true(number_of(scores, "silent") == 3);
    report = follow(REF, at("cut.wav"));
    scores = json_object_get(report, "scores");
    window = item(report, "windows", 16);
    assert_string_equal(string_of(window, "status"), "absent");
    assert_true(number_of(scores, "absent") == 8);
    assert_true(number_of(scores, "scored") == 9);
    assert_int_equal(size_of(report, "events"), 0);
    assert_non_null(
        strstr(run_opine("timeline", REF, at("cut.wav")), ", 8 absent\n"));
}

static void threads_change_nothing(void **state)
{
    (void)state;
    char *one = strdup(run_opine("timeline", REF, NOISY, "--json", "-j1"));

    assert_string_equal(run_opine("timeline", REF, NOISY, "--json", "-j3"),
                        one);
    free(one);
}

static void part_is_scored_as_in_the_whole(void **state)
{
    json_t *whole = json_deep_copy(follow(REF, LOSSY, "--hop=4"));
    json_t *part = follow(REF, LOSSY, "--hop=4", "--from=12", "--to=28");
    json_t *settings = json_object_get(part, "settings");

    (void)state;
    assert_int_equal(size_of(part, "windows"), 3);
    for (size_t i = 0; i < 3; i++) {
        json_t *w = item(part, "windows", i);

        assert_true(json_equal(w, item(whole, "windows", i + 3)));
        assert_true(number_of(w, "start_s") >= 12);
        assert_true(number_of(w, "end_s") <= 28);
    }
    assert_close(number_of(settings, "from_s"), 12, 0, 0);
    assert_close(number_of(settings, "to_s"), 28, 0, 0);
    /* Gaps of 40 ms, two a second from 15 to 25 s; the track is the whole's */
    assert_int_equal(size_of(whole, "gaps"), size_of(part, "gaps"));
    assert_true(json_equal(json_object_get(part, "track"),
                           json_object_get(whole, "track")));
    part = follow(REF, LOSSY, "--from=30");
    assert_int_equal(size_of(part, "gaps"), 0);
    assert_int_equal(size_of(part, "events"), 0);
    assert_close(number_of(json_object_get(part, "settings"), "to_s"), LONG_S,
                 0, 0);
    json_decref(whole);
    assert_non_null(
        strstr(run_opine("timeline", REF, LOSSY, "--from=12", "--to=28"),
               ", from 0:12.0 to 0:28.0: 5 scored\n"));
    assert_well_formed(
        run_opine("timeline", REF, LOSSY, "--from=30", "--svg=-"));
}

static void without_alignment_windows_are_taken_as_they_are(void **state)
{
    (void)state;
    json_t *report = follow(REF, LOSSY, "--no-align");

    assert_true(number_of(item(report, "windows", 0), "mos") > 4.5);
    assert_true(number_of(item(report, "windows", 16), "mos") < 3);
    assert_true(number_of(item(report, "windows", 16), "delay_ms") == 0);
}

/* -------------------------------------------------------------- reports */

static void text_report_shows_scores_and_events(void **state)
{
    (void)state;
    const char *text = run_opine("timeline", REF, NOISY);

    assert_true(text[0] >= '1' && text[0] <= '4' && text[1] == '.');
    assert_non_null(
        strstr(text, "mean of 17 windows; 1 event; opine MOS-LQOf"));
    assert_non_null(strstr(text, "\nMOS         \xe2\x96\x88\xe2\x96\x88"));
    assert_non_null(strstr(text, "^^^^"));
    assert_non_null(strstr(text, "\nevents      MOS below 3.50 for 4 s, "));
    assert_non_null(strstr(text, "  noise "));
    assert_non_null(strstr(text, "\nworst\n"));
    text = run_opine("timeline", REF, REF, "--worst", "0");
    assert_non_null(strstr(text, "\nevents      none: "));
    assert_null(strstr(text, "\nworst"));
}

static void json_report_fits_its_schema(void **state)
{
    json_error_t error;
    json_t *schema =
        json_load_file(OPINE_SOURCE_DIR "/cli/timeline.schema.json", 0, &error);

    (void)state;
    assert_non_null(schema);
    assert_matches(follow(REF, LOSSY), schema, schema);
    assert_matches(follow(at("pause.wav"), REF), schema, schema);
    assert_matches(follow(SHORT, SHORT, "--band=nb"), schema, schema);
    json_decref(schema);
}

static void csv_has_a_row_a_window(void **state)
{
    struct table table;
    struct reason reason;
    int inside = 0;

    (void)state;
    run_opine("timeline", REF, NOISY, "--csv", at("rows.csv"));
    assert_int_equal(table_read(at("rows.csv"), &table, &reason), 0);
    assert_int_equal(table.rows, 17);
    for (int row = 0; row < table.rows; row++) {
        double mos;
        const char *event = table_field(&table, row,
                                        table_find(&table, "event"));

        assert_int_equal(csv_parse_number(table_field(&table, row,
                                                      table_find(&table,
                                                                 "mos")),
                                          &mos),
                         0);
        assert_string_equal(event, mos < 3.5 ? "1" : "");
        inside += mos < 3.5;
    }
    assert_in_range(inside, 4, 9);
    table_free(&table);

    char *file = read_bytes(at("rows.csv"), NULL);

    assert_string_equal(run_opine("timeline", REF, NOISY, "--csv=-"), file);
    free(file);
    assert_non_null(
        strstr(run_opine("timeline", at("pause.wav"), REF, "--csv", "-"),
               "\n0.000,8.000,silent,,,,0.000,,,,,"));
}

static void picture_shows_events(void **state)
{
    char *svg;

    (void)state;
    follow(REF, LOSSY, "--svg", at("time.svg"));
    svg = read_bytes(at("time.svg"), NULL);
    assert_well_formed(svg);
    assert_int_equal(count_of(svg, "<rect class=\"event\""), 1);
    assert_int_equal(count_of(svg, "<rect class=\"unknown\""), 0);
    assert_non_null(strstr(svg, ">lossy.wav against ref.wav<"));
    assert_null(strstr(svg, "nan"));
    free(svg);
    svg = strdup(run_opine("timeline", at("pause.wav"), REF, "--svg", "-"));
    assert_well_formed(svg);
    assert_int_equal(count_of(svg, "<rect class=\"unknown\""), 1);
    assert_null(strstr(svg, "nan"));
    free(svg);
}

/* ---------------------------------------------------- gates and failures */

static void min_mos_is_a_gate_for_each_window(void **state)
{
    struct run run;

    (void)state;
    run_opine("timeline", REF, REF, "--min-mos", "4.5");
    run_with(&run, NULL, NULL, "timeline", REF, NOISY, "--min-mos=3.5", NULL);
    assert_int_equal(run.code, 1);
    assert_true(strlen(run.out) > 0);
    assert_non_null(strstr(run.err, "/noisy.wav: window at "));
    assert_non_null(strstr(run.err, " is below 3.5\n"));
    run_free(&run);
    run_expect(1, "timeline", REF, LOSSY, "--max-jump=50", NULL);
    run_opine("timeline", REF, LOSSY, "--max-jump=70");
}

static void usage_errors_say_what_is_wrong(void **state)
{
    (void)state;
    fails(2, "timeline", REF);
    fails(2, "timeline", REF, REF, "--window=0.5");
    fails(2, "timeline", REF, REF, "--hop=0");
    fails(2, "timeline", REF, REF, "--threshold=0");
    fails(2, "timeline", REF, REF, "--raise=-1");
    assert_string_equal(fails(2, "timeline", REF, REF, "--hop=9"),
                        "opine: --hop: must not exceed --window\n");
    assert_string_equal(
        fails(2, "timeline", REF, REF, "--csv=-", "--svg=-"),
        "opine: --csv: cannot go to standard output together with --svg\n");
    assert_string_equal(
        fails(2, "timeline", REF, REF, "--csv=-", "--json"),
        "opine: --csv: cannot go to standard output together with --json\n");
    fails(2, "timeline", REF, REF, "--svg=-", "--json");
    assert_string_equal(fails(2, "timeline", REF, REF, "--from=9", "--to=9"),
                        "opine: --to: must be later than --from\n");
    assert_non_null(strstr(fails(3, "timeline", REF, REF, "--from=41"),
                           "before --from 41"));
}

static void failures_are_errors(void **state)
{
    struct run run;

    (void)state;
    assert_non_null(
        strstr(fails(3, "timeline", REF, at("missing.wav")), "/missing.wav: "));
    fails(125, "timeline", "--bisect", at("missing.wav"), REF);
    run_with(&run, NULL, NULL, "timeline", SHORT, SHORT, "--csv",
             at("no/such.csv"), NULL);
    assert_int_equal(run.code, 3);
    assert_non_null(strstr(run.err, "/no/such.csv: "));
    run_free(&run);
    if (access("/dev/full", W_OK))
        skip();
    run_with(&run, NULL, NULL, "timeline", SHORT, SHORT, "--svg", "/dev/full",
             NULL);
    assert_int_equal(run.code, 3);
    assert_memory_equal(run.err, "opine: /dev/full: ", 18);
    run_free(&run);
}

/* ----------------------------------------------------------------- main */

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(noise_in_the_middle_is_one_event),
        TEST(clean_recording_has_no_event),
        TEST(losses_are_counted_in_their_event),
        TEST(windows_score_as_their_part_alone),
        TEST(short_recording_is_one_window),
        TEST(last_window_ends_with_the_recording),
        TEST(windows_without_a_score_say_why),
        TEST(threads_change_nothing),
        TEST(part_is_scored_as_in_the_whole),
        TEST(without_alignment_windows_are_taken_as_they_are),
        TEST(text_report_shows_scores_and_events),
        TEST(json_report_fits_its_schema),
        TEST(csv_has_a_row_a_window),
        TEST(picture_shows_events),
        TEST(min_mos_is_a_gate_for_each_window),
        TEST(usage_errors_say_what_is_wrong),
        TEST(failures_are_errors),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
