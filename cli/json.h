/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Parts of reports as JSON values; all return NULL for want of memory
 */

#ifndef OPINE_CLI_JSON_H
#define OPINE_CLI_JSON_H

#include "report.h"

#include <jansson.h>

/**
 * A number rounded to what it means; null when it is not known
 */
json_t *json_number(double value, int decimals);

/**
 * The recordings and the alignment, as an object of what report_align_json()
 * prints of them
 */
json_t *json_alignment(const struct report *report);

#endif /* OPINE_CLI_JSON_H */
