/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * The subcommand `fit`
 */

#ifndef OPINE_CLI_FIT_H
#define OPINE_CLI_FIT_H

#include "options.h"

/**
 * Fit the map to listening tests, and write a model file
 * options         With the tables of ratings as operands
 * return          PASSED, USAGE, FAILED, or PARTIAL when a row had no score:
 *                 then nothing is written
 */
enum outcome fit_run(const struct options *options);

/* --- solver.c --- */

/**
 * A rating to fit to
 */
struct sample {
    double disturbance;
    double heard; /* MOS */
    double top;   /* of the scale in its band */
    double weight;
};

/**
 * Score of a disturbance
 */
double curve_at(const struct opine_curve *curve, double top,
                double disturbance);

/**
 * Least squares of weighted samples (Levenberg and Marquardt, on the logarithms
 * of the two numbers, so that the curve always falls)
 */
struct opine_curve curve_fit(const struct sample *sample, int count);

#endif /* OPINE_CLI_FIT_H */
