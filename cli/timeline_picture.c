/* SPDX-License-Identifier: BSD-2-Clause */
#include "phrase.h"
#include "picture.h"
#include "place.h"
#include "svg.h"
#include "timeline.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- plan */

/* In pixels: the page, what both plots share, and each plot */
#define WIDTH     960
#define HEIGHT    560
#define LEFT      88
#define RIGHT     936
#define MOS_TOP   120
#define MOS_END   350
#define TRACK_TOP 392
#define TRACK_END 512

#define NAME_LENGTH 34 /* characters of a file's name that the title shows */

struct plan {
    FILE *stream;
    const struct timeline *timeline;
    struct svg_scale time;  /* s, across */
    struct svg_scale mos;   /* up, as the next */
    struct svg_scale delay; /* ms */
};

static struct plan make_plan(FILE *stream, const struct timeline *t)
{
    return (struct plan){
        .stream = stream,
        .timeline = t,
        .time = { t->from_s, t->to_s, LEFT, RIGHT },
        .mos = { 1, 5, MOS_END, MOS_TOP },
        .delay = picture_delay_scale(t->report.alignment, TRACK_END, TRACK_TOP),
    };
}

/* --------------------------------------------------------------- title */

/**
 * The last part of a path, shortened
 * name            At least 4 * NAME_LENGTH + 8 bytes
 */
static void shorten_path(char *name, const char *path)
{
    const char *slash = strrchr(path, '/');

    svg_shorten(name, slash && slash[1] ? slash + 1 : path, NAME_LENGTH);
}

static void begin(FILE *stream, const struct timeline *t)
{
    const struct distribution *d = &t->scores;
    char reference[4 * NAME_LENGTH + 8];
    char degraded[4 * NAME_LENGTH + 8];
    char title[sizeof(reference) + sizeof(degraded) + 20];
    char text[200];

    shorten_path(reference, t->report.reference);
    shorten_path(degraded, t->report.degraded);
    snprintf(title, sizeof(title), "%s against %s", degraded, reference);
    snprintf(text, sizeof(text),
             "%.2f mean, %.2f lowest, %.2f median of %d windows of %g s; "
             "%d %s",
             d->mean, t->windows.window[d->lowest].mos, d->median, d->scored,
             t->size_s, t->events, t->events == 1 ? "event" : "events");
    svg_begin(stream, WIDTH, HEIGHT, title, text);
    svg_text(stream, "title", LEFT, 36, title);
    svg_text(stream, "note", LEFT, 60, text);
    snprintf(text, sizeof(text), "opine %s, model %s; %s",
             opine_mos_name((enum opine_band)t->report.options->band),
             t->report.model, phrase_answer(&t->report).text);
    svg_text(stream, "note", LEFT, 80, text);
}

/* ----------------------------------------------------------------- MOS */

static void shade(const struct plan *p, const char *class, double start_s,
                  double end_s, double bottom)
{
    double x = svg_place(&p->time, start_s);

    svg_rect(p->stream, class, x, MOS_TOP, svg_place(&p->time, end_s) - x,
             bottom - MOS_TOP);
}

/**
 * Shade what has no score, neighbours together
 */
static void shade_unknown(const struct plan *p)
{
    const struct timeline *t = p->timeline;

    for (int i = 0; i < t->windows.count; i++) {
        double start_s = t->moments[i].start_s;

        if (t->windows.window[i].status == WINDOW_SCORED)
            continue;
        while (i + 1 < t->windows.count &&
               t->windows.window[i + 1].status != WINDOW_SCORED)
            i++;
        shade(p, "unknown", start_s, t->moments[i].end_s, MOS_END);
    }
}

/**
 * Name the depth and the cause of an event above it
 * from            Where there is room; moved behind the text
 */
static void label_event(const struct plan *p, const struct event *e,
                        double *from)
{
    char text[60];
    double half;
    double x = svg_place(&p->time, (e->start_s + e->end_s) / 2);

    snprintf(text, sizeof(text), "%.2f %s",
             p->timeline->windows.window[e->lowest].mos,
             timeline_cause(e->cause));
    half = 3.5 * (double)strlen(text) + 4;
    x = fmin(fmax(x, LEFT + half), RIGHT - half);
    if (x - half < *from)
        return;
    svg_text(p->stream, "bad word middle", x, MOS_TOP - 6, text);
    *from = x + half;
}

static void draw_events(const struct plan *p)
{
    double from = LEFT;

    for (int i = 0; i < p->timeline->events; i++) {
        const struct event *e = &p->timeline->event[i];

        shade(p, "event", e->start_s, e->end_s, TRACK_END);
        label_event(p, e, &from);
    }
}

