/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables for one rate: a Hann STFT and its bands. */
#include "ear.h"

#include "base/try.h"
#include "level.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* 32 ms every 16 ms. 40 and 20 ms, whole numbers of samples at every usual
 * rate, lose 0.03 on lost frames and on transform codecs; the transform is
 * padded with zeros where a frame's length transforms slowly. */
#define FRAME_S 0.032
#define HOP_S   0.016

static enum opine_status make_window(struct opine_ear *ear,
                                     struct opine_arena *arena)
{
    double scale;

    ear->window = opine_arena_take(arena, (size_t)ear->size, sizeof(float));
    if (!ear->window)
        return OPINE_ERR_MEMORY;
    /* Mean square of a Hann window 3/8, one side of the spectrum 1/2 of the
     * power, and the transform multiplies by its length */
    scale = sqrt(16.0 / 3.0 / ((double)ear->size * ear->fft.size));
    for (int i = 0; i < ear->size; i++)
        ear->window[i] =
            (float)(scale * (0.5 - 0.5 * cos(2 * PI * i / ear->size)));
    return OPINE_OK;
}

/* The bins of a band: a bin belongs to it by the share of its width that lies
 * inside of both the band and the limits. */
struct bins {
    double low, high; /* edges of the band, in bins */
    int first, count; /* 0: the band is empty */
};

static struct bins find_bins(const struct opine_ear *ear, int b)
{
    struct opine_edges limits = opine_band_edges(ear->limit);
    double bin_hz = (double)ear->rate_hz / ear->fft.size;
    struct bins bins = { 0 };

    bins.low = fmax(ear->band[b].low_hz, limits.low_hz) / bin_hz;
    bins.high = fmin(ear->band[b].high_hz, limits.high_hz) / bin_hz;
    bins.high = fmin(bins.high, ear->fft.size / 2 + 0.5);
    if (bins.high <= bins.low)
        return bins;
    bins.first = (int)floor(bins.low + 0.5);
    bins.count = (int)fmin(floor(bins.high + 0.5), ear->fft.size / 2) -
                 bins.first + 1;
    return bins;
}

/* Each bin's share, for its real and its imaginary part */
static void fill_weights(const struct bins *bins, float *weight)
{
    for (int i = 0; i < bins->count; i++) {
        double bin = bins->first + i;
        double inside = fmin(bin + 0.5, bins->high) -
                        fmax(bin - 0.5, bins->low);

        weight[2 * i] = weight[2 * i + 1] = (float)fmax(inside, 0);
    }
}

static enum opine_status make_weights(struct opine_ear *ear,
                                      struct opine_arena *arena)
{
    size_t bands = OPINE_EAR_BANDS, floats = 0;
    int *first = opine_arena_take(arena, bands, sizeof *first);
    int *groups = opine_arena_take(arena, bands, sizeof *groups);
    float *weight;

    if (!first || !groups)
        return OPINE_ERR_MEMORY;
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        struct bins bins = find_bins(ear, b);

        first[b] = 2 * bins.first;
        groups[b] = (2 * bins.count + OPINE_LANES - 1) / OPINE_LANES;
        floats += (size_t)groups[b] * OPINE_LANES;
    }
    weight = opine_arena_take(arena, floats, sizeof *weight);
    if (!weight)
        return OPINE_ERR_MEMORY;
    memset(weight, 0, floats * sizeof *weight);
    ear->weights = (struct opine_weights){ OPINE_EAR_BANDS, first, groups,
                                           weight };
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        struct bins bins = find_bins(ear, b);

        fill_weights(&bins, weight);
        weight += groups[b] * OPINE_LANES;
    }
    return OPINE_OK;
}

/* Spectra are followed by a group of zeros, as the last band's weights are */
static enum opine_status make_scratch(struct opine_ear *ear,
                                      struct opine_arena *arena)
{
    size_t samples = 2 * (size_t)ear->fft.real_step, spectra;

    ear->spectrum_step = ear->fft.spectrum_step + OPINE_LANES;
    spectra = 8 * (size_t)ear->spectrum_step;
    ear->samples = opine_arena_take(arena, samples, sizeof(float));
    ear->both = opine_arena_take(arena, samples, sizeof(float));
    ear->work = opine_arena_take(arena, samples, sizeof(float));
    ear->spectra = opine_arena_take(arena, spectra, sizeof(float));
    if (!ear->samples || !ear->both || !ear->work || !ear->spectra)
        return OPINE_ERR_MEMORY;
    memset(ear->spectra, 0, spectra * sizeof(float));
    return OPINE_OK;
}

static enum opine_status fill(struct opine_ear *ear, struct opine_arena *arena,
                              const struct opine_kernels *kernels)
{
    TRY(opine_fft_create_pair(&ear->fft, kernels,
                              opine_fft_good_size(ear->size)));
    TRY(make_scratch(ear, arena));
    TRY(make_window(ear, arena));
    return make_weights(ear, arena);
}

enum opine_status opine_ear_create(struct opine_ear *ear,
                                   struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   int rate_hz, enum opine_band limit)
{
    enum opine_status status;

    memset(ear, 0, sizeof *ear);
    ear->rate_hz = rate_hz;
    ear->limit = limit;
    ear->size = (int)lround(FRAME_S * rate_hz);
    ear->hop = HOP_S * rate_hz;
    opine_ear_hearing(ear);
    status = fill(ear, arena, kernels);
    if (status)
        opine_ear_destroy(ear);
    return status;
}

void opine_ear_destroy(struct opine_ear *ear)
{
    opine_fft_destroy(&ear->fft);
    ear->rate_hz = 0;
}
