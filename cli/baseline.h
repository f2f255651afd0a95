/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Baselines: the scores of a suite, to compare later ones with
 */

#ifndef OPINE_CLI_BASELINE_H
#define OPINE_CLI_BASELINE_H

#include "comparison.h"

#include <jansson.h>

/**
 * Scores in memory; zeros are none
 */
struct baseline {
    json_t *json; /* holds the texts */
    int count;
    struct entry *entries;
};

/**
 * Read a baseline, to be given to baseline_free()
 * model           Version of the model in use
 * return          0, or -1 after saying what is wrong: one of another version
 *                 of the model is refused
 */
int baseline_read(const char *path, const char *model,
                  struct baseline *baseline);
void baseline_free(struct baseline *baseline);

/**
 * Write a baseline
 * return          0, or -1 after saying what is wrong: what was there remains
 */
int baseline_write(const char *path, const char *model,
                   const struct entry *entries, int count);

#endif /* OPINE_CLI_BASELINE_H */
