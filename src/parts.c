/* SPDX-License-Identifier: BSD-2-Clause */
#include "parts.h"

#include "base/try.h"
#include "disturb/gather.h"

#include <math.h>
#include <string.h>

#define BEFORE                                                                 \
    125           /* frames that are seen before, 2 s: what the filter of slow \
                     modulation remembers is then down by 50 dB */
#define AFTER  25 /* and after */
#define NEAR_S 1.0 /* around a part: what is looked at near a jump */

/* Frames by power, half a decibel each: which of them count is known only once
 * the loudest is */
#define STEPS_A_BEL 20
#define LEAST_BEL   (-5)
#define TIERS       400

struct tier {
    double ref, deg; /* sums of powers, all channels */
    int count;
    double *spectrum; /* channels x 2 x bands */
};

struct work {
    struct opine_arena *arena;
    const struct opine_kernels *kernels;
    const struct opine_ear *ear;
    const struct opine_config *config;
    const struct opine_prepared *pair;
    const struct opine_aligned *aligned;
    struct opine_frames frames; /* of all */
    struct opine_gathered gathered;
    int part; /* how many a part has, to be counted */
    struct tier *tier;
    double loudest;
};

/* Some frames of all, and the samples that they need */
struct part {
    struct opine_prepared pair;
    struct opine_frames frames;
    struct opine_perceived perceived;
    struct opine_excerpt excerpt;
    int at; /* first frame of the excerpt among all */
};

/* ----------------------------------------------------------------- part */

/* Samples that some frames begin at, least and greatest */
static void find_range(const ptrdiff_t *start, int n, ptrdiff_t beyond,
                       ptrdiff_t *first, ptrdiff_t *last)
{
    *first = *last = start[0] < beyond ? start[0] : 0;
    for (int t = 0; t < n; t++) {
        if (start[t] >= beyond)
            continue;
        *first = start[t] < *first ? start[t] : *first;
        *last = start[t] > *last ? start[t] : *last;
    }
}

/* The samples of one signal that a part needs */
static enum opine_status view_signal(const struct work *w,
                                     const struct opine_prepared_signal *signal,
                                     const ptrdiff_t *start, int n,
                                     struct opine_planes *planes)
{
    ptrdiff_t near = (ptrdiff_t)(NEAR_S * w->pair->rate_hz), first, last;

    find_range(start, n, (ptrdiff_t)signal->n, &first, &last);
    first = first > near ? first - near : 0;
    return opine_prepare_part(w->arena, w->kernels, w->pair, signal, first,
                              last + w->ear->size + near, planes);
}

/* The part of the frames from `first` on, its powers perceived. The first time,
 * frames near a jump find their nearest. */
static enum opine_status perceive_part(struct work *w, int first,
                                       int is_first_time, struct part *part)
{
    int n = w->frames.n;
    int before = first < BEFORE ? first : BEFORE;
    int end = n - first < w->part ? n : first + w->part;
    int after = n - end < AFTER ? n - end : AFTER;
    struct opine_frames *f = &part->frames;

    part->pair = *w->pair;
    part->at = first;
    part->excerpt = (struct opine_excerpt){ &part->perceived, before,
                                            before + end - first };
    f->n = before + end - first + after;
    f->ref = w->frames.ref + first - before;
    f->deg = w->frames.deg + first - before;
    TRY(view_signal(w, &w->pair->ref, f->ref, f->n, &part->pair.ref.planes));
    TRY(view_signal(w, &w->pair->deg, f->deg, f->n, &part->pair.deg.planes));
    if (is_first_time)
        TRY(opine_nearest_frames(w->ear, w->kernels, w->arena, &part->pair,
                                 w->aligned, opine_ear_gain(w->pair), f));
    return opine_perceive_powers(w->ear, w->kernels, w->arena, &part->pair, f,
                                 &part->perceived);
}

typedef enum opine_status job(struct work *w, struct part *part);

