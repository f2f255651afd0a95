/* SPDX-License-Identifier: BSD-2-Clause */
/* Suites against baselines, and two tables of results. */
#include "support_cli.h"

#include "support.h"
#include "support_xml.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAV_16 (SF_FORMAT_WAV | SF_FORMAT_PCM_16)

/**
 * Make the files that most tests use
 * ref, good, bad  Speech-like, and the same with little and with much noise
 * m.csv, b.json   Two rows of good, with an odd name, and their baseline
 */
static int begin(void **state)
{
    static float speech[FRAMES];

    (void)state;
    files_begin();
    make_exact_speech(speech, FRAMES, RATE);
    write_audio("ref.wav", WAV_16, RATE, 1, speech, FRAMES);
    add_noise(speech, FRAMES, 40, 2);
    write_audio("good.wav", WAV_16, RATE, 1, speech, FRAMES);
    add_noise(speech, FRAMES, 10, 3);
    write_audio("bad.wav", WAV_16, RATE, 1, speech, FRAMES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

static void write_manifest(const char *rows)
{
    char text[500];

    snprintf(text, sizeof(text), "id,ref,deg,group,min_mos,max_drop\n%s", rows);
    write_bytes("m.csv", text, strlen(text));
}

#define GOOD "<a>,ref.wav,good.wav,g,,\nb,ref.wav,good.wav,,,\n"

static void make_baseline(void)
{
    write_manifest(GOOD);
    run_opine("gate", at("m.csv"), "--baseline", at("b.json"), "--quiet",
              "--update-baseline");
}

/**
 * Run the gate with other rows, and look for a word among the complaints
 */
static void gate_with(int code, const char *rows, const char *word,
                      const char *option, const char *other)
{
    struct run run;

    write_manifest(rows);
    run_with(&run, NULL, NULL, "gate", at("m.csv"), "--baseline", at("b.json"),
             "--quiet", option, option ? other : NULL, NULL);
    if (run.code != code || !strstr(run.err, word))
        fail_msg("exit status %d, not %d, or no '%s' in: %s", run.code, code,
                 word, run.err);
    run_free(&run);
}

static void gate(int code, const char *rows, const char *word,
                 const char *option)
{
    gate_with(code, rows, word, option, NULL);
}

/* ---------------------------------------------------------------- states */

static void unchanged_suite_passes(void **state)
{
    json_t *schema =
        json_load_file(OPINE_SOURCE_DIR "/cli/baseline.schema.json", 0, NULL);
    json_t *baseline;

    (void)state;
    make_baseline();
    baseline = json_load_file(at("b.json"), 0, NULL);
    assert_non_null(schema);
    assert_matches(baseline, schema, schema);
    assert_int_equal(json_array_size(json_object_get(baseline, "rows")), 2);
    json_decref(baseline);
    json_decref(schema);
    gate(0, GOOD, "", NULL);
}

static void row_that_drops_fails_and_is_named(void **state)
{
    (void)state;
    make_baseline();
    gate(1, "<a>,ref.wav,good.wav,g,,\nb,ref.wav,bad.wav,,,\n",
         "m.csv: b: dropped: MOS ", NULL);
    /* A loss is a loss, whatever else failed, and for bisection, too */
    gate(1, "<a>,ref.wav,no.wav,g,,\nb,ref.wav,bad.wav,,,\n", "b: dropped",
         "--bisect");
    gate(1, "<a>,ref.wav,good.wav,g,,\nb,ref.wav,bad.wav,,,4\n",
         "group (none): mean -", NULL);
    gate(0, "<a>,ref.wav,good.wav,g,,\nb,ref.wav,bad.wav,,,4\n", "",
         "--max-mean-drop=4");
    gate(1, "<a>,ref.wav,good.wav,g,,\nb,ref.wav,good.wav,,4.74,\n",
         " is below 4.74\n", NULL);
    /* The row's own limit is for its worst second, too, not for how many */
    gate_with(1, "<a>,ref.wav,good.wav,g,,\nb,ref.wav,bad.wav,,,4\n",
              "b: tail: worst ", "--max-mean-drop=4", "--max-bad-seconds=0");
    gate_with(1, "<a>,ref.wav,good.wav,g,,\nb,ref.wav,bad.wav,,,4\n",
              "b: tail: worst ", "--max-mean-drop=4",
              "--max-percentile-drop=0.3");
}

/* A gap of 60 ms in a minute hardly lowers its score, but one second of it.
 * The same seconds of a baseline without any are not looked at. */
static void click_that_the_mean_hides_fails(void **state)
{
    enum { LONG = 60 * RATE };
    static float speech[LONG];
    static const char good[] = "a,long.wav,long_good.wav,,,\n";
    static const char gap[] = "a,long.wav,long_gap.wav,,,\n";
    static const char mean[] = "--max-mean-drop=0.1";
    json_t *baseline, *row;

    (void)state;
    make_speech(speech, LONG, RATE, 7000, 5);
    write_audio("long.wav", WAV_16, RATE, 1, speech, LONG);
    add_noise(speech, LONG, 35, 2);
    write_audio("long_good.wav", WAV_16, RATE, 1, speech, LONG);
    make_silence(speech + 10 * RATE + RATE / 4, RATE * 60 / 1000);
    write_audio("long_gap.wav", WAV_16, RATE, 1, speech, LONG);
    write_manifest(good);
    run_opine("gate", at("m.csv"), "--baseline", at("b.json"), "--quiet",
              "--update-baseline");
    gate(0, good, "", NULL);
    gate(1, gap, ": a: tail: worst second ", mean);
    gate(1, gap, "s bad, was ", mean);
    gate_with(0, gap, "", mean, "--max-worst-drop=4");

    baseline = json_load_file(at("b.json"), 0, NULL);
    row = json_array_get(json_object_get(baseline, "rows"), 0);
    assert_true(json_is_object(json_object_get(row, "tail")));
    json_object_del(row, "tail");
    assert_int_equal(json_dump_file(baseline, at("b.json"), 0), 0);
    json_decref(baseline);
    gate(0, gap, "", mean);
}

static void rows_that_cannot_be_compared_fail_unless_allowed(void **state)
{
    static const char more[] = GOOD "c,ref.wav,good.wav,,,\n";
    static const char fewer[] = "b,ref.wav,good.wav,,,\n";
    static const char other[] = "<a>,good.wav,good.wav,g,,\n"
                                "b,ref.wav,good.wav,,,\n";

    (void)state;
    make_baseline();
    gate(1, more, "c: new: MOS ", NULL);
    gate(0, more, "", "--allow-new");
    gate(125, more, "c: new", "--bisect");
    gate(1, fewer, "<a>: missing: MOS ", NULL);
    gate(0, fewer, "", "--allow-missing");
    gate(1, other, "<a>: changed: another reference", NULL);
    gate(0, other, "", "--allow-changed");
    gate(1, GOOD, "changed", "--band=nb");
}

static void what_cannot_be_scored_is_4_or_125(void **state)
{
    static const char rows[] =
        "<a>,ref.wav,no.wav,g,,\nb,ref.wav,good.wav,,,\n";

    (void)state;
    make_baseline();
    gate(4, rows, "no.wav: No such file", NULL);
    gate(125, rows, "no.wav: No such file", "--bisect");
}

static void baselines_that_do_not_fit_are_refused(void **state)
{
    static const char old[] = "{\"schema\":1,\"model\":\"0\",\"rows\":[]}";

    (void)state;
    make_baseline();
    write_bytes("old.json", old, strlen(old));
    assert_non_null(
        strstr(fails(3, "gate", at("m.csv"), "--baseline", at("old.json")),
               "was made by model 0, this is model "));
    fails(125, "gate", at("m.csv"), "--baseline", at("old.json"), "--bisect");
    fails(3, "gate", at("m.csv"), "--baseline", at("none.json"));
    fails(3, "gate", at("m.csv"), "--baseline", at("m.csv"));
    fails(2, "gate", at("m.csv"));
    fails(2, "gate", "--baseline", at("b.json"));
}

static void failed_update_leaves_the_baseline_alone(void **state)
{
    char *before;
    char *after;

    (void)state;
    make_baseline();
    before = read_bytes(at("b.json"), NULL);
    gate(4, "<a>,ref.wav,no.wav,g,,\n", "is not written", "--update-baseline");
    after = read_bytes(at("b.json"), NULL);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* --------------------------------------------------------------- reports */

/**
 * Check a file against the schema of JUnit XML
 * return          Whether it fits
 */
static int fits_junit(const char *name)
{
    char command[900];

    snprintf(command, sizeof(command),
             "xmllint --noout --schema '%s' '%s' 2> /dev/null",
             OPINE_SOURCE_DIR "/tests/junit.xsd", at(name));
    return system(command) == 0;
}

static void junit_fits_its_schema(void **state)
{
    char *xml;
    char *time;

    (void)state;
    make_baseline();
    write_manifest("<a>,ref.wav,good.wav,\"g&\"\"\x01\",,\n"
                   "b,ref.wav,bad.wav,,,\nc,ref.wav,good.wav,,,\n"
                   "d,ref.wav,\xff.wav,,,\n");
    struct run run;

    run_with(&run, NULL, NULL, "gate", at("m.csv"), "--baseline", at("b.json"),
             "--quiet", "--allow-new", "--junit", at("j.xml"), NULL);
    assert_int_equal(run.code, 1);
    run_free(&run);
    xml = read_bytes(at("j.xml"), NULL);
    assert_well_formed(strchr(xml, '\n') + 1);
    assert_int_equal(count_of(xml, "<testcase "), 6);
    assert_int_equal(count_of(xml, "<failure "), 2);
    assert_int_equal(count_of(xml, "<error "), 1);
    assert_int_equal(count_of(xml, "<skipped "), 1);
    assert_non_null(strstr(xml, "tests=\"6\" failures=\"2\" errors=\"1\" "
                                "skipped=\"1\""));
    assert_non_null(strstr(xml, "&lt;a&gt;: tie: MOS "));
    if (system("command -v xmllint > /dev/null")) {
        free(xml);
        skip();
    }
    assert_true(fits_junit("j.xml"));
    /* A case without a time is none in Ant's schema */
    time = strstr(xml, " time=\"0\">");
    memset(time, ' ', strlen(" time=\"0\""));
    write_bytes("k.xml", xml, strlen(xml));
    assert_false(fits_junit("k.xml"));
    free(xml);
}

/* Without a baseline */
static void rows_are_held_to_their_thresholds(void **state)
{
    struct run run;
    char *text;

    (void)state;
    write_manifest("<a>,ref.wav,good.wav,g,1,\nb,ref.wav,bad.wav,,,\n"
                   "c,ref.wav,bad.wav,,4.7,\n");
    run_with(&run, NULL, NULL, "gate", at("m.csv"), "--annotate", "--junit",
             at("f.xml"), "--markdown", at("f.md"), NULL);
    assert_int_equal(run.code, 1);
    assert_non_null(strstr(run.out, "2 of 3 passed, 1 below\nlowest      "));
    assert_non_null(strstr(run.out, "line=4,title=opine::c: below: MOS "));
    assert_null(strstr(run.out, "nan"));
    run_free(&run);
    assert_true(fits_junit("f.xml"));
    text = read_bytes(at("f.md"), NULL);
    assert_ptr_equal(strstr(text, "### opine: this build\n\n2 of 3 "), text);
    assert_non_null(strstr(text, "| c |  | below: MOS "));
    assert_null(strstr(text, "| b |"));
    free(text);
    write_manifest(GOOD);
    run_opine("gate", at("m.csv"), "--quiet", "--min-mos=1");
    /* Nothing could fail */
    run_with(&run, NULL, NULL, "gate", at("m.csv"), NULL);
    assert_int_equal(run.code, 2);
    assert_non_null(strstr(run.err, "m.csv: no row has a min_mos; "));
    run_free(&run);
    run_with(&run, NULL, NULL, "gate", at("m.csv"), "--update-baseline", NULL);
    assert_int_equal(run.code, 2);
    assert_non_null(strstr(run.err, "--update-baseline: needs --baseline"));
    run_free(&run);
}

static void markdown_and_annotations_name_the_row(void **state)
{
    struct run run;
    char *text;

    (void)state;
    make_baseline();
    write_manifest("<a>,ref.wav,bad.wav,g,,\nb,ref.wav,good.wav,,,\n");
    run_with(&run, NULL, NULL, "gate", at("m.csv"), "--baseline", at("b.json"),
             "--quiet", "--annotate", "--markdown", at("m.md"), NULL);
    assert_int_equal(run.code, 1);
    assert_memory_equal(run.out, "::error file=", 13);
    assert_non_null(strstr(run.out, "m.csv,line=2,title=opine::<a>: dropped: "
                                    "MOS "));
    run_free(&run);
    text = read_bytes(at("m.md"), NULL);
    assert_non_null(strstr(text, "| &lt;a\\> | g | dropped: MOS "));
    assert_null(strstr(text, "<a>"));
    free(text);
}

/* --------------------------------------------------------------- compare */

static void write_results(const char *name, const double *mos, int n)
{
    FILE *file = fopen(at(name), "w");

    fputs("id,group,mos\n", file);
    for (int i = 0; i < n; i++)
        fprintf(file, "%d,%s,%.4f\n", i, i % 2 ? "odd" : "even", mos[i]);
    fclose(file);
}

static void compare_tells_wins_losses_and_means(void **state)
{
    static const double a[] = { 3, 3, 3, 3, 4, 4, 4, 4 };
    static const double b[] = { 3.5, 3.25, 3.015, 3, 4.02, 3.5, 4.375, 4.125 };
    const char *text;

    (void)state;
    write_results("a.csv", a, 8);
    write_results("b.csv", b, 8);
    text = run_opine("compare", at("a.csv"), at("b.csv"), "--worst=1");
    /* Differences .5 .25 .015 0 .02 -.5 .375 .125: mean .098125 */
    assert_memory_equal(text, "+0.0981 MOS on average over 8 rows, 95 % ", 41);
    assert_non_null(strstr(text, "\n4 better, 1 worse, 3 alike\n"));
    /* Without the 0 the ranks are 1 to 7 with 5.5 twice: .5 and -.5 are 6.5 */
    assert_non_null(strstr(text, "signed-rank sum 6.5, p "));
    assert_non_null(strstr(text, "10th percentile 3.01, was 3.00; below 3.5 3, "
                                 "was 4\n"));
    assert_non_null(strstr(text, "\ngroups      +0.2275  3.73      4 rows  "
                                 "even\n"));
    assert_non_null(strstr(text, "\n            -0.0312  3.47      4 rows  "
                                 "odd\n"));
    assert_non_null(strstr(text, "\nworst       -0.5000  3.50  5\n"));
    assert_null(strstr(run_opine("compare", at("a.csv"), at("b.csv"),
                                 "--dead-band=0.5"),
                       "worst"));
}

static void compare_refuses_what_are_no_results(void **state)
{
    (void)state;
    write_bytes("x.csv", "id,x\n1,2\n", 9);
    write_bytes("y.csv", "id,mos\n1,two\n", 13);
    assert_non_null(strstr(fails(3, "compare", at("x.csv"), at("a.csv")),
                           "has no column mos"));
    assert_non_null(strstr(fails(3, "compare", at("a.csv"), at("y.csv")),
                           "line 2: mos: 'two' is no number"));
    fails(2, "compare", at("a.csv"));
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unchanged_suite_passes),
        TEST(row_that_drops_fails_and_is_named),
        TEST(click_that_the_mean_hides_fails),
        TEST(rows_that_cannot_be_compared_fail_unless_allowed),
        TEST(what_cannot_be_scored_is_4_or_125),
        TEST(baselines_that_do_not_fit_are_refused),
        TEST(failed_update_leaves_the_baseline_alone),
        TEST(junit_fits_its_schema),
        TEST(rows_are_held_to_their_thresholds),
        TEST(markdown_and_annotations_name_the_row),
        TEST(compare_tells_wins_losses_and_means),
        TEST(compare_refuses_what_are_no_results),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
