/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * What subcommands about one pair of recordings share
 */

#ifndef OPINE_CLI_PAIR_H
#define OPINE_CLI_PAIR_H

#include "options.h"

/**
 * Two recordings and what they are called
 */
struct pair {
    const char *reference_path;
    const char *degraded_path;
    const char *model;                           /* version of what scores it */
    const struct opine_calibration *calibration; /* or NULL: as shipped */
    struct recording reference;
    struct recording degraded;
};

/**
 * Check what the table of options cannot
 * return          0, or -1 after saying what is wrong
 */
int pair_check(const struct options *options);

/**
 * Read the pair that the operands name, and do a job with it
 * job             What to do with the recordings and a context that is set up
 *                 as the options say; its outcome is returned
 */
enum outcome pair_run(const struct options *options,
                      enum outcome (*job)(const struct options *options,
                                          const struct pair *pair,
                                          struct opine_context *context));

/**
 * Set up a context's configuration as the options say
 * pair            Its reference may end before --to
 */
void pair_configure(const struct options *options, const struct pair *pair,
                    struct opine_config *config);

/**
 * Describe a recording as far as it is known without scoring it
 */
struct opine_signal pair_describe(const struct recording *recording);

/**
 * Find out why a pair was not compared
 * reason          Return it
 * return          What to blame: one of the files, or an option
 */
const char *pair_blame(const struct options *options, const struct pair *pair,
                       enum opine_status status, struct reason *reason);

/**
 * Say why a pair was not compared, naming the file to blame
 * return          OUTCOME_FAILED, for the caller to return
 */
enum outcome pair_fail(const struct options *options, const struct pair *pair,
                       enum opine_status status);

/**
 * Say how a value misses a threshold, with as many digits as show it
 * how             "below" or "beyond"
 * unit            Behind both numbers: " ms"
 */
void pair_explain_gate(const struct pair *pair, const char *what, double value,
                       const char *how, double threshold, const char *unit);

/**
 * Apply the gates on the alignment
 * return          PASSED, or BELOW after saying which failed
 */
enum outcome pair_pass_gates(const struct options *options,
                             const struct pair *pair,
                             const struct opine_alignment *alignment);

#endif /* OPINE_CLI_PAIR_H */
