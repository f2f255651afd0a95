/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Planes: the channels of a signal, wherever they lie
 *
 * Nothing is copied: samples are fetched a block at a time, which costs less
 * than the pages of a copy.
 */
#ifndef OPINE_SRC_PLANES_H
#define OPINE_SRC_PLANES_H

#include "base/kernels.h"
#include "fetch.h"

#define OPINE_CHANNELS_MAX 64

struct opine_planes {
    const float *x[OPINE_CHANNELS_MAX]; /* x[c][i step], channel c */
    ptrdiff_t step;
    int channels;
    size_t n;                        /* samples per channel */
    float means[OPINE_CHANNELS_MAX]; /* of each channel, to be taken out */
    struct opine_fetch *fetch;       /* where x is not in memory; else NULL */
};

/**
 * Fetch samples of a channel without its mean
 * first, n        Inside of the signal
 * y               Return them
 */
static inline void opine_planes_load(const struct opine_planes *planes,
                                     const struct opine_kernels *kernels,
                                     int channel, size_t first, int n, float *y)
{
    if (planes->fetch)
        opine_fetch_load(planes->fetch, kernels, channel, first, n,
                         planes->means[channel], y);
    else
        kernels->load(y, planes->x[channel] + (ptrdiff_t)first * planes->step,
                      planes->step, planes->means[channel], n);
}

#endif
