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
    size_t batch = OPINE_EAR_BATCH, bins = (size_t)ear->fft.size / 2 + 1;

    ear->frames = opine_arena_take(arena, batch * ear->fft.real_step,
                                   sizeof(float));
    ear->spectra = opine_arena_take(arena, 4 * batch * ear->fft.spectrum_step,
                                    sizeof(float));
    ear->power = opine_arena_take(arena, 2 * bins, sizeof(float));
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
