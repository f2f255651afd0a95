/* SPDX-License-Identifier: BSD-2-Clause */
/* Manifests as people, spreadsheets and folders have them. */
#include "support_cli.h"

#include "support.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAV_16 (SF_FORMAT_WAV | SF_FORMAT_PCM_16)

/* Of 8 kHz: pairs for which a hash and a score take no time */
#define SHORT 4000

static int begin(void **state)
{
    static float speech[SHORT];

    (void)state;
    files_begin();
    make_exact_speech(speech, SHORT, 8000);
    write_audio("ref.wav", WAV_16, 8000, 1, speech, SHORT);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

/**
 * Write a manifest and score it
 * return          The table of results, valid until the next call
 */
static const char *batch(const char *manifest)
{
    write_text("m.csv", manifest);
    return run_opine("batch", at("m.csv"), "--csv=-", "--quiet");
}

static const char *refuses(const char *manifest)
{
    write_text("m.csv", manifest);
    return strstr(fails(3, "batch", at("m.csv")), "m.csv: ");
}

static void copy_to(const char *name)
{
    size_t count;
    char *bytes = read_bytes(at("ref.wav"), &count);

    write_bytes(name, bytes, count);
    free(bytes);
}

/* ---------------------------------------------------------------- tables */

static void manifests_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    assert_string_equal(refuses("ref,d\na,b\n"), "m.csv: line 1: has no column "
                                                 "deg; a manifest needs ref "
                                                 "and deg\n");
    assert_non_null(strstr(refuses("reff,deg\na,b\n"), "no column ref;"));
    assert_string_equal(refuses("ref,deg\n"), "m.csv: has no rows\n");
    assert_string_equal(refuses("ref,deg\na,b,c\n"),
                        "m.csv: line 2: 3 fields, but the header has 2\n");
    assert_string_equal(refuses("ref,deg,id\na,b,x\n\nc,d,y\ne,f,x\n"),
                        "m.csv: line 5: id 'x' is that of line 2\n");
    assert_non_null(strstr(refuses("ref,deg\n\"a,b\n"), "never closed"));
    assert_non_null(strstr(fails(3, "batch", at("none.csv")),
                           "none.csv: No such file or directory\n"));
}

static void spreadsheets_manifests_are_read(void **state)
{
    const char *text = batch("\xef\xbb\xbfid;x,\"ref\",deg\r\n"
                             "1,ref.wav,ref.wav\r\n");

    (void)state;
    assert_non_null(strstr(text, "\n1,ref.wav,ref.wav,ref.wav,,1,4.7500,"));
}

static void ids_are_made_of_names_where_there_are_none(void **state)
{
    const char *text = batch("deg,ref,id\nref.wav,ref.wav,\n"
                             "ref.wav,ref.wav,\nref.wav,ref.wav,ref.wav#2\n");

    (void)state;
    assert_non_null(strstr(text, "\n1,ref.wav,"));
    assert_non_null(strstr(text, "\n2,ref.wav#3,"));
    assert_non_null(strstr(text, "\n3,ref.wav#2,"));
}

