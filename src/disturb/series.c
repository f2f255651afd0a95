/* SPDX-License-Identifier: BSD-2-Clause */
#include "series.h"

#include "base/try.h"
#include "gather.h"

#include <math.h>
#include <string.h>

#define SECOND_LEAST                                                           \
    12 /* frames that are no pauses, 0.2 s: with fewer a second tells nothing  \
        */

#define JOINED (OPINE_EAR_BANDS / OPINE_SERIES_BANDS) /* bands of the ear */

/* What is added up in a column of one channel */
struct sums {
    double loudness, density, difference[OPINE_SERIES_BANDS];
};

/* Its arrays are const for the caller */
struct opine_draft {
    struct opine_series *series;
    double *time_s, *loudness, *disturbance, *difference, *band_edge_hz;
    double *second;
    int *column;       /* of each frame */
    int *count;        /* frames of each column */
    int *place;        /* second of each frame */
    struct sums *sums; /* channels x columns */
};

static double *take(struct opine_arena *arena, int count)
{
    return opine_arena_take(arena, (size_t)count, sizeof(double));
}

/* All that outlives the construction */
static enum opine_status take_series(struct opine_arena *arena, int columns,
                                     int seconds, struct opine_draft *d)
{
    int cells = columns * OPINE_SERIES_BANDS;

    d->series = opine_arena_take(arena, 1, sizeof *d->series);
    d->time_s = take(arena, columns);
    d->loudness = take(arena, columns);
    d->disturbance = take(arena, columns);
    d->difference = take(arena, cells);
    d->band_edge_hz = take(arena, OPINE_SERIES_BANDS + 1);
    d->second = take(arena, seconds);
    if (!d->second || !d->series || !d->time_s || !d->loudness ||
        !d->disturbance || !d->difference || !d->band_edge_hz)
        return OPINE_ERR_MEMORY;
    memset(d->loudness, 0, (size_t)columns * sizeof *d->loudness);
    memset(d->disturbance, 0, (size_t)columns * sizeof *d->disturbance);
    memset(d->difference, 0, (size_t)cells * sizeof *d->difference);
    for (int i = 0; i < seconds; i++)
        d->second[i] = (double)NAN;
    *d->series = (struct opine_series){ .columns = columns,
                                        .bands = OPINE_SERIES_BANDS,
                                        .time_s = d->time_s,
                                        .loudness = d->loudness,
                                        .disturbance = d->disturbance,
                                        .difference = d->difference,
                                        .band_edge_hz = d->band_edge_hz,
                                        .seconds = seconds,
                                        .second_mos = d->second };
    return OPINE_OK;
}

static int is_skipped(const struct opine_prepared *pair,
                      const struct opine_perceived *p, int frame)
{
    return p->start[frame] >= (ptrdiff_t)pair->deg.n;
}

/* Frames that have a place in the degraded; the first one always does */
static int count_placed(const struct opine_prepared *pair,
                        const struct opine_perceived *p)
{
    int placed = 0;

    for (int t = 0; t < p->frames; t++)
        placed += !is_skipped(pair, p, t);
    return placed;
}

static int second_of(const struct opine_ear *ear, int step)
{
    return (int)(step * ear->hop / ear->rate_hz);
}

/* Give each frame its column and its second: placed frames are equally far
 * apart, a skipped one goes with the placed one before it */
static void place(const struct opine_ear *ear,
                  const struct opine_prepared *pair,
                  const struct opine_perceived *p, int placed,
                  struct opine_draft *d)
{
    int columns = d->series->columns, step = -1;

    memset(d->count, 0, (size_t)columns * sizeof *d->count);
    for (int t = 0; t < p->frames; t++) {
        step += !is_skipped(pair, p, t);
        d->column[t] = (int)((long long)step * columns / placed);
        d->count[d->column[t]]++;
        d->place[t] = second_of(ear, step);
    }
}

/* Times lie in the middle of the frames' hops */
static void set_axes(const struct opine_ear *ear,
                     const struct opine_aligned *aligned,
                     const struct opine_perceived *p, int placed,
                     struct opine_draft *d)
{
    double second = 1 / (aligned->speed * ear->rate_hz);
    double width = ear->hop * placed / d->series->columns;
    double first = (double)p->start[0] + (ear->size - ear->hop) / 2;

    d->series->column_s = width * second;
    for (int i = 0; i < d->series->columns; i++)
        d->time_s[i] = (first + width * (i + 0.5)) * second;
    for (int i = 0; i < OPINE_SERIES_BANDS; i++)
        d->band_edge_hz[i] = ear->band[i * JOINED].low_hz;
    d->band_edge_hz[OPINE_SERIES_BANDS] =
        ear->band[OPINE_EAR_BANDS - 1].high_hz;
}

