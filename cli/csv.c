/* SPDX-License-Identifier: BSD-2-Clause */
#include "csv.h"

#include <csv.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a spreadsheet reads as the beginning of a formula, or skips before one
 */
#define FORMULA "=+-@\t\r"

/* ---------------------------------------------------------------- text */

int csv_parse_number(const char *text, double *number)
{
    char *end;
    double value = strtod(text, &end);

    /* strtod() skips blanks and reads "nan", "inf" and hexadecimals */
    if (end == text || *end || text[strspn(text, "+-.0123456789eE")] ||
        !isfinite(value))
        return -1;
    *number = value;
    return 0;
}

/**
 * Whether text begins with apostrophes, if any, and then like a formula
 */
static int looks_like_formula(const char *text)
{
    text += strspn(text, "'");
    return *text && strchr(FORMULA, *text) != NULL;
}

static int is_number(const char *text)
{
    double number;

    return !csv_parse_number(text, &number);
}

/* -------------------------------------------------------------- reading */

/**
 * A table while it is read
 */
struct reader {
    struct csv_parser parser;
    struct table *table;
    struct reason *reason;
    int has_failed;
    int line;       /* the one being read, from 1 on */
    int first_line; /* of the row being read */
    int is_open;    /* between the beginning of a row and its end */
    char **fields;  /* of the row being read */
    int count;
    int room;
    int row_room; /* of the table */
};

static void fail(struct reader *r, const char *text)
{
    if (!r->has_failed)
        refuse(r->reason, "line %d: %s", r->line, text);
    r->has_failed = 1;
}

static void fail_for_memory(struct reader *r)
{
    if (!r->has_failed)
        refuse(r->reason, "out of memory");
    r->has_failed = 1;
}

/**
 * Make room for one more element of an array that doubles when it is full
 * return          The array, or NULL when memory could not be had
 */
static void *make_room(void *array, int count, int *room, size_t bytes)
{
    int wanted = *room ? 2 * *room : 16;

    if (count < *room)
        return array;
    array = *room > INT_MAX / 2 ? NULL : realloc(array, (size_t)wanted * bytes);
    if (array)
        *room = wanted;
    return array;
}

static void take_field(void *text, size_t length, void *user)
{
    struct reader *r = user;
    char **fields;
    char *copy;

    if (r->has_failed)
        return;
    fields = make_room(r->fields, r->count, &r->room, sizeof(*fields));
    copy = malloc(length + 1);
    if (fields)
        r->fields = fields;
    if (!fields || !copy) {
        free(copy);
        fail_for_memory(r);
        return;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (copy[0] == '\'' && looks_like_formula(copy))
        memmove(copy, copy + 1, length);
    fields[r->count++] = copy;
}

static void check_names(struct reader *r)
{
    const struct table *table = r->table;

    for (int c = 0; c < table->columns && !r->has_failed; c++)
        if (*table->header[c] && table_find(table, table->header[c]) != c) {
            r->has_failed = 1;
            refuse(r->reason, "line %d: two columns are named %s", r->line,
                   table->header[c]);
        }
}

static void take_row(int end, void *user)
{
    struct reader *r = user;
    struct table *table = r->table;
    struct table_row *rows;

    (void)end;
    r->is_open = 0;
    if (r->has_failed)
        return;
    if (!table->header) {
        table->header = r->fields;
        table->columns = r->count;
        check_names(r);
    } else if (r->count != table->columns) {
        refuse(r->reason, "line %d: %d %s, but the header has %d",
               r->first_line, r->count, r->count == 1 ? "field" : "fields",
               table->columns);
        r->has_failed = 1;
        return;
    } else {
        rows = make_room(table->row, table->rows, &r->row_room, sizeof(*rows));
        if (!rows) {
            fail_for_memory(r);
            return;
        }
        table->row = rows;
        rows[table->rows++] = (struct table_row){ r->first_line, r->fields };
    }
    r->fields = NULL;
    r->count = r->room = 0;
}

/**
 * Say why the parser stopped
 */
static void explain(struct reader *r)
{
    if (csv_error(&r->parser) == CSV_EPARSE)
        fail(r, "a quote where none may be: \"\" stands for one inside quotes");
    else
        fail_for_memory(r);
}

/**
 * Read one line, or what is left of one
 * text            With its end, \r or \n; not empty
 */
static void take_line(struct reader *r, const char *text, size_t length)
{
    if (!r->is_open && text[0] == '#')
        return;
    if (!r->is_open)
        r->first_line = r->line;
    r->is_open |= text[strspn(text, " \t\r\n")] != '\0';
    if (csv_parse(&r->parser, text, length, take_field, take_row, r) != length)
        explain(r);
}

/**
 * Read all lines
 * text            Ends with a 0
 */
static void take_lines(struct reader *r, char *text, size_t size)
{
    const char *end = text + size;

    while (text < end && !r->has_failed) {
        size_t length = strcspn(text, "\r\n");
        int is_crlf = !strncmp(text + length, "\r\n", 2);
        char after;

        length += is_crlf ? 2 : text + length < end;
        after = text[length];
        text[length] = '\0';
        take_line(r, text, length);
        text[length] = after;
        text += length;
        r->line++;
    }
    if (r->has_failed)
        return;
    if (r->is_open)
        r->line = r->first_line;
    if (csv_fini(&r->parser, take_field, take_row, r))
        fail(r, "a quote is opened in this row and never closed");
}

/**
 * Read the bytes of a file
 * size            Return how many, without the 0 that is put behind
 * return          To be freed; NULL on failure
 */
static char *read_all(const char *path, size_t *size, struct reason *reason)
{
    struct source source;
    char *bytes = NULL;

    if (!source_open(path, &source, reason)) {
        *size = (size_t)source.size;
        bytes = malloc(*size + 1);
        if (!bytes) {
            refuse(reason, "out of memory");
        } else if (source_read(&source, 0, bytes, source.size) != source.size) {
            refuse(reason, "cannot be read: %s",
                   source.error ? strerror(source.error) : "it became shorter");
            free(bytes);
            bytes = NULL;
        } else {
            bytes[*size] = '\0';
        }
    }
    source_close(&source);
    return bytes;
}

static void read_bytes(struct reader *r, char *bytes, size_t size)
{
    size_t mark = size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3) ? 3 : 0;

    r->line = 1;
    if (size >= 2 &&
        (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2))) {
        r->has_failed = refuse(r->reason, "is UTF-16, must be UTF-8");
        return;
    }
    if (memchr(bytes, '\0', size)) {
        r->has_failed = refuse(r->reason, "is no text: it holds zeros");
        return;
    }
    if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI)) {
        fail_for_memory(r);
        return;
    }
    take_lines(r, bytes + mark, size - mark);
    csv_free(&r->parser);
    if (!r->has_failed && !r->table->header)
        r->has_failed = refuse(r->reason, "has no header");
}

