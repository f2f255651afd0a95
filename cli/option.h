/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * One option of the command line, and the values it takes
 */

#ifndef OPINE_CLI_OPTION_H
#define OPINE_CLI_OPTION_H

#include "options.h"

/**
 * What an option takes
 */
enum kind {
    KIND_HEADING, /* of a group in the help text */
    KIND_HELP,
    KIND_VERSION,
    KIND_FLAG,   /* int, 1 when given */
    KIND_CHOICE, /* int, one of several names */
    KIND_NUMBER, /* double, in a range */
    KIND_COUNT,  /* int, in a range */
    KIND_SHARD,  /* struct shard */
    KIND_TEXT,   /* const char *, not empty */
    KIND_RAW     /* struct raw_format */
};

/**
 * An option, as the table in options.c has it
 */
struct option {
    const char *name;     /* without the dashes */
    const char *argument; /* as the help shows it; NULL: takes none */
    const char *help;
    unsigned commands; /* COMMAND_...: which take it */
    enum kind kind;
    size_t variable;                  /* its place in struct options */
    double min, max;                  /* of a number, both allowed */
    const char *(*choice)(int value); /* name of a value, "" beyond the last */
};

/**
 * Put a value into its variable
 * text            The value, or NULL for a flag
 * return          0, or -1 when the value is not allowed
 */
int option_assign(const struct option *option, const char *text,
                  struct options *options);

/**
 * Say on stderr what an option must be
 * Alternatives are named as in the table: "must be nb, wb, swb or fb".
 */
void option_explain(const struct option *option);

#endif /* OPINE_CLI_OPTION_H */
