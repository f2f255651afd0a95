/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Disturb: from two loudness patterns to one disturbance and its causes
 *
 * Each cell of frame and band has a density of disturbance, and belongs to
 * exactly one cause. The density is pooled once. Pooling is homogeneous of
 * degree one, so each cell's value times its gradient is its part of the whole
 * (Euler), and the causes' parts add up to it.
 */
#ifndef OPINE_SRC_DISTURB_H
#define OPINE_SRC_DISTURB_H

#include "ear/ear.h"

/* Evidence of regenerated sound, from where on it counts at all. Conventional
 * material stays below 0.09 but for codecs at their lowest rates, for which
 * both views agree; vocoders and neural codecs begin at 0.12. */
#define OPINE_REGENERATED_LEAST 0.09

/* Causes that cells can belong to: OPINE_NOISE to OPINE_BANDWIDTH */
#define OPINE_CELL_CAUSES (OPINE_BANDWIDTH + 1)

struct opine_disturbed {
    double total;                    /* pooled disturbance, 0 or more */
    double share[OPINE_CELL_CAUSES]; /* of each cause in it, sum 1 or 0 */
    double similarity;               /* of the patterns, 0 to 1 */
    double flat;                     /* share of flat tops that were added */
    struct opine_views view;
    double value[OPINE_CAUSES]; /* what reports show; NAN if unknown */
    double reference_cutoff_hz; /* where the reference's band ends */
    int identical;              /* no cell differs at all */
};

/**
 * Measure the disturbance between two recordings
 * arena           Scratch memory
 * pair, aligned   For what is measured on the signals: flat tops, pitch
 * perceived       The patterns
 * all_views       Look at the envelope and the pitch without evidence, too
 * disturbed       Return the numbers
 */
OPINE_MUST_CHECK enum opine_status
opine_disturb(struct opine_arena *arena, const struct opine_kernels *kernels,
              const struct opine_ear *ear, const struct opine_prepared *pair,
              const struct opine_aligned *aligned,
              const struct opine_perceived *perceived, int all_views,
              struct opine_disturbed *disturbed);

/**
 * A channel's part in what is measured, 0 to 1: channels count by loudness
 */
double opine_channel_weight(const struct opine_perceived *perceived,
                            int channel);

/**
 * Summarise the difference over time, for those who want to see it
 * arena           Where the series is kept
 * pair, aligned   For the time axis of the degraded
 * series          Return it; the score does not depend on this
 * density         Return the density of each of its seconds, which the map
 * turns to scores in place: opine_map_seconds()
 */
OPINE_MUST_CHECK enum opine_status
opine_summarise(struct opine_arena *arena, const struct opine_ear *ear,
                const struct opine_prepared *pair,
                const struct opine_aligned *aligned,
                const struct opine_perceived *perceived,
                const struct opine_series **series, double **density);

/* Disturbance of one frame of one channel */
struct opine_frame {
    double sone[OPINE_CELL_CAUSES];    /* added or missing, by cause */
    double density[OPINE_CELL_CAUSES]; /* what that disturbs */
    int silent;                        /* the degraded is, the reference not */
};

/**
 * Disturbance density of one channel
 * frame           Return the sum over bands for each frame and cause
 * identical       Cleared when any cell of both patterns differs
 */
OPINE_MUST_CHECK enum opine_status
opine_density(struct opine_arena *arena, const struct opine_ear *ear,
              const struct opine_heard *heard, int frames,
              struct opine_frame *frame, int *identical);

/* What is needed to tell the causes of one channel's cells apart */
struct opine_evidence {
    double decay;                  /* of the past, a frame */
    int first_band, end_band;      /* the degraded's band */
    double noise[OPINE_EAR_BANDS]; /* steady loudness it adds to pauses */
    double past[OPINE_EAR_BANDS];  /* decaying memory of the reference, */
    double past_level;             /* and of its total loudness */
    int is_offset;                 /* this frame is well below the memory */
};

/**
 * Gather the evidence; then, for each frame in order, begin with _frame() and
 * end with _step()
 * level           Loudness of the reference in the frame
 */
OPINE_MUST_CHECK enum opine_status
opine_evidence_gather(struct opine_arena *arena, const struct opine_ear *ear,
                      const struct opine_heard *heard, int frames,
                      struct opine_evidence *evidence);
void opine_evidence_frame(struct opine_evidence *evidence, double level);
void opine_evidence_step(struct opine_evidence *evidence, const float *ref,
                         double level);

