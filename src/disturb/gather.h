/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Gather: what the excerpts of a pair tell, until the whole is concluded
 *
 * Patterns come and go; of a frame of a channel 88 bytes are kept, so that the
 * whole is pooled in one go, however long the excerpts were. A short pair is
 * one excerpt.
 */
#ifndef OPINE_SRC_GATHER_H
#define OPINE_SRC_GATHER_H

#include "disturb.h"

struct opine_gathered_channel {
    struct opine_frame *frame;
    struct opine_loudest loudest;
    double pause; /* loudness: frames up to it are pauses */
    struct opine_mean lost, modulation, timbre;
    double *evidence; /* of regenerated sound, of `evidences` blocks */
    int evidences;
};

struct opine_gathered {
    struct opine_perceived all; /* the whole, but without patterns: levels of
                                   all frames, mean spectra */
    struct opine_gathered_channel *channel;
    struct opine_likeness *likeness; /* of each channel */
    struct opine_image image;
    struct opine_voices voices;
    float *change; /* of each frame: opine_material_change() */
    int identical;
    struct opine_draft *draft; /* of the series; NULL: not wanted */
};

/**
 * Make room
 * frames, start   Of the whole pair
 */
OPINE_MUST_CHECK enum opine_status
opine_gather_begin(struct opine_arena *arena, const struct opine_ear *ear,
                   const struct opine_config *config,
                   const struct opine_prepared *pair,
                   const struct opine_aligned *aligned, int frames,
                   const ptrdiff_t *start, struct opine_gathered *gathered);

/**
 * Find what is loudest; of all excerpts before any is added
 */
void opine_gather_survey(const struct opine_ear *ear,
                         const struct opine_perceived *excerpt,
                         struct opine_gathered *gathered);

/**
 * Add an excerpt
 * at              Its first frame that counts, among all
 */
OPINE_MUST_CHECK enum opine_status
opine_gather(struct opine_arena *arena, const struct opine_kernels *kernels,
             const struct opine_ear *ear, const struct opine_excerpt *excerpt,
             int at, struct opine_gathered *gathered);

/**
 * Add its envelopes, once opine_conclude() found the pauses
 */
OPINE_MUST_CHECK enum opine_status
opine_gather_envelopes(struct opine_arena *arena, const struct opine_ear *ear,
                       const struct opine_excerpt *excerpt,
                       struct opine_gathered *gathered);

#endif
