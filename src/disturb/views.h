/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Views: what else there is to see in the patterns, beside the density
 *
 * A long pair comes in excerpts. A view is surveyed over all of them first, as
 * what is quiet is so beside the whole; then it adds up each excerpt.
 */
#ifndef OPINE_SRC_VIEWS_H
#define OPINE_SRC_VIEWS_H

#include "ear/ear.h"

/* Some frames of a pair; those around the ones that count are only seen */
struct opine_excerpt {
    const struct opine_perceived *perceived;
    int first, end; /* frames that count, the first of a block */
};

/* What is loudest in a channel, as powers that came */
struct opine_loudest {
    double frame;             /* of the reference, */
    double block, block_band; /* where voices are, */
    double ref, deg;          /* and a band of a frame of either */
};

struct opine_mean {
    double sum;
    int count;
};

struct opine_frame;

/**
 * Survey an excerpt of one channel
 * loudest         What is raised
 */
void opine_structure_survey(const struct opine_ear *ear,
                            const struct opine_heard *heard, int frames,
                            struct opine_loudest *loudest);
void opine_regenerated_survey(const struct opine_ear *ear,
                              const struct opine_heard *heard, int blocks,
                              struct opine_loudest *loudest);
void opine_envelope_survey(const struct opine_ear *ear,
                           const struct opine_heard *heard, int frames,
                           struct opine_loudest *loudest);

/**
 * Count the just noticeable steps between the patterns of one channel
 * frame           Return their number in each frame
 */
void opine_steps(const struct opine_ear *ear, const struct opine_heard *heard,
                 int frames, struct opine_frame *frame);

/**
 * Compare the patterns of one channel as pictures
 * lost            Add 1 less the structural similarity, 0 to 1, of each frame
 * return          Of opine_structure_lost(): the mean, 0 when only rounded
 */
void opine_structure_add(const struct opine_ear *ear,
                         const struct opine_excerpt *excerpt, int channel,
                         const struct opine_loudest *loudest,
                         struct opine_mean *lost);
double opine_structure_lost(const struct opine_mean *lost);

/**
 * Look for fine structure that was made anew, in one channel
 * value           Return the evidence of each loud block, 0 to 1
 * return          Their number; of opine_regenerated_evidence(): what holds for
 *                 them together
 */
int opine_regenerated_add(const struct opine_ear *ear,
                          const struct opine_excerpt *excerpt, int channel,
                          const struct opine_loudest *loudest, double *value);
double opine_regenerated_evidence(double *value, int count);

/* How the stereo image changed: 0 (not, or no stereo) to 1 */
struct opine_image {
    double loudest; /* frame of the reference, power */
    double change, weight;
};

/**
 * Survey an excerpt, add it, and take the mean
 */
void opine_image_survey(const struct opine_perceived *perceived,
                        struct opine_image *image);
void opine_image_add(const struct opine_ear *ear,
                     const struct opine_excerpt *excerpt,
                     struct opine_image *image);
double opine_image_change(const struct opine_image *image);

/* How alike the patterns of one channel move over time: sums of their shapes
 * and of products */
struct opine_likeness {
    double ref[OPINE_EAR_BANDS], deg[OPINE_EAR_BANDS];
    double rr, dd, rd;
    int frames;
};

/**
 * Add an excerpt of one channel, and correlate all channels: 0 to 1
 */
void opine_likeness_add(const struct opine_kernels *kernels,
                        const struct opine_excerpt *excerpt, int channel,
                        struct opine_likeness *likeness);
double opine_similarity(const struct opine_likeness *likeness, int channels);

/**
 * Compare the envelopes of one channel, whatever became of the fine structure
 * pause           Loudness: frames up to it are pauses
 * modulation      Add |ln| of the ratio of their energies of modulation from 1
 *                 to 3 Hz, of each band and frame
 * timbre          Add the distance of their cepstra, dB, of each frame
 */
OPINE_MUST_CHECK enum opine_status
opine_envelope_add(struct opine_arena *arena, const struct opine_ear *ear,
                   const struct opine_excerpt *excerpt, int channel,
                   const struct opine_loudest *loudest, double pause,
                   struct opine_mean *modulation, struct opine_mean *timbre);

/* Moments at which both signals have a voice */
struct opine_voices {
    double loudest; /* window of the reference so far, an energy */
    int voiced;
    int off; /* by more than half a semitone */
};

/**
 * Compare the pitch of voices, and take the share of those that are off
 * views           Both signals, or a part of them
 * ref_at, deg_at  Their first samples in the whole
 * return          NAN when there are too few voices
 */
OPINE_MUST_CHECK enum opine_status
opine_pitch_add(struct opine_arena *arena, const struct opine_kernels *kernels,
                const struct opine_pair *views,
                const struct opine_aligned *aligned, ptrdiff_t ref_at,
                ptrdiff_t deg_at, struct opine_voices *voices);
double opine_pitch_share(const struct opine_voices *voices);

#endif