static enum opine_status for_each_part(struct work *w, int is_first_time,
                                       job *do_job)
{
    for (int first = 0; first < w->frames.n; first += w->part) {
        struct opine_arena_mark mark = opine_arena_mark(w->arena);
        struct part part;

        TRY(perceive_part(w, first, is_first_time, &part));
        TRY(do_job(w, &part));
        opine_arena_release(w->arena, mark);
    }
    return OPINE_OK;
}

/* ------------------------------------------------- what holds for the whole */

static int tier_of(double power)
{
    double at = STEPS_A_BEL * (log10(power + 1e-20) - LEAST_BEL);

    return (int)fmin(fmax(at, 0), TIERS - 1);
}

static void sort_frame(struct work *w, const struct part *part, int t)
{
    const struct opine_perceived *p = &part->perceived;
    struct tier *tier;
    double ref = 0;

    for (int c = 0; c < p->channels; c++)
        ref += opine_frame_power(w->kernels, p->channel[c].power_ref, t);
    w->loudest = fmax(w->loudest, ref);
    tier = &w->tier[tier_of(ref)];
    tier->ref += ref;
    tier->count++;
    for (int c = 0; c < p->channels; c++) {
        const struct opine_heard *h = &p->channel[c];
        double *spectrum = tier->spectrum + (ptrdiff_t)c * 2 * OPINE_EAR_BANDS;

        tier->deg += opine_frame_power(w->kernels, h->power_deg, t);
        opine_sum_spectrum(h->power_ref, t, spectrum);
        opine_sum_spectrum(h->power_deg, t, spectrum + OPINE_EAR_BANDS);
    }
}

static enum opine_status survey(struct work *w, struct part *part)
{
    opine_gather_survey(w->ear, &part->perceived, &w->gathered);
    for (int t = part->excerpt.first; t < part->excerpt.end; t++)
        sort_frame(w, part, t);
    return OPINE_OK;
}

/* Add the tiers up as opine_balance() adds up frames: those within 40 dB of
 * the loudest, and what shares the last tier with them */
static void balance(struct work *w)
{
    struct opine_perceived *all = &w->gathered.all;
    double ref = 0, deg = 0;
    int frames = 0;

    for (int c = 0; c < all->channels; c++)
        for (int b = 0; b < OPINE_EAR_BANDS; b++)
            all->channel[c].spectrum_ref[b] = all->channel[c].spectrum_deg[b] =
                0;
    for (int i = tier_of(w->loudest * OPINE_ACTIVE_SHARE); i < TIERS; i++) {
        const double *spectrum = w->tier[i].spectrum;

        ref += w->tier[i].ref;
        deg += w->tier[i].deg;
        frames += w->tier[i].count;
        for (int c = 0; c < all->channels; c++) {
            for (int b = 0; b < OPINE_EAR_BANDS; b++)
                all->channel[c].spectrum_ref[b] += *spectrum++;
            for (int b = 0; b < OPINE_EAR_BANDS; b++)
                all->channel[c].spectrum_deg[b] += *spectrum++;
        }
    }
    opine_match_level(w->config, ref, deg, frames, all);
}

static enum opine_status take_tiers(struct work *w)
{
    size_t each = (size_t)w->pair->channels * 2 * OPINE_EAR_BANDS;
    double *spectra = opine_arena_take(w->arena, TIERS * each, sizeof *spectra);

    w->tier = opine_arena_take(w->arena, TIERS, sizeof *w->tier);
    if (!spectra || !w->tier)
        return OPINE_ERR_MEMORY;
    memset(spectra, 0, TIERS * each * sizeof *spectra);
    for (size_t i = 0; i < TIERS; i++)
        w->tier[i] = (struct tier){ .spectrum = spectra + i * each };
    return OPINE_OK;
}

/* ------------------------------------------------------------- comparison */