int table_read(const char *path, struct table *table, struct reason *reason)
{
    struct reader reader = { .table = table, .reason = reason };
    size_t size;
    char *bytes;

    *table = (struct table){ 0 };
    bytes = read_all(path, &size, reason);
    if (!bytes)
        return -1;
    read_bytes(&reader, bytes, size);
    free(bytes);
    for (int i = 0; i < reader.count; i++)
        free(reader.fields[i]);
    free(reader.fields);
    if (reader.has_failed)
        table_free(table);
    return reader.has_failed ? -1 : 0;
}

void table_free(struct table *table)
{
    for (int r = 0; r < table->rows; r++) {
        for (int c = 0; c < table->columns; c++)
            free(table->row[r].fields[c]);
        free(table->row[r].fields);
    }
    for (int c = 0; c < table->columns; c++)
        free(table->header[c]);
    free(table->row);
    free(table->header);
    *table = (struct table){ 0 };
}

int table_find(const struct table *table, const char *name)
{
    for (int c = 0; c < table->columns; c++)
        if (!strcmp(table->header[c], name))
            return c;
    return -1;
}

const char *table_field(const struct table *table, int row, int column)
{
    return column < 0 ? "" : table->row[row].fields[column];
}

/* -------------------------------------------------------------- writing */

static void begin_field(struct csv_writer *writer)
{
    if (writer->fields++)
        putc(',', writer->stream);
}

void csv_put_text(struct csv_writer *writer, const char *text)
{
    size_t length = strlen(text);
    int is_first = writer->fields == 0;
    int is_formula = looks_like_formula(text) && !is_number(text);
    int has_blank_edge = length && (strchr(" \t", text[0]) ||
                                    strchr(" \t", text[length - 1]));

    begin_field(writer);
    /* Unquoted, a first field of # would be a comment and an only one that is
       empty a blank line */
    if (!text[strcspn(text, ",\"\r\n")] && !has_blank_edge &&
        !(is_first && (text[0] == '#' || text[0] == '\0'))) {
        fprintf(writer->stream, "%s%s", is_formula ? "'" : "", text);
        return;
    }
    fputs(is_formula ? "\"'" : "\"", writer->stream);
    for (; *text; text++)
        fprintf(writer->stream, *text == '"' ? "\"%c" : "%c", *text);
    putc('"', writer->stream);
}

void csv_put_number(struct csv_writer *writer, double number, int decimals)
{
    double scale = pow(10, decimals);

    begin_field(writer);
    if (isfinite(number)) /* + 0.0: no -0.0 */
        fprintf(writer->stream, "%.*f", decimals,
                round(number * scale) / scale + 0.0);
}

void csv_end_row(struct csv_writer *writer)
{
    putc('\n', writer->stream);
    writer->fields = 0;
}
