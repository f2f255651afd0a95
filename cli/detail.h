/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * All that a page shows of one pair, as JSON
 */

#ifndef OPINE_CLI_DETAIL_H
#define OPINE_CLI_DETAIL_H

#include "manifest.h"
#include "report.h"

#include <jansson.h>

/**
 * Describe a pair that was scored with its series
 * return          { report, series }, NULL for want of memory
 *
 * Of the series `weighed` is in hundredths and `difference`, column after
 * column, in hundredths of a sone/Bark: whole numbers are short.
 */
json_t *detail_make(const struct report *report);

/**
 * Score rows again, in several threads, for what tables do not hold
 * items           `count` of them
 * details         Return what detail_make() does, or { error }; NULL for want
 *                 of memory
 * return          0, or -1 after saying what is wrong
 */
int detail_score(const struct options *options, const struct item *const *items,
                 int count, json_t **details);

#endif /* OPINE_CLI_DETAIL_H */