static void odd_names_are_scored_and_escaped(void **state)
{
    static const char *const names[][2] = {
        { "=cmd().wav", "'=cmd().wav" },
        { "-j9.wav", "'-j9.wav" },
        { "@x.wav", "'@x.wav" },
        { "<script>alert(1).wav", "<script>alert(1).wav" },
        { "a,\"b\"\n.wav", "\"a,\"\"b\"\"\n.wav\"" },
        { "#h.wav", "#h.wav" },
        { "\xff.wav", "\xff.wav" },
        { "-", "'-" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char manifest[200];
        char row[200];

        copy_to(names[i][0]);
        snprintf(manifest, sizeof(manifest), "ref,deg\nref.wav,%s\n",
                 names[i][1]);
        snprintf(row, sizeof(row), "\n1,%s,ref.wav,%s,,4.7500,", names[i][1],
                 names[i][1]);
        assert_non_null(strstr(batch(manifest), row));
        json_t *line =
            json_loads(run_opine("batch", at("m.csv"), "--jsonl=-", "--quiet"),
                       0, NULL);

        assert_non_null(line);
        if (names[i][0][0] != '\xff')
            assert_string_equal(string_of(line, "deg"), names[i][0]);
        json_decref(line);
        unlink(at(names[i][0]));
    }
}

static void results_give_way_with_a_word(void **state)
{
    struct run run;

    (void)state;
    write_text("m.csv", "ref,deg,mos,=x,\nref.wav,ref.wav,3,1,2\n");
    run_with(&run, NULL, NULL, "batch", at("m.csv"), "--csv=-", "--quiet",
             NULL);
    assert_int_equal(run.code, 0);
    assert_non_null(strstr(run.err, "m.csv: line 1: column mos gives way to "
                                    "the result of that name\n"));
    assert_memory_equal(run.out, "row,id,ref,deg,group,'=x,,mos,mos_low,", 38);
    assert_non_null(strstr(run.out, ",1,2,4.7500,"));
    run_free(&run);
}

static void results_can_be_scored_again(void **state)
{
    const char *first;

    (void)state;
    batch("ref,deg,x\nref.wav,ref.wav,'=1\n");
    run_opine("batch", at("m.csv"), "--csv", at("first.csv"), "--quiet");
    first = run_opine("batch", at("first.csv"), "--csv", "-", "--quiet");
    assert_memory_equal(first, "row,id,ref,deg,group,x,mos,", 27);
    assert_non_null(strstr(first, "\n1,ref.wav,ref.wav,ref.wav,,'=1,4.7500,"));
}

static void large_manifests_are_scored(void **state)
{
    const int rows = 100000;
    FILE *file = fopen(at("m.csv"), "w");
    char *text;

    (void)state;
    fputs("ref,deg,n\nref.wav,ref.wav,0\n", file);
    fclose(file);
    run_opine("batch", at("m.csv"), "--cache", at("cache"), "--quiet");
    file = fopen(at("m.csv"), "w");
    fputs("ref,deg,n\n", file);
    for (int i = 0; i < rows; i++)
        fprintf(file, "ref.wav,ref.wav,%d\n", i);
    fclose(file);
    run_opine("batch", at("m.csv"), "--cache", at("cache"), "--quiet", "--csv",
              at("out.csv"));
    text = read_bytes(at("out.csv"), NULL);
    assert_non_null(strstr(text, "\n100000,ref.wav#100000,ref.wav,ref.wav,,"
                                 "99999,4.7500,"));
    free(text);
}

/* ----------------------------------------------------------------- paths */

static void paths_are_relative_to_the_manifest(void **state)
{
    char manifest[400];

    (void)state;
    mkdir(at("folder"), 0700);
    snprintf(manifest, sizeof(manifest), "ref,deg\n%s,../ref.wav\n",
             at("ref.wav"));
    write_text("folder/m.csv", manifest);
    run_opine("batch", at("folder/m.csv"), "--quiet");
    assert_non_null(
        strstr(fails(4, "batch", at("folder/m.csv"), "--quiet", "--inside"),
               "ref.wav: leads out of the manifest's folder\n"));
    write_text("folder/m.csv", "ref,deg\nin.wav,../ref.wav\n");
    copy_to("folder/in.wav");
    assert_non_null(
        strstr(fails(4, "batch", at("folder/m.csv"), "--quiet", "--inside"),
               "line 2: ../ref.wav: leads out"));
    write_text("folder/m.csv", "ref,deg\nin.wav,../folder/in.wav\n");
    run_opine("batch", at("folder/m.csv"), "--quiet", "--inside");
    unlink(at("folder/m.csv"));
    unlink(at("folder/in.wav"));
}

/* --------------------------------------------------------------- folders */

static void check_pairs(const char *expected)
{
    json_t *rows = json_array();
    const char *text;
    struct run run;

    run_with(&run, NULL, NULL, "batch", "--pair", at("folder/ref"),
             at("folder/deg"), "--jsonl=-", "--quiet", NULL);
    text = run.out;
    for (json_t *row; (row = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL));
         text = strchr(text, '\n') + 1) {
        const char *ref = strrchr(string_of(row, "ref"), '/');

        json_array_append_new(rows, json_pack("[s,s,s]", string_of(row, "id"),
                                              ref ? ref + 1 : "",
                                              string_of(row, "group")));
        json_decref(row);
    }
    char *pairs = json_dumps(rows, JSON_COMPACT);

    assert_string_equal(pairs, expected);
    free(pairs);
    json_decref(rows);
    run_free(&run);
}

static const char *const tree[] = {
    "folder/ref/man.wav",       "folder/ref/man_2.wav",
    "folder/deg/man.wav",       "folder/deg/man_12k.wav",
    "folder/deg/man_2-24.wav",  "folder/deg/mango.wav",
    "folder/deg/notes.txt",     "folder/deg/.hidden.wav",
    "folder/deg/opus/man.FLAC",
};

static void folders_are_paired_by_name(void **state)
{
    (void)state;
    mkdir(at("folder"), 0700);
    mkdir(at("folder/ref"), 0700);
    mkdir(at("folder/deg"), 0700);
    mkdir(at("folder/deg/opus"), 0700);
    for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++)
        copy_to(tree[i]);
    check_pairs("[[\"man.wav\",\"man.wav\",\"\"],"
                "[\"man_12k.wav\",\"man.wav\",\"12k\"],"
                "[\"man_2-24.wav\",\"man_2.wav\",\"24\"],"
                "[\"mango.wav\",\"\",\"\"],"
                "[\"opus/man.FLAC\",\"man.wav\",\"opus\"]]");
    assert_non_null(
        strstr(fails(4, "batch", "--pair", at("folder/ref"), at("folder/deg"),
                     "--quiet"),
               "folder/deg/mango.wav: no reference has this name\n"));
    assert_non_null(
        strstr(fails(3, "batch", "--pair", at("folder/none"), at("folder/deg")),
               "folder/none: No such file or directory\n"));
    for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++)
        unlink(at(tree[i]));
    assert_non_null(
        strstr(fails(3, "batch", "--pair", at("folder/ref"), at("folder/deg")),
               "folder/ref: holds no recordings\n"));
    rmdir(at("folder/deg/opus"));
    rmdir(at("folder/deg"));
    rmdir(at("folder/ref"));
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(manifests_that_make_no_sense_are_refused),
        TEST(spreadsheets_manifests_are_read),
        TEST(ids_are_made_of_names_where_there_are_none),
        TEST(odd_names_are_scored_and_escaped),
        TEST(results_give_way_with_a_word),
        TEST(results_can_be_scored_again),
        TEST(large_manifests_are_scored),
        TEST(paths_are_relative_to_the_manifest),
        TEST(folders_are_paired_by_name),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
