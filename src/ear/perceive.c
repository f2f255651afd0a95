/* SPDX-License-Identifier: BSD-2-Clause */
#include "ear.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

#define FULL_SCALE_DB_SPL                                                      \
    99.0 /* a mean square of 1; -26 dBov is then the 73 dB                     \
            SPL of a comfortable listening level */

static float *take_pattern(struct opine_arena *arena, int rows)
{
    return opine_arena_take(arena, (size_t)rows * OPINE_EAR_BANDS,
                            sizeof(float));
}

static enum opine_status take_channel(struct opine_arena *arena, int frames,
                                      int blocks, struct opine_heard *h)
{
    h->power_ref = take_pattern(arena, frames);
    h->power_deg = take_pattern(arena, frames);
    h->explained = take_pattern(arena, blocks);
    h->excited_ref = take_pattern(arena, frames);
    h->excited_deg = take_pattern(arena, frames);
    h->ref = take_pattern(arena, frames);
    h->deg = take_pattern(arena, frames);
    h->level_ref = opine_arena_take(arena, (size_t)frames, sizeof(double));
    h->level_deg = opine_arena_take(arena, (size_t)frames, sizeof(double));
    h->spectrum_ref = opine_arena_take(arena, OPINE_EAR_BANDS, sizeof(double));
    h->spectrum_deg = opine_arena_take(arena, OPINE_EAR_BANDS, sizeof(double));
    return h->power_ref && h->power_deg && h->explained && h->excited_ref &&
                   h->excited_deg && h->ref && h->deg && h->level_ref &&
                   h->level_deg && h->spectrum_ref && h->spectrum_deg
               ? OPINE_OK
               : OPINE_ERR_MEMORY;
}

/* Loudness of each frame: over Bark */
static void total_loudness(const struct opine_ear *ear, const float *pattern,
                           int frames, double *level)
{
    float width[OPINE_EAR_BANDS];

    for (int b = 0; b < OPINE_EAR_BANDS; b++)
        width[b] = (float)ear->band[b].width_bark;
    for (int t = 0; t < frames; t++)
        level[t] = (double)ear->fft.kernels->dot(pattern + (ptrdiff_t)t *
                                                               OPINE_EAR_BANDS,
                                                 width, OPINE_EAR_BANDS);
}

static void hear(const struct opine_ear *ear, const struct opine_config *config,
                 double level, int frames, struct opine_heard *h)
{
    int keep = config->level == OPINE_LEVEL_KEEP;
    size_t bytes = (size_t)frames * OPINE_EAR_BANDS * sizeof(float);

    memcpy(h->excited_ref, h->power_ref, bytes);
    memcpy(h->excited_deg, h->power_deg, bytes);
    opine_compensate(ear, h, level, keep, frames, h->excited_ref,
                     h->excited_deg);
    opine_ear_loudness(ear, h->excited_ref, frames, h->ref);
    opine_ear_loudness(ear, h->excited_deg, frames, h->deg);
    total_loudness(ear, h->ref, frames, h->level_ref);
    total_loudness(ear, h->deg, frames, h->level_deg);
}

double opine_ear_gain(const struct opine_prepared *pair)
{
    return pair->gain * pair->gain * pow(10, FULL_SCALE_DB_SPL / 10);
}

enum opine_status opine_perceive_powers(const struct opine_ear *ear,
                                        const struct opine_kernels *kernels,
                                        struct opine_arena *arena,
                                        const struct opine_prepared *pair,
                                        const struct opine_frames *frames,
                                        struct opine_perceived *p)
{
    p->channels = pair->channels;
    p->frames = frames->n;
    p->start = frames->deg;
    p->blocks = frames->n / OPINE_EAR_BLOCK;
    p->image_ref = p->image_deg = NULL;
    if (p->channels == 2) {
        p->image_ref = take_pattern(arena, p->frames);
        p->image_deg = take_pattern(arena, p->frames);
        if (!p->image_ref || !p->image_deg)
            return OPINE_ERR_MEMORY;
    }
    p->channel = opine_arena_take(arena, (size_t)p->channels,
                                  sizeof *p->channel);
    if (!p->channel)
        return OPINE_ERR_MEMORY;
    for (int c = 0; c < p->channels; c++)
        TRY(take_channel(arena, p->frames, p->blocks, &p->channel[c]));
    return opine_ear_observe(ear, kernels, arena, pair, frames,
                             opine_ear_gain(pair), p);
}

void opine_perceive_loudness(const struct opine_ear *ear,
                             const struct opine_config *config,
                             struct opine_perceived *p)
{
    for (int c = 0; c < p->channels; c++)
        hear(ear, config, p->level, p->frames, &p->channel[c]);
}

enum opine_status
opine_perceive(struct opine_ear *ear, const struct opine_kernels *kernels,
               struct opine_arena *arena, const struct opine_config *config,
               const struct opine_prepared *pair,
               const struct opine_aligned *aligned, struct opine_perceived *p)
{
    struct opine_frames frames;

    TRY(opine_place_frames(ear, arena, config, pair, aligned, &frames));
    TRY(opine_nearest_frames(ear, kernels, arena, pair, aligned,
                             opine_ear_gain(pair), &frames));
    TRY(opine_perceive_powers(ear, kernels, arena, pair, &frames, p));
    opine_balance(kernels, config, p);
    opine_perceive_loudness(ear, config, p);
    return OPINE_OK;
}
