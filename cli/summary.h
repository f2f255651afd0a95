/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * What a batch came to, by group, as text for people
 */

#ifndef OPINE_CLI_SUMMARY_H
#define OPINE_CLI_SUMMARY_H

#include "suite.h"

#include <stdio.h>

struct summary;

/**
 * Make an empty summary
 * return          NULL when memory could not be had
 */
struct summary *summary_new(void);
void summary_free(struct summary *summary);

void summary_add(struct summary *summary, const struct item *item,
                 const struct score *score);

/**
 * Print one row: its score, its id, and what it was lost to most
 */
void summary_print_row(FILE *stream, const struct item *item,
                       const struct score *score);

/**
 * Print a line for each group, in the order of the manifest, and one for all
 * The means are weighted.
 */
void summary_print(FILE *stream, const struct summary *summary);

#endif /* OPINE_CLI_SUMMARY_H */
