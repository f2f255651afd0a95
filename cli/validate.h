/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * The subcommand `validate`, and what its reports are made of
 */

#ifndef OPINE_CLI_VALIDATE_H
#define OPINE_CLI_VALIDATE_H

#include "judge.h"

/**
 * Another metric, and opine on the files that it has a value for
 */
struct peer {
    const char *name;
    struct figures files, groups;
    struct figures opine_files, opine_groups;
};

/**
 * What is said of one table
 */
struct verdict {
    const struct ratings *ratings;
    int failed; /* rows that could not be scored */
    struct figures files, groups;
    struct figures *family; /* one for each of the families */
    double coverage;        /* of the scores' own intervals, 0 to 1 */
    int worst_count;
    int *worst;       /* rows, worst first */
    double *residual; /* of each row: score - rating on the scale MOS1-5,
                         after the rising cubic map on others; NAN unknown */
    struct table peer_table;
    int peers;
    struct peer *peer;
};

/**
 * Judge listening tests: read, score, compare, report
 * options         With the tables as operands
 * return          PASSED, USAGE, FAILED, or PARTIAL when a row has no score
 */
enum outcome validate_run(const struct options *options);

/**
 * Print a report
 * return          0, or -1 when memory could not be had
 */
int validate_text(FILE *stream, const struct verdict *verdict, int count,
                  const char *model);
int validate_json(FILE *stream, const struct verdict *verdict, int count,
                  const char *model);
int validate_picture(FILE *stream, const struct verdict *verdict, int count);

#endif /* OPINE_CLI_VALIDATE_H */
