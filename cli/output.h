/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Files that are there when they are complete, and not before
 */

#ifndef OPINE_CLI_OUTPUT_H
#define OPINE_CLI_OUTPUT_H

#include <stdio.h>

struct options;

/**
 * Whether a path, or NULL for none, means standard output
 */
int output_is_stdout(const char *path);

/**
 * Check that no more than one of --csv, --svg and --json goes to stdout
 * return          0, or -1 after saying what is wrong
 */
int output_check(const struct options *options);

/**
 * A file being written; one of zeros is none
 */
struct output {
    FILE *stream;     /* to write to; NULL when there is no output */
    const char *path; /* as given */
    char *part;       /* where it grows, or NULL: there is no other place */
};

/**
 * Begin a file
 * path            "-" is stdout; NULL leaves the output without a stream
 * return          0, or -1 after saying what is wrong
 *
 * A regular file grows beside its place, in PATH.part, and replaces what was
 * there by a single step; devices and pipes are written to as they are.
 */
int output_open(struct output *output, const char *path);

/**
 * Put a file in its place, once all has arrived on the disk
 * return          0, or -1 after saying what is wrong: what was there remains
 *
 * Nothing is done where there is no stream.
 */
int output_finish(struct output *output);

/**
 * Give a file up; nothing is done where there is none
 */
void output_drop(struct output *output);

#endif /* OPINE_CLI_OUTPUT_H */
