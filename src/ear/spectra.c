/* SPDX-License-Identifier: BSD-2-Clause */
/* What the spectra of both signals are reduced to: the powers of their bands,
 * what they have in common, and what the channels of each have. */
#include "ear.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------- frames */

/* Samples from one on, zeros where the signal is not */
static void fetch(const struct opine_kernels *kernels,
                  const struct opine_planes *planes, int channel,
                  ptrdiff_t first, ptrdiff_t count, float *x)
{
    ptrdiff_t n = (ptrdiff_t)planes->n;
    ptrdiff_t from = first < 0 ? -first : 0;
    ptrdiff_t to = n - first < count ? n - first : count;

    if (from >= to) {
        memset(x, 0, (size_t)count * sizeof *x);
        return;
    }
    memset(x, 0, (size_t)from * sizeof *x);
    opine_planes_load(planes, kernels, channel, (size_t)(first + from),
                      (int)(to - from), x + from);
    memset(x + to, 0, (size_t)(count - to) * sizeof *x);
}

/* The spectra of one frame or of two */
static void transform(const struct opine_ear *ear,
                      const struct opine_kernels *kernels,
                      const struct opine_planes *planes, int channel,
                      const ptrdiff_t *start, int count, float *first,
                      float *second)
{
    ptrdiff_t size = ear->size, apart = count > 1 ? start[1] - start[0] : -1;
    float *a = ear->samples, *b = a + size;

    if (apart >= 0 && apart <= size) {
        fetch(kernels, planes, channel, start[0], size + apart, a);
        b = a + apart;
    } else {
        ptrdiff_t nowhere = (ptrdiff_t)planes->n;

        fetch(kernels, planes, channel, start[0], size, a);
        fetch(kernels, planes, channel, count > 1 ? start[1] : nowhere, size,
              b);
    }
    kernels->weave(ear->both, a, b, ear->window, ear->size);
    memset(ear->both + 2 * size, 0,
           2 * (size_t)(ear->fft.size - ear->size) * sizeof *ear->both);
    opine_fft_run_pair(&ear->fft, ear->both, ear->work, first, second);
}

static void scale(float gain, float *bands)
{
    for (int b = 0; b < OPINE_EAR_BANDS; b++)
        bands[b] *= gain;
}

/* Sums over bands of x y*, the real part */
static void band_sums(const struct opine_ear *ear,
                      const struct opine_kernels *kernels, const float *x,
                      const float *y, double gain, float *bands)
{
    kernels->bands(bands, x, y, &ear->weights);
    scale((float)gain, bands);
}

/* Where spectra are kept: frame 0 or 1 of a pair of frames */
static float *spectrum(const struct opine_ear *ear, int channel, int is_deg,
                       int frame)
{
    int slot = channel % 2 * 4 + is_deg * 2 + frame;

    return ear->spectra + (ptrdiff_t)slot * ear->spectrum_step;
}

void opine_ear_powers(const struct opine_ear *ear,
                      const struct opine_kernels *kernels,
                      const struct opine_planes *planes, int channel,
                      const ptrdiff_t *start, int frames, double gain,
                      float *pattern)
{
    for (int t = 0; t < frames; t += 2) {
        int count = frames - t < 2 ? 1 : 2;

        transform(ear, kernels, planes, channel, start + t, count,
                  spectrum(ear, 0, 0, 0), spectrum(ear, 0, 0, 1));
        for (int i = 0; i < count; i++) {
            const float *x = spectrum(ear, 0, 0, i);

            band_sums(ear, kernels, x, x, gain,
                      pattern + (ptrdiff_t)(t + i) * OPINE_EAR_BANDS);
        }
    }
}

/* -------------------------------------------------------- both signals */

/* Sums over the frames of a block, bin by bin: see the kernel `cohere` */
struct block {
    float *straight, *crossed, *square;
    int bins;
};

static void clear_block(struct block *block)
{
    memset(block->straight, 0, 6 * (size_t)block->bins * sizeof(float));
}

static enum opine_status take_blocks(struct opine_arena *arena, int channels,
                                     int bins, struct block **blocks)
{
    struct block *block = opine_arena_take(arena, (size_t)channels,
                                           sizeof *block);

    for (int c = 0; block && c < channels; c++) {
        float *sums = opine_arena_take(arena, 6 * (size_t)bins, sizeof *sums);

        if (!sums)
            return OPINE_ERR_MEMORY;
        block[c] = (struct block){ sums, sums + 2 * (ptrdiff_t)bins,
                                   sums + 4 * (ptrdiff_t)bins, bins };
        clear_block(&block[c]);
    }
    *blocks = block;
    return block ? OPINE_OK : OPINE_ERR_MEMORY;
}

