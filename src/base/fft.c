/* SPDX-License-Identifier: BSD-2-Clause */
#include "fft.h"

#include <assert.h>
#include <fftw3.h>
#include <math.h>
#include <pthread.h>

#define PI 3.14159265358979323846

/* FFTW's planner is not thread-safe, execution is (its manual, "Thread
 * safety"). The only mutable object of the library at file scope. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

/* A real signal is transformed as half as many complex numbers, and split into
 * real spectra here: FFTW plans complex transforms in a quarter of the time of
 * real ones (1536: 1.0 ms against 4.1), and runs them so much faster that the
 * splitting is paid for. */

static int round_up_16(int n)
{
    return (n + 15) / 16 * 16;
}

/* e^(-2 pi i k / size), k to size / 2 */
static float *make_twiddle(int size)
{
    float *twiddle = fftwf_alloc_real((size_t)size);

    for (int k = 0; twiddle && k < size / 2; k++) {
        twiddle[2 * k] = (float)cos(2 * PI * k / size);
        twiddle[2 * k + 1] = (float)-sin(2 * PI * k / size);
    }
    return twiddle;
}

static fftwf_plan make_plan(const struct opine_fft *fft)
{
    int half = fft->size / 2;
    size_t batch = (size_t)fft->batch;
    fftwf_complex *real = fftwf_alloc_complex(batch * fft->real_step / 2);
    fftwf_complex *spectrum =
        fftwf_alloc_complex(batch * fft->spectrum_step / 2);
    fftwf_plan plan = NULL;

    /* ESTIMATE looks at the arrays' alignment only, but must have some. Plans
     * by MEASURE depend on the clock, and results with them in the last bits.
     */
    if (real && spectrum) {
        pthread_mutex_lock(&planner);
        plan = fftwf_plan_many_dft(1, &half, fft->batch, real, NULL, 1,
                                   fft->real_step / 2, spectrum, NULL, 1,
                                   fft->spectrum_step / 2, FFTW_FORWARD,
                                   FFTW_ESTIMATE);
        pthread_mutex_unlock(&planner);
    }
    fftwf_free(real);
    fftwf_free(spectrum);
    return plan;
}

enum opine_status opine_fft_create(struct opine_fft *fft,
                                   const struct opine_kernels *kernels,
                                   int size, int batch)
{
    struct opine_fft made = { kernels,
                              NULL,
                              NULL,
                              size,
                              batch,
                              round_up_16(size),
                              round_up_16(size + 2) };

    assert(size >= 2 && size % 2 == 0 && batch >= 1);
    made.twiddle = make_twiddle(size);
    made.plan = make_plan(&made);
    if (!made.twiddle || !made.plan) {
        opine_fft_destroy(&made);
        return OPINE_ERR_MEMORY;
    }
    *fft = made;
    return OPINE_OK;
}

void opine_fft_destroy(struct opine_fft *fft)
{
    pthread_mutex_lock(&planner);
    fftwf_destroy_plan(fft->plan);
    pthread_mutex_unlock(&planner);
    fftwf_free(fft->twiddle);
    fft->plan = NULL;
    fft->twiddle = NULL;
}

/* ------------------------------------------------------------ transform */

void opine_fft_run(const struct opine_fft *fft, float *real, float *spectrum)
{
    int half = fft->size / 2;

    fftwf_execute_dft(fft->plan, (fftwf_complex *)real,
                      (fftwf_complex *)spectrum);
    for (int i = 0; i < fft->batch; i++) {
        float even = spectrum[0], odd = spectrum[1];

        fft->kernels->reverse(real, spectrum, half);
        fft->kernels->split(spectrum, real, fft->twiddle, half);
        spectrum[0] = even + odd;
        spectrum[2 * half] = even - odd;
        spectrum[1] = spectrum[2 * half + 1] = 0;
        real += fft->real_step;
        spectrum += fft->spectrum_step;
    }
}

void opine_fft_run_back(const struct opine_fft *fft, float *spectrum,
                        float *real)
{
    int half = fft->size / 2;
    float first = spectrum[0], last = spectrum[2 * half];

    fft->kernels->reverse(real, spectrum, half);
    fft->kernels->join(spectrum, real, fft->twiddle, half);
    spectrum[0] = first - last;
    spectrum[1] = first + last;
    fftwf_execute_dft(fft->plan, (fftwf_complex *)spectrum,
                      (fftwf_complex *)real);
    for (int i = 0; i < half; i++) {
        float even = real[2 * i + 1];

        real[2 * i + 1] = real[2 * i];
        real[2 * i] = even;
    }
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
