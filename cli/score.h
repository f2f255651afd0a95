/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * The subcommand `score`
 */

#ifndef OPINE_CLI_SCORE_H
#define OPINE_CLI_SCORE_H

#include "options.h"

/**
 * Score one pair: read both recordings, compare, report, apply the gates
 * options         With the two operands REF and DEG
 * return          PASSED, BELOW, USAGE or FAILED
 */
enum outcome score_run(const struct options *options);

#endif /* OPINE_CLI_SCORE_H */
