/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Distort: change the sound of a signal and leave its timing as it is
 *
 * Whatever delays is compensated, to the sample; what reflects keeps the direct
 * sound where it was, and it stays the loudest.
 */
#ifndef OPINE_TESTS_DISTORT_H
#define OPINE_TESTS_DISTORT_H

#include <stdint.h>

enum distortion {
    DISTORT_NONE,
    DISTORT_LEVEL,   /* -40 dB, then rounded to 16 bits */
    DISTORT_INVERT,  /* polarity */
    DISTORT_CLIP,    /* at its RMS */
    DISTORT_LOWPASS, /* 2 kHz */
    DISTORT_MULAW,   /* ITU-T G.711 at 8 kHz */
    DISTORT_CODEC,   /* 4 kHz, as coarse as 8 kbit/s makes a waveform */
    DISTORT_WHITE_20,
    DISTORT_WHITE_10,
    DISTORT_WHITE_0,
    DISTORT_BABBLE_20,
    DISTORT_BABBLE_10,
    DISTORT_BABBLE_0,
    DISTORT_STREET_20,
    DISTORT_STREET_10,
    DISTORT_STREET_0,
    DISTORT_MNRU_20,
    DISTORT_MNRU_10,
    DISTORT_ECHO,   /* two, up to 150 ms late and -5 dB loud */
    DISTORT_REVERB, /* decays by 60 dB in 0.4 s, as strong as the sound */
    DISTORT_TALKER_10,
    DISTORT_TALKER_5,
    DISTORT_TALKER_0,
    DISTORTIONS
};

/* Name as in reports, such as "white-10"; NULL beyond the last */
const char *distortion_name(enum distortion distortion);

/* What is heard beside a signal; as long as one likes, repeated when short */
struct backdrop {
    float *talker, *babble, *pink;
    int talker_n, babble_n, pink_n;
};

/**
 * Distort in place
 * rate_hz         8000, or a multiple of it
 * backdrop        NULL if no talker, babble or street is asked for
 */
void distort(float *x, int n, int rate_hz, enum distortion distortion,
             const struct backdrop *backdrop, uint64_t seed);

/* -------------------------------------------------------------- its parts */

/**
 * Add a noise
 * snr_db          Energy of `x` over that of the noise, exact to rounding
 */
void distort_mix(float *x, int n, const float *noise, double snr_db);

/**
 * Add noise that follows the signal (ITU-T P.810)
 * q_db            Power of the signal over that of the noise, at each instant
 */
void distort_modulate(float *x, int n, double q_db, uint64_t seed);

/**
 * Low-pass of linear phase, without delay
 */
void distort_lowpass(float *x, int n, int rate_hz, double edge_hz);

#endif
