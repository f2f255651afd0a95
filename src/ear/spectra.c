/* SPDX-License-Identifier: BSD-2-Clause */
/* What the spectra of both signals are reduced to: the powers of their bands,
 * what they have in common, and what the channels of each have. */
#include "ear.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

/* One windowed frame that begins at a sample, zeros where the signal is not */
static void window_frame(const struct opine_ear *ear,
                         const struct opine_kernels *kernels,
                         const struct opine_planes *planes, int channel,
                         ptrdiff_t first, float *frame)
{
    ptrdiff_t n = (ptrdiff_t)planes->n, size = ear->size;
    float *x = ear->power; /* free until the spectra are there */
    ptrdiff_t from = first < 0 ? -first : 0;
    ptrdiff_t to = n - first < size ? n - first : size;

    if (from >= to) {
        memset(frame, 0, (size_t)ear->fft.size * sizeof *frame);
        return;
    }
    memset(frame, 0, (size_t)from * sizeof *frame);
    opine_planes_load(planes, kernels, channel, (size_t)(first + from),
                      (int)(to - from), x);
    kernels->multiply(frame + from, x, ear->window + from, (int)(to - from));
    memset(frame + to, 0, (size_t)(ear->fft.size - to) * sizeof *frame);
}

/* Spectra of up to a batch of frames of one signal */
static void transform(const struct opine_ear *ear,
                      const struct opine_kernels *kernels,
                      const struct opine_planes *planes, int channel,
                      const ptrdiff_t *start, int count, float *spectra)
{
    for (int i = 0; i < count; i++)
        window_frame(ear, kernels, planes, channel, start[i],
                     ear->frames + (ptrdiff_t)i * ear->fft.real_step);
    for (int i = count; i < OPINE_EAR_BATCH; i++)
        memset(ear->frames + (ptrdiff_t)i * ear->fft.real_step, 0,
               (size_t)ear->fft.size * sizeof(float));
    opine_fft_run(&ear->fft, ear->frames, spectra);
}

/* Sum over the bins of each band */
static void band_sums(const struct opine_ear *ear,
                      const struct opine_kernels *kernels, const float *bins,
                      double gain, float *bands)
{
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        float sum = ear->count[b] ? kernels->dot(bins + ear->first[b],
                                                 ear->share[b], ear->count[b])
                                  : 0;
        bands[b] = (float)((double)sum * gain);
    }
}

static int batch_at(int frames, int t)
{
    return frames - t < OPINE_EAR_BATCH ? frames - t : OPINE_EAR_BATCH;
}

void opine_ear_powers(const struct opine_ear *ear,
                      const struct opine_kernels *kernels,
                      const struct opine_planes *planes, int channel,
                      const ptrdiff_t *start, int frames, double gain,
                      float *pattern)
{
    for (int t = 0; t < frames; t += OPINE_EAR_BATCH) {
        int batch = batch_at(frames, t);

        transform(ear, kernels, planes, channel, start + t, batch,
                  ear->spectra);
        for (int i = 0; i < batch; i++) {
            kernels->power(ear->power,
                           ear->spectra + (ptrdiff_t)i * ear->fft.spectrum_step,
                           ear->fft.size / 2 + 1);
            band_sums(ear, kernels, ear->power, gain,
                      pattern + (ptrdiff_t)(t + i) * OPINE_EAR_BANDS);
        }
    }
}

/* -------------------------------------------------------- both signals */

/* Sums over the frames of a block, bin by bin */
struct block {
    int bins;
    float *ref, *deg; /* powers */
    float *re, *im;   /* of the reference times the degraded's conjugate */
};

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
 * the reference's own power counting, in each band */
static void explain(const struct opine_ear *ear,
                    const struct opine_kernels *kernels, struct block *block,
                    float *explained)
{
    float ref[OPINE_EAR_BANDS];

    band_sums(ear, kernels, block->ref, 1, ref);
    for (int k = 0; k < block->bins; k++)
        block->re[k] =
            (block->re[k] * block->re[k] + block->im[k] * block->im[k]) /
            (block->deg[k] + 1e-20F);
    band_sums(ear, kernels, block->re, 1, explained);
    for (int b = 0; b < OPINE_EAR_BANDS; b++)
        explained[b] = fminf(explained[b] / (ref[b] + 1e-20F), 1);
    memset(block->ref, 0, 4 * (size_t)block->bins * sizeof(float));
}

