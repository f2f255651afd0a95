/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPINE_CLI_BATCH_H
#define OPINE_CLI_BATCH_H

#include "options.h"

/**
 * opine batch MANIFEST: score all pairs of a manifest
 */
enum outcome batch_run(const struct options *options);

/**
 * opine merge PART...: join results of parts of a manifest
 */
enum outcome merge_run(const struct options *options);

#endif /* OPINE_CLI_BATCH_H */
