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
#include "prepare.h"

/* A stretch of the degraded with one delay */
struct opine_section {
    double start, end; /* samples of the degraded */
    double delay;
};

struct opine_alignment {
    double delay;        /* of the file as a whole */
    double confidence;   /* of it: 0 (a guess) to 1 (certain) */
    int polarity;        /* 1, or -1 when inverted */
    double trimmed_head; /* samples of the reference before the degraded */
    double trimmed_tail; /* begins, and after it ends */
    int sections;
    const struct opine_section *section; /* in order, without gaps, over the
                                            whole degraded */
};

/**
 * Align a pair
 * arena           Scratch memory, and where the sections are kept
 * kernels         Of the context
 * pair            Prepared signals
 * search          0 takes the delay as 0 and only measures the confidence
 * alignment       Return where things are
 */
OPINE_MUST_CHECK enum opine_status
opine_align(struct opine_arena *arena, const struct opine_kernels *kernels,
            const struct opine_prepared *pair, int search,
            struct opine_alignment *alignment);

/* A delay of the whole file */
struct opine_delay {
    double samples;
    double confidence; /* 0 to 1 */
    int polarity;
};

/**
 * Find the one delay that explains most of the file
 * search          0: look at a delay of 0 only
 * delay           Return it, to a fraction of a sample
 *
 * Cross-correlates both signals at about 8 kHz with the spectrum whitened by
 * half. Any delay at which they overlap can be found.
 */
OPINE_MUST_CHECK enum opine_status
opine_find_delay(struct opine_arena *arena, const struct opine_kernels *kernels,
                 const struct opine_prepared *pair, int search,
                 struct opine_delay *delay);

#endif
