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

/* A frame of 10 ms of one channel, without the channel's mean */
struct opine_outline {
    float low, high; /* least and greatest sample */
    float sum;       /* as it came */
    double energy;   /* sum of squares */
};

/* What one look at all samples tells */
struct opine_survey {
    int size; /* samples of a frame */
    size_t frames;
    struct opine_outline *frame; /* of each channel, channel after channel */
};

/**
 * Look at a signal
 * arena           Where the survey is kept
 * planes          Return its means: not finite when a sample is not
 */
OPINE_MUST_CHECK enum opine_status
opine_look(struct opine_arena *arena, const struct opine_kernels *kernels,
           struct opine_planes *planes, int rate_hz,
           struct opine_survey *survey);

/**
 * Greatest magnitude in all channels
 */
double opine_peak(const struct opine_survey *survey, int channels);

/**
 * Mean square of all channels
 */
double opine_mean_square(const struct opine_survey *survey, int channels);

/**
 * Share of samples in flat tops
 * return          0 to 1, mean over channels
 *
 * Counts samples beyond 0.985 of their channel's greatest or least value that
 * have such a neighbour, in 10 ms frames within 40 dB of the loudest. Unclipped
 * files stay below 0.0004, clipped ones reach 0.002 to 0.5.
 */
double opine_flat_share(const struct opine_kernels *kernels,
                        const struct opine_planes *planes,
                        const struct opine_survey *survey);

#endif
