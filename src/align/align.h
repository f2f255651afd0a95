/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Align: where each moment of the degraded lies in the reference
 *
 * Delays are in samples at the pair's rate, positive when the degraded is late:
 * degraded[i + delay] belongs to reference[i].
 */
#ifndef OPINE_SRC_ALIGN_H
#define OPINE_SRC_ALIGN_H

#include "base/arena.h"
#include "base/kernels.h"
#include "mono.h"
#include "prepare.h"

/* A stretch of the degraded with one delay; samples */
struct opine_stretch {
    double start, end;
    double delay;
};

struct opine_aligned {
    double delay;        /* of the most of the degraded */
    double confidence;   /* of it: 0 (a guess) to 1 (certain) */
    int polarity;        /* 1, or -1 when inverted */
    double trimmed_head; /* samples of the reference before the degraded */
    double trimmed_tail; /* begins, and after it ends */
    double clock_ppm;    /* by which the degraded is faster; taken out */
    double axis;         /* samples as they came for one of these */
    int stretches;
    const struct opine_stretch *stretch; /* in order, without gaps, over the
                                            whole degraded */
};

/**
 * Find where the degraded lies in the reference
 * arena           Scratch memory, and where the stretches are kept
 * kernels         Of the context
 * pair            Prepared signals; when a clock drifts by more than a
 *                 millisecond the degraded is resampled to the other's
 * search          0 takes the delay as 0 and only measures the confidence
 * aligned         Return where things are
 */
OPINE_MUST_CHECK enum opine_status
opine_find_track(struct opine_arena *arena, const struct opine_kernels *kernels,
                 struct opine_prepared *pair, int search,
                 struct opine_aligned *aligned);

/**
 * Delay at a sample of the degraded
 */
double opine_delay_at(const struct opine_aligned *aligned, double sample);

/**
 * Describe an alignment in seconds and milliseconds
 * arena           Where the arrays are kept
 */
OPINE_MUST_CHECK enum opine_status
opine_describe_track(struct opine_arena *arena,
                     const struct opine_aligned *aligned, int rate_hz,
                     struct opine_alignment *alignment);

#define OPINE_RIVALS 32 /* looked at, at most */

/* A peak of the correlation */
struct opine_rival {
    double samples;
    int polarity;
};

/* A delay of the whole file */
struct opine_delay {
    double samples;
    double confidence; /* 0 to 1 */
    int polarity;
    int rivals; /* peaks nearly as high near it, and itself */
    struct opine_rival rival[OPINE_RIVALS];
};

/**
 * Find the one delay that explains most of the file
 * ref, deg        At one low rate
 * search          0: look at a delay of 0 only
 * delay           Return it, to a fraction of a sample of the low rate
 *
 * Cross-correlates both signals at 8 to 16 kHz with the spectrum whitened by
 * half, of a degraded over 40 s a sample of that length. Any delay at which
 * they overlap can be found.
 */
OPINE_MUST_CHECK enum opine_status
opine_find_delay(struct opine_arena *arena, const struct opine_kernels *kernels,
                 const struct opine_mono *ref, const struct opine_mono *deg,
                 int search, struct opine_delay *delay);

/**
 * Choose among rival peaks the one under which the band levels are nearest
 * ref, deg        At 16 kHz or more, or the pair's rate if that is lower
 * delay           Its delay and polarity are replaced by the rival's
 */
OPINE_MUST_CHECK enum opine_status
opine_choose_rival(struct opine_arena *arena,
                   const struct opine_kernels *kernels,
                   const struct opine_mono *ref, const struct opine_mono *deg,
                   struct opine_delay *delay);

#endif
