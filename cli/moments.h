/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Moments of a recording, by what they cost
 */

#ifndef OPINE_CLI_MOMENTS_H
#define OPINE_CLI_MOMENTS_H

#include "opine.h"

/**
 * Weigh a series as scores do: disturbance by loudness, pauses not at all
 * weighed         Return a number for each column, 0 or more
 * return          The column that weighs most
 */
int moments_weigh(const struct opine_series *series, double *weighed);

#endif /* OPINE_CLI_MOMENTS_H */
