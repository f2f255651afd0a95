/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Where results of many pairs go: a table, lines of JSON, text for people
 */

#ifndef OPINE_CLI_SINK_H
#define OPINE_CLI_SINK_H

#include "output.h"
#include "results.h"

struct sink {
    const struct manifest *manifest;
    struct output csv;
    struct output jsonl;
    struct csv_writer writer;
    int has_failed;
};

/**
 * Begin the files that the options name
 * return          0, or -1 after saying what is wrong
 */
int sink_open(struct sink *sink, const struct options *options,
              const struct manifest *manifest);

/**
 * Write a row to them
 */
void sink_put(struct sink *sink, const struct item *item,
              const struct score *score);

/**
 * Put the files in their places, or give them up
 * return          0, or -1 after saying what is wrong
 */
int sink_finish(struct sink *sink);
void sink_drop(struct sink *sink);

#endif /* OPINE_CLI_SINK_H */
