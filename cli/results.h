/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Results of many pairs: tables, and lines of JSON
 */

#ifndef OPINE_CLI_RESULTS_H
#define OPINE_CLI_RESULTS_H

#include "suite.h"

/**
 * Write the header or a row of a table of results
 * manifest        Its own columns are carried through, but for those that have
 *                 the name of a result
 */
void results_csv_header(struct csv_writer *writer,
                        const struct manifest *manifest);
void results_csv_row(struct csv_writer *writer, const struct manifest *manifest,
                     const struct item *item, const struct score *score);

/**
 * Write a row as a line of JSON; see batch.schema.json
 * return          0, or -1 when memory could not be had
 */
int results_json_row(FILE *stream, const struct manifest *manifest,
                     const struct item *item, const struct score *score);

/**
 * Say which columns of a manifest are not carried through
 */
void results_warn(const struct manifest *manifest);

/**
 * What is read back of a table of results
 */
struct result {
    const char *id;
    const char *ref;
    const char *deg;
    const char *group;
    const char *status;
    double mos; /* NAN when it failed */
    struct tail tail;
    double weight;
};

/**
 * Read a table of results
 * table           Return it, to be given to table_free(): it holds the texts
 * results         Return the rows, to be freed
 * return          How many there are; -1 after saying what is wrong
 *
 * Of any table with columns id or deg, and mos.
 */
int results_read(const char *path, struct table *table,
                 struct result **results);

#endif /* OPINE_CLI_RESULTS_H */
