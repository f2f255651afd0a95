/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * What is said in the same words in reports and pictures
 */

#ifndef OPINE_CLI_PHRASE_H
#define OPINE_CLI_PHRASE_H

#include "report.h"

struct phrase {
    char text[120];
};

/**
 * Put something about an alignment into words
 * phrase_answer      In one line: "3 jumps: 40.0 ms lost, 20.0 ms inserted",
 *                    or the delay when there is no jump
 * phrase_delay       "12.34 ms late, confidence 0.98"
 * phrase_jumps       "40.0 ms lost, 20.0 ms inserted"
 * phrase_clock       "12.0 ppm slow", empty when it is right
 * phrase_time_scale  "1.0500, longer", empty when it is 1
 */
struct phrase phrase_answer(const struct report *report);
struct phrase phrase_delay(const struct report *report);
struct phrase phrase_jumps(const struct opine_alignment *alignment);
struct phrase phrase_clock(const struct opine_alignment *alignment);
struct phrase phrase_time_scale(const struct opine_alignment *alignment);

#endif /* OPINE_CLI_PHRASE_H */
