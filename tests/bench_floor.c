/* SPDX-License-Identifier: BSD-2-Clause */
/* What the transforms would cost alone. The linker sends the library's calls of
 * FFTW through here (--wrap), so none is forgotten. */
#include "bench.h"

#include <fftw3.h>
#include <stdlib.h>
#include <string.h>

#define PLANS_MOST 256
#define SIZES_MOST 16

/* Complex transforms that the library planned: half as long as the real ones
 * that they stand for; two real ones in one count as one of both lengths */
static struct {
    fftwf_plan plan;
    int size;
} plans[PLANS_MOST];
static int plan_count;

static struct {
    int size;
    long calls;
} counted[SIZES_MOST];
static int sizes;

/* Names that the linker's --wrap makes */
fftwf_plan __real_fftwf_plan_dft_1d(int n, fftwf_complex *in,
                                    fftwf_complex *out, int sign,
                                    unsigned flags);
fftwf_plan __wrap_fftwf_plan_dft_1d(int n, fftwf_complex *in,
                                    fftwf_complex *out, int sign,
                                    unsigned flags);
void __real_fftwf_execute_dft(fftwf_plan plan, fftwf_complex *in,
                              fftwf_complex *out);
void __wrap_fftwf_execute_dft(fftwf_plan plan, fftwf_complex *in,
                              fftwf_complex *out);

fftwf_plan __wrap_fftwf_plan_dft_1d(int n, fftwf_complex *in,
                                    fftwf_complex *out, int sign,
                                    unsigned flags)
{
    fftwf_plan plan = __real_fftwf_plan_dft_1d(n, in, out, sign, flags);
    int i = 0;

    /* A plan's address is used again once it was destroyed. */
    while (i < plan_count && plans[i].plan != plan)
        i++;
    if (i == PLANS_MOST)
        abort();
    plan_count = i == plan_count ? i + 1 : plan_count;
    plans[i].plan = plan;
    plans[i].size = 2 * n;
    return plan;
}

static void count(int size)
{
    int i = 0;

    while (i < sizes && (counted[i].size != size))
        i++;
    if (i == SIZES_MOST)
        abort();
    if (i == sizes) {
        counted[i].size = size;
        counted[i].calls = 0;
        sizes++;
    }
    counted[i].calls++;
}

void __wrap_fftwf_execute_dft(fftwf_plan plan, fftwf_complex *in,
                              fftwf_complex *out)
{
    for (int i = 0; i < plan_count; i++)
        if (plans[i].plan == plan)
            count(plans[i].size);
    __real_fftwf_execute_dft(plan, in, out);
}

void floor_begin(void)
{
    sizes = 0;
}

long floor_transforms(void)
{
    long sum = 0;

    for (int i = 0; i < sizes; i++)
        sum += counted[i].calls;
    return sum;
}

static double run_size(int size, long calls)
{
    float *real = fftwf_alloc_real((size_t)size);
    fftwf_complex *spectrum = fftwf_alloc_complex((size_t)size / 2 + 1);
    fftwf_plan plan;
    double start;

    if (!real || !spectrum)
        abort();
    plan = fftwf_plan_dft_r2c_1d(size, real, spectrum, FFTW_ESTIMATE);
    for (int i = 0; i < size; i++)
        real[i] = (float)(i % 7) - 3;
    fftwf_execute(plan);
    start = bench_now();
    for (long i = 0; i < calls; i++)
        fftwf_execute(plan);
    start = bench_now() - start;
    fftwf_destroy_plan(plan);
    fftwf_free(real);
    fftwf_free(spectrum);
    return start;
}

double floor_run(void)
{
    double ms = 0;

    for (int i = 0; i < sizes; i++)
        ms += run_size(counted[i].size, counted[i].calls);
    return ms;
}
