/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * What tests share: comparing numbers, repeatable chance, signals
 *
 * Signals are functions of time, not of the sample's number: made at two rates
 * they are the same sound, sampled twice. All are about as loud as speech
 * should be, -26 dBov, and mono. `n` counts samples.
 *
 * Nothing here keeps state; the same arguments give the same samples.
 */
#ifndef OPINE_TESTS_SUPPORT_H
#define OPINE_TESTS_SUPPORT_H

/* cmocka needs the others before it, and its order would be sorted away. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

/* ------------------------------------------------------------- compare */

/**
 * Fail unless two numbers are close: within `abs_error` of each other, or
 * within `rel_error` of the expected one
 *
 * Prints both, their difference, and the steps of a double between them. NaN
 * is close to nothing, an infinity only to itself.
 */
#define assert_close(actual, expected, abs_error, rel_error)                   \
    support_assert_close((double)(actual), (double)(expected),                 \
                         (double)(abs_error), (double)(rel_error), #actual,    \
                         __FILE__, __LINE__)

void support_assert_close(double actual, double expected, double abs_error,
                          double rel_error, const char *text, const char *file,
                          int line);

/* -------------------------------------------------------------- chance */

/* Numbers that look random and repeat from the same seed: splitmix64 */
struct random {
    uint64_t state;
};

struct random random_seed(uint64_t seed);

/**
 * Draw a number
 * random_bits     All 64 bits are good
 * random_below    0 to n - 1, n at most 2^31
 * random_uniform  At least `low`, below `high`
 * random_gauss    Normal, of mean 0 and variance 1
 */
uint64_t random_bits(struct random *random);
int random_below(struct random *random, int n);
double random_uniform(struct random *random, double low, double high);
double random_gauss(struct random *random);

/* ------------------------------------------------------------- signals */

/**
 * Overwrite `x` with a signal
 * top_hz          Highest frequency in it, below half the rate
 * seed            Another seed gives other material of the same kind
 *
 * silence         Zeros
 * sine            At `frequency_hz`, of amplitude 1, from phase 0
 * speech          Syllables at 4 Hz, vowels that glide and hissing consonants;
 *                 of every 2 s the last 0.5 s are a pause
 * talk            Speech in phrases of 0.7 to 1.9 s, whose rhythm does not
 * repeat music           Four chords a measure of 2 s, a melody, and a cymbal
 * white, pink     Noise of about -26 dBov; pink falls 3 dB an octave from 20 Hz
 *                 on. Unlike the others it differs from rate to rate.
 */
void make_silence(float *x, int n);
void make_sine(float *x, int n, int rate_hz, double frequency_hz);
void make_speech(float *x, int n, int rate_hz, double top_hz, uint64_t seed);
void make_talk(float *x, int n, int rate_hz, double top_hz, uint64_t seed);
void make_music(float *x, int n, int rate_hz, double top_hz, uint64_t seed);
void make_white(float *x, int n, uint64_t seed);
void make_pink(float *x, int n, int rate_hz, uint64_t seed);

/**
 * Change the level
 * gain_db         20 log10 of the factor
 */
void amplify(float *x, int n, double gain_db);

/**
 * Root of the mean square, in dBov: -3.01 for a full-scale sine
 * return          -INFINITY for silence
 */
double rms_dbov(const float *x, int n);

/**
 * Delay a signal
 * y               Return `x` later by `samples`, zeros where nothing of `x` is
 * x               May not be `y`
 * samples         Negative: earlier. Whole numbers copy samples; others
 *                 interpolate, by less than -70 dB of error up to 0.45 of the
 *                 rate
 */
void delay_by(float *y, const float *x, int n, double samples);

/**
 * Add white noise
 * snr_db          Energy of `x` over that of the noise; exact to rounding.
 *                 Silence stays silent.
 */
void add_noise(float *x, int n, double snr_db, uint64_t seed);

#endif
