/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Reports as JSON values, for files that hold many
 */

#ifndef OPINE_CLI_JSON_H
#define OPINE_CLI_JSON_H

#include "report.h"

#include <jansson.h>

/**
 * A text; where bytes are no UTF-8 each byte beyond ASCII becomes U+FFFD
 * return          NULL for want of memory
 */
json_t *json_text(const char *text);

/**
 * What report_json() prints, as an object
 * return          NULL for want of memory
 */
json_t *json_score(const struct report *report);

#endif /* OPINE_CLI_JSON_H */
