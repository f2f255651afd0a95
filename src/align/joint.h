/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Joint: where one track of a long pair gives way to the next
 */
#ifndef OPINE_SRC_JOINT_H
#define OPINE_SRC_JOINT_H

#include "align.h"

/**
 * Find the sample of the degraded from which on another track explains it
 * before, after   The tracks: their stretches
 * first, end      Between which it is
 * at              Return it, to 20 ms; left as it is when neither explains
 * anything
 */
OPINE_MUST_CHECK enum opine_status opine_joint_find(
    struct opine_arena *arena, const struct opine_kernels *kernels,
    const struct opine_prepared *pair, const struct opine_aligned *before,
    const struct opine_aligned *after, double first, double end, double *at);

#endif
