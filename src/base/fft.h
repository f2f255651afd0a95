/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Fourier transforms of real signals, single precision
 *
 * The only door to FFTW. Another library fits behind these functions.
 * Spectra are n/2 + 1 complex numbers as pairs of floats. Nothing is scaled:
 * a transform there and back multiplies by n.
 */
#ifndef OPINE_SRC_FFT_H
#define OPINE_SRC_FFT_H

#include "kernels.h"
#include "opine.h"

/* A plan for one size, all zero when there is none */
struct opine_fft {
    const struct opine_kernels *kernels;
    void *plan;
    float *twiddle;
    int size;
    int real_step;     /* floats of a real signal, and of a spectrum, */
    int spectrum_step; /* with what fills them up to multiples of 16 */
};

/**
 * Make a plan
 * fft             Return the plan; destroy it with opine_fft_destroy()
 * kernels         Must outlive it
 * size            Transform length, even
 *
 * Arrays given to run must begin at multiples of 64 bytes. Thread-safe, as the
 * planner is behind a lock.
 */
OPINE_MUST_CHECK enum opine_status
opine_fft_create(struct opine_fft *fft, const struct opine_kernels *kernels,
                 int size);

/**
 * Destroy a plan; does nothing when there is none
 */
void opine_fft_destroy(struct opine_fft *fft);

/**
 * Transform a signal to its spectrum
 * real            Overwritten
 * spectrum        Return it
 */
void opine_fft_run(const struct opine_fft *fft, float *real, float *spectrum);

/**
 * Transform one spectrum back, with the plan of the forward transform
 * spectrum        Overwritten; imaginary parts at both ends are taken as 0
 * real            Return the signal times `size`
 *
 * A plan costs more than a transform, so there is none for this direction.
 */
void opine_fft_run_back(const struct opine_fft *fft, float *spectrum,
                        float *real);

/**
 * Make a plan for two real signals in one complex transform
 */
OPINE_MUST_CHECK enum opine_status
opine_fft_create_pair(struct opine_fft *fft,
                      const struct opine_kernels *kernels, int size);

/**
 * Transform two signals at once, by a plan for pairs
 * both            Signals, sample by sample in turns; overwritten
 * work            2 real_step floats, overwritten
 * first, second   Return their spectra
 */
void opine_fft_run_pair(const struct opine_fft *fft, float *both, float *work,
                        float *first, float *second);

/**
 * Smallest even length of at least n that transforms quickly
 */
int opine_fft_good_size(int n);

#endif
