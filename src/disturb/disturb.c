/* SPDX-License-Identifier: BSD-2-Clause */
#include "disturb.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

/* Where the ears' coherence changes, each channel's with its reference does,
 * too (spatial 0.77 -> 0.79; 2 to 6 alike) */
#define IMAGE_EXPLAINS 3

/* So does a room whose reverberation outweighs the direct sound. Up to this
 * share of the density is taken for echo in vocoders, too, where offsets are
 * blurred; rooms have 0.2 to 0.8. */
#define ECHO_ORDINARY 0.2
#define ECHO_EXPLAINS 0.5

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

double opine_channel_weight(const struct opine_perceived *p, int channel)
{
    double sum = 0;

    for (int c = 0; c < p->channels; c++)
        sum += mean_loudness(&p->channel[c], p->frames);
    return sum > 0 ? mean_loudness(&p->channel[channel], p->frames) / sum
                   : 1.0 / p->channels;
}

/* The views of one channel into those of all */
static enum opine_status view_channel(struct opine_arena *arena,
                                      const struct opine_ear *ear,
                                      const struct opine_perceived *p,
                                      int channel, struct opine_views *v)
{
    const struct opine_heard *h = &p->channel[channel];
    double weight = opine_channel_weight(p, channel), steps, regenerated;

    TRY(opine_steps(arena, ear, h, p->frames, &steps));
    TRY(opine_regenerated(arena, ear, h, p->blocks, p->level, &regenerated));
    v->steps += weight * steps;
    v->regenerated += weight * regenerated;
    v->structure += weight * opine_structure(ear, h, p->frames, p->level);
    return OPINE_OK;
}

/* What else there is to look at once the fine structure says nothing */
static enum opine_status
view_regenerated(struct opine_arena *arena, const struct opine_kernels *kernels,
                 const struct opine_ear *ear, const struct opine_prepared *pair,
                 const struct opine_aligned *aligned,
                 const struct opine_perceived *p, struct opine_views *v)
{
    v->modulation = v->timbre = 0;
    for (int c = 0; c < p->channels; c++) {
        double weight = opine_channel_weight(p, c), modulation, timbre;

        TRY(opine_envelope(arena, ear, &p->channel[c], p->frames, p->level,
                           &modulation, &timbre));
        v->modulation += weight * modulation;
        v->timbre += weight * timbre;
    }
    return opine_pitch(arena, kernels, pair, aligned, &v->pitch);
}

static enum opine_status
view(struct opine_arena *arena, const struct opine_kernels *kernels,
     const struct opine_ear *ear, const struct opine_prepared *pair,
     const struct opine_aligned *aligned, const struct opine_perceived *p,
     double echo_share, int all_views, struct opine_views *v)
{
    double explained = ECHO_EXPLAINS * fmax(echo_share - ECHO_ORDINARY, 0);

    *v = (struct opine_views){ .modulation = (double)NAN,
                               .timbre = (double)NAN,
                               .pitch = (double)NAN };
    for (int c = 0; c < p->channels; c++)
        TRY(view_channel(arena, ear, p, c, v));
    v->image = opine_image(ear, p);
    explained += IMAGE_EXPLAINS * v->image;
    v->regenerated = fmax(v->regenerated - explained, 0);
    if (v->regenerated < OPINE_REGENERATED_LEAST && !all_views)
        return OPINE_OK;
    return view_regenerated(arena, kernels, ear, pair, aligned, p, v);
}

enum opine_status opine_disturb(struct opine_arena *arena,
                                const struct opine_kernels *kernels,
                                const struct opine_ear *ear,
                                const struct opine_prepared *pair,
                                const struct opine_aligned *aligned,
                                const struct opine_perceived *p, int all_views,
                                struct opine_disturbed *d)
{
    memset(d, 0, sizeof *d);
    d->identical = 1;
    for (int c = 0; c < p->channels; c++)
        TRY(add_channel(arena, ear, &p->channel[c], p->frames,
                        opine_channel_weight(p, c), d));
    for (int c = 0; c < OPINE_CELL_CAUSES && d->total > 0; c++)
        d->share[c] /= d->total;
    d->similarity = opine_similarity(kernels, p);
    d->reference_cutoff_hz = reference_cutoff_hz(ear, p);
    d->value[OPINE_LEVEL] = p->level_db;
    d->flat = fmax(pair->deg.flat - pair->ref.flat, 0);
    TRY(view(arena, kernels, ear, pair, aligned, p, d->share[OPINE_ECHO],
             all_views, &d->view));
    d->value[OPINE_CLIPPING] = 100 * d->flat;
    d->value[OPINE_IMAGE] = p->image_ref ? d->view.image : (double)NAN;
    d->value[OPINE_REGENERATED] = d->view.regenerated;
    d->value[OPINE_PITCH] = 100 * d->view.pitch;
    return OPINE_OK;
}
