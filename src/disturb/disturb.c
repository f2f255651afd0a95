/* SPDX-License-Identifier: BSD-2-Clause */
#include "disturb.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

/* How loud a channel is: channels count in proportion, so that an empty one
 * changes nothing and equal ones are as good as one */
static double mean_loudness(const struct opine_heard *h, int frames)
{
    double sum = 0;

    for (int t = 0; t < frames; t++)
        sum += h->level_ref[t] + h->level_deg[t];
    return sum / frames;
}

/* One channel into the result, at its weight; values that are unknown in a
 * channel leave the sum unknown */
static enum opine_status add_channel(struct opine_arena *arena,
                                     const struct opine_ear *ear,
                                     const struct opine_heard *heard,
                                     int frames, double weight,
                                     struct opine_disturbed *d)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct opine_frame *frame = opine_arena_take(arena, (size_t)frames,
                                                 sizeof *frame);
    double share[OPINE_CELL_CAUSES], value[OPINE_CAUSES], total;

    if (!frame)
        return OPINE_ERR_MEMORY;
    TRY(opine_density(arena, ear, heard, frames, frame, &d->identical));
    TRY(opine_pool(arena, heard->level_ref, frames, frame, &total, share));
    TRY(opine_measure(arena, ear, heard, frames, frame, value));
    d->total += weight * total;
    for (int c = 0; c < OPINE_CELL_CAUSES; c++)
        d->share[c] += weight * share[c];
    for (int c = 0; c < OPINE_CAUSES; c++)
        d->value[c] += weight * value[c];
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

static double reference_cutoff_hz(const struct opine_ear *ear,
                                  const struct opine_perceived *p)
{
    int most = 0;

    for (int c = 0; c < p->channels; c++) {
        int first, end;
        opine_band_range(p->channel[c].spectrum_ref, p->channel[c].spectrum_ref,
                         &first, &end);
        most = end > most ? end : most;
    }
    return most ? ear->band[most - 1].high_hz : 0;
}

enum opine_status opine_disturb(struct opine_arena *arena,
                                const struct opine_ear *ear,
                                const struct opine_prepared *pair,
                                const struct opine_perceived *p,
                                struct opine_disturbed *d)
{
    double sum = 0;

    memset(d, 0, sizeof *d);
    d->identical = 1;
    for (int c = 0; c < p->channels; c++)
        sum += mean_loudness(&p->channel[c], p->frames);
    for (int c = 0; c < p->channels; c++) {
        double own = mean_loudness(&p->channel[c], p->frames);
        double weight = sum > 0 ? own / sum : 1.0 / p->channels;
        TRY(add_channel(arena, ear, &p->channel[c], p->frames, weight, d));
    }
    for (int c = 0; c < OPINE_CELL_CAUSES && d->total > 0; c++)
        d->share[c] /= d->total;
    d->similarity = opine_similarity(p);
    d->reference_cutoff_hz = reference_cutoff_hz(ear, p);
    d->value[OPINE_LEVEL] = p->level_db;
    d->value[OPINE_CLIPPING] = 100 * fmax(pair->deg.flat - pair->ref.flat, 0);
    return OPINE_OK;
}
