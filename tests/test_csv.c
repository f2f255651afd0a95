/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables as text: what people and spreadsheets write, and back. */
#include "../cli/csv.h"

#include "support.h"
#include "support_cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int begin(void **state)
{
    (void)state;
    files_begin();
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

/* ------------------------------------------------------------- reading */

/**
 * Read a text as a table
 * return          Valid until the next call
 */
static struct table *read_text(const char *text)
{
    static struct table table;
    struct reason reason;

    table_free(&table);
    write_bytes("t.csv", text, strlen(text));
    if (table_read(at("t.csv"), &table, &reason))
        fail_msg("not read: %s", reason.text);
    return &table;
}

static void check_refusal(const char *text, size_t size, const char *why)
{
    struct table table = { .columns = 7 };
    struct reason reason;

    write_bytes("t.csv", text, size);
    assert_int_equal(table_read(at("t.csv"), &table, &reason), -1);
    assert_string_equal(reason.text, why);
    assert_int_equal(table.columns, 0);
    assert_null(table.header);
    assert_null(table.row);
}

#define refuses(text, why) check_refusal(text, strlen(text), why)

static void check_row(const struct table *table, int row, int line,
                      const char *first, const char *second)
{
    assert_int_equal(table->columns, 2);
    assert_true(row < table->rows);
    assert_int_equal(table->row[row].line, line);
    assert_string_equal(table_field(table, row, 0), first);
    assert_string_equal(table_field(table, row, 1), second);
}

static void table_has_header_and_rows(void **state)
{
    const struct table *table = read_text("ref,deg\na.wav,b.wav\nc,\n");

    (void)state;
    assert_int_equal(table->rows, 2);
    assert_string_equal(table->header[0], "ref");
    assert_int_equal(table_find(table, "deg"), 1);
    assert_int_equal(table_find(table, "no"), -1);
    assert_string_equal(table_field(table, 0, -1), "");
    check_row(table, 0, 2, "a.wav", "b.wav");
    check_row(table, 1, 3, "c", "");
}

static void ends_of_lines_and_marks_do_not_matter(void **state)
{
    static const char *const texts[] = {
        "ref,deg\na,b\nc,d\n",
        "ref,deg\na,b\nc,d",
        "ref,deg\r\na,b\r\nc,d",
        "ref,deg\ra,b\rc,d\r",
        "\xef\xbb\xbfref,deg\na,b\nc,d\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct table *table = read_text(texts[i]);

        assert_int_equal(table->rows, 2);
        assert_string_equal(table->header[0], "ref");
        check_row(table, 0, 2, "a", "b");
        check_row(table, 1, 3, "c", "d");
    }
}

static void quotes_keep_all_they_hold(void **state)
{
    const struct table *table = read_text("ref,deg\n\"a,\"\"b\"\"\",\" c \"\n"
                                          "\"two\r\nlines\n\n#\",x\n  y , z \n"
                                          "\"#no comment\",\"\"\n");

    (void)state;
    assert_int_equal(table->rows, 4);
    check_row(table, 0, 2, "a,\"b\"", " c ");
    check_row(table, 1, 3, "two\r\nlines\n\n#", "x");
    check_row(table, 2, 7, "y", "z");
    check_row(table, 3, 8, "#no comment", "");
}

static void comments_and_blank_lines_are_skipped(void **state)
{
    const struct table *table = read_text("# \"ever so, \"\r\n\r\nref,deg\n"
                                          "#a,\"b\n \t\na,#b\n#");

    (void)state;
    assert_int_equal(table->rows, 1);
    check_row(table, 0, 6, "a", "#b");
}

static void tables_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    refuses("# nothing\n\n", "has no header");
    refuses("ref,deg\na,b\nc\n", "line 3: 1 field, but the header has 2");
    refuses("ref,deg\n\na,b,\n", "line 3: 3 fields, but the header has 2");
    refuses("ref,a,ref\n", "line 1: two columns are named ref");
    refuses("a,b\n\nc,d\"e\n", "line 3: a quote where none may be: \"\" stands "
                               "for one inside quotes");
    refuses("a,b\nc,\"d\ne,f\n",
            "line 2: a quote is opened in this row and never closed");
    check_refusal("a\0b", 3, "is no text: it holds zeros");
    check_refusal("\xff\xfe"
                  "a\0",
                  4, "is UTF-16, must be UTF-8");
    check_refusal("", 0, "is empty");
}

static void columns_may_lack_a_name(void **state)
{
    const struct table *table = read_text(",ref,,\n0,a,b,c\n");

    (void)state;
    assert_int_equal(table->columns, 4);
    assert_int_equal(table_find(table, "ref"), 1);
}

static void large_tables_are_read(void **state)
{
    const int rows = 100000;
    FILE *file = fopen(at("t.csv"), "w");
    struct table table;
    struct reason reason;

    (void)state;
    fputs("ref,deg\n", file);
    for (int i = 0; i < rows; i++)
        fprintf(file, "a%d,\"b\n%d\"\n", i, i);
    fclose(file);
    assert_int_equal(table_read(at("t.csv"), &table, &reason), 0);
    assert_int_equal(table.rows, rows);
    check_row(&table, rows - 1, 2 * rows, "a99999", "b\n99999");
    table_free(&table);
}

