/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Fetch: samples of a recording that the caller reads on demand
 *
 * The last blocks that were read are kept, so that channels and overlapping
 * frames cost one read.
 */
#ifndef OPINE_SRC_FETCH_H
#define OPINE_SRC_FETCH_H

#include "base/arena.h"
#include "base/kernels.h"

#define OPINE_FETCH_BLOCKS 8

struct opine_fetch {
    const struct opine_config *config; /* whose read() */
    const struct opine_audio *audio;
    size_t size; /* frames of a block */
    struct opine_fetched {
        size_t first;   /* its first frame */
        unsigned asked; /* when it was asked for last; 0: never */
        float *x;
    } block[OPINE_FETCH_BLOCKS];
    unsigned asks;
    int newest; /* block asked for last */
    int has_failed;
};

/**
 * Begin to fetch
 * arena           Where the blocks are kept, 2 MiB
 * config          With read(); must outlive this, as the next
 * audio           Without `data`
 * fetch           Return it, in the arena
 */
OPINE_MUST_CHECK enum opine_status
opine_fetch_create(struct opine_arena *arena, const struct opine_config *config,
                   const struct opine_audio *audio, struct opine_fetch **fetch);

/**
 * Fetch samples of a channel
 * mean            Taken out of them
 * y               Return them; zeros where they could not be read, which
 *                 `has_failed` then tells
 */
void opine_fetch_load(struct opine_fetch *fetch,
                      const struct opine_kernels *kernels, int channel,
                      size_t first, int n, float mean, float *y);

/**
 * Whether anything could not be read; NULL is in memory
 */
static inline int opine_fetch_failed(const struct opine_fetch *fetch)
{
    return fetch && fetch->has_failed;
}

#endif
