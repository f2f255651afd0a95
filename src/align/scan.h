/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Scan: where a part of the reference lies in a long degraded recording
 *
 * Compares how their levels move, at 62.5 Hz, which takes 2 KB a second.
 */
#ifndef OPINE_SRC_SCAN_H
#define OPINE_SRC_SCAN_H

#include "base/arena.h"
#include "base/fft.h"
#include "base/kernels.h"
#include "prepare.h"

#define OPINE_SCAN_HOP_S 0.016
#define OPINE_SCAN_ROWS  2 /* the level, and that of its highs */

/* How the levels of one signal move */
struct opine_levels {
    int n;
    float *row[OPINE_SCAN_ROWS];
};

struct opine_scan {
    struct opine_fft fft;
    struct opine_levels ref, deg;
    float *deg_spectrum[OPINE_SCAN_ROWS];
    float *x, *spectrum, *sum;
};

/**
 * Read both signals once
 */
OPINE_MUST_CHECK enum opine_status
opine_scan_create(struct opine_scan *scan, struct opine_arena *arena,
                  const struct opine_kernels *kernels,
                  const struct opine_prepared *pair);
void opine_scan_destroy(struct opine_scan *scan);

/**
 * Find the likeliest delay of a part of the reference
 * first_s, end_s  Of the part
 * return          Seconds; right to 0.1 s, or wrong altogether
 */
double opine_scan_find(struct opine_scan *scan, double first_s, double end_s);

#endif
