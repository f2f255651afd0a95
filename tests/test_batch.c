/* SPDX-License-Identifier: BSD-2-Clause */
/* Many pairs: results, their order, ends before the end, and parts. */
#include "support_cli.h"

#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAV_16 (SF_FORMAT_WAV | SF_FORMAT_PCM_16)

/* Enough that a run can be stopped in the middle */
#define MANY 30

/**
 * Make the files that most tests use
 * ref.wav, deg.wav  Speech-like, and the same with noise
 * few.csv           Three rows that can be scored
 * many.csv          Many of them, each with another beginning
 */
static int begin(void **state)
{
    static float speech[FRAMES];
    FILE *file;

    (void)state;
    files_begin();
    make_exact_speech(speech, FRAMES, RATE);
    write_audio("ref.wav", WAV_16, RATE, 1, speech, FRAMES);
    add_noise(speech, FRAMES, 20, 2);
    write_audio("deg.wav", WAV_16, RATE, 1, speech, FRAMES);
    add_noise(speech, FRAMES, 10, 3);
    write_audio("bad.wav", WAV_16, RATE, 1, speech, FRAMES);

    file = fopen(at("few.csv"), "w");
    fputs("ref,deg,group,build,=sum\n"
          "ref.wav,deg.wav,a,\"x,\"\"y\"\"\",-1\n"
          "ref.wav,bad.wav,b,<script>,=1+1\n"
          "ref.wav,ref.wav,a,,\n",
          file);
    fclose(file);
    file = fopen(at("many.csv"), "w");
    fputs("deg,ref,from,id\n", file);
    for (int i = 0; i < MANY; i++)
        fprintf(file, "%s.wav,%s.wav,%.2f,row %d\n", i % 3 ? "deg" : "bad",
                i % 4 ? "ref" : "deg", 0.01 * i, i);
    fclose(file);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

static int exists(const char *name)
{
    return access(at(name), F_OK) == 0;
}

static void assert_same_file(const char *a, const char *b)
{
    char *first = read_bytes(at(a), NULL);
    char *second = read_bytes(at(b), NULL);

    assert_string_equal(first, second);
    free(first);
    free(second);
}

static void check_start(const char *text, const char *start)
{
    if (strncmp(text, start, strlen(start)) != 0)
        fail_msg("'%.200s' does not begin with '%s'", text, start);
}

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

/* --------------------------------------------------------------- results */

static void table_carries_columns_and_results(void **state)
{
    char *text;
    char *line;

    (void)state;
    run_opine("batch", at("few.csv"), "--csv", at("out.csv"), "--quiet");
    text = read_bytes(at("out.csv"), NULL);
    check_start(text, "row,id,ref,deg,group,build,'=sum,mos,mos_low,mos_high,"
                      "status,error,");
    line = strchr(text, '\n') + 1;
    check_start(line, "1,deg.wav,ref.wav,deg.wav,a,\"x,\"\"y\"\"\",-1,");
    line = strchr(line, '\n') + 1;
    check_start(line, "2,bad.wav,ref.wav,bad.wav,b,<script>,'=1+1,");
    line = strchr(line, '\n') + 1;
    check_start(line, "3,ref.wav,ref.wav,ref.wav,a,,,4.7500,");
    free(text);
    assert_false(exists("out.csv.part"));
}

static void scores_are_those_of_score(void **state)
{
    json_t *single = json_deep_copy(score(at("ref.wav"), at("deg.wav")));
    json_t *line;
    json_t *report;

    (void)state;
    line =
        json_loads(run_opine("batch", at("few.csv"), "--jsonl", "-", "--quiet"),
                   JSON_DISABLE_EOF_CHECK, NULL);
    report = json_object_get(line, "report");
    assert_non_null(report);
    json_object_set_new(json_object_get(single, "reference"), "path",
                        json_string("ref.wav"));
    json_object_set_new(json_object_get(single, "degraded"), "path",
                        json_string("deg.wav"));
    assert_true(json_equal(report, single));
    assert_true(number_of(line, "mos") == number_of(single, "mos"));
    json_decref(line);
    json_decref(single);
}

static json_t *load_schema(const char *path)
{
    json_t *schema = json_load_file(path, 0, NULL);

    assert_non_null(schema);
    return schema;
}

static void lines_of_json_fit_their_schema(void **state)
{
    json_t *rows = load_schema(OPINE_SOURCE_DIR "/cli/batch.schema.json");
    json_t *reports = load_schema(OPINE_SOURCE_DIR "/cli/score.schema.json");
    FILE *file;
    int lines = 0;

    (void)state;
    write_text("f.csv", "ref,deg,x\nref.wav,deg.wav,3\nref.wav,no.wav,\n");
    run_expect(4, "batch", at("f.csv"), "--jsonl", at("out.jsonl"), NULL);
    file = fopen(at("out.jsonl"), "r");
    for (json_t *line; (line = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL));
         lines++) {
        json_t *report = json_object_get(line, "report");

        if (json_is_object(report))
            assert_matches(report, reports, reports);
        assert_int_equal(json_is_null(report),
                         strcmp(string_of(line, "status"), "failed") == 0);
        json_object_set_new(line, "report", json_null());
        assert_matches(line, rows, rows);
        json_decref(line);
    }
    assert_int_equal(lines, 2);
    fclose(file);
    json_decref(rows);
    json_decref(reports);
}

