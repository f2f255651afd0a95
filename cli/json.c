/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"

#include "tail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the reports' layouts. Fields may be added under the same number; it rises
   when one goes or changes its meaning. See *.schema.json. */
#define SCORE_SCHEMA 1
#define ALIGN_SCHEMA 1

/* ------------------------------------------------------------- building */

/**
 * A JSON object under construction
 */
struct builder {
    json_t *object;
    int failed; /* memory could not be had somewhere */
};

/**
 * Add a field; takes `value`, which may be NULL for want of memory
 */
static void put(struct builder *builder, const char *key, json_t *value)
{
    if (json_object_set_new(builder->object, key, value))
        builder->failed = 1;
}

static void append(struct builder *builder, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value))
        builder->failed = 1;
}

json_t *json_number(double value, int decimals)
{
    double scale = pow(10, decimals);

    if (!isfinite(value))
        return json_null();
    return json_real(round(value * scale) / scale + 0.0); /* no -0.0 */
}

json_t *json_text(const char *path)
{
    json_t *string = json_string(path);
    char *clean;
    size_t used = 0;

    if (string)
        return string;
    clean = malloc(3 * strlen(path) + 1);
    if (!clean)
        return NULL;
    for (; *path; path++) {
        if ((unsigned char)*path < 128) {
            clean[used++] = *path;
        } else {
            memcpy(clean + used, "\xef\xbf\xbd", 3);
            used += 3;
        }
    }
    string = json_stringn(clean, used);
    free(clean);
    return string;
}

/* --------------------------------------------------------------- parts */

static json_t *flag_names(struct builder *builder, unsigned flags)
{
    json_t *array = json_array();

    for (unsigned bit = 1; bit; bit <<= 1)
        if ((flags & bit) && opine_flag_name(bit))
            append(builder, array, json_string(opine_flag_name(bit)));
    return array;
}

static json_t *signal_object(struct builder *parent, const char *path,
                             const struct opine_signal *signal)
{
    struct builder b = { json_object(), 0 };

    put(&b, "path", json_text(path));
    put(&b, "rate_hz", json_integer(signal->rate_hz));
    put(&b, "channels", json_integer(signal->channels));
    put(&b, "duration_s", json_number(signal->duration_s, 6));
    if (!isnan(signal->level_dbov))
        put(&b, "level_dbov", json_number(signal->level_dbov, 2));
    parent->failed |= b.failed;
    return b.object;
}

static json_t *track_array(struct builder *parent,
                           const struct opine_alignment *alignment)
{
    json_t *array = json_array();

    for (int i = 0; i < alignment->sections; i++) {
        struct builder b = { json_object(), 0 };

        put(&b, "start_s", json_number(alignment->section[i].start_s, 6));
        put(&b, "end_s", json_number(alignment->section[i].end_s, 6));
        put(&b, "delay_ms", json_number(alignment->section[i].delay_ms, 4));
        append(parent, array, b.object);
        parent->failed |= b.failed;
    }
    return array;
}

static json_t *jumps_array(struct builder *parent,
                           const struct opine_alignment *alignment)
{
    json_t *array = json_array();

    for (int i = 0; i < alignment->jumps; i++) {
        struct builder b = { json_object(), 0 };

        put(&b, "time_s", json_number(alignment->jump[i].time_s, 6));
        put(&b, "size_ms", json_number(alignment->jump[i].size_ms, 4));
        append(parent, array, b.object);
        parent->failed |= b.failed;
    }
    return array;
}

static json_t *disturbances_object(struct builder *parent,
                                   const struct opine_result *result)
{
    struct builder all = { json_object(), 0 };

    for (int cause = 0; cause < OPINE_CAUSES; cause++) {
        const struct opine_disturbance *d = &result->disturbances[cause];
        const struct opine_cause_info *info = opine_cause_info(cause);
        struct builder b = { json_object(), 0 };

        put(&b, "value", json_number(d->value, 4));
        put(&b, "unit", json_string(info->unit));
        put(&b, "cost", json_number(d->cost, 4));
        put(&all, info->name, b.object);
        all.failed |= b.failed;
    }
    parent->failed |= all.failed;
    return all.object;
}

static json_t *views_object(struct builder *parent,
                            const struct opine_views *views)
{
    struct builder b = { json_object(), 0 };

    put(&b, "steps", json_number(views->steps, 4));
    put(&b, "structure", json_number(views->structure, 6));
    put(&b, "image", json_number(views->image, 6));
    put(&b, "regenerated", json_number(views->regenerated, 6));
    put(&b, "modulation", json_number(views->modulation, 6));
    put(&b, "timbre", json_number(views->timbre, 4));
    put(&b, "pitch", json_number(views->pitch, 6));
    parent->failed |= b.failed;
    return b.object;
}

