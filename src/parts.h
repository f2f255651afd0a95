/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Parts: a long pair is perceived and compared a minute at a time
 *
 * Twice: the level and the linear response of the whole are measured first, and
 * then taken out. A part sees some frames of its neighbours, so that nothing
 * begins anew at its edges; what it tells is gathered and concluded as a short
 * pair's is.
 */
#ifndef OPINE_SRC_PARTS_H
#define OPINE_SRC_PARTS_H

#include "disturb/disturb.h"

/**
 * Perceive a long pair and measure its disturbance
 * ear             For the pair's rate
 * pair, aligned   As they were prepared and aligned, the degraded's speed taken
 *                 out
 */
OPINE_MUST_CHECK enum opine_status opine_compare_parts(
    struct opine_arena *arena, const struct opine_kernels *kernels,
    const struct opine_ear *ear, const struct opine_config *config,
    const struct opine_prepared *pair, const struct opine_aligned *aligned,
    struct opine_disturbed *disturbed);

/**
 * Give a context other limits of what is long; only tests do
 */
void opine_limit(struct opine_context *context,
                 const struct opine_limits *limits);

#endif