static void bytes_do_not_depend_on_threads(void **state)
{
    (void)state;
    run_opine("batch", at("many.csv"), "--csv", at("one.csv"), "--jsonl",
              at("one.jsonl"), "-j", "1", "--quiet");
    run_opine("batch", at("many.csv"), "--csv", at("all.csv"), "--jsonl",
              at("all.jsonl"), "-j7", "--quiet");
    assert_same_file("one.csv", "all.csv");
    assert_same_file("one.jsonl", "all.jsonl");
}

static void summary_has_means_of_groups(void **state)
{
    const char *text = run_opine("batch", at("few.csv"), "--quiet");

    (void)state;
    assert_string_equal(text, "");
    struct run run;

    run_with(&run, NULL, NULL, "batch", at("few.csv"), "-j", "1", NULL);
    assert_int_equal(run.code, 0);
    assert_non_null(strstr(run.out, "\n4.75                     ref.wav\n"));
    assert_non_null(strstr(run.out, "      2       0  a, worst deg.wav\n"));
    assert_non_null(strstr(run.out, "      3       0  all, worst bad.wav\n"));
    check_start(run.err, "opine: 33 %, 1 of 3, ");
    assert_non_null(strstr(run.err, "\nopine: 100 %, 3 of 3, "));
    run_free(&run);
}

/* -------------------------------------------------------- rows that fail */

static void check_fate(const char *manifest, int code, const char *word)
{
    struct run run;

    write_text("f.csv", manifest);
    run_with(&run, NULL, NULL, "batch", at("f.csv"), "--csv", at("out.csv"),
             "--quiet", NULL);
    assert_int_equal(run.code, code);
    check_start(run.err, "opine: ");
    if (!strstr(run.err, word))
        fail_msg("'%s' is not in: %s", word, run.err);
    run_free(&run);
}

static void bad_row_fails_alone_and_named(void **state)
{
    char *text;

    (void)state;
    check_fate("ref,deg\n#\nref.wav,no.wav\nref.wav,deg.wav\n", 4,
               "f.csv: line 3: no.wav: No such file or directory\n");
    text = read_bytes(at("out.csv"), NULL);
    assert_non_null(strstr(text, "\n1,no.wav,ref.wav,no.wav,,,,,failed,"
                                 "no.wav: No such file or directory,,"));
    assert_non_null(strstr(text, "\n2,deg.wav,ref.wav,deg.wav,,"));
    free(text);
    check_fate("ref,deg\nno.wav,deg.wav\nref.wav,deg.wav\nno.wav,bad.wav\n", 4,
               "f.csv: line 4: no.wav: No such file");
    check_fate("ref,deg\nref.wav,f.csv\nref.wav,deg.wav\n", 4,
               "line 2: f.csv: not an audio file");
    check_fate("ref,deg,from\nref.wav,deg.wav,5\n", 4,
               "line 2: ref.wav: ends at 3.00 s, before 5\n");
    mkfifo(at("pipe"), 0600);
    check_fate("ref,deg\nref.wav,pipe\n", 4, "pipe: is no regular file\n");
}

static void row_below_its_threshold_is_1_unless_one_failed(void **state)
{
    char *text;

    (void)state;
    check_fate("ref,deg,min_mos\nref.wav,bad.wav,4.5\nref.wav,deg.wav,1\n", 1,
               "line 2: bad.wav: MOS ");
    text = read_bytes(at("out.csv"), NULL);
    assert_non_null(strstr(text, ",below,"));
    free(text);
    check_fate("ref,deg,min_mos\nref.wav,bad.wav,4.5\nref.wav,no,\n", 4,
               " is below 4.5\n");
    run_expect(1, "batch", at("few.csv"), "--min-mos", "4.7", "--quiet", NULL);
}

