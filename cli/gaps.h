/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Gaps: moments of silence in the degraded recording where the reference
 * sounds, as lost packets leave them
 */

#ifndef OPINE_CLI_GAPS_H
#define OPINE_CLI_GAPS_H

#include "audio.h"

/**
 * Gaps in order, on the time axis of the reference
 */
struct gaps {
    int count;
    struct gap {
        double start_s;
        double end_s;
    } * gap;
};

/**
 * Find the gaps of at least 8 ms
 * from_s, to_s    Only those between these seconds of the reference
 * gaps            Return them, to be given to gaps_free()
 * return          0, or -1 when memory could not be had
 *
 * What was filled in, by repetition, noise or a guess, is no gap, and neither
 * is what a jump of the delay skipped.
 */
int gaps_find(const struct recording *reference,
              const struct recording *degraded,
              const struct opine_alignment *alignment, double from_s,
              double to_s, struct gaps *gaps);
void gaps_free(struct gaps *gaps);

#endif /* OPINE_CLI_GAPS_H */
