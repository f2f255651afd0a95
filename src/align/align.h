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
    double clock_ppm;    /* by which the degraded is faster */
    double speed;        /* of it as it came, relative to the samples here: the
                            caller has to resample it by this, 1 when not */
    int stretches;
    const struct opine_stretch *stretch; /* in order, without gaps, over the
                                            whole degraded */
};

/**
 * Find where the degraded lies in the reference
 * arena           Scratch memory, and where the stretches are kept
 * kernels         Of the context
 * pair            Signals; when a clock drifts by more than a millisecond they
 *                 are aligned as if the degraded were resampled to the other's
 * search          0 takes the delay as 0 and only measures the confidence
 * aligned         Return where things are
 */
OPINE_MUST_CHECK enum opine_status
opine_find_track(struct opine_arena *arena, const struct opine_kernels *kernels,
                 const struct opine_pair *pair, int search,
                 struct opine_aligned *aligned);

/**
 * The same for a long pair, part by part
 * pair            As it was prepared
 */
OPINE_MUST_CHECK enum opine_status
opine_chain_track(struct opine_arena *arena,
                  const struct opine_kernels *kernels,
                  const struct opine_prepared *pair, int search,
                  struct opine_aligned *aligned);

/**
 * Align once, whatever the clocks
 * stretch         Room for one every 4 ms of the degraded; return those of
 *                 `aligned`
 */
OPINE_MUST_CHECK enum opine_status
opine_find_once(struct opine_arena *arena, const struct opine_kernels *kernels,
                const struct opine_pair *pair, int search,
                struct opine_stretch *stretch, struct opine_aligned *aligned);

/**
 * The delay that holds for most of the degraded
 */
double opine_prevailing(const struct opine_stretch *stretch, int count);

/**
 * By which the rate of a pair is lowered to be aligned
 */
int opine_mono_factor(int rate_hz);

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

/* What the search for it needs of the reference alone: spectra of blocks and
 * their mean power; in an arena, NULL until made */
struct opine_blocks {
    float *spectra, *power;
};

/* What the alignment begins with, of the reference alone */
struct opine_outset {
    struct opine_mono mono; /* softened; no samples: not made */
    struct opine_blocks blocks;
};

/* A search for the one delay that explains most of the file: cross-correlates
 * both signals at 8 to 16 kHz with the spectrum whitened by half, of a degraded
 * over 40 s a sample of that length. */
struct opine_correlator;

/**
 * Bytes of the blocks of a reference
 */
size_t opine_blocks_bytes(const struct opine_mono *ref);

/**
 * Make the spectra of both signals
 * ref, deg        At one low rate; no longer looked at afterwards
 * keep, blocks    Those of the reference; returned, in that arena, where they
 * are not made yet. `ref` is then looked at, else its length alone
 */
OPINE_MUST_CHECK enum opine_status opine_correlator_create(
    struct opine_correlator **correlator, struct opine_arena *arena,
    const struct opine_kernels *kernels, const struct opine_mono *ref,
    const struct opine_mono *deg, struct opine_arena *keep,
    struct opine_blocks *blocks);
void opine_correlator_destroy(struct opine_correlator *correlator);

/* Where to look for the delay */
enum opine_reach {
    OPINE_REACH_NONE, /* it is 0 */
    OPINE_REACH_NEAR, /* less than 0.44 s, at a tenth of the cost */
    OPINE_REACH_ANY   /* wherever they overlap */
};

/**
 * Find the delay, to a fraction of a sample of the low rate
 */
void opine_correlator_find(struct opine_correlator *correlator,
                           enum opine_reach reach, struct opine_delay *delay);

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