static void values_that_make_no_sense_fail_their_row(void **state)
{
    (void)state;
    check_fate("ref,deg,min_mos\nref.wav,deg.wav,x\n", 4,
               "line 2: min_mos: must be a number from 1 to 5, not 'x'\n");
    check_fate("ref,deg,band\nref.wav,deg.wav,xb\n", 4,
               "line 2: band: there is no 'xb'\n");
    check_fate("ref,deg,from,to\nref.wav,deg.wav,2,1\n", 4,
               "line 2: to: must be later than from\n");
    check_fate("ref,deg,weight\nref.wav,deg.wav,0\n", 4, "line 2: weight: ");
    check_fate("ref,deg\n,deg.wav\nref.wav,\n", 4, "line 3: deg: is empty\n");
}

/* ------------------------------------------------- ends before the end */

static int count_lines(const char *name)
{
    char *text = exists(name) ? read_bytes(at(name), NULL) : strdup("");
    int lines = 0;

    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    free(text);
    return lines;
}

/**
 * Begin to score many.csv, and send a signal when some rows are done
 * return          What the program ended with, as waitpid() has it
 */
static int interrupt(int number, const char *out)
{
    const struct timespec pause = { 0, 2000000 };
    char cache[100];
    int status;
    pid_t child;

    snprintf(cache, sizeof(cache), "%s.cache", out);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int nothing = open("/dev/null", O_WRONLY);

        dup2(nothing, STDERR_FILENO);
        execl(OPINE_BIN, "opine", "batch", at("many.csv"), "--csv", at(out),
              "-j1", (char *)NULL);
        _exit(99);
    }
    while (count_lines(cache) < 4 && !waitpid(child, &status, WNOHANG))
        nanosleep(&pause, NULL);
    kill(child, number);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), number);
    assert_false(exists(out));
    assert_in_range(count_lines(cache), 4, MANY - 1);
    return status;
}

static void check_resumption(int number)
{
    unlink(at("part.csv"));
    unlink(at("part.csv.cache"));
    interrupt(number, "part.csv");
    run_opine("batch", at("many.csv"), "--csv", at("part.csv"), "--resume",
              "--quiet");
    assert_same_file("one.csv", "part.csv");
    assert_int_equal(count_lines("part.csv.cache"), MANY);
    assert_false(exists("part.csv.part"));
}

static void killed_run_is_resumed_to_the_same_bytes(void **state)
{
    (void)state;
    check_resumption(SIGKILL);
}

static void interrupted_run_is_resumed_to_the_same_bytes(void **state)
{
    (void)state;
    check_resumption(SIGINT);
    assert_false(exists("part.csv.part"));
    check_resumption(SIGTERM);
}

/**
 * Replace a word in a file by one as long
 */
static void replace(const char *name, const char *word, const char *other)
{
    size_t count;
    char *text = read_bytes(at(name), &count);
    char *place = strstr(text, word);

    assert_non_null(place);
    memcpy(place, other, strlen(word));
    write_bytes(name, text, count);
    free(text);
}

static void resumed_rows_are_not_scored_again(void **state)
{
    char *text;
    int fd;

    (void)state;
    run_opine("batch", at("few.csv"), "--csv", at("out.csv"), "--quiet");
    replace("out.csv.cache", "\"mos\":4.75", "\"mos\":1.23");
    fd = open(at("out.csv.cache"), O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "{\"hash\":\"7", 10), 10); /* as a kill leaves */
    close(fd);
    run_opine("batch", at("few.csv"), "--csv", at("out.csv"), "--quiet",
              "--resume");
    text = read_bytes(at("out.csv"), NULL);
    assert_non_null(strstr(text, "\n3,ref.wav,ref.wav,ref.wav,a,,,1.2300,"));
    free(text);
    /* Unless the settings are others, or nobody asks for it */
    run_opine("batch", at("few.csv"), "--csv", at("out.csv"), "--quiet",
              "--resume", "--level", "keep");
    text = read_bytes(at("out.csv"), NULL);
    assert_non_null(strstr(text, "\n3,ref.wav,ref.wav,ref.wav,a,,,4.7500,"));
    free(text);
    run_opine("batch", at("few.csv"), "--csv", at("out.csv"), "--quiet");
    assert_int_equal(count_lines("out.csv.cache"), 3);
    text = read_bytes(at("out.csv"), NULL);
    assert_non_null(strstr(text, "\n3,ref.wav,ref.wav,ref.wav,a,,,4.7500,"));
    free(text);
}

