/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * The subcommand `align`
 */

#ifndef OPINE_CLI_ALIGN_H
#define OPINE_CLI_ALIGN_H

#include "options.h"

/**
 * Align one pair: read both recordings, find the delay, report or draw it,
 * apply the gates options         With the two operands REF and DEG return
 * PASSED, BELOW, USAGE or FAILED
 */
enum outcome align_run(const struct options *options);

#endif /* OPINE_CLI_ALIGN_H */
