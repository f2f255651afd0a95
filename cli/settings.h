/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * What one row of a manifest is scored with
 */

#ifndef OPINE_CLI_SETTINGS_H
#define OPINE_CLI_SETTINGS_H

#include "manifest.h"

/**
 * Apply a row's settings
 */
struct options settings_of(const struct options *common,
                           const struct item *item);

/**
 * The layout of headerless samples: their own, or else the common one
 */
const struct raw_format *settings_raw(const struct raw_format *own,
                                      const struct raw_format *common);

/**
 * Write down all that a score depends on beside the files and the model
 * return          To be freed, or NULL
 */
char *settings_describe(const struct options *options);

#endif /* OPINE_CLI_SETTINGS_H */
