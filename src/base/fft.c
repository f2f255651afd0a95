/* SPDX-License-Identifier: BSD-2-Clause */
#include "fft.h"

#include <assert.h>
#include <fftw3.h>
#include <pthread.h>

/* FFTW's planner is not thread-safe, execution is (its manual, "Thread
 * safety"). The only mutable object of the library at file scope. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

static int round_up_16(int n)
{
    return (n + 15) / 16 * 16;
}

enum opine_status opine_fft_create(struct opine_fft *fft, int size, int batch)
{
    struct opine_fft made = { NULL, size, batch, round_up_16(size),
                              round_up_16(size + 2) };
    float *real, *spectrum;

    assert(size >= 2 && size % 2 == 0 && batch >= 1);
    /* ESTIMATE looks at the arrays' alignment only, but must have some. Plans
     * by MEASURE depend on the clock, and results with them in the last bits.
     */
    real = fftwf_alloc_real((size_t)made.real_step * batch);
    spectrum = fftwf_alloc_real((size_t)made.spectrum_step * batch);
    if (real && spectrum) {
        pthread_mutex_lock(&planner);
        made.plan = fftwf_plan_many_dft_r2c(1, &size, batch, real, NULL, 1,
                                            made.real_step,
                                            (fftwf_complex *)spectrum, NULL, 1,
                                            made.spectrum_step / 2,
                                            FFTW_ESTIMATE);
        pthread_mutex_unlock(&planner);
    }
    fftwf_free(real);
    fftwf_free(spectrum);
    if (!made.plan)
        return OPINE_ERR_MEMORY;
    *fft = made;
    return OPINE_OK;
}

void opine_fft_destroy(struct opine_fft *fft)
{
    if (!fft->plan)
        return;
    pthread_mutex_lock(&planner);
    fftwf_destroy_plan(fft->plan);
    pthread_mutex_unlock(&planner);
    fft->plan = NULL;
}

void opine_fft_run(const struct opine_fft *fft, float *real, float *spectrum)
{
    fftwf_execute_dft_r2c(fft->plan, real, (fftwf_complex *)spectrum);
}

/* By way of the Hartley transform, which is its own inverse: that of a real
 * signal is H = Re X - Im X, with X[n - k] the conjugate of X[k].
 *
 *   h[k] = Re X[k] - Im X[k],  h[n - k] = Re X[k] + Im X[k]
 *   Y = transform of h,  x[i] = Re Y[i] - Im Y[i], and so on
 */
static void to_hartley(const float *spectrum, int n, float *h)
{
    h[0] = spectrum[0];
    for (int k = 1; k <= n / 2; k++) {
        float re = spectrum[2 * k], im = spectrum[2 * k + 1];

        h[n - k] = re + im;
        h[k] = re - im;
    }
}

void opine_fft_run_back(const struct opine_fft *fft, float *spectrum,
                        float *real)
{
    to_hartley(spectrum, fft->size, real);
    opine_fft_run(fft, real, spectrum);
    to_hartley(spectrum, fft->size, real);
}

/* Whether n has no other prime factors than 2, 3, 5 and 7, for which FFTW has
 * its fast codelets */
static int is_smooth(int n)
{
    static const int primes[] = { 2, 3, 5, 7 };

    for (int i = 0; i < 4; i++)
        while (n % primes[i] == 0)
            n /= primes[i];
    return n == 1;
}

int opine_fft_good_size(int n)
{
    n += n % 2;
    while (!is_smooth(n))
        n += 2;
    return n;
}
