/* SPDX-License-Identifier: BSD-2-Clause */
/* opine validate and opine fit on made-up listening tests. */
#include "support_cli.h"
#include "support_xml.h"

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STEPS 6

/* ------------------------------------------------------------- material */

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

/**
 * Write a table of 24 rows: noise at six levels, four times; ratings rise with
 * the level, with a little disagreement
 */
static void write_table(const char *name, const char *extra)
{
    char text[8000] = "ref,deg,mos,n_votes,scale,family,group\n";

    for (int i = 0; i < 4 * STEPS; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "ref.wav,deg%d.wav,%.2f,24,MOS1-5,%s,snr%d\n", i % STEPS,
                 1.4 + 0.5 * (i % STEPS) + 0.1 * (i / STEPS),
                 i % 2 ? "odd" : "even", i % STEPS);
    strcat(text, extra);
    write_text(name, text);
}

static int make_files(void **state)
{
    static float ref[FRAMES], deg[FRAMES];
    char name[20];

    (void)state;
    files_begin();
    make_speech(ref, FRAMES, RATE, 16000, 1);
    write_audio("ref.wav", 0x10002, RATE, 1, ref, FRAMES);
    for (int i = 0; i < STEPS; i++) {
        memcpy(deg, ref, sizeof(deg));
        add_noise(deg, FRAMES, 8.0 * i, 2);
        snprintf(name, sizeof(name), "deg%d.wav", i);
        write_audio(name, 0x10002, RATE, 1, deg, FRAMES);
    }
    write_table("good.csv", "");
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    files_end();
    return 0;
}

static json_t *table_of(json_t *report, size_t i)
{
    return json_array_get(json_object_get(report, "tables"), i);
}

static double figure(json_t *table, const char *unit, const char *name)
{
    return number_of(json_object_get(table, unit), name);
}

/* ------------------------------------------------------------- validate */

/* Files tie at six scores; groups follow the ratings exactly */
static void agreement_is_that_of_the_table(void **state)
{
    json_t *report = run_json(NULL, "validate", at("good.csv"), at("good.csv"),
                              "-j2", "--json", (const char *)NULL);
    json_t *table = table_of(report, 1);
    json_t *star = json_object_get(json_object_get(table, "files"),
                                   "rmse_star");
    json_t *rmse = json_object_get(json_object_get(table, "files"), "rmse");

    (void)state;
    assert_close(figure(table, "files", "n"), 24, 0, 0);
    assert_close(figure(table, "groups", "n"), 6, 0, 0);
    assert_close(figure(table, "groups", "spearman"), 1, 1e-9, 0);
    assert_close(figure(table, "groups", "kendall"), 1, 1e-9, 0);
    assert_true(figure(table, "files", "spearman") > 0.95);
    assert_true(number_of(star, "none") < number_of(rmse, "none"));
    assert_true(number_of(rmse, "cubic") <= number_of(rmse, "linear"));
    assert_true(number_of(rmse, "linear") <= number_of(rmse, "none"));
    assert_int_equal(json_object_size(json_object_get(table, "families")), 2);
    assert_int_equal(json_array_size(json_object_get(table, "worst")), 5);
}

static void report_keeps_to_its_schema(void **state)
{
    json_error_t error;
    json_t *schema =
        json_load_file(OPINE_SOURCE_DIR "/cli/validate.schema.json", 0, &error);

    (void)state;
    assert_non_null(schema);
    assert_matches(run_json(NULL, "validate", at("good.csv"), "--json",
                            (const char *)NULL),
                   schema, schema);
    json_decref(schema);
}

static void a_row_fails_alone(void **state)
{
    struct run run;

    (void)state;
    write_table("bad.csv", "ref.wav,missing.wav,3,24,MOS1-5,odd,snr0\n");
    run_with(&run, NULL, NULL, "validate", at("bad.csv"), (const char *)NULL);
    assert_int_equal(run.code, 4);
    assert_non_null(strstr(run.err, "line 26: "));
    assert_non_null(strstr(run.out, "Spearman over 24 files"));
    assert_non_null(strstr(run.out, "25 rows, 1 without a score"));
    run_free(&run);
}

static void other_scales_are_judged_by_rank(void **state)
{
    json_t *report;

    (void)state;
    write_text("mushra.csv", "ref,deg,mos,scale\n"
                             "ref.wav,deg0.wav,10,MUSHRA0-100\n"
                             "ref.wav,deg2.wav,50,MUSHRA0-100\n"
                             "ref.wav,deg5.wav,90,MUSHRA0-100\n");
    assert_non_null(strstr(run_opine("validate", at("mushra.csv")),
                           "MUSHRA0-100: judged by rank, and after maps only"));
    report = table_of(run_json(NULL, "validate", at("mushra.csv"), "--json",
                               (const char *)NULL),
                      0);
    assert_close(figure(report, "files", "spearman"), 1, 1e-9, 0);
    assert_true(json_is_null(json_object_get(
        json_object_get(json_object_get(report, "files"), "rmse"), "none")));
    assert_true(json_is_null(json_object_get(report, "coverage")));
}

