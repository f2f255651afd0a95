/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Model files: what `opine fit` writes and `--model` reads
 */

#ifndef OPINE_CLI_MODEL_H
#define OPINE_CLI_MODEL_H

#include "opine.h"

#include <stdio.h>

/**
 * Read a model file
 * path            NULL: none; then only `version` is set, the shipped model's
 * return          0, or -1 after saying what is wrong
 */
int model_load(const char *path, struct opine_calibration *calibration);

/**
 * Where the numbers come from, for people
 */
struct model_source {
    const char *path;
    int rows;
    double rmse; /* of its rows, fitted without it */
};

/**
 * Write a model file
 * return          0, or -1 when memory could not be had
 */
int model_write(FILE *stream, const struct opine_calibration *calibration,
                const struct model_source *source, int sources);

#endif /* OPINE_CLI_MODEL_H */
