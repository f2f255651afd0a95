/* SPDX-License-Identifier: BSD-2-Clause */
#include "gather.h"

#include "base/try.h"
#include "series.h"

#include <string.h>

static enum opine_status take_channel(struct opine_arena *arena, size_t frames,
                                      struct opine_gathered_channel *g,
                                      struct opine_heard *h)
{
    *g = (struct opine_gathered_channel){ 0 };
    *h = (struct opine_heard){ 0 };
    g->frame = opine_arena_take(arena, frames, sizeof *g->frame);
    g->evidence = opine_arena_take(arena, frames / OPINE_EAR_BLOCK + 1,
                                   sizeof *g->evidence);
    h->level_ref = opine_arena_take(arena, frames, sizeof(double));
    h->level_deg = opine_arena_take(arena, frames, sizeof(double));
    h->spectrum_ref = opine_arena_take(arena, OPINE_EAR_BANDS, sizeof(double));
    h->spectrum_deg = opine_arena_take(arena, OPINE_EAR_BANDS, sizeof(double));
    return g->frame && g->evidence && h->level_ref && h->level_deg &&
                   h->spectrum_ref && h->spectrum_deg
               ? OPINE_OK
               : OPINE_ERR_MEMORY;
}

enum opine_status opine_gather_begin(struct opine_arena *arena,
                                     const struct opine_ear *ear,
                                     const struct opine_config *config,
                                     const struct opine_prepared *pair,
                                     const struct opine_aligned *aligned,
                                     int frames, const ptrdiff_t *start,
                                     struct opine_gathered *g)
{
    size_t channels = (size_t)pair->channels;
    struct opine_perceived *all = &g->all;

    *g = (struct opine_gathered){ .identical = 1 };
    all->frames = frames;
    all->start = start;
    all->channels = pair->channels;
    all->channel = opine_arena_take(arena, channels, sizeof *all->channel);
    g->change = opine_arena_take(arena, (size_t)frames, sizeof *g->change);
    g->channel = opine_arena_take(arena, channels, sizeof *g->channel);
    g->likeness = opine_arena_take(arena, channels, sizeof *g->likeness);
    if (!all->channel || !g->change || !g->channel || !g->likeness)
        return OPINE_ERR_MEMORY;
    memset(g->likeness, 0, channels * sizeof *g->likeness);
    for (size_t c = 0; c < channels; c++)
        TRY(take_channel(arena, (size_t)frames, &g->channel[c],
                         &all->channel[c]));
    return config->series
               ? opine_draft_begin(arena, ear, pair, aligned, all, &g->draft)
               : OPINE_OK;
}

void opine_gather_survey(const struct opine_ear *ear,
                         const struct opine_perceived *p,
                         struct opine_gathered *g)
{
    for (int c = 0; c < p->channels; c++) {
        struct opine_loudest *loudest = &g->channel[c].loudest;

        opine_structure_survey(ear, &p->channel[c], p->frames, loudest);
        opine_regenerated_survey(ear, &p->channel[c], p->blocks, loudest);
        opine_envelope_survey(ear, &p->channel[c], p->frames, loudest);
    }
    opine_image_survey(p, &g->image);
}

/* What is kept of the frames that count: their density and steps, loudness */
static enum opine_status gather_frames(struct opine_arena *arena,
                                       const struct opine_ear *ear,
                                       const struct opine_excerpt *x,
                                       int channel, int at,
                                       struct opine_gathered *g)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    const struct opine_perceived *p = x->perceived;
    const struct opine_heard *from = &p->channel[channel];
    struct opine_heard *to = &g->all.channel[channel];
    struct opine_frame *frame = opine_arena_take(arena, (size_t)p->frames,
                                                 sizeof *frame);
    size_t n = (size_t)(x->end - x->first);

    if (!frame)
        return OPINE_ERR_MEMORY;
    TRY(opine_density(arena, ear, from, p->frames, frame, &g->identical));
    opine_steps(ear, from, p->frames, frame);
    memcpy(g->channel[channel].frame + at, frame + x->first, n * sizeof *frame);
    memcpy(to->level_ref + at, from->level_ref + x->first, n * sizeof(double));
    memcpy(to->level_deg + at, from->level_deg + x->first, n * sizeof(double));
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

static void gather_views(const struct opine_kernels *kernels,
                         const struct opine_ear *ear,
                         const struct opine_excerpt *x, int channel,
                         struct opine_gathered *g)
{
    struct opine_gathered_channel *to = &g->channel[channel];

    opine_structure_add(ear, x, channel, &to->loudest, &to->lost);
    to->evidences += opine_regenerated_add(ear, x, channel, &to->loudest,
                                           to->evidence + to->evidences);
    opine_likeness_add(kernels, x, channel, &g->likeness[channel]);
}

enum opine_status opine_gather(struct opine_arena *arena,
                               const struct opine_kernels *kernels,
                               const struct opine_ear *ear,
                               const struct opine_excerpt *x, int at,
                               struct opine_gathered *g)
{
    for (int c = 0; c < x->perceived->channels; c++) {
        TRY(gather_frames(arena, ear, x, c, at, g));
        gather_views(kernels, ear, x, c, g);
        if (g->draft)
            opine_draft_add(g->draft, ear, x, c, at, g->channel[c].frame);
    }
    opine_image_add(ear, x, &g->image);
    opine_material_changes(ear, x->perceived, x->first, x->end, g->change + at);
    return OPINE_OK;
}

enum opine_status opine_gather_envelopes(struct opine_arena *arena,
                                         const struct opine_ear *ear,
                                         const struct opine_excerpt *x,
                                         struct opine_gathered *g)
{
    for (int c = 0; c < x->perceived->channels; c++) {
        struct opine_gathered_channel *to = &g->channel[c];

        TRY(opine_envelope_add(arena, ear, x, c, &to->loudest, to->pause,
                               &to->modulation, &to->timbre));
    }
    return OPINE_OK;
}
