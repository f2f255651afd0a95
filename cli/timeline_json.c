/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"
#include "timeline.h"

#include <math.h>

/* See timeline.schema.json; rises when a field goes or changes its meaning */
#define TIMELINE_SCHEMA 1

/* Memory that cannot be had shows as NULL, which jansson hands upwards: packing
   a NULL fails, and the report is then NULL as a whole. */

static json_t *cause(int which)
{
    return which < 0 ? json_null() : json_string(timeline_cause(which));
}

/**
 * An array of what a function makes of each index; NULL for want of memory
 */
static json_t *array(const struct timeline *t, int count,
                     json_t *(*element)(const struct timeline *t, int i))
{
    json_t *all = json_array();

    for (int i = 0; all && i < count; i++) {
        if (json_array_append_new(all, element(t, i))) {
            json_decref(all);
            all = NULL;
        }
    }
    return all;
}

static json_t *costs(const struct window *w)
{
    json_t *all = json_object();
    int failed = 0;

    for (int c = 0; c < OPINE_CAUSES; c++)
        if (opine_cause_info(c)->has_cost)
            failed |= json_object_set_new(all, opine_cause_info(c)->name,
                                          json_number(w->cost[c], 4));
    if (!failed)
        return all;
    json_decref(all);
    return NULL;
}

static json_t *window(const struct timeline *t, int i)
{
    const struct window *w = &t->windows.window[i];

    return json_pack("{s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o}", "start_s",
                     json_number(w->start_s, 6), "end_s",
                     json_number(w->end_s, 6), "status",
                     window_status_name(w->status), "mos",
                     json_number(w->mos, 4), "mos_low",
                     json_number(w->mos_low, 4), "mos_high",
                     json_number(w->mos_high, 4), "delay_ms",
                     json_number(w->delay_ms, 4), "cause", cause(w->cause),
                     "costs", costs(w));
}

static json_t *worst(const struct timeline *t, int i)
{
    return window(t, t->worst[i]);
}

static json_t *event(const struct timeline *t, int i)
{
    const struct event *e = &t->event[i];

    return json_pack(
        "{s:o,s:o,s:b,s:i,s:o,s:o,s:o,s:o,s:i,s:o,s:i,s:o,s:o,s:o}", "start_s",
        json_number(e->start_s, 6), "end_s", json_number(e->end_s, 6), "open",
        e->is_open, "windows", e->last - e->first + 1, "lowest",
        json_number(t->windows.window[e->lowest].mos, 4), "lowest_s",
        json_number(timeline_middle(t, e->lowest), 6), "cause", cause(e->cause),
        "cost", json_number(e->cost, 4), "gaps", e->gaps, "gap_ms",
        json_number(e->gap_ms, 1), "jumps", e->jumps, "lost_ms",
        json_number(e->lost_ms, 4), "inserted_ms",
        json_number(e->inserted_ms, 4), "jitter_ms",
        json_number(e->jitter_ms, 4));
}

static json_t *gap(const struct timeline *t, int i)
{
    return json_pack("{s:o,s:o}", "start_s",
                     json_number(t->gaps.gap[i].start_s, 3), "end_s",
                     json_number(t->gaps.gap[i].end_s, 3));
}

static json_t *scores(const struct timeline *t)
{
    const struct distribution *d = &t->scores;

    return json_pack("{s:i,s:i,s:i,s:o,s:o,s:o,s:o,s:o}", "scored", d->scored,
                     "silent", d->silent, "absent", d->absent, "mean",
                     json_number(d->mean, 4), "median",
                     json_number(d->median, 4), "p10", json_number(d->p10, 4),
                     "lowest", json_number(t->windows.window[d->lowest].mos, 4),
                     "lowest_s", json_number(timeline_middle(t, d->lowest), 6));
}

static json_t *settings(const struct timeline *t)
{
    const struct options *o = t->report.options;

    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:s,s:s}", "window_s",
                     json_number(t->size_s, 6), "hop_s",
                     json_number(t->hop_s, 6), "from_s",
                     json_number(t->from_s, 6), "to_s", json_number(t->to_s, 6),
                     "threshold", json_number(t->rule.threshold, 6), "raise_s",
                     json_number(t->rule.raise_s, 6), "clear_s",
                     json_number(t->rule.clear_s, 6), "mode",
                     opine_mode_name((enum opine_mode)o->mode), "band",
                     opine_band_name((enum opine_band)o->band), "level",
                     opine_level_name((enum opine_level)o->level));
}

static json_t *build(const struct timeline *t)
{
    json_t *report =
        json_pack("{s:i,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o}", "schema",
                  TIMELINE_SCHEMA, "version", opine_version(), "model",
                  t->report.model, "mos_name",
                  opine_mos_name((enum opine_band)t->report.options->band),
                  "scores", scores(t), "settings", settings(t), "events",
                  array(t, t->events, event), "worst",
                  array(t, t->worst_count, worst), "gaps",
                  array(t, t->gaps.count, gap), "windows",
                  array(t, t->windows.count, window));
    json_t *alignment = json_alignment(&t->report);
    int failed = !report || !alignment || json_object_update(report, alignment);

    json_decref(alignment);
    if (!failed)
        return report;
    json_decref(report);
    return NULL;
}

int timeline_json(FILE *stream, const struct timeline *t)
{
    json_t *report = build(t);

    if (!report)
        return -1;
    json_dumpf(report, stream,
               JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(10));
    putc('\n', stream);
    json_decref(report);
    return 0;
}