/* Whether one delay holds for all frames of a block */
static int is_steady(const struct opine_frames *frames, int block)
{
    const ptrdiff_t *ref = frames->ref + (ptrdiff_t)block * OPINE_EAR_BLOCK;
    const ptrdiff_t *deg = frames->deg + (ptrdiff_t)block * OPINE_EAR_BLOCK;

    for (int i = 1; i < OPINE_EAR_BLOCK; i++)
        if (deg[i] - ref[i] != deg[0] - ref[0])
            return 0;
    return 1;
}

/* The share of the reference that a linear filter would make of the degraded,
 * the reference's own power counting, in each band; 1 near a jump */
static void end_block(const struct opine_ear *ear,
                      const struct opine_kernels *kernels,
                      const struct opine_frames *frames, int i, double gain,
                      struct block *block, struct opine_heard *h)
{
    const float *power = h->power_ref +
                         (ptrdiff_t)i * OPINE_EAR_BLOCK * OPINE_EAR_BANDS;
    float *explained = h->explained + (ptrdiff_t)i * OPINE_EAR_BANDS;
    int steady = is_steady(frames, i);

    kernels->explain(ear->both, ear->work, block->straight, block->crossed,
                     block->square, block->bins);
    band_sums(ear, kernels, ear->both, ear->work, gain, explained);
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        float ref = (float)(gain * 1e-20);

        for (int t = 0; t < OPINE_EAR_BLOCK; t++)
            ref += power[t * OPINE_EAR_BANDS + b];
        explained[b] = steady ? fminf(explained[b] / ref, 1) : 1;
    }
    clear_block(block);
}

/* Both spectra of one frame and channel */
static void observe_frame(const struct opine_ear *ear,
                          const struct opine_kernels *kernels, const float *ref,
                          const float *deg, double gain, int t,
                          struct block *block, struct opine_heard *h)
{
    ptrdiff_t at = (ptrdiff_t)t * OPINE_EAR_BANDS;

    band_sums(ear, kernels, ref, ref, gain, h->power_ref + at);
    band_sums(ear, kernels, deg, deg, gain, h->power_deg + at);
    kernels->cohere(block->straight, block->crossed, block->square, ref, deg,
                    block->bins);
}

/* Magnitude of the cross-power of the two channels of one signal */
static void observe_image(const struct opine_ear *ear,
                          const struct opine_kernels *kernels,
                          const float *left, const float *right, double gain,
                          float *image)
{
    float re[OPINE_EAR_BANDS], im[OPINE_EAR_BANDS];

    band_sums(ear, kernels, left, right, gain, re);
    kernels->turn(ear->work, left, ear->fft.size / 2 + 1);
    band_sums(ear, kernels, ear->work, right, gain, im);
    for (int b = 0; b < OPINE_EAR_BANDS; b++)
        image[b] = sqrtf(re[b] * re[b] + im[b] * im[b]);
}

/* One frame or two of a channel of both signals, from frame t on */
static void observe_channel(const struct opine_ear *ear,
                            const struct opine_kernels *kernels,
                            const struct opine_prepared *pair,
                            const struct opine_frames *frames, double gain,
                            int c, int t, struct block *block,
                            struct opine_heard *h)
{
    int count = frames->n - t < 2 ? 1 : 2;

    transform(ear, kernels, &pair->ref.planes, c, frames->ref + t, count,
              spectrum(ear, c, 0, 0), spectrum(ear, c, 0, 1));
    transform(ear, kernels, &pair->deg.planes, c, frames->deg + t, count,
              spectrum(ear, c, 1, 0), spectrum(ear, c, 1, 1));
    for (int i = 0; i < count; i++) {
        observe_frame(ear, kernels, spectrum(ear, c, 0, i),
                      spectrum(ear, c, 1, i), gain, t + i, block, h);
        if ((t + i + 1) % OPINE_EAR_BLOCK == 0)
            end_block(ear, kernels, frames, (t + i) / OPINE_EAR_BLOCK, gain,
                      block, h);
    }
}

enum opine_status opine_ear_observe(const struct opine_ear *ear,
                                    const struct opine_kernels *kernels,
                                    struct opine_arena *arena,
                                    const struct opine_prepared *pair,
                                    const struct opine_frames *frames,
                                    double gain, struct opine_perceived *p)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct block *block;

    TRY(take_blocks(arena, p->channels, ear->fft.size / 2 + 1, &block));
    for (int t = 0; t < frames->n; t += 2) {
        for (int c = 0; c < p->channels; c++)
            observe_channel(ear, kernels, pair, frames, gain, c, t, &block[c],
                            &p->channel[c]);
        for (int i = 0; p->image_ref && i < 2 && t + i < frames->n; i++) {
            ptrdiff_t at = (ptrdiff_t)(t + i) * OPINE_EAR_BANDS;

            observe_image(ear, kernels, spectrum(ear, 0, 0, i),
                          spectrum(ear, 1, 0, i), gain, p->image_ref + at);
            observe_image(ear, kernels, spectrum(ear, 0, 1, i),
                          spectrum(ear, 1, 1, i), gain, p->image_deg + at);
        }
    }
    opine_arena_release(arena, mark);
    return OPINE_OK;
}
