/* SPDX-License-Identifier: BSD-2-Clause */
/* Which frames of the two signals are compared. */
#include "ear.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

#define NEAR_S                                                                 \
    0.048               /* this near a jump the nearest frame is taken (chop   \
                           0.82 -> 0.91, design.md) */
#define STEP_S    0.008 /* between the places whose delays are tried */
#define NEARER_DB 0.01  /* a delay met further away must be better by this */
#define FLOOR_DB  10.0  /* dB SPL added to powers that are compared */
#define PLACES    (2 * 6 + 1)
#define LOST_S                                                                 \
    0.1 /* of what is lost in one go that costs nothing: a packet              \
           packets are heard as the break at the jump alone */

/* Sample of the degraded where a sample of the reference is heard */
static double degraded_at(const struct opine_aligned *aligned, double sample)
{
    const struct opine_stretch *s = aligned->stretch;
    int i = 0;

    while (i + 1 < aligned->stretches && sample >= s[i].end - s[i].delay)
        i++;
    return fmax(sample + s[i].delay, i ? s[i].start : sample + s[i].delay);
}

/* Where the frames lie in the degraded, and where it has lost something */
struct grid {
    const struct opine_ear *ear;
    const struct opine_prepared *pair;
    const struct opine_aligned *aligned;
    double start; /* of the first frame, in the degraded */
    int steps;    /* of a hop from there on */
};

static ptrdiff_t ref_of(const struct grid *g, ptrdiff_t deg)
{
    double middle = (double)deg + g->ear->size / 2.0;

    return deg - (ptrdiff_t)llround(opine_delay_at(g->aligned, middle));
}

static void put(struct opine_frames *f, ptrdiff_t ref, ptrdiff_t deg)
{
    if (f->ref) {
        f->ref[f->n] = ref;
        f->deg[f->n] = deg;
    }
    f->n++;
}

/* Add all frames, or only count them while there are no arrays. What was lost
 * in one go is compared with silence, but for its first part. */
static void add_frames(const struct grid *g, struct opine_frames *f)
{
    ptrdiff_t hop = (ptrdiff_t)llround(g->ear->hop);
    ptrdiff_t skipped = (ptrdiff_t)(LOST_S * g->ear->rate_hz);
    ptrdiff_t silence = (ptrdiff_t)g->pair->deg.n, last = 0;

    f->n = 0;
    for (int t = 0; t < g->steps; t++) {
        ptrdiff_t deg = (ptrdiff_t)llround(g->start + t * g->ear->hop);
        ptrdiff_t ref = ref_of(g, deg);

        for (ptrdiff_t lost = last + hop + skipped; t && lost < ref;
             lost += hop)
            put(f, lost, silence);
        put(f, ref, deg);
        last = ref;
    }
}

/* Frames lie on a grid of the reference, so that a delay changes nothing, over
 * what both recordings hold and the caller wants. */
enum opine_status opine_place_frames(const struct opine_ear *ear,
                                     struct opine_arena *arena,
                                     const struct opine_config *config,
                                     const struct opine_prepared *pair,
                                     const struct opine_aligned *aligned,
                                     struct opine_frames *f)
{
    const struct opine_stretch *last =
        &aligned->stretch[aligned->stretches - 1];
    /* Whole samples: a delay of -0.001 must not drop the first frame. */
    double first_delay = round(aligned->stretch[0].delay);
    double begin = fmax(0, first_delay);
    double end = fmin((double)pair->deg.n, (double)pair->ref.n + last->delay);
    struct grid g = { ear, pair, aligned, 0, 0 };

    begin = fmax(begin,
                 round(degraded_at(aligned, config->from_s * pair->rate_hz)));
    if (config->to_s > 0)
        end = fmin(end, degraded_at(aligned, config->to_s * pair->rate_hz));
    g.start = ceil((begin - first_delay) / ear->hop) * ear->hop + first_delay;
    g.steps = (int)floor((end - g.start - ear->size) / ear->hop) + 1;
    if (g.steps < OPINE_FRAMES_LEAST)
        return OPINE_ERR_SHORT;
    f->ref = f->deg = NULL;
    add_frames(&g, f);
    f->ref = opine_arena_take(arena, (size_t)f->n, sizeof *f->ref);
    f->deg = opine_arena_take(arena, (size_t)f->n, sizeof *f->deg);
    if (!f->ref || !f->deg)
        return OPINE_ERR_MEMORY;
    add_frames(&g, f);
    return OPINE_OK;
}

/* --------------------------------------------------------- near a jump */

/* Frames that meet more than one delay around them, and their candidates */
struct choice {
    int n; /* frames */
    int *frame;
    ptrdiff_t *deg; /* n: first samples in the degraded */
    int *place;     /* n x PLACES: each candidate's first sample, an index of */
    int starts;     /* the different ones, */
    ptrdiff_t *start; /* first samples in the reference */
    double *distance; /* of each */
    int *of;          /* and the frame that it is a candidate of, 0 to n - 1 */
};

/* The starts that a frame may have in the reference, its own first, then those
 * under the delays met ever further away; returns whether any differs */
