/* SPDX-License-Identifier: BSD-2-Clause */
#include "disturb.h"

#include "base/try.h"
#include "gather.h"
#include "series.h"

#include <math.h>

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

/* ---------------------------------------------------------- conclusions */

/* Mean over frames that are no pauses */
static double mean_steps(const struct opine_gathered_channel *g,
                         const double *level, int frames)
{
    double sum = 0;
    int count = 0;

    for (int t = 0; t < frames; t++)
        if (level[t] > g->pause) {
            sum += (double)g->frame[t].steps;
            count++;
        }
    return sum / count;
}

/* Pool one channel into the result; values that are unknown in a channel leave
 * the sum unknown */
static enum opine_status pool_channel(struct opine_arena *arena,
                                      const struct opine_ear *ear, int channel,
                                      struct opine_gathered *gathered,
                                      struct opine_disturbed *d)
{
    struct opine_gathered_channel *g = &gathered->channel[channel];
    const struct opine_heard *h = &gathered->all.channel[channel];
    double share[OPINE_CELL_CAUSES], value[OPINE_CAUSES], total, loud;
    double weight = opine_channel_weight(&gathered->all, channel);
    int frames = gathered->all.frames;

    TRY(opine_pool(arena, h->level_ref, frames, g->frame, &total, share));
    TRY(opine_measure(arena, ear, h, frames, g->frame, value));
    TRY(opine_pause_level(arena, h->level_ref, frames, &loud, &g->pause));
    d->total += weight * total;
    for (int c = 0; c < OPINE_CELL_CAUSES; c++)
        d->share[c] += weight * share[c];
    for (int c = 0; c < OPINE_CAUSES; c++)
        d->value[c] += weight * value[c];
    d->view.steps += weight * mean_steps(g, h->level_ref, frames);
    d->view.structure += weight * opine_structure_lost(&g->lost);
    d->view.regenerated += weight * opine_regenerated_evidence(g->evidence,
                                                               g->evidences);
    return OPINE_OK;
}

/* Take from the evidence of regenerated sound what image and echo explain */
static void explain_regenerated(double echo_share, struct opine_views *v)
{
    double explained = ECHO_EXPLAINS * fmax(echo_share - ECHO_ORDINARY, 0);

    explained += IMAGE_EXPLAINS * v->image;
    v->regenerated = fmax(v->regenerated - explained, 0);
}

enum opine_status opine_conclude(struct opine_arena *arena,
                                 const struct opine_ear *ear,
                                 const struct opine_prepared *pair,
                                 struct opine_gathered *g,
                                 struct opine_disturbed *d)
{
    *d = (struct opine_disturbed){ .identical = g->identical,
                                   .view = { .modulation = (double)NAN,
                                             .timbre = (double)NAN,
                                             .pitch = (double)NAN } };
    for (int c = 0; c < g->all.channels; c++)
        TRY(pool_channel(arena, ear, c, g, d));
    for (int c = 0; c < OPINE_CELL_CAUSES && d->total > 0; c++)
        d->share[c] /= d->total;
    d->similarity = opine_similarity(g->likeness, g->all.channels);
    d->view.image = opine_image_change(&g->image);
    explain_regenerated(d->share[OPINE_ECHO], &d->view);
    d->material = opine_material(&g->all, g->change);
    d->flat = fmax(pair->deg.flat - pair->ref.flat, 0);
    d->reference_cutoff_hz = reference_cutoff_hz(ear, &g->all);
    d->value[OPINE_LEVEL] = g->all.level_db;
    d->value[OPINE_CLIPPING] = 100 * d->flat;
    d->value[OPINE_IMAGE] = g->all.channels == 2 ? d->view.image : (double)NAN;
    d->value[OPINE_REGENERATED] = d->view.regenerated;
    d->value[OPINE_PITCH] = (double)NAN;
    return g->draft ? opine_draft_end(arena, g, d) : OPINE_OK;
}

int opine_wants_envelopes(const struct opine_config *config,
                          const struct opine_disturbed *d)
{
    return config->all_views || d->view.regenerated >= OPINE_REGENERATED_LEAST;
}

void opine_conclude_envelopes(const struct opine_gathered *g,
                              struct opine_disturbed *d)
{
    d->view.modulation = d->view.timbre = 0;
    for (int c = 0; c < g->all.channels; c++) {
        const struct opine_gathered_channel *of = &g->channel[c];
        double weight = opine_channel_weight(&g->all, c);

        d->view.modulation += weight * of->modulation.sum /
                              of->modulation.count;
        d->view.timbre += weight * of->timbre.sum / of->timbre.count;
    }
    d->view.pitch = opine_pitch_share(&g->voices);
    d->value[OPINE_PITCH] = 100 * d->view.pitch;
}

/* ---------------------------------------------------------- short pairs */

enum opine_status
opine_disturb(struct opine_arena *arena, const struct opine_kernels *kernels,
              const struct opine_ear *ear, const struct opine_config *config,
              const struct opine_prepared *pair,
              const struct opine_aligned *aligned,
              const struct opine_perceived *p, struct opine_disturbed *d)
{
    const struct opine_excerpt whole = { p, 0, p->frames };
    struct opine_gathered g;
    struct opine_pair views;

    TRY(opine_gather_begin(arena, ear, config, pair, aligned, p->frames,
                           p->start, &g));
    opine_gather_survey(ear, p, &g);
    TRY(opine_gather(arena, kernels, ear, &whole, 0, &g));
    g.all.level = p->level;
    g.all.level_db = p->level_db;
    for (int c = 0; c < p->channels; c++) {
        g.all.channel[c].spectrum_ref = p->channel[c].spectrum_ref;
        g.all.channel[c].spectrum_deg = p->channel[c].spectrum_deg;
    }
    TRY(opine_conclude(arena, ear, pair, &g, d));
    if (!opine_wants_envelopes(config, d))
        return OPINE_OK;
    TRY(opine_gather_envelopes(arena, ear, &whole, &g));
    opine_pair_prepared(pair, &views);
    TRY(opine_pitch_add(arena, kernels, &views, aligned, 0, 0, &g.voices));
    opine_conclude_envelopes(&g, d);
    return OPINE_OK;
}
