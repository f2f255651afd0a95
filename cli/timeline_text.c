/* SPDX-License-Identifier: BSD-2-Clause */
#include "timeline.h"

#include <math.h>
#include <string.h>

#define COLUMNS 60 /* of the graph, at most */

struct clock_text {
    char text[32];
};

/**
 * A time as people read it: "1:02:03.5"
 */
static struct clock_text clock_of(double time_s)
{
    struct clock_text c;
    long tenths = lround(time_s * 10);
    long minutes = tenths / 600;

    if (minutes >= 60)
        snprintf(c.text, sizeof(c.text), "%ld:%02ld:%02ld.%ld", minutes / 60,
                 minutes % 60, tenths / 10 % 60, tenths % 10);
    else
        snprintf(c.text, sizeof(c.text), "%ld:%02ld.%ld", minutes,
                 tenths / 10 % 60, tenths % 10);
    return c;
}

/* --------------------------------------------------------------- graph */

static int columns_of(const struct timeline *t)
{
    return t->windows.count < COLUMNS ? t->windows.count : COLUMNS;
}

/**
 * First window of a column
 */
static int first_of(const struct timeline *t, int column)
{
    return (int)((long long)column * t->windows.count / columns_of(t));
}

/**
 * Print the lowest score of a column as one of eight bars
 */
static void print_bar(FILE *stream, const struct timeline *t, int column,
                      double top)
{
    double lowest = (double)INFINITY;
    int bar;

    for (int i = first_of(t, column); i < first_of(t, column + 1); i++)
        if (t->windows.window[i].status == WINDOW_SCORED)
            lowest = fmin(lowest, t->windows.window[i].mos);
    if (isinf(lowest)) {
        fputs("\xc2\xb7", stream); /* a dot in the middle */
        return;
    }
    bar = (int)((lowest - 1) / (top - 1) * 8);
    bar = bar < 0 ? 0 : bar > 7 ? 7 : bar;
    fprintf(stream, "\xe2\x96%c", 0x81 + bar); /* U+2581 to U+2588 */
}

/**
 * Mark the columns that events are in
 */
static void print_marks(FILE *stream, const struct timeline *t)
{
    int event = 0;

    fprintf(stream, "%-12s", "");
    for (int c = 0; c < columns_of(t) && event < t->events; c++) {
        while (event < t->events && t->event[event].last < first_of(t, c))
            event++;
        if (event < t->events)
            putc(t->event[event].first < first_of(t, c + 1) ? '^' : ' ',
                 stream);
    }
    putc('\n', stream);
}

static void print_graph(FILE *stream, const struct timeline *t)
{
    double top = t->report.options->band == OPINE_BAND_NB ? 4.5 : 4.75;
    double end_s = t->windows.window[t->windows.count - 1].end_s;
    struct clock_text start = clock_of(t->from_s);
    int gap = columns_of(t) + 1 - (int)strlen(start.text);

    fprintf(stream, "\n%-12s", "MOS");
    for (int c = 0; c < columns_of(t); c++)
        print_bar(stream, t, c, top);
    fprintf(stream, "  1 to %.2f\n", top);
    if (t->events)
        print_marks(stream, t);
    fprintf(stream, "%-12s%s%*s\n", "", start.text, gap > 10 ? gap - 1 : 10,
            clock_of(end_s).text);
}

/* -------------------------------------------------------------- tables */

static void print_events(FILE *stream, const struct timeline *t)
{
    fprintf(stream, "\n%-12s", "events");
    if (!t->events) {
        fprintf(stream, "none: MOS is not below %.2f for %g s\n",
                t->rule.threshold, t->rule.raise_s);
        return;
    }
    fprintf(stream, "MOS below %.2f for %g s, until above for %g s\n",
            t->rule.threshold, t->rule.raise_s, t->rule.clear_s);
    fprintf(stream, "%11s%11s%8s%11s  %-12s%5s%7s%6s%8s\n", "start", "end",
            "lowest", "at", "cause", "gaps", "ms", "jumps", "jitter");
    for (int i = 0; i < t->events; i++) {
        const struct event *e = &t->event[i];

        fprintf(stream, "%11s%11s%8.2f", clock_of(e->start_s).text,
                clock_of(e->end_s).text, t->windows.window[e->lowest].mos);
        fprintf(stream, "%11s  %-12s%5d%7.0f%6d%8.1f%s\n",
                clock_of(timeline_middle(t, e->lowest)).text,
                timeline_cause(e->cause), e->gaps, e->gap_ms, e->jumps,
                e->jitter_ms, e->is_open ? "  goes on" : "");
    }
}

static void print_worst(FILE *stream, const struct timeline *t)
{
    if (!t->worst_count)
        return;
    fprintf(stream, "\n%s\n%11s%11s%8s  %s\n", "worst", "from", "to", "MOS",
            "cause");
    for (int i = 0; i < t->worst_count; i++) {
        const struct window *w = &t->windows.window[t->worst[i]];

        fprintf(stream, "%11s%11s%8.2f  %s\n", clock_of(w->start_s).text,
                clock_of(w->end_s).text, w->mos, timeline_cause(w->cause));
    }
}

/* -------------------------------------------------------------- report */

static void print_windows(FILE *stream, const struct timeline *t)
{
    const struct distribution *d = &t->scores;

    fprintf(stream, "%-12s%g s, every %g s", "windows", t->size_s, t->hop_s);
    if (!isnan(t->report.options->from_s) || !isnan(t->report.options->to_s))
        fprintf(stream, ", from %s to %s", clock_of(t->from_s).text,
                clock_of(t->to_s).text);
    fprintf(stream, ": %d scored", d->scored);
    if (d->silent)
        fprintf(stream, ", %d silent in the reference", d->silent);
    if (d->absent)
        fprintf(stream, ", %d absent", d->absent);
    fprintf(stream, "\n%-12s%.2f at %s, 10th percentile %.2f, median %.2f\n",
            "lowest", t->windows.window[d->lowest].mos,
            clock_of(timeline_middle(t, d->lowest)).text, d->p10, d->median);
}

int timeline_text(FILE *stream, const struct timeline *t)
{
    const struct distribution *d = &t->scores;

    fprintf(stream, "%.2f  %-10s mean of %d %s; %d %s; opine %s, model %s\n\n",
            d->mean, opine_acr_text(d->mean), d->scored,
            d->scored == 1 ? "window" : "windows", t->events,
            t->events == 1 ? "event" : "events",
            opine_mos_name((enum opine_band)t->report.options->band),
            t->report.model);
    print_signals(stream, &t->report);
    print_delay(stream, &t->report);
    print_windows(stream, t);
    print_graph(stream, t);
    print_events(stream, t);
    print_worst(stream, t);
    return 0;
}