/**
 * Draw the scores as steps, with a hole where there is none
 */
static void draw_scores(const struct plan *p)
{
    const struct timeline *t = p->timeline;
    int is_open = 0;

    for (int i = 0; i < t->windows.count; i++) {
        double y = svg_place(&p->mos, t->moments[i].mos);

        if (t->windows.window[i].status != WINDOW_SCORED) {
            if (is_open)
                svg_path_end(p->stream);
            is_open = 0;
            continue;
        }
        if (!is_open)
            svg_path_begin(p->stream, "curve");
        is_open = 1;
        svg_path_to(p->stream, svg_place(&p->time, t->moments[i].start_s), y);
        svg_path_to(p->stream, svg_place(&p->time, t->moments[i].end_s), y);
    }
    if (is_open)
        svg_path_end(p->stream);
}

static void draw_mos(const struct plan *p)
{
    const struct timeline *t = p->timeline;
    double y = svg_place(&p->mos, t->rule.threshold);

    svg_rect(p->stream, "frame", LEFT, MOS_TOP, RIGHT - LEFT,
             MOS_END - MOS_TOP);
    shade_unknown(p);
    svg_axis_y(p->stream, &p->mos, LEFT, RIGHT, 4);
    svg_line(p->stream, "guide", LEFT, y, RIGHT, y);
    draw_events(p);
    for (int i = 0; i < t->gaps.count; i++) {
        double x = svg_place(&p->time, t->gaps.gap[i].start_s);

        svg_line(p->stream, "bad", x, MOS_END - 10, x, MOS_END);
    }
    draw_scores(p);
    svg_text(p->stream, "word end", LEFT - 8, MOS_TOP - 14, "MOS");
    if (t->gaps.count)
        svg_text(p->stream, "bad word end", LEFT - 8, MOS_END + 16, "gaps");
}

/* --------------------------------------------------------------- track */

static double place_inside(const struct svg_scale *time, double time_s)
{
    return svg_place(time, fmin(fmax(time_s, time->low), time->high));
}

/**
 * Draw the delay as steps over the time of the reference, the jumps over it
 */
static void draw_steps(const struct plan *p)
{
    const struct opine_alignment *a = p->timeline->report.alignment;

    int is_open = 0;

    for (int i = 0; i < a->sections; i++) {
        const struct opine_section *s = &a->section[i];
        double y = svg_place(&p->delay, s->delay_ms);
        double start_s = s->start_s - s->delay_ms / 1000;
        double end_s = s->end_s - s->delay_ms / 1000;

        if (end_s < p->time.low || start_s > p->time.high)
            continue;
        if (!is_open)
            svg_path_begin(p->stream, "curve");
        is_open = 1;
        svg_path_to(p->stream, place_inside(&p->time, start_s), y);
        svg_path_to(p->stream, place_inside(&p->time, end_s), y);
    }
    if (is_open)
        svg_path_end(p->stream);
    for (int i = 0; i < a->jumps; i++) {
        double time_s = place_jump(a, i);
        double x = svg_place(&p->time, time_s);

        if (time_s < p->time.low || time_s > p->time.high)
            continue;
        svg_line(p->stream, a->jump[i].size_ms > 0 ? "good" : "bad", x,
                 TRACK_TOP, x, TRACK_TOP + 10);
    }
}

static void draw_track(const struct plan *p)
{
    const struct opine_alignment *a = p->timeline->report.alignment;

    svg_axis_y(p->stream, &p->delay, LEFT, RIGHT, 4);
    svg_axis_x(p->stream, &p->time, TRACK_TOP, TRACK_END, 12);
    svg_text(p->stream, "word end", LEFT - 8, TRACK_TOP - 6, "delay, ms");
    svg_text(p->stream, "tick end", RIGHT, TRACK_END + 36,
             "time in the reference, s");
    if (a->lost_ms > 0)
        svg_text(p->stream, "bad word", LEFT, TRACK_END + 36, "jump: lost");
    if (a->inserted_ms > 0)
        svg_text(p->stream, "good word", LEFT + 80, TRACK_END + 36,
                 "jump: inserted");
    draw_steps(p);
}

/* ------------------------------------------------------------- picture */

int timeline_picture(FILE *stream, const struct timeline *t)
{
    struct plan plan = make_plan(stream, t);

    begin(stream, t);
    svg_rect(stream, "frame", LEFT, TRACK_TOP, RIGHT - LEFT,
             TRACK_END - TRACK_TOP);
    draw_mos(&plan);
    draw_track(&plan);
    svg_end(stream);
    return 0;
}