/* Go on from powers to loudness, with what holds for the whole */
static void hear(const struct work *w, struct opine_perceived *p)
{
    const struct opine_perceived *all = &w->gathered.all;

    p->level = all->level;
    p->level_db = all->level_db;
    for (int c = 0; c < p->channels; c++) {
        p->channel[c].spectrum_ref = all->channel[c].spectrum_ref;
        p->channel[c].spectrum_deg = all->channel[c].spectrum_deg;
    }
    opine_perceive_loudness(w->ear, w->config, p);
}

static enum opine_status compare(struct work *w, struct part *part)
{
    hear(w, &part->perceived);
    return opine_gather(w->arena, w->kernels, w->ear, &part->excerpt, part->at,
                        &w->gathered);
}

/* Voices between the first sample of a part that counts and the next part's */
static enum opine_status add_pitch(struct work *w, const struct part *part)
{
    const ptrdiff_t *ref = part->frames.ref, *deg = part->frames.deg;
    int first = part->excerpt.first, n = part->excerpt.end - first;
    ptrdiff_t size = w->ear->size, first_ref, last_ref, first_deg, last_deg;
    struct opine_pair views = { .rate_hz = w->pair->rate_hz };

    find_range(ref + first, n, (ptrdiff_t)w->pair->ref.n, &first_ref,
               &last_ref);
    find_range(deg + first, n, (ptrdiff_t)w->pair->deg.n, &first_deg,
               &last_deg);
    first_ref = first_ref > 0 ? first_ref : 0;
    if (last_ref + size > (ptrdiff_t)w->pair->ref.n)
        last_ref = (ptrdiff_t)w->pair->ref.n - size;
    if (last_ref <= first_ref || last_deg <= first_deg)
        return OPINE_OK;
    views.ref = opine_planes_part(&part->pair.ref.planes, (size_t)first_ref,
                                  (size_t)(last_ref + size - first_ref));
    views.deg = opine_planes_part(&part->pair.deg.planes, (size_t)first_deg,
                                  (size_t)(last_deg + size - first_deg));
    return opine_pitch_add(w->arena, w->kernels, &views, w->aligned, first_ref,
                           first_deg, &w->gathered.voices);
}

static enum opine_status compare_envelopes(struct work *w, struct part *part)
{
    hear(w, &part->perceived);
    TRY(opine_gather_envelopes(w->arena, w->ear, &part->excerpt, &w->gathered));
    return add_pitch(w, part);
}

static enum opine_status compare_all(struct work *w,
                                     struct opine_disturbed *disturbed)
{
    TRY(for_each_part(w, 1, survey));
    balance(w);
    TRY(for_each_part(w, 0, compare));
    TRY(opine_conclude(w->arena, w->ear, w->pair, &w->gathered, disturbed));
    if (!opine_wants_envelopes(w->config, disturbed))
        return OPINE_OK;
    TRY(for_each_part(w, 0, compare_envelopes));
    opine_conclude_envelopes(&w->gathered, disturbed);
    return OPINE_OK;
}

enum opine_status opine_compare_parts(struct opine_arena *arena,
                                      const struct opine_kernels *kernels,
                                      const struct opine_ear *ear,
                                      const struct opine_config *config,
                                      const struct opine_prepared *pair,
                                      const struct opine_aligned *aligned,
                                      struct opine_disturbed *disturbed)
{
    struct work w = { .arena = arena,
                      .kernels = kernels,
                      .ear = ear,
                      .config = config,
                      .pair = pair,
                      .aligned = aligned };

    TRY(opine_place_frames(ear, arena, config, pair, aligned, &w.frames));
    /* Half as long as for alignment, and whole blocks */
    w.part = (int)(pair->part_s / 2 * ear->rate_hz / ear->hop);
    w.part += OPINE_EAR_BLOCK - w.part % OPINE_EAR_BLOCK;
    TRY(opine_gather_begin(arena, ear, config, pair, aligned, w.frames.n,
                           w.frames.deg, &w.gathered));
    TRY(take_tiers(&w));
    return compare_all(&w, disturbed);
}
