/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Series: the difference over time and frequency, small enough to look at
 *
 * The score does not depend on it.
 */
#ifndef OPINE_SRC_SERIES_H
#define OPINE_SRC_SERIES_H

#include "disturb.h"

struct opine_draft; /* a series under construction */

/**
 * Begin one
 * arena           Where it is kept
 * pair, aligned   For the time axis of the degraded
 * all             All frames: their number and where they start
 */
OPINE_MUST_CHECK enum opine_status opine_draft_begin(
    struct opine_arena *arena, const struct opine_ear *ear,
    const struct opine_prepared *pair, const struct opine_aligned *aligned,
    const struct opine_perceived *all, struct opine_draft **draft);

/**
 * Add an excerpt of one channel
 * at              Its first frame that counts, among all
 * frame           All of the channel's
 */
void opine_draft_add(struct opine_draft *draft, const struct opine_ear *ear,
                     const struct opine_excerpt *excerpt, int channel, int at,
                     const struct opine_frame *frame);

/**
 * End it
 * gathered        All frames
 * disturbed       Return the series and the density of its seconds
 */
OPINE_MUST_CHECK enum opine_status
opine_draft_end(struct opine_arena *arena,
                const struct opine_gathered *gathered,
                struct opine_disturbed *disturbed);

#endif
