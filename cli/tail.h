/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * The tail of a recording: its worse seconds, which the score of all may hide
 *
 * A second's score is what all would get if it were like that second.
 */

#ifndef OPINE_CLI_TAIL_H
#define OPINE_CLI_TAIL_H

#include "opine.h"

#include <jansson.h>

/**
 * Numbers are NAN, and seconds 0, where they are not known
 */
struct tail {
    int seconds;      /* that are no pauses */
    double p10;       /* 10th percentile of their scores */
    double bad;       /* how many are below 3.5 */
    double worst_mos; /* of the worst, */
    double worst_s;   /* and where it begins in the degraded recording */
};

/**
 * Find the tail of a series; NULL: there is none
 */
struct tail tail_find(const struct opine_series *series);

/**
 * As an object of JSON, and back; what is no such object is not known
 */
json_t *tail_object(const struct tail *tail);
struct tail tail_read(const json_t *object);

#endif /* OPINE_CLI_TAIL_H */