/**
 * The cause that a disturbed cell belongs to
 * ref, deg        Loudness of the cell, unlike
 * silent          The degraded is silent in this frame
 */
int opine_evidence_cause(const struct opine_evidence *evidence, int band,
                         double ref, double deg, int silent);

/**
 * Loudness that tells sound from pauses
 * level           Loudness of each frame of the reference, sone
 * loud            Return the 95th percentile
 * pause           Return 0.1 of it: frames up to it are pauses
 */
OPINE_MUST_CHECK enum opine_status opine_pause_level(struct opine_arena *arena,
                                                     const double *level,
                                                     int frames, double *loud,
                                                     double *pause);

/**
 * Pool the frames of one channel over time
 * level           Loudness of the reference's frames, sone
 * total           Return the pooled disturbance
 * share           Return each cause's part of it, adding up to it
 */
OPINE_MUST_CHECK enum opine_status opine_pool(struct opine_arena *arena,
                                              const double *level, int frames,
                                              const struct opine_frame *frame,
                                              double *total, double *share);

/* A part of the frames of one channel: the sum of x^4, as in pooling, over
 * those that are no pauses */
struct opine_part {
    double sum;
    int frames;
};

/**
 * Pool the frames of one channel part by part
 * part            Of each frame
 * parts           What is added to
 */
OPINE_MUST_CHECK enum opine_status
opine_pool_parts(struct opine_arena *arena, const double *level, int frames,
                 const struct opine_frame *frame, const int *part,
                 struct opine_part *parts);

/**
 * Bands between which a mean spectrum holds sound
 * spectrum        Powers, in units of the threshold scale
 * reference       Powers it must keep up with, within 15 dB; or `spectrum`
 * first, end      Return the first, and the one after the last
 */
void opine_band_range(const double *spectrum, const double *reference,
                      int *first, int *end);

/**
 * Similarity of the two patterns
 * return          Correlation of their movement over time, 0 to 1
 */
double opine_similarity(const struct opine_kernels *kernels,
                        const struct opine_perceived *perceived);

/* --------------------------------------------------------------- views */

/**
 * Count the just noticeable steps between the patterns of one channel
 * steps           Return their mean number over loud frames, 0 or more
 */
OPINE_MUST_CHECK enum opine_status opine_steps(struct opine_arena *arena,
                                               const struct opine_ear *ear,
                                               const struct opine_heard *heard,
                                               int frames, double *steps);

/**
 * Compare the patterns of one channel as pictures
 * gain            Power factor that matches the degraded's level
 * return          1 less the structural similarity, 0 to 1
 */
double opine_structure(const struct opine_ear *ear,
                       const struct opine_heard *heard, int frames,
                       double gain);

/**
 * Look for fine structure that was made anew, in one channel
 * gain            Power factor that matches the degraded's level
 * evidence        Return it, 0 to 1
 */
OPINE_MUST_CHECK enum opine_status
opine_regenerated(struct opine_arena *arena, const struct opine_ear *ear,
                  const struct opine_heard *heard, int blocks, double gain,
                  double *evidence);

/**
 * Measure how the stereo image changed
 * return          0 (not, or no stereo) to 1
 */
double opine_image(const struct opine_ear *ear,
                   const struct opine_perceived *perceived);

/**
 * Compare the envelopes of one channel, whatever became of the fine structure
 * gain            Power factor that matches the degraded's level
 * modulation      Return the mean of |ln| of the ratio of their energies of
 *                 modulation from 1 to 3 Hz
 * timbre          Return the mean distance of their cepstra, dB
 */
OPINE_MUST_CHECK enum opine_status
opine_envelope(struct opine_arena *arena, const struct opine_ear *ear,
               const struct opine_heard *heard, int frames, double gain,
               double *modulation, double *timbre);

/**
 * Compare the pitch of voices
 * off_share       Return the share of voiced moments that are off by more than
 *                 half a semitone, NAN when there are too few
 */
OPINE_MUST_CHECK enum opine_status
opine_pitch(struct opine_arena *arena, const struct opine_kernels *kernels,
            const struct opine_prepared *pair,
            const struct opine_aligned *aligned, double *off_share);

/**
 * The numbers measured beside the disturbance, for one channel
 * value           Return them by cause, NAN where nothing can be said
 */
OPINE_MUST_CHECK enum opine_status
opine_measure(struct opine_arena *arena, const struct opine_ear *ear,
              const struct opine_heard *heard, int frames,
              const struct opine_frame *frame, double *value);

#endif
