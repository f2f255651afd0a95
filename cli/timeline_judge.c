/* SPDX-License-Identifier: BSD-2-Clause */
#include "place.h"
#include "timeline.h"

#include <math.h>
#include <stdlib.h>

const char *timeline_cause(int cause)
{
    return cause < 0 ? "" : opine_cause_info(cause)->name;
}

double timeline_middle(const struct timeline *t, int window)
{
    const struct window *w = &t->windows.window[window];

    return (w->start_s + w->end_s) / 2;
}

/**
 * Divide the time among the windows: each stands for what lies next to its
 * middle
 */
static void divide(const struct windows *windows, struct moment *moment)
{
    double start_s = windows->window[0].start_s;

    for (int i = 0; i < windows->count; i++) {
        const struct window *w = &windows->window[i];
        double end_s =
            i + 1 < windows->count
                ? (w->start_s + w->end_s + w[1].start_s + w[1].end_s) / 4
                : w->end_s;

        moment[i] = (struct moment){ start_s, end_s, w->mos };
        start_s = end_s;
    }
}

/* -------------------------------------------------------- distribution */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/**
 * A quantile, between neighbours where it falls there
 */
static double quantile(const double *sorted, int count, double share)
{
    double at = share * (count - 1);
    int below = (int)at;
    int above = below + 1 < count ? below + 1 : below;

    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

static int distribute(const struct windows *windows, struct distribution *d)
{
    double *mos = calloc((size_t)windows->count, sizeof(*mos));
    double sum = 0;

    *d = (struct distribution){ .mean = (double)NAN, .lowest = -1 };
    if (!mos)
        return -1;
    for (int i = 0; i < windows->count; i++) {
        const struct window *w = &windows->window[i];

        d->silent += w->status == WINDOW_SILENT;
        d->absent += w->status == WINDOW_ABSENT;
        if (w->status != WINDOW_SCORED)
            continue;
        if (d->lowest < 0 || w->mos < windows->window[d->lowest].mos)
            d->lowest = i;
        mos[d->scored++] = w->mos;
        sum += w->mos;
    }
    if (d->scored) {
        qsort(mos, (size_t)d->scored, sizeof(*mos), by_size);
        d->mean = sum / d->scored;
        d->median = quantile(mos, d->scored, 0.5);
        d->p10 = quantile(mos, d->scored, 0.1);
    }
    free(mos);
    return 0;
}

/**
 * Choose the worst windows, none of which overlaps another
 */
static int find_worst(struct timeline *t, int most)
{
    const struct windows *w = &t->windows;
    char *is_taken = calloc((size_t)w->count, 1);

    t->worst = calloc((size_t)w->count, sizeof(*t->worst));
    if (!is_taken || !t->worst) {
        free(is_taken);
        return -1;
    }
    while (t->worst_count < most) {
        int worst = -1;

        for (int i = 0; i < w->count; i++)
            if (!is_taken[i] && w->window[i].status == WINDOW_SCORED &&
                (worst < 0 || w->window[i].mos < w->window[worst].mos))
                worst = i;
        if (worst < 0)
            break;
        for (int i = 0; i < w->count; i++)
            is_taken[i] |= w->window[i].start_s < w->window[worst].end_s &&
                           w->window[i].end_s > w->window[worst].start_s;
        t->worst[t->worst_count++] = worst;
    }
    free(is_taken);
    return 0;
}

/* -------------------------------------------------------------- events */

static void find_cause(const struct timeline *t, struct event *e)
{
    double cost[OPINE_CAUSES] = { 0 };
    int scored = 0;

    e->lowest = e->first; /* which is low, so it is scored */
    for (int i = e->first; i <= e->last; i++) {
        const struct window *w = &t->windows.window[i];

        if (w->status != WINDOW_SCORED)
            continue;
        scored++;
        if (w->mos < t->windows.window[e->lowest].mos)
            e->lowest = i;
        for (int c = 0; c < OPINE_CAUSES; c++)
            cost[c] += w->cost[c];
    }
    for (int c = 0; c < OPINE_CAUSES; c++)
        cost[c] /= scored;
    e->cause = window_find_cause(cost);
    e->cost = e->cause < 0 ? 0 : cost[e->cause];
}

/**
 * Count what happened between two moments
 */
static void count_incidents(const struct timeline *t, double start_s,
                            double end_s, struct event *e)
{
    const struct opine_alignment *a = t->report.alignment;
    double delay_ms = 0;
    double low_ms = 0;
    double high_ms = 0;

    for (int i = 0; i < t->gaps.count; i++) {
        const struct gap *gap = &t->gaps.gap[i];

        if (gap->end_s > start_s && gap->start_s < end_s) {
            e->gaps++;
            e->gap_ms +=
                1000 * (fmin(gap->end_s, end_s) - fmax(gap->start_s, start_s));
        }
    }
    for (int i = 0; i < a->jumps; i++) {
        double time_s = place_jump(a, i);

        if (time_s < start_s || time_s >= end_s)
            continue;
        e->jumps++;
        e->lost_ms += fmax(-a->jump[i].size_ms, 0);
        e->inserted_ms += fmax(a->jump[i].size_ms, 0);
        delay_ms += a->jump[i].size_ms;
        low_ms = fmin(low_ms, delay_ms);
        high_ms = fmax(high_ms, delay_ms);
    }
    e->jitter_ms = high_ms - low_ms;
}

static int find_events(struct timeline *t)
{
    int count = t->windows.count;
    size_t room = (size_t)(count + 1) / 2;
    struct event_span *span = calloc(room, sizeof(*span));

    t->event = calloc(room, sizeof(*t->event));
    if (!span || !t->event) {
        free(span);
        return -1;
    }
    t->events = events_find(t->moments, count, &t->rule, span);
    for (int i = 0; i < t->events; i++) {
        struct event *e = &t->event[i];

        e->first = span[i].first;
        e->last = span[i].last;
        e->is_open = span[i].is_open;
        e->start_s = t->moments[e->first].start_s;
        e->end_s = t->moments[e->last].end_s;
        find_cause(t, e);
        count_incidents(t, t->windows.window[e->first].start_s,
                        t->windows.window[e->last].end_s, e);
    }
    free(span);
    return 0;
}

/* --------------------------------------------------------------- judge */

int timeline_judge(struct timeline *t, int worst)
{
    t->moments = calloc((size_t)t->windows.count, sizeof(*t->moments));
    if (!t->moments || distribute(&t->windows, &t->scores))
        return -1;
    divide(&t->windows, t->moments);
    return find_events(t) || find_worst(t, worst) ? -1 : 0;
}

void timeline_free(struct timeline *t)
{
    windows_free(&t->windows);
    gaps_free(&t->gaps);
    free(t->moments);
    free(t->event);
    free(t->worst);
}
