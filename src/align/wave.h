/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Wave: the delay of each moment, from the waveform itself
 *
 * Where the degraded is still the same wave, its short pieces tell the delay to
 * a sample, through noise of 10 dB. Blocks propose the lags at which they match
 * anywhere within reach; a path then chooses among what was proposed nearby;
 * what it found must be confirmed. Time is linear in the duration.
 */
#ifndef OPINE_SRC_WAVE_H
#define OPINE_SRC_WAVE_H

#include "align.h"
#include "base/arena.h"
#include "base/kernels.h"
#include "mono.h"
#include "track.h"

#define OPINE_WAVE_HOP_S 0.004

/* Correlation over the whole from which on the waveform decides; below it, as
 * with vocoders, features do. */
#define OPINE_WAVE_TRUSTED 0.4

/* What is compared */
struct opine_wave {
    const struct opine_kernels *kernels;
    const struct opine_mono *ref, *deg; /* at one low rate */
    double sign;                        /* -1 when the degraded is inverted */
};

/* A lag at which a block of the degraded matches */
struct opine_proposal {
    int time;    /* its middle, samples of the degraded */
    int lag;     /* samples */
    float match; /* -1 to 1; negative when it is inverted */
};

struct opine_proposals {
    int n;
    struct opine_proposal *at; /* by time */
};

/**
 * Collect proposals
 * wave            Return its sign: that of most blocks
 * lag             About which to look, samples
 */
OPINE_MUST_CHECK enum opine_status
opine_wave_propose(struct opine_arena *arena, struct opine_wave *wave,
                   double lag, struct opine_proposals *proposals);

/**
 * Find the cheapest path through the proposals
 * lag             Proposed everywhere, samples
 * stretch         Return its stretches, cut between hops of 4 ms
 */
OPINE_MUST_CHECK enum opine_status
opine_wave_follow(struct opine_arena *arena, const struct opine_wave *wave,
                  int lag, const struct opine_proposals *proposals,
                  struct opine_stretch **stretch, int *count);

/**
 * Find the line that most proposals are near to
 * return          Whether the degraded has another tempo, by 1.5 to 20 %: a
 * line with that slope is near to many more proposals than any without
 */
int opine_wave_line(const struct opine_wave *wave,
                    const struct opine_proposals *proposals,
                    struct opine_line *line);

/**
 * Find the cheapest path within 16 ms of a line, as opine_wave_follow()
 */
OPINE_MUST_CHECK enum opine_status
opine_wave_slide(struct opine_arena *arena, const struct opine_wave *wave,
                 const struct opine_line *line, struct opine_stretch **stretch,
                 int *count);

/* The stretch that was best when a hop began: where a jump there came from */
struct opine_origin {
    int lag, start, parent; /* hops */
};

/**
 * Stretches from the last one back
 */
OPINE_MUST_CHECK enum opine_status
opine_wave_trace(struct opine_arena *arena, const struct opine_wave *wave,
                 const struct opine_origin *origin, struct opine_origin last,
                 struct opine_stretch **stretch, int *count);

/**
 * Make one of neighbours of one delay; returns how many stretches are left
 */
int opine_wave_merge(const struct opine_wave *wave,
                     struct opine_stretch *stretch, int count);

/**
 * Correlation of the two under the delays of the stretches, -1 to 1
 */
double opine_wave_correlation(const struct opine_wave *wave,
                              const struct opine_stretch *stretch, int count);

/**
 * Take back the jumps that the waveform does not confirm; does nothing where it
 * cannot be trusted
 * count           Return how many stretches are left
 */
OPINE_MUST_CHECK enum opine_status
opine_wave_confirm(struct opine_arena *arena, const struct opine_wave *wave,
                   struct opine_stretch *stretch, int *count);

/* What one delay does not explain */
struct opine_followed {
    int count; /* 1: one delay is as good */
    struct opine_stretch *stretch;
    int polarity;
    double match; /* correlation under it; 0 when features decided */
    struct opine_path path;
};

/**
 * Find stretches of one delay each, on the waveform, or on features where it
 * says nothing
 * ref, deg        At 16 to 32 kHz, or at 8 kHz when the pair is
 * delay           Of most of the file; replaced by a rival when features decide
 * followed        Return them
 */
OPINE_MUST_CHECK enum opine_status
opine_follow(struct opine_arena *arena, const struct opine_kernels *kernels,
             const struct opine_mono *ref, const struct opine_mono *deg,
             struct opine_delay *delay, struct opine_followed *followed);

#endif
