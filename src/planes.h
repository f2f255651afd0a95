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
    ptrdiff_t shift; /* sample 0 is this one of what lies there */
    size_t from;     /* samples before are not there: taken as zeros */
};

/**
 * View a part as a signal of its own
 */
static inline struct opine_planes
opine_planes_part(const struct opine_planes *planes, size_t first, size_t n)
{
    struct opine_planes part = *planes;

    part.shift += (ptrdiff_t)first;
    part.from = 0;
    part.n = n;
    return part;
}

/**
 * Fetch samples of a channel without its mean
 * first, n        Inside of the signal
 * y               Return them
 */
static inline void opine_planes_load(const struct opine_planes *planes,
                                     const struct opine_kernels *kernels,
                                     int channel, size_t first, int n, float *y)
{
    ptrdiff_t at = (ptrdiff_t)first + planes->shift;

    if (planes->fetch)
        opine_fetch_load(planes->fetch, kernels, channel, (size_t)at, n,
                         planes->means[channel], y);
    else
        kernels->load(y, planes->x[channel] + at * planes->step, planes->step,
                      planes->means[channel], n);
}

#endif
