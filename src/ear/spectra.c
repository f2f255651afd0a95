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
    ptrdiff_t n = (ptrdiff_t)planes->n, least = (ptrdiff_t)planes->from;
    ptrdiff_t from = first < least ? least - first : 0;
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

/* What is observed: one frame or two of both signals, from frame t on */
struct moment {
    const struct opine_ear *ear;
    const struct opine_kernels *kernels;
    const struct opine_prepared *pair;
    const struct opine_frames *frames;
    double gain;
    int t, count;
    struct opine_ear_memory *memory; /* of the reference, or NULL */
    int place, is_known;             /* in it; -1: nowhere */
};

/* Where the spectrum of the reference is, or goes */
static float *spectrum_ref(const struct moment *m, int c, int frame)
{
    return m->place < 0
               ? spectrum(m->ear, c, 0, frame)
               : opine_ear_kept_spectrum(m->memory, m->place, c, frame);
}

/* Rows of some pattern, to or from where they are kept */
static void copy_rows(const struct moment *m, float *to, const float *from)
{
    memcpy(to, from, (size_t)m->count * OPINE_EAR_BANDS * sizeof *to);
}

static void observe_ref(const struct moment *m, int c, float *power)
{
    float *first = spectrum_ref(m, c, 0), *second = spectrum_ref(m, c, 1);

    if (m->is_known) {
        copy_rows(m, power, opine_ear_kept_power(m->memory, m->place, c));
        return;
    }
    for (int k = m->ear->fft.size + 2; k < m->ear->spectrum_step; k++)
        first[k] = second[k] = 0; /* where the last weights are 0 */
    transform(m->ear, m->kernels, &m->pair->ref.planes, c,
              m->frames->ref + m->t, m->count, first, second);
    for (int i = 0; i < m->count; i++) {
        const float *x = i ? second : first;

        band_sums(m->ear, m->kernels, x, x, m->gain,
                  power + (ptrdiff_t)i * OPINE_EAR_BANDS);
    }
    if (m->place >= 0)
        copy_rows(m, opine_ear_kept_power(m->memory, m->place, c), power);
}

static void observe_channel(const struct moment *m, int c, struct block *block,
                            struct opine_heard *h)
{
    ptrdiff_t at = (ptrdiff_t)m->t * OPINE_EAR_BANDS;

    observe_ref(m, c, h->power_ref + at);
    transform(m->ear, m->kernels, &m->pair->deg.planes, c,
              m->frames->deg + m->t, m->count, spectrum(m->ear, c, 1, 0),
              spectrum(m->ear, c, 1, 1));
    for (int i = 0; i < m->count; i++, at += OPINE_EAR_BANDS) {
        const float *deg = spectrum(m->ear, c, 1, i);
        int t = m->t + i;

        band_sums(m->ear, m->kernels, deg, deg, m->gain, h->power_deg + at);
        m->kernels->cohere(block->straight, block->crossed, block->square,
                           spectrum_ref(m, c, i), deg, block->bins);
        if ((t + 1) % OPINE_EAR_BLOCK == 0)
            end_block(m->ear, m->kernels, m->frames, t / OPINE_EAR_BLOCK,
                      m->gain, block, h);
    }
}

static void observe_images(const struct moment *m, struct opine_perceived *p)
{
    float *ref = p->image_ref + (ptrdiff_t)m->t * OPINE_EAR_BANDS;
    float *deg = p->image_deg + (ptrdiff_t)m->t * OPINE_EAR_BANDS;

    for (int i = 0; i < m->count; i++) {
        ptrdiff_t at = (ptrdiff_t)i * OPINE_EAR_BANDS;

        observe_image(m->ear, m->kernels, spectrum(m->ear, 0, 1, i),
                      spectrum(m->ear, 1, 1, i), m->gain, deg + at);
        if (!m->is_known)
            observe_image(m->ear, m->kernels, spectrum_ref(m, 0, i),
                          spectrum_ref(m, 1, i), m->gain, ref + at);
    }
    if (m->is_known)
        copy_rows(m, ref, opine_ear_kept_image(m->memory, m->place));
    else if (m->place >= 0)
        copy_rows(m, opine_ear_kept_image(m->memory, m->place), ref);
}

enum opine_status opine_ear_observe(const struct opine_ear *ear,
                                    const struct opine_kernels *kernels,
                                    struct opine_arena *arena,
                                    const struct opine_prepared *pair,
                                    const struct opine_frames *frames,
                                    double gain, struct opine_perceived *p)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct moment m = { .ear = ear,
                        .kernels = kernels,
                        .pair = pair,
                        .frames = frames,
                        .gain = gain };
    struct block *block;

    TRY(opine_ear_remember(ear, arena, pair, &m.memory));
    TRY(take_blocks(arena, p->channels, ear->fft.size / 2 + 1, &block));
    for (m.t = 0; m.t < frames->n; m.t += 2) {
        const ptrdiff_t *start = frames->ref + m.t;

        m.count = frames->n - m.t < 2 ? 1 : 2;
        m.place = opine_ear_recall(ear, m.memory, start, m.count, &m.is_known);
        for (int c = 0; c < p->channels; c++)
            observe_channel(&m, c, &block[c], &p->channel[c]);
        if (p->image_ref)
            observe_images(&m, p);
        if (m.place >= 0)
            opine_ear_note(m.memory, m.place, start);
    }
    opine_arena_release(arena, mark);
    return OPINE_OK;
}
