/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Track: the delay of each moment, from features every 8 ms
 *
 * A lag is a whole number of hops; hops of 8 ms are numbered from the beginning
 * of each signal. A path gives each hop of the degraded a lag.
 */
#ifndef OPINE_SRC_TRACK_H
#define OPINE_SRC_TRACK_H

#include "base/arena.h"
#include "base/fft.h"
#include "base/kernels.h"
#include "mono.h"

#define OPINE_TRACK_HOP_S 0.008
#define OPINE_TRACK_BANDS 20 /* 1.5 Cam wide, 80 to 8000 Hz */
#define OPINE_TRACK_EDGE                                                       \
    3 /* hops before and after that belong to a feature                        \
       */
#define OPINE_TRACK_OFFSETS 5
#define OPINE_TRACK_CLIP                                                       \
    0.55f /* costs are never above: hops of pure noise then                    \
             say nothing (design.md) */

/* The hops of a feature: -3, -1, 0, 1, 3 */
extern const int opine_track_offsets[OPINE_TRACK_OFFSETS];

/* Features of one signal. What two hops have in common is the correlation of
 * their bands' levels, each over five hops: -3, -1, 0, 1, 3. */
struct opine_features {
    int n;         /* hops */
    float *level;  /* (n + 2 EDGE) x BANDS dB above the floor, the first and
                      last hop repeated before and after */
    float *sum;    /* n: of a feature's values */
    float *norm;   /* n: of a feature without its mean, made a bit larger, so
                      that silence resembles nothing */
    float *weight; /* n: activity, 0.02 to 1 */
};

/**
 * Number of hops of a signal, 1 or more
 */
int opine_features_count(const struct opine_mono *mono);

/**
 * Make the features of a signal
 * mono            At 16 to 32 kHz, or at 8 kHz when the pair is
 */
OPINE_MUST_CHECK enum opine_status opine_features_make(
    struct opine_arena *arena, const struct opine_kernels *kernels,
    const struct opine_mono *mono, struct opine_features *features);

/**
 * How unlike a hop of the degraded is its counterpart at a lag
 * return          0 (alike) to 0.55, weighted by the hop's activity
 */
float opine_features_cost(const struct opine_features *ref,
                          const struct opine_features *deg, int hop, int lag);

/* What is known beforehand of how lags change */
struct opine_jump_cost {
    double jump; /* cost of a change, */
    double step; /* and of each hop of its size */
    double keep; /* a stretch stays if its cost is below this share of that
                    under its neighbour's lag */
};

/**
 * Find the cheapest path
 * lag             Around which to search, hops
 * path            Return a lag for each hop of the degraded
 */
OPINE_MUST_CHECK enum opine_status opine_track_search(
    struct opine_arena *arena, const struct opine_kernels *kernels,
    const struct opine_features *ref, const struct opine_features *deg, int lag,
    const struct opine_jump_cost *cost, int *path);

/**
 * Give stretches that do not explain their hops clearly better than a
 * neighbour's lag would that lag, the weakest first
 */
OPINE_MUST_CHECK enum opine_status
opine_track_prune(struct opine_arena *arena, const struct opine_features *ref,
                  const struct opine_features *deg,
                  const struct opine_jump_cost *cost, int *path);

#define OPINE_REFINER_REACH_S 0.0125

/* Correlation of short blocks of the waveform: a plan and its buffers */
struct opine_refiner {
    const struct opine_mono *ref, *deg; /* at one low rate */
    struct opine_fft fft;
    float *x, *r, *d, *sum;
};

OPINE_MUST_CHECK enum opine_status
opine_refiner_create(struct opine_refiner *refiner, struct opine_arena *arena,
                     const struct opine_kernels *kernels,
                     const struct opine_mono *ref,
                     const struct opine_mono *deg);
void opine_refiner_destroy(struct opine_refiner *refiner);

/**
 * Refine the lag of a stretch on the waveform
 * start, end      Samples of the degraded
 * lag             About right, samples
 * reach_s         How far from it to look, to OPINE_REFINER_REACH_S
 * return          The best within that
 *
 * Correlates in blocks, whitened by half.
 */
double opine_refiner_lag(const struct opine_refiner *refiner, int start,
                         int end, double lag, double reach_s);

/**
 * Refine a lag on one block of the waveform, by plain correlation
 * start, n        Samples of the degraded; those count that have a counterpart
 *                 at all lags
 * lag, reach_s    Where to look; at most 512 samples either way
 * return          The best within that; `lag` when nothing counts
 */
double opine_track_nudge(const struct opine_kernels *kernels,
                         const struct opine_mono *ref,
                         const struct opine_mono *deg, int start, int n,
                         double lag, double reach_s);

/* A line of lags: offset + slope * sample of the degraded */
struct opine_line {
    double offset, slope;
};

/* The delay as far as it is known */
struct opine_path {
    int is_one;   /* one lag explains the waveform */
    double match; /* correlation under these lags, -1 to 1 */
    double hop;   /* samples */
    int hops;
    const int *lag;         /* of each hop of the degraded, samples */
    struct opine_line line; /* that most of the waveform's proposals are near */
};

/**
 * Measure by how much the degraded's clock is the faster
 * return          In ppm; 0 when the delay does not shrink or grow steadily, or
 *                 not beyond the error of measurement
 */
double opine_clock_measure(const struct opine_kernels *kernels,
                           const struct opine_mono *ref,
                           const struct opine_mono *deg,
                           const struct opine_path *path);

/* How well a lag explains a stretch of the waveform */
struct opine_match {
    double cross; /* sum of ref x deg, */
    double ref;   /* of ref^2, */
    double deg;   /* and of deg^2 */
};

struct opine_match opine_track_match(const struct opine_kernels *kernels,
                                     const struct opine_mono *ref,
                                     const struct opine_mono *deg, int start,
                                     int end, double lag);

/**
 * Find the sample where one lag gives way to the next
 * sample          About right; return the best within `reach` of it
 */
void opine_track_boundary(const struct opine_mono *ref,
                          const struct opine_mono *deg, double before,
                          double after, int reach, int *sample);

#endif