static int candidates(const struct opine_aligned *aligned, double middle,
                      double reach, ptrdiff_t deg, ptrdiff_t *start)
{
    int differs = 0;

    for (int i = 0; i < PLACES; i++) {
        int away = (i + 1) / 2 * (i % 2 ? 1 : -1);
        double place = middle + away * reach / (PLACES / 2);

        place = fmax(place, 0);
        start[i] = deg - (ptrdiff_t)llround(opine_delay_at(aligned, place));
        differs |= start[i] != start[0];
    }
    return differs;
}

/* Mean distance in dB of each candidate from the degraded's frame, added up
 * over channels */
static enum opine_status
add_distances(const struct opine_ear *ear, const struct opine_kernels *kernels,
              struct opine_arena *arena, const struct opine_prepared *pair,
              int channel, double gain, const struct choice *c)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    size_t bands = OPINE_EAR_BANDS;
    float *ref = opine_arena_take(arena, (size_t)c->starts * bands,
                                  sizeof *ref);
    float *deg = opine_arena_take(arena, (size_t)c->n * bands, sizeof *deg);
    double level = pair->ref.level_dbov - pair->deg.level_dbov;
    double floor = pow(10, FLOOR_DB / 10);

    if (!ref || !deg)
        return OPINE_ERR_MEMORY;
    opine_ear_powers(ear, kernels, &pair->ref.planes, channel, c->start,
                     c->starts, gain, ref);
    opine_ear_powers(ear, kernels, &pair->deg.planes, channel, c->deg, c->n,
                     gain * pow(10, fmin(level, 60) / 10), deg);
    for (int i = 0; i < c->starts; i++) {
        const float *r = ref + (size_t)i * bands;
        const float *d = deg + (size_t)c->of[i] * bands;

        for (size_t b = 0; b < bands; b++)
            c->distance[i] += fabs(10 * log10(((double)d[b] + floor) /
                                              ((double)r[b] + floor))) /
                              OPINE_EAR_BANDS;
    }
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

/* Add a frame, whose candidates mostly are a few */
static void add_choice(struct choice *c, int frame, ptrdiff_t deg,
                       const ptrdiff_t *start)
{
    int first = c->starts;

    for (int k = 0; k < PLACES; k++) {
        int i = first;

        while (i < c->starts && c->start[i] != start[k])
            i++;
        if (i == c->starts) {
            c->start[i] = start[k];
            c->of[i] = c->n;
            c->distance[i] = 0;
            c->starts++;
        }
        c->place[c->n * PLACES + k] = i;
    }
    c->frame[c->n] = frame;
    c->deg[c->n++] = deg;
}

static enum opine_status find_choices(const struct opine_ear *ear,
                                      struct opine_arena *arena,
                                      const struct opine_prepared *pair,
                                      const struct opine_aligned *aligned,
                                      const struct opine_frames *f,
                                      struct choice *c)
{
    double reach = ear->size / 2.0 + (NEAR_S - 0.016) * ear->rate_hz;
    size_t n = (size_t)f->n;

    *c = (struct choice){ 0 };
    c->frame = opine_arena_take(arena, n, sizeof *c->frame);
    c->deg = opine_arena_take(arena, n, sizeof *c->deg);
    c->place = opine_arena_take(arena, n * PLACES, sizeof *c->place);
    c->start = opine_arena_take(arena, n * PLACES, sizeof *c->start);
    c->distance = opine_arena_take(arena, n * PLACES, sizeof *c->distance);
    c->of = opine_arena_take(arena, n * PLACES, sizeof *c->of);
    if (!c->frame || !c->deg || !c->place || !c->start || !c->distance ||
        !c->of)
        return OPINE_ERR_MEMORY;
    for (int t = 0; t < f->n; t++) {
        double middle = (double)f->deg[t] + ear->size / 2.0;
        ptrdiff_t start[PLACES];

        if (f->deg[t] < (ptrdiff_t)pair->deg.n && /* else lost */
            candidates(aligned, middle, reach, f->deg[t], start))
            add_choice(c, t, f->deg[t], start);
    }
    return OPINE_OK;
}

/* Around a jump it is not known to a few milliseconds which delay holds, and
 * what was repaired well should not be heard twice: the reference's frame that
 * is nearest in log spectrum is taken. */
enum opine_status opine_nearest_frames(const struct opine_ear *ear,
                                       const struct opine_kernels *kernels,
                                       struct opine_arena *arena,
                                       const struct opine_prepared *pair,
                                       const struct opine_aligned *aligned,
                                       double gain, struct opine_frames *f)
{
    struct choice c;

    if (aligned->stretches == 1)
        return OPINE_OK;
    TRY(find_choices(ear, arena, pair, aligned, f, &c));
    for (int channel = 0; channel < pair->channels; channel++)
        TRY(add_distances(ear, kernels, arena, pair, channel, gain, &c));
    for (int i = 0; i < c.n; i++) {
        const int *place = c.place + i * PLACES;
        int best = place[0];

        for (int k = 1; k < PLACES; k++)
            if (c.distance[place[k]] <
                c.distance[best] - NEARER_DB * pair->channels)
                best = place[k];
        f->ref[c.frame[i]] = c.start[best];
    }
    return OPINE_OK;
}
