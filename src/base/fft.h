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

/* A plan for `batch` transforms of one size, all zero when there is none */
struct opine_fft {
    const struct opine_kernels *kernels;
    void *plan;
    float *twiddle;
    int size;
    int batch;
    int real_step;     /* floats from one real signal to the next */
    int spectrum_step; /* floats from one spectrum to the next */
};

/**
 * Make a plan
 * fft             Return the plan; destroy it with opine_fft_destroy()
 * kernels         Must outlive it
 * size, batch     Transform length (even) and how many at once
 *
 * Steps in `fft` are multiples of 16 floats, and the arrays given to run must
 * begin at multiples of 64 bytes. Thread-safe, as the planner is behind a lock.
 */
OPINE_MUST_CHECK enum opine_status
opine_fft_create(struct opine_fft *fft, const struct opine_kernels *kernels,
                 int size, int batch);

/**
 * Destroy a plan; does nothing when there is none
 */
void opine_fft_destroy(struct opine_fft *fft);

/**
 * Transform `batch` signals to spectra
 * real            Signals, real_step apart; may be overwritten
 * spectrum        Return the spectra, spectrum_step apart
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
 * Smallest even length of at least n that transforms quickly
 */
int opine_fft_good_size(int n);

#endif