/* -------------------------------------------------------------- report */

static void put_score(struct builder *b, const struct report *report)
{
    const struct opine_result *r = report->result;

    put(b, "schema", json_integer(SCORE_SCHEMA));
    put(b, "mos", json_number(r->mos, 4));
    put(b, "mos_name", json_string(opine_mos_name(r->band)));
    put(b, "mos_low", json_number(r->mos_low, 4));
    put(b, "mos_high", json_number(r->mos_high, 4));
    put(b, "acr", json_string(opine_acr_text(r->mos)));
    put(b, "verdict", json_string(opine_verdict_text(r->mos)));
    put(b, "model", json_string(report->model));
    put(b, "version", json_string(opine_version()));
    put(b, "mode", json_string(opine_mode_name(r->mode)));
    put(b, "mode_source",
        json_string(report->options->mode == OPINE_MODE_AUTO ? "found"
                                                             : "given"));
    put(b, "band", json_string(opine_band_name(r->band)));
    put(b, "level",
        json_string(
            opine_level_name((enum opine_level)report->options->level)));
    put(b, "identical", json_boolean(r->identical));
    put(b, "flags", flag_names(b, r->flags));
    put(b, "disturbance", json_number(r->disturbance, 6));
    put(b, "coarse_disturbance", json_number(r->coarse_disturbance, 6));
    put(b, "rate_hz", json_integer(r->rate_hz));
    put(b, "channels", json_integer(r->channels));
}

static void put_alignment(struct builder *b, const struct report *report)
{
    const struct opine_alignment *a = report->alignment;

    put(b, "reference",
        signal_object(b, report->reference, &report->reference_signal));
    put(b, "degraded",
        signal_object(b, report->degraded, &report->degraded_signal));
    put(b, "delay_ms", json_number(a->delay_ms, 4));
    put(b, "delay_confidence", json_number(a->confidence, 3));
    put(b, "polarity", json_integer(a->polarity));
    put(b, "trimmed_head_ms", json_number(a->trimmed_head_ms, 3));
    put(b, "trimmed_tail_ms", json_number(a->trimmed_tail_ms, 3));
    put(b, "clock_ppm", json_number(a->clock_ppm, 3));
    put(b, "time_scale", json_number(a->time_scale, 6));
    put(b, "track", track_array(b, a));
    put(b, "jumps", jumps_array(b, a));
    put(b, "lost_ms", json_number(a->lost_ms, 4));
    put(b, "inserted_ms", json_number(a->inserted_ms, 4));
}

json_t *json_alignment(const struct report *report)
{
    struct builder b = { json_object(), 0 };

    put_alignment(&b, report);
    if (!b.failed)
        return b.object;
    json_decref(b.object);
    return NULL;
}

/**
 * Print what was built, and give its memory back
 * return          0, or -1 when memory could not be had; a failure to write is
 *                 seen when the stream is flushed
 */
static int finish(struct builder *b, FILE *stream)
{
    if (!b->failed) {
        json_dumpf(b->object, stream,
                   JSON_INDENT(2) | JSON_PRESERVE_ORDER |
                       JSON_REAL_PRECISION(10));
        putc('\n', stream);
    }
    json_decref(b->object);
    return b->failed ? -1 : 0;
}

static struct builder build_score(const struct report *report)
{
    struct builder b = { json_object(), 0 };

    put_score(&b, report);
    put_alignment(&b, report);
    put(&b, "disturbances", disturbances_object(&b, report->result));
    if (report->result->series) {
        struct tail tail = tail_find(report->result->series);

        put(&b, "tail", tail_object(&tail));
    }
    put(&b, "views", views_object(&b, &report->result->views));
    put(&b, "cpu", json_string(opine_cpu_name(report->result->cpu)));
    return b;
}

json_t *json_score(const struct report *report)
{
    struct builder b = build_score(report);

    if (!b.failed)
        return b.object;
    json_decref(b.object);
    return NULL;
}

int report_json(FILE *stream, const struct report *report)
{
    struct builder b = build_score(report);

    return finish(&b, stream);
}

int report_align_json(FILE *stream, const struct report *report)
{
    struct builder b = { json_object(), 0 };

    put(&b, "schema", json_integer(ALIGN_SCHEMA));
    put(&b, "version", json_string(opine_version()));
    put_alignment(&b, report);
    return finish(&b, stream);
}
