/* SPDX-License-Identifier: BSD-2-Clause */
#include "fetch.h"

#include <string.h>

#define FLOATS ((size_t)1 << 16) /* of a block, all channels */

enum opine_status opine_fetch_create(struct opine_arena *arena,
                                     const struct opine_config *config,
                                     const struct opine_audio *audio,
                                     struct opine_fetch **fetch)
{
    struct opine_fetch *f = opine_arena_take(arena, 1, sizeof *f);
    size_t channels = (size_t)audio->channels;

    if (!f)
        return OPINE_ERR_MEMORY;
    *f = (struct opine_fetch){ .config = config,
                               .audio = audio,
                               .size = FLOATS / channels };
    for (int i = 0; i < OPINE_FETCH_BLOCKS; i++) {
        f->block[i].x = opine_arena_take(arena, f->size * channels,
                                         sizeof(float));
        if (!f->block[i].x)
            return OPINE_ERR_MEMORY;
    }
    *fetch = f;
    return OPINE_OK;
}

static void read_block(struct opine_fetch *f, struct opine_fetched *block)
{
    size_t left = f->audio->frames - block->first;
    size_t count = left < f->size ? left : f->size;
    size_t bytes = count * (size_t)f->audio->channels * sizeof(float);

    if (!f->has_failed &&
        f->config->read(f->config->opaque, f->audio, block->first, count,
                        block->x) == count)
        return;
    f->has_failed = 1;
    memset(block->x, 0, bytes);
}

/* The block that begins at a frame; the one not asked for longest gives way */
static const float *find_block(struct opine_fetch *f, size_t first)
{
    int found = f->newest;

    if (!f->block[found].asked || f->block[found].first != first) {
        int oldest = 0;

        found = -1;
        for (int i = 0; i < OPINE_FETCH_BLOCKS; i++) {
            if (f->block[i].asked && f->block[i].first == first)
                found = i;
            if (f->block[i].asked < f->block[oldest].asked)
                oldest = i;
        }
        if (found < 0) {
            found = oldest;
            f->block[found].first = first;
            read_block(f, &f->block[found]);
        }
        f->newest = found;
        f->block[found].asked = ++f->asks;
    }
    return f->block[found].x;
}

void opine_fetch_load(struct opine_fetch *f,
                      const struct opine_kernels *kernels, int channel,
                      size_t first, int n, float mean, float *y)
{
    ptrdiff_t channels = f->audio->channels;

    for (int done = 0, count; done < n; done += count) {
        size_t at = (first + (size_t)done) % f->size;
        const float *x = find_block(f, first + (size_t)done - at);

        count = f->size - at < (size_t)(n - done) ? (int)(f->size - at)
                                                  : n - done;
        kernels->load(y + done, x + (ptrdiff_t)at * channels + channel,
                      channels, mean, count);
    }
}
