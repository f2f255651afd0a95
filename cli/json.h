/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Reports and their parts as JSON values; all return NULL for want of memory
 */

#ifndef OPINE_CLI_JSON_H
#define OPINE_CLI_JSON_H

#include "report.h"

#include <jansson.h>

/**
 * A text; where bytes are no UTF-8 each byte beyond ASCII becomes U+FFFD
 */
json_t *json_text(const char *text);

/**
 * A number rounded to what it means; null when it is not known
 */
json_t *json_number(double value, int decimals);

/**
 * What report_json() prints, as an object
 */
json_t *json_score(const struct report *report);

/**
 * The recordings and the alignment, as an object of what report_align_json()
 * prints of them
 */
json_t *json_alignment(const struct report *report);

#endif /* OPINE_CLI_JSON_H */