static void numbers_are_digits_alone(void **state)
{
    static const char *const wrong[] = { "",    " 3",  "3 ",  "3x",
                                         "nan", "inf", "0x3", "1e999" };
    double number = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(csv_parse_number(wrong[i], &number), -1);
    assert_true(number == 7);
    assert_int_equal(csv_parse_number("-1.5e1", &number), 0);
    assert_true(number == -15);
}

/* ------------------------------------------------------------- writing */

/**
 * Write one row of fields
 * return          Valid until the next call
 */
static const char *written(const char *first, const char *second)
{
    static char *text;
    struct csv_writer writer = { fopen(at("w.csv"), "w"), 0 };

    assert_non_null(writer.stream);
    csv_put_text(&writer, first);
    if (second)
        csv_put_text(&writer, second);
    csv_end_row(&writer);
    assert_int_equal(writer.fields, 0);
    fclose(writer.stream);
    free(text);
    text = read_bytes(at("w.csv"), NULL);
    return text;
}

static void fields_are_quoted_where_they_must(void **state)
{
    (void)state;
    assert_string_equal(written("a b", "#c"), "a b,#c\n");
    assert_string_equal(written("a,b", "c\"d"), "\"a,b\",\"c\"\"d\"\n");
    assert_string_equal(written("a\nb", " c"), "\"a\nb\",\" c\"\n");
    assert_string_equal(written("#a", ""), "\"#a\",\n");
    assert_string_equal(written("", NULL), "\"\"\n");
    assert_string_equal(written("<script>", "\xff"), "<script>,\xff\n");
}

static void spreadsheets_see_no_formulas(void **state)
{
    (void)state;
    assert_string_equal(written("=1+2", "@x"), "'=1+2,'@x\n");
    assert_string_equal(written("-b.wav", "+c"), "'-b.wav,'+c\n");
    assert_string_equal(written("-1.5", "+3"), "-1.5,+3\n");
    assert_string_equal(written("=a,\"b\"", "\t=x"),
                        "\"'=a,\"\"b\"\"\",\"'\t=x\"\n");
    assert_string_equal(written("'=a", "it's"), "''=a,it's\n");
}

static void numbers_are_rounded_and_may_be_missing(void **state)
{
    struct csv_writer writer = { fopen(at("w.csv"), "w"), 0 };
    char *text;

    (void)state;
    csv_put_number(&writer, 3.14159, 2);
    csv_put_number(&writer, -0.001, 2);
    csv_put_number(&writer, (double)NAN, 2);
    csv_put_number(&writer, -2, 0);
    csv_end_row(&writer);
    fclose(writer.stream);
    text = read_bytes(at("w.csv"), NULL);
    assert_string_equal(text, "3.14,0.00,,-2\n");
    free(text);
}

/**
 * Draw a text of characters that mean something to someone
 */
static void draw_text(struct random *random, char *text, int most)
{
    static const char letters[] = "a'=+-@,\"\n\r\t #<5.\xc3";
    int length = random_below(random, most);

    for (int i = 0; i < length; i++)
        text[i] = letters[random_below(random, (int)sizeof(letters) - 1)];
    text[length] = '\0';
}

static void what_was_written_is_what_is_read(void **state)
{
    enum { rows = 2000 };
    static char texts[rows][2][12];
    struct random random = random_seed(5);
    struct csv_writer writer = { fopen(at("w.csv"), "w"), 0 };
    struct table table;
    struct reason reason;

    (void)state;
    csv_put_text(&writer, "=ref");
    csv_put_text(&writer, "deg");
    csv_end_row(&writer);
    for (int i = 0; i < rows; i++) {
        for (int c = 0; c < 2; c++) {
            draw_text(&random, texts[i][c], 12);
            csv_put_text(&writer, texts[i][c]);
        }
        csv_end_row(&writer);
    }
    fclose(writer.stream);
    if (table_read(at("w.csv"), &table, &reason))
        fail_msg("not read: %s", reason.text);
    assert_string_equal(table.header[0], "=ref");
    assert_int_equal(table.rows, rows);
    for (int i = 0; i < rows; i++)
        for (int c = 0; c < 2; c++)
            assert_string_equal(table_field(&table, i, c), texts[i][c]);
    table_free(&table);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(table_has_header_and_rows),
        TEST(ends_of_lines_and_marks_do_not_matter),
        TEST(quotes_keep_all_they_hold),
        TEST(comments_and_blank_lines_are_skipped),
        TEST(tables_that_make_no_sense_are_refused),
        TEST(columns_may_lack_a_name),
        TEST(large_tables_are_read),
        TEST(numbers_are_digits_alone),
        TEST(fields_are_quoted_where_they_must),
        TEST(spreadsheets_see_no_formulas),
        TEST(numbers_are_rounded_and_may_be_missing),
        TEST(what_was_written_is_what_is_read),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