static void peers_stand_beside(void **state)
{
    json_t *peer;

    (void)state;
    write_text("peers.csv", "ref,deg,worse,other\n"
                            "ref.wav,deg0.wav,5,1\nref.wav,deg1.wav,4,\n"
                            "ref.wav,deg3.wav,2,2\nref.wav,deg5.wav,1,3\n");
    peer = json_object_get(table_of(run_json(NULL, "validate", at("good.csv"),
                                             "--peers", "peers.csv", "--json",
                                             (const char *)NULL),
                                    0),
                           "peers");
    assert_close(figure(json_object_get(peer, "worse"), "files", "n"), 16, 0,
                 0);
    assert_close(figure(json_object_get(peer, "worse"), "groups", "spearman"),
                 -1, 1e-9, 0);
    assert_close(figure(json_object_get(peer, "other"), "groups", "spearman"),
                 1, 1e-9, 0);
    assert_close(figure(json_object_get(peer, "other"), "opine_files", "n"), 12,
                 0, 0);
}

static void wrong_tables_are_refused(void **state)
{
    static const char *const wrong[][2] = {
        { "ref,deg\na,b\n", "no column 'mos'" },
        { "ref,deg,mos\n", "no rows" },
        { "ref,deg,mos\na,b,6\n", "line 2: mos '6' must be" },
        { "ref,deg,mos\na,b,\n", "line 2: mos is empty" },
        { "ref,deg,mos\na,,3\n", "line 2: ref or deg is empty" },
        { "ref,deg,mos,band\na,b,3,xb\n", "line 2: no band is named 'xb'" },
        { "ref,deg,mos,scale\na,b,3,\na,c,3,SDG-4-0\n", "line 3: scale" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        write_text("wrong.csv", wrong[i][0]);
        assert_non_null(
            strstr(fails(3, "validate", at("wrong.csv")), wrong[i][1]));
    }
    fails(2, "validate");
    fails(2, "fit");
    fails(3, "validate", at("none.csv"));
    fails(3, "validate", at("good.csv"), "--peers", "none.csv");
}

static void the_picture_is_well_formed(void **state)
{
    char *picture;

    (void)state;
    run_opine("validate", at("good.csv"), "--svg", at("s.svg"));
    picture = read_bytes(at("s.svg"), NULL);
    assert_well_formed(picture);
    assert_non_null(strstr(picture, "24 files; 1.000, 6 groups"));
    free(picture);
}

/* ------------------------------------------------------------------ fit */

static void a_fitted_model_has_less_error(void **state)
{
    const char *model = at("model.json");
    json_t *table;
    char *version;
    double before, after;

    (void)state;
    assert_non_null(strstr(run_opine("fit", at("good.csv"), "--out", model),
                           "left out in turn"));
    table = table_of(run_json(NULL, "validate", at("good.csv"), "--json",
                              (const char *)NULL),
                     0);
    before = number_of(json_object_get(json_object_get(table, "files"), "rmse"),
                       "none");
    table = table_of(run_json(NULL, "validate", at("good.csv"), "--json",
                              "--model", model, (const char *)NULL),
                     0);
    after = number_of(json_object_get(json_object_get(table, "files"), "rmse"),
                      "none");
    assert_true(after < before);
    version =
        strdup(string_of(score(at("ref.wav"), at("deg2.wav"), "--model", model),
                         "model"));
    assert_non_null(strchr(version, '+'));
    free(version);
}

static void malformed_models_are_refused(void **state)
{
    static const char *const wrong[][2] = {
        { "{", "line 1: " },
        { "{}", "no schema" },
        { "{\"schema\":9}", "layout" },
        { "{\"schema\":1}", "a field is missing" },
        { "{\"schema\":1,\"version\":\"0+a\",\"x50\":1,\"slope\":1,"
          "\"spread\":1,\"range\":1,\"sets\":[]}",
          "another model" },
        { "{\"schema\":1,\"version\":\"4+a b\",\"x50\":1,\"slope\":1,"
          "\"spread\":1,\"range\":1,\"sets\":[]}",
          "malformed version" },
        { "{\"schema\":1,\"version\":\"4+a\",\"x50\":-1,\"slope\":1,"
          "\"spread\":1,\"range\":1,\"sets\":[]}",
          "out of its range" },
        { "{\"schema\":1,\"version\":\"4+a\",\"x50\":1,\"slope\":1,"
          "\"spread\":1,\"range\":1,\"sets\":[3]}",
          "a set is malformed" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        write_text("wrong.json", wrong[i][0]);
        assert_non_null(strstr(fails(3, at("ref.wav"), at("deg0.wav"),
                                     "--model", at("wrong.json")),
                               wrong[i][1]));
    }
    fails(3, at("ref.wav"), at("deg0.wav"), "--model", at("none.json"));
}

static void too_few_rows_are_not_fitted(void **state)
{
    (void)state;
    write_text("few.csv", "ref,deg,mos\nref.wav,deg0.wav,2\n");
    assert_non_null(strstr(fails(3, "fit", at("few.csv")), "too few"));
    write_text("few.csv", "ref,deg,mos,scale\nref.wav,deg0.wav,-2,SDG-4-0\n");
    assert_non_null(strstr(fails(3, "fit", at("few.csv")), "only ratings on"));
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(agreement_is_that_of_the_table),
        TEST(report_keeps_to_its_schema),
        TEST(a_row_fails_alone),
        TEST(other_scales_are_judged_by_rank),
        TEST(peers_stand_beside),
        TEST(wrong_tables_are_refused),
        TEST(the_picture_is_well_formed),
        TEST(a_fitted_model_has_less_error),
        TEST(malformed_models_are_refused),
        TEST(too_few_rows_are_not_fitted),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