static void cache_knows_contents_not_names(void **state)
{
    char *bytes;
    size_t count;

    (void)state;
    write_text("f.csv", "ref,deg\nref.wav,copy.wav\n");
    bytes = read_bytes(at("deg.wav"), &count);
    write_bytes("copy.wav", bytes, count);
    run_opine("batch", at("f.csv"), "--cache", at("c"), "--quiet");
    assert_int_equal(count_lines("c"), 1);
    run_opine("batch", at("f.csv"), "--cache", at("c"), "--quiet");
    assert_int_equal(count_lines("c"), 1);
    bytes[count - 1] ^= 1;
    write_bytes("copy.wav", bytes, count);
    run_opine("batch", at("f.csv"), "--cache", at("c"), "--quiet");
    assert_int_equal(count_lines("c"), 2);
    free(bytes);
}

static void failure_leaves_old_results_alone(void **state)
{
    (void)state;
    write_text("old.csv", "old");
    fails(3, "batch", at("few.csv"), "--csv", at("no/out.csv"));
    fails(3, "batch", at("few.csv"), "--csv", at("old.csv"), "--jsonl",
          at("no/out.jsonl"));
    char *text = read_bytes(at("old.csv"), NULL);

    assert_string_equal(text, "old");
    assert_false(exists("old.csv.part"));
    free(text);
    if (!access("/dev/full", W_OK)) {
        fails(3, "batch", at("few.csv"), "--csv", "/dev/full", "--quiet");
        assert_int_equal(access("/dev/full", W_OK), 0);
    }
}

/* ----------------------------------------------------------------- parts */

static void merged_parts_are_the_whole(void **state)
{
    (void)state;
    for (int k = 1; k <= 3; k++) {
        char part[40];
        char file[40];

        snprintf(part, sizeof(part), "--shard=%d/3", k);
        snprintf(file, sizeof(file), "part%d.csv", k);
        run_opine("batch", at("many.csv"), "--csv", at(file), part, "--quiet");
        assert_int_equal(count_lines(file), 1 + MANY / 3);
    }
    run_opine("merge", at("part3.csv"), at("part1.csv"), at("part2.csv"),
              "--csv", at("joined.csv"));
    assert_same_file("joined.csv", "one.csv");
    assert_string_equal(fails(3, "merge", at("part1.csv"), at("part3.csv"),
                              "--csv", at("joined.csv")),
                        "opine: row 2 is in no part: is a part missing?\n");
    assert_non_null(strstr(fails(3, "merge", at("part1.csv"), at("part1.csv"),
                                 "--csv", "-"),
                           "part1.csv: line 2: row 1 is in "));
    assert_non_null(
        strstr(fails(3, "merge", at("part1.csv"), at("few.csv"), "--csv", "-"),
               "few.csv: line 1: has no column row"));
    fails(2, "merge", at("part1.csv"));
    fails(2, "merge", "--csv", "-");
}

static void usage_errors_say_what_is_wrong(void **state)
{
    (void)state;
    fails(2, "batch");
    fails(2, "batch", at("few.csv"), at("few.csv"));
    fails(2, "batch", "--pair", at("few.csv"));
    fails(2, "batch", at("few.csv"), "--resume");
    fails(2, "batch", at("few.csv"), "--resume", "--cache=x", "--csv=y");
    fails(2, "batch", at("few.csv"), "--csv=-", "--jsonl=-");
    fails(2, "batch", at("few.csv"), "-j0");
    fails(2, "batch", at("few.csv"), "-jx");
    fails(2, "batch", at("few.csv"), "--shard=3/2");
    fails(2, "batch", at("few.csv"), "--shard=0/2");
    fails(2, "batch", at("few.csv"), "--shard=1/2x");
    fails(2, "score", "-j2", at("ref.wav"), at("deg.wav"));
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(table_carries_columns_and_results),
        TEST(scores_are_those_of_score),
        TEST(lines_of_json_fit_their_schema),
        TEST(bytes_do_not_depend_on_threads),
        TEST(summary_has_means_of_groups),
        TEST(bad_row_fails_alone_and_named),
        TEST(row_below_its_threshold_is_1_unless_one_failed),
        TEST(values_that_make_no_sense_fail_their_row),
        TEST(killed_run_is_resumed_to_the_same_bytes),
        TEST(interrupted_run_is_resumed_to_the_same_bytes),
        TEST(resumed_rows_are_not_scored_again),
        TEST(cache_knows_contents_not_names),
        TEST(failure_leaves_old_results_alone),
        TEST(merged_parts_are_the_whole),
        TEST(usage_errors_say_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
