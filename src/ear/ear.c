/* SPDX-License-Identifier: BSD-2-Clause */
/* From a signal to the powers of its bands: one Hann STFT. */
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

/* A bin belongs to a band by the share of its width that lies inside of both
 * the band and the limits. */
static enum opine_status make_band(struct opine_ear *ear,
                                   struct opine_arena *arena, int b)
{
    struct opine_edges limits = opine_band_edges(ear->limit);
    double bin_hz = (double)ear->rate_hz / ear->fft.size;
    double low = fmax(ear->band[b].low_hz, limits.low_hz) / bin_hz;
    double high = fmin(ear->band[b].high_hz, limits.high_hz) / bin_hz;
    int last;

    high = fmin(high, ear->fft.size / 2 + 0.5);
    if (high <= low)
        return OPINE_OK; /* an empty band: count 0 */
    ear->first[b] = (int)floor(low + 0.5);
    last = (int)fmin(floor(high + 0.5), ear->fft.size / 2);
    ear->count[b] = last - ear->first[b] + 1;
    ear->share[b] = opine_arena_take(arena, (size_t)ear->count[b],
                                     sizeof(float));
    if (!ear->share[b])
        return OPINE_ERR_MEMORY;
    for (int i = 0; i < ear->count[b]; i++) {
        double bin = ear->first[b] + i;
        double inside = fmin(bin + 0.5, high) - fmax(bin - 0.5, low);
        ear->share[b][i] = (float)fmax(inside, 0);
    }
    return OPINE_OK;
}

static enum opine_status make_scratch(struct opine_ear *ear,
                                      struct opine_arena *arena)
{
    size_t batch = OPINE_EAR_BATCH;

    ear->frames = opine_arena_take(arena, batch * ear->fft.real_step,
                                   sizeof(float));
    ear->spectra = opine_arena_take(arena, batch * ear->fft.spectrum_step,
                                    sizeof(float));
    ear->power = opine_arena_take(arena, (size_t)ear->fft.size / 2 + 1,
                                  sizeof(float));
    if (!ear->frames || !ear->spectra || !ear->power)
        return OPINE_ERR_MEMORY;
    return OPINE_OK;
}

static enum opine_status fill(struct opine_ear *ear, struct opine_arena *arena,
                              const struct opine_kernels *kernels)
{
    TRY(opine_fft_create(&ear->fft, kernels, opine_fft_good_size(ear->size),
                         OPINE_EAR_BATCH));
    TRY(make_scratch(ear, arena));
    TRY(make_window(ear, arena));
    for (int b = 0; b < OPINE_EAR_BANDS; b++)
        TRY(make_band(ear, arena, b));
    return OPINE_OK;
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

/* -------------------------------------------------------------- powers */

/* One windowed frame that begins at a sample, zeros where the signal is not */
static void window_frame(const struct opine_ear *ear,
                         const struct opine_kernels *kernels, const float *x,
                         ptrdiff_t n, ptrdiff_t first, float *frame)
{
    ptrdiff_t size = ear->size;
    ptrdiff_t from = first < 0 ? -first : 0;
    ptrdiff_t to = n - first < size ? n - first : size;

    if (from >= to) {
        memset(frame, 0, (size_t)ear->fft.size * sizeof *frame);
        return;
    }
    memset(frame, 0, (size_t)from * sizeof *frame);
    kernels->multiply(frame + from, x + first + from, ear->window + from,
                      (int)(to - from));
    memset(frame + to, 0, (size_t)(ear->fft.size - to) * sizeof *frame);
}

static void band_sums(const struct opine_ear *ear,
                      const struct opine_kernels *kernels,
                      const float *spectrum, double gain, float *bands)
{
    kernels->power(ear->power, spectrum, ear->fft.size / 2 + 1);
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        float sum = ear->count[b] ? kernels->dot(ear->power + ear->first[b],
                                                 ear->share[b], ear->count[b])
                                  : 0;
        bands[b] = (float)((double)sum * gain);
    }
}

void opine_ear_powers(const struct opine_ear *ear,
                      const struct opine_kernels *kernels, const float *x,
                      size_t n, const ptrdiff_t *start, int frames, double gain,
                      float *pattern)
{
    for (int t = 0; t < frames; t += OPINE_EAR_BATCH) {
        int batch = frames - t < OPINE_EAR_BATCH ? frames - t : OPINE_EAR_BATCH;

        for (int i = 0; i < batch; i++)
            window_frame(ear, kernels, x, (ptrdiff_t)n, start[t + i],
                         ear->frames + (ptrdiff_t)i * ear->fft.real_step);
        for (int i = batch; i < OPINE_EAR_BATCH; i++)
            memset(ear->frames + (ptrdiff_t)i * ear->fft.real_step, 0,
                   (size_t)ear->fft.size * sizeof(float));
        opine_fft_run(&ear->fft, ear->frames, ear->spectra);
        for (int i = 0; i < batch; i++)
            band_sums(ear, kernels,
                      ear->spectra + (ptrdiff_t)i * ear->fft.spectrum_step,
                      gain, pattern + (ptrdiff_t)(t + i) * OPINE_EAR_BANDS);
    }
}
