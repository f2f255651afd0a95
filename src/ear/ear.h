/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Ear: from signals to specific loudness, per frame and band
 *
 * Patterns are arrays of frames x OPINE_EAR_BANDS floats, frame after frame.
 * Band powers are in units of the threshold scale: 1 is 0 dB SPL. Loudness is
 * in sone per Bark.
 */
#ifndef OPINE_SRC_EAR_H
#define OPINE_SRC_EAR_H

#include "align/align.h"
#include "base/arena.h"
#include "base/fft.h"
#include "base/kernels.h"
#include "prepare.h"

#define OPINE_EAR_BANDS                                                        \
    48                    /* 20 Hz to 20 kHz, 0.6 Bark wide: six AVX           \
                             registers; 40 and 56 score alike */
#define OPINE_EAR_BLOCK 5 /* frames over which spectra are compared, 96 ms */
#define OPINE_EAR_ADD                                                          \
    0.4 /* contributions of spreading add to this power                        \
           (BS.1387-1); music 0.82 -> 0.92 (design.md) */

/* A band: fixed, whatever the rate */
struct opine_ear_band {
    double low_hz, centre_hz, high_hz;
    double width_bark; /* on Zwicker's scale: loudness adds over it */
    double width_cam;  /* on Moore and Glasberg's: steps add over it */
};

/* Everything that depends on rate and band alone */
struct opine_ear {
    int rate_hz;
    enum opine_band limit; /* bands outside of it stay empty */
    int size;              /* samples of a frame, 32 ms */
    double hop;            /* samples from frame to frame, 16 ms */
    struct opine_fft fft;  /* of two frames at once */
    struct opine_weights
        weights;    /* of each band, on the floats of a spectrum */
    float *window;  /* size samples, Hann, scaled so that the powers of
                       a spectrum add up to the mean square */
    float *samples; /* scratch: two frames, */
    float *both;    /* windowed, in turns, and what their transform needs, */
    float *work;
    float *spectra; /* and spectra: of two frames, two signals, two channels */
    int spectrum_step; /* floats from one to the next */
    struct opine_ear_band band[OPINE_EAR_BANDS];
    double outer[OPINE_EAR_BANDS];     /* outer and middle ear, power factor */
    double noise[OPINE_EAR_BANDS];     /* internal noise, power */
    double threshold[OPINE_EAR_BANDS]; /* in quiet, power */
    double rise[OPINE_EAR_BANDS];      /* upper slope at 0 dB, dB/Bark */
    double norm[OPINE_EAR_BANDS];      /* of spreading: response to equal
                                          bands at 0 dB */
    double decay[OPINE_EAR_BANDS];     /* of forward masking, per frame */
    double step_bark; /* from band to band, on Schroeder's scale */
    double down;      /* what spreads to the next lower band */
};

/**
 * Make the tables for a rate and band
 * arena           Where they are kept
 * kernels         Must outlive them
 * ear             Return them; opine_ear_destroy() frees the transform
 */
OPINE_MUST_CHECK enum opine_status
opine_ear_create(struct opine_ear *ear, struct opine_arena *arena,
                 const struct opine_kernels *kernels, int rate_hz,
                 enum opine_band limit);
void opine_ear_destroy(struct opine_ear *ear);

/**
 * Fill in the bands and what hearing makes of them; part of creation
 */
void opine_ear_hearing(struct opine_ear *ear);

/**
 * Band powers of a signal
 * planes, channel Signal; zeros are taken outside of it
 * start, frames   First sample of each frame
 * gain            Power factor, to units of the threshold scale
 * pattern         Return the powers, without any effect of the ear
 */
void opine_ear_powers(const struct opine_ear *ear,
                      const struct opine_kernels *kernels,
                      const struct opine_planes *planes, int channel,
                      const ptrdiff_t *start, int frames, double gain,
                      float *pattern);

/**
 * Turn band powers into excitation, in place, and into specific loudness
 * Outer ear and internal noise, spreading over bands, forward masking, and the
 * loudness of what is left.
 */
