/* SPDX-License-Identifier: BSD-2-Clause */
#include "batch.h"
#include "csv.h"
#include "output.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

/**
 * A row of a part
 */
struct place {
    int row; /* of the manifest */
    int part;
    int line; /* of the part */
    char **fields;
};

/**
 * Parts, and their rows
 */
struct join {
    int parts;
    char **paths;
    struct table *tables;
    int rows;
    struct place *places;
};

/**
 * Check that a part has the columns of the first
 */
static int check_header(const struct join *join, int part)
{
    const struct table *first = &join->tables[0];
    const struct table *table = &join->tables[part];

    if (table_find(table, "row") < 0) {
        complain(join->paths[part], "line 1: has no column row, so it holds no "
                                    "results of opine batch");
        return -1;
    }
    for (int c = 0; c < table->columns; c++)
        if (table->columns != first->columns ||
            strcmp(table->header[c], first->header[c]) != 0) {
            complain(join->paths[part], "line 1: has other columns than %s",
                     join->paths[0]);
            return -1;
        }
    return 0;
}

/**
 * Take in the rows of a part
 * return          0, or -1 after saying what is wrong
 */
static int take_rows(struct join *join, int part)
{
    const struct table *table = &join->tables[part];
    int column = table_find(table, "row");
    size_t room = (size_t)join->rows + (size_t)table->rows + 1;
    struct place *places = realloc(join->places, room * sizeof(*places));

    if (!places) {
        complain(NULL, "out of memory");
        return -1;
    }
    join->places = places;
    for (int r = 0; r < table->rows; r++) {
        double row;

        if (csv_parse_number(table->row[r].fields[column], &row) || row < 1 ||
            row > 1e9) {
            complain(join->paths[part], "line %d: row: '%s' is no row",
                     table->row[r].line, table->row[r].fields[column]);
            return -1;
        }
        places[join->rows++] = (struct place){ (int)row, part,
                                               table->row[r].line,
                                               table->row[r].fields };
    }
    return 0;
}

static int read_parts(struct join *join)
{
    struct reason reason;

    for (int p = 0; p < join->parts; p++) {
        if (table_read(join->paths[p], &join->tables[p], &reason)) {
            complain(join->paths[p], "%s", reason.text);
            return -1;
        }
        if (check_header(join, p) || take_rows(join, p))
            return -1;
    }
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *p = a;
    const struct place *q = b;

    return (p->row > q->row) - (p->row < q->row);
}

/**
 * Check that each row is there once
 */
static int check_rows(const struct join *join)
{
    for (int i = 0; i < join->rows; i++) {
        const struct place *place = &join->places[i];

        if (i && place->row == place[-1].row) {
            complain(join->paths[place->part],
                     "line %d: row %d is in %s, line %d, too", place->line,
                     place->row, join->paths[place[-1].part], place[-1].line);
            return -1;
        }
        if (place->row != i + 1) {
            complain(NULL, "row %d is in no part: is a part missing?", i + 1);
            return -1;
        }
    }
    return 0;
}

static int write_rows(const struct join *join, const char *path)
{
    struct output output;
    struct csv_writer writer = { NULL, 0 };
    const struct table *first = &join->tables[0];

    if (output_open(&output, path))
        return -1;
    writer.stream = output.stream;
    for (int c = 0; c < first->columns; c++)
        csv_put_text(&writer, first->header[c]);
    csv_end_row(&writer);
    for (int i = 0; i < join->rows; i++) {
        for (int c = 0; c < first->columns; c++)
            csv_put_text(&writer, join->places[i].fields[c]);
        csv_end_row(&writer);
    }
    return output_finish(&output);
}

enum outcome merge_run(const struct options *o)
{
    struct join join = { .parts = o->operand_count, .paths = o->operands };
    int has_failed = 1;

    if (!o->operand_count || !o->csv) {
        complain(o->csv ? NULL : "--csv",
                 o->csv ? "needs parts, the results of opine batch --shard"
                        : "is needed: where the rows shall go");
        return OUTCOME_USAGE;
    }
    join.tables = calloc((size_t)join.parts, sizeof(*join.tables));
    if (!join.tables) {
        complain(NULL, "out of memory");
        return OUTCOME_FAILED;
    }
    if (!read_parts(&join)) {
        qsort(join.places, (size_t)join.rows, sizeof(*join.places),
              compare_places);
        has_failed = check_rows(&join) || write_rows(&join, o->csv);
    }
    for (int p = 0; p < join.parts; p++)
        table_free(&join.tables[p]);
    free(join.tables);
    free(join.places);
    return has_failed ? OUTCOME_FAILED : OUTCOME_PASSED;
}
