/* SPDX-License-Identifier: BSD-2-Clause */
/* Curves of tables of results: points, deltas, doubts, and bad tables. */
#include "support_cli.h"

#include "support.h"
#include "support_xml.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two codecs, the second with half of the rate at the same MOS, over two
   references */
static const char good[] = "id,ref,deg,codec,bitrate,mos\n"
                           "1,a,x,old,16,2.0\n"
                           "2,b,x,old,16,2.4\n"
                           "3,a,x,old,32,3.0\n"
                           "4,b,x,old,32,3.4\n"
                           "5,a,x,old,64,3.5\n"
                           "6,b,x,old,64,3.9\n"
                           "7,a,x,old,128.0,4.0\n"
                           "8,b,x,old,128,4.4\n"
                           "9,a,x,new,8,2.0\n"
                           "10,b,x,new,8,2.4\n"
                           "11,a,x,new,16,3.0\n"
                           "12,b,x,new,16,3.4\n"
                           "13,a,x,new,32,3.5\n"
                           "14,b,x,new,32,3.9\n"
                           "15,a,x,new,64,4.0\n"
                           "16,b,x,new,64,4.4\n";

static int begin(void **state)
{
    (void)state;
    files_begin();
    write_bytes("good.csv", good, strlen(good));
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

static void write_table(const char *text)
{
    write_bytes("t.csv", text, strlen(text));
}

/**
 * Draw curves as JSON, which fits its schema
 * return          To be given back
 */
static json_t *draw(const char *name, const char *option)
{
    json_t *schema = json_load_file(OPINE_SOURCE_DIR "/cli/curve.schema.json",
                                    0, NULL);
    json_t *report = json_loads(run_opine("curve", "--json", at(name), option),
                                0, NULL);

    assert_non_null(schema);
    assert_non_null(report);
    assert_matches(report, schema, schema);
    json_decref(schema);
    return report;
}

static json_t *nth(json_t *report, const char *array, size_t i)
{
    json_t *value = json_array_get(json_object_get(report, array), i);

    assert_non_null(value);
    return value;
}

static int has_warning(json_t *pair, const char *name)
{
    json_t *warnings = json_object_get(pair, "warnings");

    for (size_t i = 0; i < json_array_size(warnings); i++)
        if (!strcmp(json_string_value(json_array_get(warnings, i)), name))
            return 1;
    return 0;
}

static void table_complains(const char *text, const char *word)
{
    const char *line;

    write_table(text);
    line = fails(3, "curve", at("t.csv"));
    if (!strstr(line, word))
        fail_msg("no '%s' in: %s", word, line);
}

/* --------------------------------------------------------------- curves */

static void points_are_means_with_intervals(void **state)
{
    json_t *report = draw("good.csv", NULL);
    json_t *curve = nth(report, "curves", 0);
    json_t *point = nth(curve, "points", 3);

    (void)state;
    assert_int_equal(json_array_size(json_object_get(report, "curves")), 2);
    assert_string_equal(string_of(curve, "codec"), "old");
    assert_true(json_is_true(json_object_get(curve, "monotone")));
    assert_close(number_of(curve, "spearman"), 1, 1e-9, 0);
    assert_int_equal(json_array_size(json_object_get(curve, "points")), 4);
    assert_close(number_of(point, "kbps"), 128, 0, 0);
    assert_close(number_of(point, "mos"), 4.2, 1e-9, 0);
    /* Two values 0.4 apart: 12.7062 x 0.2, and no MOS is above 5 */
    assert_close(number_of(point, "mos_high"), 4.75, 0, 0);
    assert_close(number_of(point, "mos_low"), 4.2 - 12.7062 * 0.2, 1e-3, 0);
    json_decref(report);
}

static void half_of_the_rate_is_minus_50_percent(void **state)
{
    json_t *report = draw("good.csv", NULL);
    json_t *pair = nth(report, "pairs", 0);

    (void)state;
    assert_int_equal(json_array_size(json_object_get(report, "pairs")), 1);
    assert_string_equal(string_of(pair, "anchor"), "old");
    assert_string_equal(string_of(pair, "test"), "new");
    assert_close(number_of(json_object_get(pair, "bd_rate"), "value"), -50,
                 1e-3, 0);
    assert_int_equal(json_array_size(json_object_get(pair, "warnings")), 0);
    json_decref(report);

    report = draw("good.csv", "--anchor=new");
    pair = nth(report, "pairs", 0);
    assert_string_equal(string_of(pair, "anchor"), "new");
    assert_close(number_of(json_object_get(pair, "bd_rate"), "value"), 100,
                 1e-3, 0);
    json_decref(report);
}

static void text_table_and_picture_show_the_same(void **state)
{
    const char *text = run_opine("curve", at("good.csv"), "--csv", at("c.csv"),
                                 "--svg", at("c.svg"));
    char *csv = read_bytes(at("c.csv"), NULL);
    char *svg = read_bytes(at("c.svg"), NULL);

    (void)state;
    assert_non_null(strstr(text, "\n   -50.0 "));
    assert_non_null(strstr(text, "new against old\n"));
    assert_memory_equal(csv,
                        "codec,bitrate,mos,mos_low,mos_high,rows\n"
                        "old,16.000,2.2000,1.0000,4.7412,2\n",
                        74);
    assert_int_equal(count_of(csv, "\n"), 9);
    assert_well_formed(svg);
    /* Points, and one for each codec in the legend */
    assert_int_equal(count_of(svg, "class=\"mark "), 8 + 2);
    assert_int_equal(count_of(svg, "class=\"whisker "), 8);
    free(csv);
    free(svg);
    assert_memory_equal(run_opine("curve", at("good.csv"), "--csv=-"), "codec,",
                        6);
    assert_well_formed(run_opine("curve", at("good.csv"), "--svg=-"));
}

static void other_columns_can_name_codec_and_rate(void **state)
{
    json_t *report;

    (void)state;
    write_table("id,build,kbps,mos\n1,<a>,8,2\n2,<a>,16,3\n");
    report = json_loads(run_opine("curve", "--json", at("t.csv"),
                                  "--codec=build", "--bitrate=kbps"),
                        0, NULL);
    assert_string_equal(string_of(nth(report, "curves", 0), "codec"), "<a>");
    json_decref(report);
    assert_well_formed(run_opine("curve", at("t.csv"), "--codec=build",
                                 "--bitrate=kbps", "--svg=-"));
}

static void rate_is_measured_from_encoded_files(void **state)
{
    static const char zeros[3000];
    json_t *report;
    json_t *point;

    (void)state;
    write_bytes("x.bin", zeros, 1000);
    write_bytes("y.bin", zeros, 3000);
    /* 1000 B in 1 s and 3000 B in 3 s: 8 kbit/s; 3000 B in 1 s: 24 */
    write_table("id,ref,codec,group,file,duration_s,mos\n"
                "1,a,c,low,x.bin,1,2\n2,b,c,low,y.bin,3,3\n"
                "3,a,c,high,y.bin,1,3\n4,b,c,high,y.bin,1,4\n");
    report = draw("t.csv", "--encoded=file");
    point = nth(nth(report, "curves", 0), "points", 0);
    assert_close(number_of(point, "kbps"), 8, 1e-9, 0);
    assert_close(number_of(point, "mos"), 2.5, 1e-9, 0);
    point = nth(nth(report, "curves", 0), "points", 1);
    assert_close(number_of(point, "kbps"), 24, 1e-9, 0);
    json_decref(report);
    assert_non_null(strstr(fails(3, "curve", at("t.csv"), "--encoded=nowhere"),
                           "line 1: has no column nowhere"));
    assert_non_null(
        strstr(fails(3, "curve", at("t.csv"), "--encoded=ref"), "line 2: "));
    write_table("id,codec,bitrate,file,mos\n1,c,8,x.bin,2\n");
    assert_non_null(strstr(fails(3, "curve", at("t.csv"), "--encoded=file"),
                           "has no column duration_s"));
}

static void deltas_have_intervals_over_the_items(void **state)
{
    json_t *report;
    json_t *rate;

    (void)state;
    /* For three items the second codec needs 1/2, 1/2 and 1/4 of the rate */
    write_table("id,ref,codec,bitrate,mos\n"
                "1,x,a,16,2\n2,y,a,16,2\n3,z,a,16,2\n"
                "4,x,a,64,3\n5,y,a,64,3\n6,z,a,64,3\n"
                "7,x,b,8,2\n8,y,b,8,2\n9,z,b,8,2.5\n"
                "10,x,b,32,3\n11,y,b,32,3\n12,z,b,32,3.5\n");
    report = draw("t.csv", NULL);
    rate = json_object_get(nth(report, "pairs", 0), "bd_rate");
    /* On average 2^-(4/3), and from all of x and y to all of z */
    assert_close(number_of(rate, "value"), 100 * (pow(2, -4 / 3.0) - 1), 1e-3,
                 0);
    assert_close(number_of(rate, "value_low"), -75, 0.1, 0);
    assert_close(number_of(rate, "value_high"), -50, 0.1, 0);
    json_decref(report);
    report = draw("good.csv", NULL); /* two items are too few */
    rate = json_object_get(nth(report, "pairs", 0), "bd_rate");
    assert_true(json_is_null(json_object_get(rate, "value_low")));
    json_decref(report);
}

static void weights_count(void **state)
{
    json_t *report;
    json_t *point;

    (void)state;
    write_table("id,codec,bitrate,mos,weight\n1,c,8,2,3\n2,c,8,4,1\n");
    report = draw("t.csv", NULL);
    point = nth(nth(report, "curves", 0), "points", 0);
    assert_close(number_of(point, "mos"), 2.5, 1e-9, 0);
    json_decref(report);
}

/* --------------------------------------------------------------- doubts */

static void reversals_are_found_and_warned_of(void **state)
{
    json_t *report;
    json_t *curve;
    struct run run;

    (void)state;
    write_table("id,codec,bitrate,mos\n1,a,8,2\n2,a,16,3.2\n3,a,24,3.3\n"
                "4,a,32,2.95\n5,a,64,4\n"
                "6,b,8,2\n7,b,16,3\n8,b,32,3.5\n9,b,64,4\n");
    run_with(&run, NULL, NULL, "curve", at("t.csv"), "--json", NULL);
    assert_int_equal(run.code, 0);
    assert_non_null(strstr(run.err, "a: not monotone: 0.35 MOS lower at 32 "
                                    "kbit/s\n"));
    report = json_loads(run.out, 0, NULL);
    curve = nth(report, "curves", 0);
    assert_true(json_is_false(json_object_get(curve, "monotone")));
    assert_close(number_of(curve, "reversal"), 0.35, 1e-9, 0);
    assert_close(number_of(curve, "reversal_kbps"), 32, 0, 0);
    assert_close(number_of(curve, "spearman"), 0.7, 1e-9, 0);
    assert_true(has_warning(nth(report, "pairs", 0), "not_monotone"));
    assert_false(has_warning(nth(report, "pairs", 0), "few_points"));
    json_decref(report);
    run_free(&run);
}

static void doubtful_deltas_say_why(void **state)
{
    json_t *report;
    json_t *pair;

    (void)state;
    write_table("id,ref,codec,bitrate,mos\n"
                "1,x,a,8,2\n2,x,a,16,3\n3,x,a,32,4\n"
                "4,y,b,30,3.8\n5,y,b,64,4.2\n6,y,b,128,4.4\n"
                "7,x,c,200,4.5\n");
    report = draw("t.csv", NULL);
    pair = nth(report, "pairs", 0);
    assert_true(has_warning(pair, "small_range"));
    assert_true(has_warning(pair, "few_points"));
    assert_true(has_warning(pair, "unlike_references"));
    assert_false(has_warning(pair, "not_monotone"));
    pair = nth(report, "pairs", 1);
    assert_true(json_is_null(
        json_object_get(json_object_get(pair, "bd_rate"), "value")));
    assert_false(has_warning(pair, "unlike_references"));
    json_decref(report);
    assert_non_null(strstr(run_opine("curve", at("t.csv")),
                           "2 pairs have no range in common\n"));
}

/* ----------------------------------------------------------- odd tables */

static void one_codec_and_one_rate_are_curves(void **state)
{
    json_t *report;

    (void)state;
    write_table("id,codec,bitrate,mos\n1,a,8,2\n2,a,8,3\n");
    report = draw("t.csv", NULL);
    assert_int_equal(json_array_size(json_object_get(report, "pairs")), 0);
    assert_int_equal(json_array_size(
                         json_object_get(nth(report, "curves", 0), "points")),
                     1);
    assert_true(
        json_is_null(json_object_get(nth(report, "curves", 0), "spearman")));
    json_decref(report);
    assert_well_formed(run_opine("curve", at("t.csv"), "--svg=-"));
    write_table("id,codec,bitrate,mos\n1,a,8,2\n2,b,8,3\n");
    assert_non_null(strstr(run_opine("curve", at("t.csv")),
                           "1 pair has no range in common\n"));
}

static void rows_without_a_score_are_left_out(void **state)
{
    struct run run;

    (void)state;
    write_table("id,codec,bitrate,mos,status\n1,a,8,2,ok\n2,a,,,failed\n"
                "3,,,3,ok\n");
    run_with(&run, NULL, NULL, "curve", at("t.csv"), NULL);
    assert_int_equal(run.code, 0);
    assert_non_null(strstr(run.err, "1 of 2 rows have no score"));
    run_free(&run);
    table_complains("id,codec,bitrate,mos\n1,a,8,\n", "and a score");
    table_complains("id,codec,bitrate,mos\n", "and a score");
}

static void tables_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    table_complains("id,bitrate,mos\n1,8,2\n", "has no column codec");
    table_complains("id,codec,mos\n1,a,2\n", "has no column bitrate");
    table_complains("id,codec,bitrate\n1,a,2\n", "has no column mos");
    table_complains("codec,bitrate,mos\na,8,2\n", "has no column id");
    table_complains("id,codec,bitrate,mos\n1,a,nan,2\n",
                    "line 2: bitrate: 'nan' is no number above 0");
    table_complains("id,codec,bitrate,mos\n1,a,0,2\n", "'0' is no number");
    table_complains("id,codec,bitrate,mos\n1,a,-8,2\n", "'-8' is no number");
    table_complains("id,codec,bitrate,mos\n1,a,,2\n", "'' is no number");
    table_complains("id,codec,bitrate,mos\n1,a,8,nan\n",
                    "mos: 'nan' is no number");
    table_complains("id,codec,bitrate,mos\n1,,8,2\n", "no row with a codec");
    table_complains("id,codec,bitrate,mos,model\n1,a,8,2,1\n2,a,9,3,2\n",
                    "line 3: model is 2, in line 2 1: ");
    table_complains("id,codec,bitrate,mos,band\n1,a,8,2,fb\n2,b,9,3,nb\n",
                    "band is nb");
    assert_non_null(strstr(fails(3, "curve", at("good.csv"), "--anchor=none"),
                           "has no codec 'none'"));
    fails(3, "curve", at("nowhere.csv"));
    fails(2, "curve");
    fails(2, "curve", at("good.csv"), at("good.csv"));
    fails(2, "curve", at("good.csv"), "--csv=-", "--svg=-");
    fails(2, "curve", at("good.csv"), "--json", "--svg=-");
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(points_are_means_with_intervals),
        TEST(half_of_the_rate_is_minus_50_percent),
        TEST(text_table_and_picture_show_the_same),
        TEST(other_columns_can_name_codec_and_rate),
        TEST(rate_is_measured_from_encoded_files),
        TEST(deltas_have_intervals_over_the_items),
        TEST(weights_count),
        TEST(reversals_are_found_and_warned_of),
        TEST(doubtful_deltas_say_why),
        TEST(one_codec_and_one_rate_are_curves),
        TEST(rows_without_a_score_are_left_out),
        TEST(tables_that_make_no_sense_are_refused),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
