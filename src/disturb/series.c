/* SPDX-License-Identifier: BSD-2-Clause */
/* The difference over time and frequency, small enough to look at. */
#include "disturb.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

#define SECOND_LEAST                                                           \
    12 /* frames that are no pauses, 0.2 s: with fewer a second tells nothing  \
        */

#define JOINED (OPINE_EAR_BANDS / OPINE_SERIES_BANDS) /* bands of the ear */

/* A series under construction; its arrays are const for the caller */
struct draft {
    struct opine_series *series;
    double *time_s, *loudness, *disturbance, *difference, *band_edge_hz;
    int *column; /* of each frame */
    int *count;  /* frames of each column */
    int *place;  /* second of each frame */
    double *second;
    struct opine_part *parts; /* seconds of one channel */
};

static double *take(struct opine_arena *arena, int count)
{
    return opine_arena_take(arena, (size_t)count, sizeof(double));
}

/* All that outlives the construction */
static enum opine_status take_series(struct opine_arena *arena, int columns,
                                     int seconds, struct draft *d)
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
                  const struct opine_perceived *p, int placed, struct draft *d)
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
                     struct draft *d)
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
                           const float *deg, double weight, double *row)
{
    for (int i = 0; i < OPINE_SERIES_BANDS; i++) {
        double sum = 0, wide = 0;

        for (int b = i * JOINED; b < (i + 1) * JOINED; b++) {
            sum += ((double)deg[b] - (double)ref[b]) * ear->band[b].width_bark;
            wide += ear->band[b].width_bark;
        }
        row[i] += weight * sum / wide;
    }
}

/* The seconds of one channel; where all pause, they stay unknown */
static void add_seconds(double weight, struct draft *d)
{
    for (int i = 0; i < d->series->seconds; i++) {
        const struct opine_part *part = &d->parts[i];
        double before = isnan(d->second[i]) ? 0 : d->second[i];

        if (part->frames >= SECOND_LEAST)
            d->second[i] = before +
                           weight * sqrt(sqrt(part->sum / part->frames));
    }
}

static enum opine_status add_channel(struct opine_arena *arena,
                                     const struct opine_ear *ear,
                                     const struct opine_perceived *p,
                                     int channel, struct draft *d)
{
    const struct opine_heard *h = &p->channel[channel];
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct opine_frame *frame = opine_arena_take(arena, (size_t)p->frames,
                                                 sizeof *frame);
    double weight = opine_channel_weight(p, channel);
    int identical;

    if (!frame)
        return OPINE_ERR_MEMORY;
    TRY(opine_density(arena, ear, h, p->frames, frame, &identical));
    for (int t = 0; t < p->frames; t++) {
        ptrdiff_t cell = (ptrdiff_t)t * OPINE_EAR_BANDS;
        int column = d->column[t];
        double part = weight / d->count[column];

        d->loudness[column] += part * h->level_ref[t];
        for (int c = 0; c < OPINE_CELL_CAUSES; c++)
            d->disturbance[column] += part * frame[t].density[c];
        add_difference(ear, h->ref + cell, h->deg + cell, part,
                       d->difference + column * OPINE_SERIES_BANDS);
    }
    memset(d->parts, 0, (size_t)d->series->seconds * sizeof *d->parts);
    TRY(opine_pool_parts(arena, h->level_ref, p->frames, frame, d->place,
                         d->parts));
    add_seconds(weight, d);
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

enum opine_status opine_summarise(struct opine_arena *arena,
                                  const struct opine_ear *ear,
                                  const struct opine_prepared *pair,
                                  const struct opine_aligned *aligned,
                                  const struct opine_perceived *p,
                                  const struct opine_series **series,
                                  double **density)
{
    int placed = count_placed(pair, p);
    int columns = placed < OPINE_SERIES_COLUMNS ? placed : OPINE_SERIES_COLUMNS;
    int seconds = second_of(ear, placed - 1) + 1;
    struct draft d;

    TRY(take_series(arena, columns, seconds, &d));
    d.column = opine_arena_take(arena, (size_t)p->frames, sizeof *d.column);
    d.count = opine_arena_take(arena, (size_t)columns, sizeof *d.count);
    d.place = opine_arena_take(arena, (size_t)p->frames, sizeof *d.place);
    d.parts = opine_arena_take(arena, (size_t)seconds, sizeof *d.parts);
    if (!d.column || !d.count || !d.place || !d.parts)
        return OPINE_ERR_MEMORY;
    place(ear, pair, p, placed, &d);
    set_axes(ear, aligned, p, placed, &d);
    for (int c = 0; c < p->channels; c++)
        TRY(add_channel(arena, ear, p, c, &d));
    *series = d.series;
    *density = d.second;
    return OPINE_OK;
}
