/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPINE_CLI_GATE_H
#define OPINE_CLI_GATE_H

#include "options.h"

/**
 * opine gate MANIFEST: hold a suite to its thresholds, and with --baseline FILE
 * to earlier scores
 */
enum outcome gate_run(const struct options *options);

/**
 * opine compare A B: compare two tables of results
 */
enum outcome compare_run(const struct options *options);

#endif /* OPINE_CLI_GATE_H */
