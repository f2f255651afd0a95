/* SPDX-License-Identifier: BSD-2-Clause */
/* The page of --html without a browser: its data, its links, what is refused.
 * tests/browser.py looks at it with one. */
#include "support_cli.h"

#include "support.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAV_16 (SF_FORMAT_WAV | SF_FORMAT_PCM_16)
#define EVIL   "</script><!--<script>alert('\"')&amp;"
#define ROWS   8

/**
 * Make the files of the tests
 * ref.wav       Speech-like
 * a #%.wav      The same with noise; other names: with more of it
 * m.csv         ROWS rows that differ, one of them evil, and one that fails
 */
static int begin(void **state)
{
    static float speech[FRAMES];
    FILE *file;

    (void)state;
    files_begin();
    make_exact_speech(speech, FRAMES, RATE);
    write_audio("ref.wav", WAV_16, RATE, 1, speech, FRAMES);
    add_noise(speech, FRAMES, 30, 2);
    write_audio("a #%.wav", WAV_16, RATE, 1, speech, FRAMES);
    file = fopen(at("m.csv"), "w");
    fputs("ref,deg,id,codec,bitrate\n", file);
    fputs("ref.wav,a #%.wav,\"</script><!--<script>alert('\"\"')&amp;\",x,64\n",
          file);
    for (int i = 1; i < ROWS; i++) {
        char name[20];

        add_noise(speech, FRAMES, 30 - 3 * i, (uint64_t)(2 + i));
        snprintf(name, sizeof(name), "%d.wav", i);
        write_audio(name, WAV_16, RATE, 1, speech, FRAMES);
        fprintf(file, "ref.wav,%s,row %d,x,%d\n", name, i, 64 - i);
    }
    fputs("ref.wav,gone.wav,gone,,\n", file);
    fclose(file);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

/**
 * Cut the data out of a page, as a browser would: up to the first end tag
 */
static json_t *data_of(const char *path)
{
    static const char before[] = "id=\"data\">";
    char *page = read_bytes(path, NULL);
    char *from = strstr(page, before);
    char *to;
    json_t *data;

    assert_non_null(from);
    from += sizeof(before) - 1;
    to = strstr(from, "</script");
    assert_non_null(to);
    *to = 0;
    assert_null(strpbrk(from, "<>&"));
    data = json_loads(from, 0, NULL);
    assert_non_null(data);
    assert_null(strstr(to + 1, "@SCRIPT@"));
    free(page);
    return data;
}

static json_t *part(json_t *data, const char *array, size_t i)
{
    json_t *value = json_array_get(json_object_get(data, array), i);

    assert_non_null(value);
    return value;
}

static void batch(const char *option, const char *value)
{
    struct run run;

    run_with(&run, NULL, NULL, "batch", "--quiet", "--html", at("p.html"),
             at("m.csv"), option, value, NULL);
    assert_int_equal(run.code, 4); /* for the row that is gone */
    run_free(&run);
}

static size_t details_in(const char *path)
{
    json_t *data = data_of(path);
    size_t count = json_array_size(json_object_get(data, "details"));

    json_decref(data);
    return count;
}

/* ----------------------------------------------------------------- tests */

static void texts_stay_texts(void **state)
{
    json_t *data;

    (void)state;
    batch("--jobs", "2");
    data = data_of(at("p.html"));
    assert_string_equal(string_of(part(data, "rows", 0), "id"), EVIL);
    assert_string_equal(string_of(part(data, "rows", ROWS), "status"),
                        "failed");
    assert_non_null(
        strstr(string_of(part(data, "rows", ROWS), "error"), "gone.wav"));
    json_decref(data);
}

static void page_needs_nothing_else(void **state)
{
    char *page;

    (void)state;
    batch(NULL, NULL);
    page = read_bytes(at("p.html"), NULL);
    assert_null(strstr(page, "src=\""));
    assert_null(strstr(page, "@import"));
    assert_null(strstr(page, "fetch("));
    assert_non_null(strstr(page, "default-src 'none'"));
    free(page);
}

static void links_lead_to_the_recordings(void **state)
{
    json_t *data, *detail;

    (void)state;
    mkdir(at("folder"), 0700);
    batch(NULL, NULL);
    data = data_of(at("p.html"));
    detail = part(data, "details", ROWS - 1); /* the best */
    assert_string_equal(string_of(detail, "degraded"), "a%20%23%25.wav");
    assert_string_equal(string_of(detail, "reference"), "ref.wav");
    json_decref(data);

    run_opine("score", "--html", at("folder/p.html"), at("ref.wav"),
              at("a #%.wav"));
    data = data_of(at("folder/p.html"));
    detail = part(data, "details", 0);
    assert_string_equal(string_of(detail, "degraded"), "../a%20%23%25.wav");
    assert_string_equal(string_of(detail, "reference"), "../ref.wav");
    json_decref(data);
    unlink(at("folder/p.html"));
}

static void details_hold_the_series(void **state)
{
    json_t *data, *detail, *series;
    size_t columns;

    (void)state;
    batch(NULL, NULL);
    data = data_of(at("p.html"));
    for (size_t i = 0; i < ROWS; i++) {
        detail = part(data, "details", i);
        series = json_object_get(detail, "series");
        columns = (size_t)number_of(series, "columns");
        assert_true(columns > 150);
        assert_int_equal(json_array_size(json_object_get(series, "weighed")),
                         columns);
        assert_int_equal(json_array_size(json_object_get(series, "difference")),
                         columns * (size_t)number_of(series, "bands"));
        assert_close(number_of(json_object_get(detail, "report"), "mos"),
                     number_of(part(data, "rows",
                                    (size_t)number_of(detail, "row")),
                               "mos"),
                     1e-9, 0);
    }
    json_decref(data);
}

static void worst_and_best_are_shown(void **state)
{
    static const int rows[] = { ROWS - 1, ROWS - 2, 0 };
    json_t *data;

    (void)state;
    batch("--html-pairs", "3");
    data = data_of(at("p.html"));
    assert_int_equal(json_array_size(json_object_get(data, "details")), 3);
    for (size_t i = 0; i < 3; i++)
        assert_close(number_of(part(data, "details", i), "row"), rows[i], 0, 0);
    json_decref(data);
    batch("--html-pairs", "0");
    assert_int_equal(details_in(at("p.html")), 0);
    batch(NULL, NULL);
    assert_int_equal(details_in(at("p.html")), ROWS);
}

static void page_does_not_depend_on_jobs_or_cache(void **state)
{
    char *first, *second;

    (void)state;
    batch("--cache", at("cache"));
    first = read_bytes(at("p.html"), NULL);
    batch("--jobs", "3");
    second = read_bytes(at("p.html"), NULL);
    assert_string_equal(first, second);
    free(second);
    batch("--cache", at("cache"));
    second = read_bytes(at("p.html"), NULL);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

static void gate_says_what_changed(void **state)
{
    struct run run;
    json_t *data;

    (void)state;
    write_bytes("g.csv", "ref,deg,id\nref.wav,1.wav,a\nref.wav,2.wav,b\n", 43);
    run_opine("gate", "--quiet", "--baseline", at("b.json"),
              "--update-baseline", at("g.csv"));
    write_bytes("g.csv", "ref,deg,id\nref.wav,1.wav,a\nref.wav,7.wav,b\n", 43);
    run_with(&run, NULL, NULL, "gate", "--quiet", "--baseline", at("b.json"),
             "--html", at("g.html"), at("g.csv"), NULL);
    assert_int_equal(run.code, 1);
    run_free(&run);
    data = data_of(at("g.html"));
    assert_string_equal(string_of(part(data, "rows", 0), "state"), "tie");
    assert_string_equal(string_of(part(data, "rows", 1), "state"), "dropped");
    assert_true(number_of(part(data, "rows", 1), "before") >
                number_of(part(data, "rows", 1), "mos"));
    assert_close(number_of(part(data, "details", 0), "row"), 1, 0, 0);
    json_decref(data);
}

static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    assert_non_null(
        strstr(fails(2, "score", at("ref.wav"), at("1.wav"), "--html", "-"),
               "--html: must be a file"));
    assert_non_null(strstr(fails(3, "batch", "--quiet", "--html",
                                 at("no/p.html"), at("m.csv")),
                           "No such file"));
    assert_int_equal(access(at("no/p.html"), F_OK), -1);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(texts_stay_texts),
        TEST(page_needs_nothing_else),
        TEST(links_lead_to_the_recordings),
        TEST(details_hold_the_series),
        TEST(worst_and_best_are_shown),
        TEST(page_does_not_depend_on_jobs_or_cache),
        TEST(gate_says_what_changed),
        TEST(what_cannot_be_written_is_said),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
