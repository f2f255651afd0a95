/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * From the time axis of the reference to that of the degraded recording
 */

#ifndef OPINE_CLI_PLACE_H
#define OPINE_CLI_PLACE_H

#include "audio.h"

/**
 * Find where a moment of the reference lies in the degraded recording
 * section         Which section it lies in; begin with 0, then give it again
 *                 as long as the moments rise
 * reference_s     May lie outside of the reference
 * return          Time in the degraded recording; where the moment was lost,
 *                 that of what follows it. Beyond the end there is an end of
 *                 the recording, but none of this time.
 */
double place_find(const struct opine_alignment *alignment, int *section,
                  double reference_s);

/**
 * Find where a jump lies in the reference
 * return          Its time in seconds
 */
double place_jump(const struct opine_alignment *alignment, int jump);

/**
 * View a part of a recording, as far as it is there
 * from_s, to_s    In seconds; the part may be empty
 * return          A view, not to be given to audio_free()
 */
struct recording place_slice(const struct recording *recording, double from_s,
                             double to_s);

#endif /* OPINE_CLI_PLACE_H */
