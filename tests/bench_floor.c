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
 * that they stand for */
static struct {
    fftwf_plan plan;
    int size, batch;
} plans[PLANS_MOST];
static int plan_count;

static struct {
    int size, batch;
    long calls;
} counted[SIZES_MOST];
static int sizes;

/* Names that the linker's --wrap makes */
/* clang-format off */
fftwf_plan __real_fftwf_plan_many_dft(int rank, const int *n, int howmany,
    fftwf_complex *in, const int *inembed, int istride, int idist,
    fftwf_complex *out, const int *onembed, int ostride, int odist, int sign,
    unsigned flags);
fftwf_plan __wrap_fftwf_plan_many_dft(int rank, const int *n, int howmany,
    fftwf_complex *in, const int *inembed, int istride, int idist,
    fftwf_complex *out, const int *onembed, int ostride, int odist, int sign,
    unsigned flags);
void __real_fftwf_execute_dft(fftwf_plan plan, fftwf_complex *in,
    fftwf_complex *out);
void __wrap_fftwf_execute_dft(fftwf_plan plan, fftwf_complex *in,
    fftwf_complex *out);

fftwf_plan __wrap_fftwf_plan_many_dft(int rank, const int *n, int howmany,
    fftwf_complex *in, const int *inembed, int istride, int idist,
    fftwf_complex *out, const int *onembed, int ostride, int odist, int sign,
    unsigned flags)
/* clang-format on */
{
    fftwf_plan plan = __real_fftwf_plan_many_dft(rank, n, howmany, in, inembed,
                                                 istride, idist, out, onembed,
                                                 ostride, odist, sign, flags);
    int i = 0;

    /* A plan's address is used again once it was destroyed. */
    while (i < plan_count && plans[i].plan != plan)
        i++;
    if (i == PLANS_MOST)
        abort();
    plan_count = i == plan_count ? i + 1 : plan_count;
    plans[i].plan = plan;
    plans[i].size = 2 * n[0];
    plans[i].batch = howmany;
    return plan;
}

static void count(int size, int batch)
{
    int i = 0;

    while (i < sizes && (counted[i].size != size || counted[i].batch != batch))
        i++;
    if (i == SIZES_MOST)
        abort();
    if (i == sizes) {
        counted[i].size = size;
        counted[i].batch = batch;
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
            count(plans[i].size, plans[i].batch);
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
        sum += counted[i].calls * counted[i].batch;
    return sum;
}

static double run_size(int size, int batch, long calls)
{
    int real_step = (size + 15) / 16 * 16, step = (size / 2 + 16) / 8 * 8;
    size_t reals = (size_t)batch * real_step, bins = (size_t)batch * step;
    float *real = fftwf_alloc_real(reals);
    fftwf_complex *spectrum = fftwf_alloc_complex(bins);
    fftwf_plan plan;
    double start;

    if (!real || !spectrum)
        abort();
    plan = fftwf_plan_many_dft_r2c(1, &size, batch, real, NULL, 1, real_step,
                                   spectrum, NULL, 1, step, FFTW_ESTIMATE);
    for (size_t i = 0; i < reals; i++)
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
        ms += run_size(counted[i].size, counted[i].batch, counted[i].calls);
    return ms;
}