void opine_ear_loudness(const struct opine_ear *ear, float *pattern, int frames,
                        float *loudness);

/* What one channel of a pair sounds like */
struct opine_heard {
    float *power_ref; /* patterns of band powers, as they came */
    float *power_deg;
    float *explained; /* blocks x bands: share of the reference's power that is
                         a linear filter's response to the degraded */
    float *excited_ref; /* excitation patterns, what is no fault taken out, */
    float *excited_deg;
    float *ref, *deg;  /* and loudness patterns of that */
    double *level_ref; /* loudness of each frame, sone */
    double *level_deg;
    double *spectrum_ref; /* mean power of each band over active frames, */
    double *spectrum_deg; /* before anything was taken out */
};

/* Which samples the frames begin at */
struct opine_frames {
    int n;
    ptrdiff_t *ref, *deg;
};

#define OPINE_FRAMES_LEAST 5 /* to say anything about a recording */

/**
 * Decide which frames are compared
 * frames          Return them
 * return          OPINE_ERR_SHORT when too little is left
 */
OPINE_MUST_CHECK enum opine_status opine_place_frames(
    const struct opine_ear *ear, struct opine_arena *arena,
    const struct opine_config *config, const struct opine_prepared *pair,
    const struct opine_aligned *aligned, struct opine_frames *frames);

/**
 * Give each frame of the degraded near a jump of the delay the reference's
 * frame that is nearest to it among those that the delays around allow
 * gain            Power factor, to units of the threshold scale
 */
OPINE_MUST_CHECK enum opine_status opine_nearest_frames(
    const struct opine_ear *ear, const struct opine_kernels *kernels,
    struct opine_arena *arena, const struct opine_prepared *pair,
    const struct opine_aligned *aligned, double gain,
    struct opine_frames *frames);

/* Spectra of a reference, for pairs of frames that begin where they did. Two
 * frames share a transform, so a pair is known as a whole. */
struct opine_ear_memory {
    int pairs; /* 0: nothing is kept */
    int channels;
    int step;         /* floats of a spectrum */
    ptrdiff_t *start; /* pairs x 2: first samples; of pairs not known, -1 */
    float *spectra;   /* pairs x channels x 2 */
    float *power;     /* the same of bands */
    float *image;     /* pairs x 2, of two channels: see opine_perceived */
};

/**
 * Make room for the spectra of a reference, or find it
 * scratch         Of the pair; nothing is kept there
 * memory          Return it; NULL where nothing is kept
 */
OPINE_MUST_CHECK enum opine_status
opine_ear_remember(const struct opine_ear *ear, struct opine_arena *scratch,
                   const struct opine_prepared *pair,
                   struct opine_ear_memory **memory);

/**
 * Look for a pair of frames
 * start, count    Where they begin
 * is_known        Return whether they are there; else they may be put there,
 *                 which opine_ear_note() then notes
 * return          Their place, or -1 when there is none
 */
int opine_ear_recall(const struct opine_ear *ear,
                     const struct opine_ear_memory *memory,
                     const ptrdiff_t *start, int count, int *is_known);
void opine_ear_note(struct opine_ear_memory *memory, int place,
                    const ptrdiff_t *start);

/* What is kept of such a pair: a spectrum, both rows of powers, both of the
 * image */
float *opine_ear_kept_spectrum(const struct opine_ear_memory *memory, int place,
                               int channel, int frame);
float *opine_ear_kept_power(const struct opine_ear_memory *memory, int place,
                            int channel);
float *opine_ear_kept_image(const struct opine_ear_memory *memory, int place);

struct opine_perceived {
    int frames;
    const ptrdiff_t *start; /* of each frame: its first sample in the degraded;
                               beyond the last one when it skips the frame */
    int blocks;             /* of OPINE_EAR_BLOCK frames */
    int channels;
    double level_db; /* of the degraded beyond the reference's */
    double level;    /* power factor by which it was matched; 1 if it was not */
    struct opine_heard *channel;
    float *image_ref; /* patterns: magnitude of the cross-power of the two */
    float *image_deg; /* channels; NULL unless there are two */
};

