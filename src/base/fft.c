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

/* A real signal is transformed as half as many complex numbers, two signals as
 * the parts of one complex one, and their spectra are taken apart here: FFTW
 * plans complex transforms in a quarter of the time of real ones (1536: 1.0 ms
 * against 4.1), and runs them so much faster that this is paid for. */

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

/* Of n complex numbers */
static fftwf_plan make_plan(int n)
{
    fftwf_complex *from = fftwf_alloc_complex((size_t)n);
    fftwf_complex *to = fftwf_alloc_complex((size_t)n);
    fftwf_plan plan = NULL;

    /* ESTIMATE looks at the arrays' alignment only, but must have some. Plans
     * by MEASURE depend on the clock, and results with them in the last bits.
     */
    if (from && to) {
        pthread_mutex_lock(&planner);
        plan = fftwf_plan_dft_1d(n, from, to, FFTW_FORWARD, FFTW_ESTIMATE);
        pthread_mutex_unlock(&planner);
    }
    fftwf_free(from);
    fftwf_free(to);
    return plan;
}

static struct opine_fft describe(const struct opine_kernels *kernels, int size)
{
    assert(size >= 2 && size % 2 == 0);
    return (struct opine_fft){
        kernels, NULL, NULL, size, round_up_16(size), round_up_16(size + 2)
    };
}

enum opine_status opine_fft_create(struct opine_fft *fft,
                                   const struct opine_kernels *kernels,
                                   int size)
{
    struct opine_fft made = describe(kernels, size);

    made.twiddle = make_twiddle(size);
    made.plan = make_plan(size / 2);
    if (!made.twiddle || !made.plan) {
        opine_fft_destroy(&made);
        return OPINE_ERR_MEMORY;
    }
    *fft = made;
    return OPINE_OK;
}

enum opine_status opine_fft_create_pair(struct opine_fft *fft,
                                        const struct opine_kernels *kernels,
                                        int size)
{
    *fft = describe(kernels, size);
    fft->plan = make_plan(size);
    return fft->plan ? OPINE_OK : OPINE_ERR_MEMORY;
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

static void execute(const struct opine_fft *fft, float *from, float *to)
{
    fftwf_execute_dft(fft->plan, (fftwf_complex *)from, (fftwf_complex *)to);
}

void opine_fft_run(const struct opine_fft *fft, float *real, float *spectrum)
{
    int half = fft->size / 2;
    float even, odd;

    execute(fft, real, spectrum);
    even = spectrum[0];
    odd = spectrum[1];
    fft->kernels->reverse(real, spectrum, half, half);
    fft->kernels->split(spectrum, real, fft->twiddle, half);
    spectrum[0] = even + odd;
    spectrum[2 * half] = even - odd;
    spectrum[1] = spectrum[2 * half + 1] = 0;
}

void opine_fft_run_back(const struct opine_fft *fft, float *spectrum,
                        float *real)
{
    int half = fft->size / 2;
    float first = spectrum[0], last = spectrum[2 * half];

    fft->kernels->reverse(real, spectrum, half, half);
    fft->kernels->join(spectrum, real, fft->twiddle, half);
    spectrum[0] = first - last;
    spectrum[1] = first + last;
    execute(fft, spectrum, real);
    for (int i = 0; i < half; i++) {
        float even = real[2 * i + 1];

        real[2 * i + 1] = real[2 * i];
        real[2 * i] = even;
    }
}

void opine_fft_run_pair(const struct opine_fft *fft, float *both, float *work,
                        float *first, float *second)
{
    int n = fft->size;

    execute(fft, both, work);
    both[0] = work[0];
    both[1] = work[1];
    fft->kernels->reverse(both, work, n, n / 2 + 1);
    fft->kernels->separate(first, second, work, both, n / 2 + 1);
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
