/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Mono: what the alignment looks at, one channel at a low rate
 */
#ifndef OPINE_SRC_MONO_H
#define OPINE_SRC_MONO_H

#include "base/arena.h"
#include "base/kernels.h"
#include "prepare.h"

struct opine_mono {
    float *x;
    int n;
    int factor; /* samples of the pair for one of these */
    double rate_hz;
};

/**
 * What it will be: all but the samples
 */
void opine_mono_shape(const struct opine_planes *planes, int rate_hz,
                      int least_hz, struct opine_mono *mono);

/**
 * Add up the channels of a signal and lower its rate by a whole factor
 * rate_hz         Of the view
 * least_hz        Least rate of the result, which is below twice that
 * mono            Return it; x is in the arena
 *
 * Both signals of a pair are delayed alike, by less than a millisecond.
 */
OPINE_MUST_CHECK enum opine_status
opine_mono_make(struct opine_arena *arena, const struct opine_kernels *kernels,
                const struct opine_planes *view, int rate_hz, int least_hz,
                struct opine_mono *mono);

/**
 * Lower the rate of such a signal further, by a whole factor
 */
OPINE_MUST_CHECK enum opine_status
opine_mono_lower(struct opine_arena *arena, const struct opine_kernels *kernels,
                 const struct opine_mono *from, int factor,
                 struct opine_mono *mono);

/* The same part by part: signals of any length in little memory */
struct opine_lower {
    const struct opine_kernels *kernels;
    struct opine_planes planes;
    float *taps;
    int factor;
    int n; /* samples of the result */
};

struct opine_planes opine_mono_planes(const struct opine_mono *mono);

OPINE_MUST_CHECK enum opine_status
opine_lower_create(struct opine_lower *lower, struct opine_arena *arena,
                   const struct opine_kernels *kernels,
                   const struct opine_planes *planes, int factor);

/**
 * Some samples at the lower rate
 * first           Of the result, not negative
 * y               Return `count` samples, zeros beyond the end
 */
void opine_lower_run(const struct opine_lower *lower, int first, int count,
                     float *y);

/* Values on each side of a peak that interpolation looks at */
#define OPINE_PEAK_REACH 12

/**
 * Distance from a peak's sample to its top, -1 to 1
 * near            Values around the peak, which is near[OPINE_PEAK_REACH + 1]:
 *                 2 OPINE_PEAK_REACH + 3 of them; positive at the peak
 *
 * Interpolates with a Hann-windowed sinc.
 */
double opine_peak_top(const float *near);

#endif