/**
 * Reduce the spectra of all frames and channels to what the patterns hold
 * gain            Power factor, to units of the threshold scale
 * p               Return power_ref, power_deg, explained; image_ref and
 *                 image_deg unless they are NULL
 */
OPINE_MUST_CHECK enum opine_status opine_ear_observe(
    const struct opine_ear *ear, const struct opine_kernels *kernels,
    struct opine_arena *arena, const struct opine_prepared *pair,
    const struct opine_frames *frames, double gain, struct opine_perceived *p);

/**
 * Power factor of a pair's spectra, to units of the threshold scale
 */
double opine_ear_gain(const struct opine_prepared *pair);

/**
 * Perceive some frames as they came: only powers, and what they have in common
 * arena           Where the patterns are kept
 */
OPINE_MUST_CHECK enum opine_status opine_perceive_powers(
    const struct opine_ear *ear, const struct opine_kernels *kernels,
    struct opine_arena *arena, const struct opine_prepared *pair,
    const struct opine_frames *frames, struct opine_perceived *perceived);

/* A frame counts for level and response within 40 dB of the loudest: 2 dB more
 * or less has no effect */
#define OPINE_ACTIVE_SHARE 1e-4

/**
 * Power of a frame, and its bands' added up
 */
double opine_frame_power(const struct opine_kernels *kernels,
                         const float *pattern, int frame);
void opine_sum_spectrum(const float *pattern, int frame, double *spectrum);

/**
 * Match the levels, from sums over the frames that count
 * ref, deg        Sums of powers of all channels
 * perceived       Both spectra of each channel: sums, return means, the level
 *                 matched; return `level` and `level_db`
 */
void opine_match_level(const struct opine_config *config, double ref,
                       double deg, int frames,
                       struct opine_perceived *perceived);

/**
 * Find the levels and mean spectra of perceived powers
 * perceived       Return them; level_ref is overwritten
 */
void opine_balance(const struct opine_kernels *kernels,
                   const struct opine_config *config,
                   struct opine_perceived *perceived);

/**
 * Go on to loudness
 * perceived       Powers, level and mean spectra; return the rest
 */
void opine_perceive_loudness(const struct opine_ear *ear,
                             const struct opine_config *config,
                             struct opine_perceived *perceived);

/**
 * Perceive a pair: both signals' loudness patterns, frame by frame aligned
 * arena           Where the patterns are kept
 * from_s, to_s    Part of the reference, both 0 for all of it
 * perceived       Return the patterns
 *
 * Frames lie on a grid of the reference, so that a delay changes nothing.
 * Level, linear response and slow gain of the degraded are taken out
 * (compensate.c).
 */
OPINE_MUST_CHECK enum opine_status
opine_perceive(struct opine_ear *ear, const struct opine_kernels *kernels,
               struct opine_arena *arena, const struct opine_config *config,
               const struct opine_prepared *pair,
               const struct opine_aligned *aligned,
               struct opine_perceived *perceived);

/**
 * Take out of one channel what listeners do not hold against a recording
 * heard           Both mean spectra, the level matched
 * level           Power factor that matches their levels, applied to deg
 * keep_level      Leave level and gain alone
 * ref, deg        Band powers; the reference takes on the degraded's linear
 *                 response, the degraded the reference's gain
 */
void opine_compensate(const struct opine_ear *ear,
                      const struct opine_heard *heard, double level,
                      int keep_level, int frames, float *ref, float *deg);

/**
 * How the spectrum of the reference changes
 * first, end      Frames of a pattern
 * changes         Return it for each, 0 to 1; 0 in the pair's first 64 ms
 */
void opine_material_changes(const struct opine_ear *ear,
                            const struct opine_perceived *perceived, int first,
                            int end, float *changes);

/**
 * Tell speech from other material
 * perceived       Levels are enough
 * changes         Of all frames
 * return          OPINE_MODE_SPEECH or OPINE_MODE_AUDIO, by how the loudness of
 * the reference moves between bands
 */
enum opine_mode opine_material(const struct opine_perceived *perceived,
                               const float *changes);

#endif
