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

#include "views.h"

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
    double value[OPINE_CAUSES];        /* what reports show; NAN if unknown */
    double reference_cutoff_hz;        /* where the reference's band ends */
    int identical;                     /* no cell differs at all */
    enum opine_mode material;          /* of the reference: speech or audio */
    const struct opine_series *series; /* NULL unless it was asked for, */
    double *second; /* and the density of each of its seconds, which the map
                       turns to scores in place: opine_map_seconds() */
};

struct opine_gathered; /* of a long pair, so far: gather.h */

/**
 * Measure the disturbance between two recordings
 * arena           Scratch memory, and where the series is kept
 * config          Whether a series is wanted, and all views without evidence
 * pair, aligned   For what is measured on the signals: flat tops, pitch
 * perceived       The patterns
 * disturbed       Return the numbers
 */
OPINE_MUST_CHECK enum opine_status opine_disturb(
    struct opine_arena *arena, const struct opine_kernels *kernels,
    const struct opine_ear *ear, const struct opine_config *config,
    const struct opine_prepared *pair, const struct opine_aligned *aligned,
    const struct opine_perceived *perceived, struct opine_disturbed *disturbed);

/**
 * The same of what was gathered from all parts of a long pair
 */
OPINE_MUST_CHECK enum opine_status
opine_conclude(struct opine_arena *arena, const struct opine_ear *ear,
               const struct opine_prepared *pair,
               struct opine_gathered *gathered,
               struct opine_disturbed *disturbed);

/**
 * Whether the fine structure says nothing, so that envelopes and pitch are to
 * be looked at; and the result of that
 */
int opine_wants_envelopes(const struct opine_config *config,
                          const struct opine_disturbed *disturbed);
void opine_conclude_envelopes(const struct opine_gathered *gathered,
                              struct opine_disturbed *disturbed);

/**
 * A channel's part in what is measured, 0 to 1: channels count by loudness
 */
double opine_channel_weight(const struct opine_perceived *perceived,
                            int channel);

/* Disturbance of one frame of one channel */
struct opine_frame {
    float sone[OPINE_CELL_CAUSES];    /* added or missing, by cause */
    float density[OPINE_CELL_CAUSES]; /* what that disturbs */
    float steps; /* just noticeable, between the patterns */
    int silent;  /* the degraded is, the reference not */
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
 * The numbers measured beside the disturbance, for one channel
 * value           Return them by cause, NAN where nothing can be said
 */
OPINE_MUST_CHECK enum opine_status
opine_measure(struct opine_arena *arena, const struct opine_ear *ear,
              const struct opine_heard *heard, int frames,
              const struct opine_frame *frame, double *value);

#endif
