/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Tables as text: comma-separated values (RFC 4180) with a header
 *
 * Read: UTF-8 with or without a byte order mark, any ends of lines, commas,
 * quotes and newlines in quoted fields. Lines that begin with # are comments,
 * blank lines are skipped, blanks around unquoted fields are dropped.
 *
 * Written: a spreadsheet would take text that begins with = + - or @ for a
 * formula, so such text gets an apostrophe in front, unless it is a number.
 * Reading takes it away again: what was written is what is read.
 *
 * The only part that sees libcsv.
 */

#ifndef OPINE_CLI_CSV_H
#define OPINE_CLI_CSV_H

#include "source.h"

#include <stdio.h>

/**
 * A table in memory; a table of zeros is empty
 */
struct table {
    int columns;
    char **header; /* columns names, "" where there is none */
    int rows;
    struct table_row {
        int line;      /* where it begins in the file, from 1 on */
        char **fields; /* as many as there are columns */
    } * row;
};

/**
 * Read a table
 * path            A file, or "-" for stdin
 * table           Return it, to be given to table_free(); zeros on failure
 * reason          Return why it failed: with the line, where that helps
 * return          0, or -1
 *
 * Each row must have as many fields as the header; names in the header must
 * differ where they are not empty.
 */
int table_read(const char *path, struct table *table, struct reason *reason);
void table_free(struct table *table);

/**
 * Find a column
 * return          Its index, or -1
 */
int table_find(const struct table *table, const char *name);

/**
 * Look up a field
 * column          From table_find(); -1 is allowed
 * return          "" where the column is -1
 */
const char *table_field(const struct table *table, int row, int column);

/**
 * Read a number: decimal digits alone, no blanks, finite
 * return          0, or -1 when this is none
 */
int csv_parse_number(const char *text, double *number);

/**
 * Where a table is written to; begin with { stream, 0 }
 */
struct csv_writer {
    FILE *stream;
    int fields; /* in the present row */
};

/**
 * Write a field, or end a row
 * decimals        How many a number is given; NAN leaves the field empty
 *
 * Whether it could be written shows when the stream is flushed.
 */
void csv_put_text(struct csv_writer *writer, const char *text);
void csv_put_number(struct csv_writer *writer, double number, int decimals);
void csv_end_row(struct csv_writer *writer);

#endif /* OPINE_CLI_CSV_H */