/* Difference of one frame, averaged over the bands that a row joins */
static void add_difference(const struct opine_ear *ear, const float *ref,
                           const float *deg, double *row)
{
    for (int i = 0; i < OPINE_SERIES_BANDS; i++) {
        double sum = 0, wide = 0;

        for (int b = i * JOINED; b < (i + 1) * JOINED; b++) {
            sum += ((double)deg[b] - (double)ref[b]) * ear->band[b].width_bark;
            wide += ear->band[b].width_bark;
        }
        row[i] += sum / wide;
    }
}

enum opine_status opine_draft_begin(struct opine_arena *arena,
                                    const struct opine_ear *ear,
                                    const struct opine_prepared *pair,
                                    const struct opine_aligned *aligned,
                                    const struct opine_perceived *all,
                                    struct opine_draft **draft)
{
    int placed = count_placed(pair, all);
    int columns = placed < OPINE_SERIES_COLUMNS ? placed : OPINE_SERIES_COLUMNS;
    int seconds = second_of(ear, placed - 1) + 1;
    size_t frames = (size_t)all->frames;
    size_t rows = (size_t)(all->channels * columns);
    struct opine_draft *d = opine_arena_take(arena, 1, sizeof *d);

    if (!d)
        return OPINE_ERR_MEMORY;
    TRY(take_series(arena, columns, seconds, d));
    d->column = opine_arena_take(arena, frames, sizeof *d->column);
    d->count = opine_arena_take(arena, (size_t)columns, sizeof *d->count);
    d->place = opine_arena_take(arena, frames, sizeof *d->place);
    d->sums = opine_arena_take(arena, rows, sizeof *d->sums);
    if (!d->column || !d->count || !d->place || !d->sums)
        return OPINE_ERR_MEMORY;
    memset(d->sums, 0, rows * sizeof *d->sums);
    place(ear, pair, all, placed, d);
    set_axes(ear, aligned, all, placed, d);
    *draft = d;
    return OPINE_OK;
}

void opine_draft_add(struct opine_draft *d, const struct opine_ear *ear,
                     const struct opine_excerpt *x, int channel, int at,
                     const struct opine_frame *frame)
{
    const struct opine_heard *h = &x->perceived->channel[channel];
    struct sums *sums = d->sums + (ptrdiff_t)channel * d->series->columns;

    for (int t = x->first; t < x->end; t++, at++) {
        ptrdiff_t cell = (ptrdiff_t)t * OPINE_EAR_BANDS;
        struct sums *to = &sums[d->column[at]];

        to->loudness += h->level_ref[t];
        for (int c = 0; c < OPINE_CELL_CAUSES; c++)
            to->density += (double)frame[at].density[c];
        add_difference(ear, h->ref + cell, h->deg + cell, to->difference);
    }
}

/* The columns of one channel */
static void add_columns(double weight, const struct sums *sums,
                        struct opine_draft *d)
{
    for (int i = 0; i < d->series->columns; i++) {
        double *difference = d->difference + i * OPINE_SERIES_BANDS;
        double part = weight / d->count[i];

        d->loudness[i] += part * sums[i].loudness;
        d->disturbance[i] += part * sums[i].density;
        for (int b = 0; b < OPINE_SERIES_BANDS; b++)
            difference[b] += part * sums[i].difference[b];
    }
}

/* The seconds of one channel; where all pause, they stay unknown */
static void add_seconds(double weight, const struct opine_part *parts,
                        struct opine_draft *d)
{
    for (int i = 0; i < d->series->seconds; i++) {
        const struct opine_part *part = &parts[i];
        double before = isnan(d->second[i]) ? 0 : d->second[i];

        if (part->frames >= SECOND_LEAST)
            d->second[i] = before +
                           weight * sqrt(sqrt(part->sum / part->frames));
    }
}

enum opine_status opine_draft_end(struct opine_arena *arena,
                                  const struct opine_gathered *g,
                                  struct opine_disturbed *disturbed)
{
    struct opine_draft *d = g->draft;
    struct opine_arena_mark mark = opine_arena_mark(arena);
    size_t seconds = (size_t)d->series->seconds;
    struct opine_part *parts = opine_arena_take(arena, seconds, sizeof *parts);

    if (!parts)
        return OPINE_ERR_MEMORY;
    for (int c = 0; c < g->all.channels; c++) {
        double weight = opine_channel_weight(&g->all, c);

        memset(parts, 0, seconds * sizeof *parts);
        TRY(opine_pool_parts(arena, g->all.channel[c].level_ref, g->all.frames,
                             g->channel[c].frame, d->place, parts));
        add_columns(weight, d->sums + (ptrdiff_t)c * d->series->columns, d);
        add_seconds(weight, parts, d);
    }
    opine_arena_release(arena, mark);
    disturbed->series = d->series;
    disturbed->second = d->second;
    return OPINE_OK;
}