static enum opine_status take_blocks(struct opine_arena *arena, int channels,
                                     int bins, struct block **blocks)
{
    struct block *block = opine_arena_take(arena, (size_t)channels,
                                           sizeof *block);
    size_t n = (size_t)bins;

    for (int c = 0; block && c < channels; c++) {
        block[c].bins = bins;
        block[c].ref = opine_arena_take(arena, 4 * n, sizeof(float));
        if (!block[c].ref)
            return OPINE_ERR_MEMORY;
        memset(block[c].ref, 0, 4 * n * sizeof(float));
        block[c].deg = block[c].ref + n;
        block[c].re = block[c].ref + 2 * n;
        block[c].im = block[c].ref + 3 * n;
    }
    *blocks = block;
    return block ? OPINE_OK : OPINE_ERR_MEMORY;
}

/* Both spectra of one frame and channel */
static void observe_frame(const struct opine_ear *ear,
                          const struct opine_kernels *kernels, const float *ref,
                          const float *deg, double gain, int t,
                          struct block *block, struct opine_heard *h)
{
    float *const power = ear->power;

    kernels->power(power, ref, block->bins);
    band_sums(ear, kernels, power, gain,
              h->power_ref + (ptrdiff_t)t * OPINE_EAR_BANDS);
    kernels->add(block->ref, power, block->bins);
    kernels->power(power, deg, block->bins);
    band_sums(ear, kernels, power, gain,
              h->power_deg + (ptrdiff_t)t * OPINE_EAR_BANDS);
    kernels->add(block->deg, power, block->bins);
    kernels->cohere(block->re, block->im, ref, deg, block->bins);
}

/* The block that ended with frame t */
static void end_block(const struct opine_ear *ear,
                      const struct opine_kernels *kernels,
                      const struct opine_frames *frames, int t,
                      struct block *block, struct opine_heard *h)
{
    int i = t / OPINE_EAR_BLOCK;
    float *explained = h->explained + (ptrdiff_t)i * OPINE_EAR_BANDS;

    explain(ear, kernels, block, explained);
    for (int b = 0; b < OPINE_EAR_BANDS && !is_steady(frames, i); b++)
        explained[b] = 1;
}

/* Magnitude of the cross-power of the two channels of one signal */
static void observe_image(const struct opine_ear *ear,
                          const struct opine_kernels *kernels,
                          const float *left, const float *right, double gain,
                          float *image)
{
    int bins = ear->fft.size / 2 + 1;
    float *re = ear->power, *im = ear->power + bins;
    float sum_re[OPINE_EAR_BANDS], sum_im[OPINE_EAR_BANDS];

    memset(re, 0, 2 * (size_t)bins * sizeof *re);
    kernels->cohere(re, im, left, right, bins);
    band_sums(ear, kernels, re, gain, sum_re);
    band_sums(ear, kernels, im, gain, sum_im);
    for (int b = 0; b < OPINE_EAR_BANDS; b++)
        image[b] = sqrtf(sum_re[b] * sum_re[b] + sum_im[b] * sum_im[b]);
}

enum opine_status opine_ear_observe(const struct opine_ear *ear,
                                    const struct opine_kernels *kernels,
                                    struct opine_arena *arena,
                                    const struct opine_prepared *pair,
                                    const struct opine_frames *frames,
                                    double gain, struct opine_perceived *p)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    ptrdiff_t step = ear->fft.spectrum_step;
    ptrdiff_t slot = (ptrdiff_t)OPINE_EAR_BATCH * step;
    struct block *block;

    TRY(take_blocks(arena, p->channels, ear->fft.size / 2 + 1, &block));
    for (int t = 0; t < frames->n; t += OPINE_EAR_BATCH) {
        int batch = batch_at(frames->n, t);

        for (int c = 0; c < p->channels; c++) {
            float *ref = ear->spectra + c % 2 * 2 * slot, *deg = ref + slot;

            transform(ear, kernels, &pair->ref.planes, c, frames->ref + t,
                      batch, ref);
            transform(ear, kernels, &pair->deg.planes, c, frames->deg + t,
                      batch, deg);
            for (int i = 0; i < batch; i++) {
                observe_frame(ear, kernels, ref + i * step, deg + i * step,
                              gain, t + i, &block[c], &p->channel[c]);
                if ((t + i) % OPINE_EAR_BLOCK == OPINE_EAR_BLOCK - 1)
                    end_block(ear, kernels, frames, t + i, &block[c],
                              &p->channel[c]);
            }
        }
        for (int i = 0; p->image_ref && i < batch; i++) {
            const float *left = ear->spectra + i * step;
            ptrdiff_t at = (ptrdiff_t)(t + i) * OPINE_EAR_BANDS;

            observe_image(ear, kernels, left, left + 2 * slot, gain,
                          p->image_ref + at);
            observe_image(ear, kernels, left + slot, left + 3 * slot, gain,
                          p->image_deg + at);
        }
    }
    opine_arena_release(arena, mark);
    return OPINE_OK;
}
