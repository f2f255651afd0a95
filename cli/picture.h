/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Pictures, since people look rather than read
 */

#ifndef OPINE_CLI_PICTURE_H
#define OPINE_CLI_PICTURE_H

#include "report.h"
#include "svg.h"

/**
 * Draw where the degraded recording lies in the reference, as SVG
 * stream          Whether it could be written shows when it is flushed
 * report          Its alignment with sections and jumps
 * reference       Interleaved, as the next
 *
 * Above, both waveforms over the degraded's time, the reference where the
 * alignment puts it: what belongs together stands face to face. Below, the
 * delay, with its jumps.
 */
void picture_track(FILE *stream, const struct report *report,
                   const struct recording *reference,
                   const struct recording *degraded);

/**
 * Scale an axis of delays: there is room above and below, and never so little
 * that a hundredth of a millisecond looks like a jump
 * from, to        Pixels of its ends
 */
struct svg_scale picture_delay_scale(const struct opine_alignment *alignment,
                                     double from, double to);

#endif /* OPINE_CLI_PICTURE_H */
