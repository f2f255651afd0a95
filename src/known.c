/* SPDX-License-Identifier: BSD-2-Clause */
#include "known.h"

#include <string.h>

#define MOST ((size_t)64 << 20) /* bytes that are kept, about */

#define BLOCK ((size_t)4096) /* samples at once */

void opine_known_init(struct opine_known *known,
                      const struct opine_allocator *from)
{
    memset(known, 0, sizeof *known);
    opine_arena_init(&known->arena, from);
}

void opine_known_free(struct opine_known *known)
{
    opine_arena_free(&known->arena);
}

/* What is in the arena */
static void forget_layout(struct opine_known *known)
{
    opine_arena_clear(&known->arena);
    known->left = MOST;
    known->planes.channels = 0;
    known->outset = (struct opine_outset){ 0 };
    known->spectra = (struct opine_ear_memory){ 0 };
}

void opine_known_forget(struct opine_known *known)
{
    forget_layout(known);
    known->frames = 0;
    known->has_signal = 0;
    known->layout = (struct opine_layout){ 0 };
}

static void digest_audio(const struct opine_kernels *kernels,
                         const struct opine_audio *audio, uint32_t *digest)
{
    int is_plain = !audio->frame_step && !audio->channel_step;
    size_t all = audio->frames * (size_t)audio->channels;

    memset(digest, 0, OPINE_DIGEST * sizeof *digest);
    for (size_t i = 0; is_plain && i < all; i += BLOCK)
        kernels->digest(digest, audio->data + i,
                        all - i < BLOCK ? (int)(all - i) : (int)BLOCK);
    for (int c = 0; !is_plain && c < audio->channels; c++)
        for (size_t i = 0; i < audio->frames; i += BLOCK) {
            size_t left = audio->frames - i;
            int n = left < BLOCK ? (int)left : (int)BLOCK;
            float x[BLOCK];

            kernels->load(x,
                          audio->data + c * audio->channel_step +
                              (ptrdiff_t)i * audio->frame_step,
                          audio->frame_step, 0, n);
            kernels->digest(digest, x, n);
        }
}

void opine_known_recognise(struct opine_known *known,
                           const struct opine_kernels *kernels,
                           const struct opine_audio *reference)
{
    uint32_t digest[OPINE_DIGEST];

    digest_audio(kernels, reference, digest);
    if (known->frames == reference->frames &&
        known->channels == reference->channels &&
        known->rate_hz == reference->rate_hz &&
        !memcmp(known->digest, digest, sizeof digest))
        return;
    opine_known_forget(known);
    known->frames = reference->frames;
    known->channels = reference->channels;
    known->rate_hz = reference->rate_hz;
    memcpy(known->digest, digest, sizeof digest);
}

void opine_known_fit(struct opine_known *known,
                     const struct opine_layout *layout)
{
    if (known->layout.rate_hz == layout->rate_hz &&
        known->layout.channels == layout->channels &&
        known->layout.is_mixed == layout->is_mixed)
        return;
    forget_layout(known);
    known->layout = *layout;
}

struct opine_arena *opine_known_room(struct opine_known *known, size_t bytes,
                                     struct opine_arena *otherwise)
{
    if (!known || bytes > known->left)
        return otherwise;
    known->left -= bytes;
    return &known->arena;
}
