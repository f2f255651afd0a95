/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Level: what can be told from one signal alone
 */
#ifndef OPINE_SRC_LEVEL_H
#define OPINE_SRC_LEVEL_H

#include "base/arena.h"
#include "base/kernels.h"
#include "planes.h"

/* Limits that the public header promises */
#define OPINE_RATE_MIN_HZ 8000
#define OPINE_RATE_MAX_HZ 192000

/* Lower and upper edge of a band */
struct opine_edges {
    double low_hz, high_hz;
};

/**
 * Edges of what a band promises the listener
 */
struct opine_edges opine_band_edges(enum opine_band band);

/**
 * Active level after ITU-T P.56, method B
 * rate_hz         Of the signal
 * band            Narrower bands than fb are measured behind a filter
 * return          In dBov, 0 for a full-scale square wave; -INFINITY for
 *                 silence
 *
 * Of several channels the root of the mean square is taken, sample by sample.
 */
double opine_active_level(const struct opine_kernels *kernels,
                          const struct opine_planes *planes, int rate_hz,
                          enum opine_band band);

/**
 * Share of samples in flat tops
 * arena           Scratch memory
 * share           Return it, 0 to 1, mean over channels
 *
 * Counts samples beyond 0.985 of their channel's greatest or least value that
 * have such a neighbour, in 10 ms frames within 40 dB of the loudest. Unclipped
 * files stay below 0.0004, clipped ones reach 0.002 to 0.5.
 */
OPINE_MUST_CHECK enum opine_status
opine_flat_share(struct opine_arena *arena, const struct opine_kernels *kernels,
                 const struct opine_planes *planes, int rate_hz, double *share);

/**
 * Greatest magnitude in all channels
 */
double opine_peak(const struct opine_kernels *kernels,
                  const struct opine_planes *planes);

#endif
