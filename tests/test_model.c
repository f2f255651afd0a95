/* SPDX-License-Identifier: BSD-2-Clause */
/* Models of one's own, wherever something is scored, and what caches make of
   them. */
#include "support_cli.h"

#include "support.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAV_16 (SF_FORMAT_WAV | SF_FORMAT_PCM_16)

/* In the file of the model, what curve it has */
static void write_model(const char *name, const char *version, double x50)
{
    char text[300];
    int length;
    const char *shipped = strstr(run_opine("--version"), "model ") + 6;

    shipped += strspn(shipped, " ");
    length = snprintf(text, sizeof(text),
                      "{\"schema\":1,\"version\":\"%.*s+%s\",\"x50\":%g,"
                      "\"slope\":1,\"spread\":0.5,\"range\":4,\"sets\":[]}",
                      (int)strcspn(shipped, "\n"), shipped, version, x50);
    write_bytes(name, text, (size_t)length);
}

/**
 * Make the files
 * ref, deg.wav    Speech-like, and the same with noise
 * m.csv           That pair
 * mild, harsh     Models, the second with lower scores
 * same            That of `harsh` by the name of `mild`
 */
static int begin(void **state)
{
    static const char manifest[] = "ref,deg\nref.wav,deg.wav\n";
    static float speech[FRAMES];

    (void)state;
    files_begin();
    make_exact_speech(speech, FRAMES, RATE);
    write_audio("ref.wav", WAV_16, RATE, 1, speech, FRAMES);
    add_noise(speech, FRAMES, 20, 2);
    write_audio("deg.wav", WAV_16, RATE, 1, speech, FRAMES);
    write_bytes("m.csv", manifest, strlen(manifest));
    write_model("mild", "mild", 4);
    write_model("harsh", "harsh", 0.25);
    write_model("same", "mild", 0.25);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

static double score_with(const char *model)
{
    return number_of(model ? score("--model", at(model), at("ref.wav"),
                                   at("deg.wav"))
                           : score(at("ref.wav"), at("deg.wav")),
                     "mos");
}

/**
 * Score the manifest, keeping results
 * model           Or NULL
 * version         Return the model's, of 40 bytes
 */
static double batch_with(const char *model, char *version)
{
    json_t *row;
    double mos;

    row = json_loads(run_opine("batch", at("m.csv"), "--quiet", "--cache",
                               at("cache"), "--jsonl=-",
                               model ? "--model" : NULL,
                               model ? at(model) : NULL),
                     0, NULL);
    mos = number_of(row, "mos");
    snprintf(version, 40, "%s",
             string_of(json_object_get(row, "report"), "model"));
    json_decref(row);
    return mos;
}

static int count_lines(const char *name)
{
    char *text = read_bytes(at(name), NULL);
    int lines = 0;

    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    free(text);
    return lines;
}

/* ---------------------------------------------------------------- batch */

static void batch_scores_as_score_does(void **state)
{
    char version[40];
    double shipped = score_with(NULL);
    double mild = score_with("mild");

    (void)state;
    assert_true(mild > shipped && shipped > score_with("harsh"));
    assert_close(batch_with("mild", version), mild, 1e-4, 0);
    assert_non_null(strstr(version, "+mild"));
    assert_close(batch_with(NULL, version), shipped, 1e-4, 0);
    assert_null(strchr(version, '+'));
}

static void cache_tells_models_apart(void **state)
{
    char version[40];
    double mild, harsh;

    (void)state;
    remove(at("cache"));
    mild = batch_with("mild", version);
    harsh = batch_with("harsh", version);
    batch_with(NULL, version);
    assert_int_equal(count_lines("cache"), 3);
    assert_close(batch_with("mild", version), mild, 0, 0);
    assert_close(batch_with("harsh", version), harsh, 0, 0);
    assert_int_equal(count_lines("cache"), 3);
    /* A file that was changed by hand, and not its version */
    assert_close(batch_with("same", version), harsh, 0, 0);
    assert_int_equal(count_lines("cache"), 4);
}

static void bad_models_are_refused(void **state)
{
    (void)state;
    assert_non_null(
        strstr(fails(3, "batch", at("m.csv"), "--model", at("m.csv")),
               "m.csv: line 1: "));
    fails(3, "batch", at("m.csv"), "--model", at("none"));
    fails(3, "timeline", at("ref.wav"), at("deg.wav"), "--model", at("none"));
    fails(3, "gate", at("m.csv"), "--baseline", at("b.json"), "--model",
          at("none"));
}

/* ----------------------------------------------------------------- gate */

static void baselines_belong_to_a_model(void **state)
{
    struct run run;

    (void)state;
    run_opine("gate", at("m.csv"), "--baseline", at("b.json"),
              "--update-baseline", "--quiet", "--model", at("mild"));
    run_opine("gate", at("m.csv"), "--baseline", at("b.json"), "--quiet",
              "--model", at("mild"));
    assert_non_null(strstr(fails(3, "gate", at("m.csv"), "--baseline",
                                 at("b.json"), "--model", at("harsh")),
                           "+mild, this is model "));
    assert_non_null(
        strstr(fails(3, "gate", at("m.csv"), "--baseline", at("b.json")),
               "must not be compared"));
    /* The same name with other numbers is a loss, not a passing comparison */
    run_with(&run, NULL, NULL, "gate", at("m.csv"), "--baseline", at("b.json"),
             "--quiet", "--model", at("same"), NULL);
    assert_int_equal(run.code, 1);
    run_free(&run);
}

/* ------------------------------------------------------------- timeline */

static void timeline_names_its_model_and_uses_it(void **state)
{
    json_t *report = score("timeline", at("ref.wav"), at("deg.wav"), "--model",
                           at("harsh"));
    double harsh = number_of(json_object_get(report, "scores"), "mean");

    (void)state;
    assert_non_null(strstr(string_of(report, "model"), "+harsh"));
    assert_close(harsh, score_with("harsh"), 0.1, 0);
    assert_true(score_with("mild") > harsh + 0.5);
    assert_non_null(strstr(run_opine("timeline", at("ref.wav"), at("deg.wav"),
                                     "--model", at("harsh")),
                           "+harsh\n"));
    assert_non_null(strstr(run_opine("timeline", at("ref.wav"), at("deg.wav"),
                                     "--svg=-", "--model", at("harsh")),
                           "+harsh; "));
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(batch_scores_as_score_does),
        TEST(cache_tells_models_apart),
        TEST(bad_models_are_refused),
        TEST(baselines_belong_to_a_model),
        TEST(timeline_names_its_model_and_uses_it),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
