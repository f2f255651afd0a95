/* SPDX-License-Identifier: BSD-2-Clause */
#include "baseline.h"

#include "json.h"
#include "output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the layout; see baseline.schema.json */
#define SCHEMA 1

static int take_row(json_t *row, struct entry *entry)
{
    json_t *mos = json_object_get(row, "mos");
    const char *group = json_string_value(json_object_get(row, "group"));
    const char *basis = json_string_value(json_object_get(row, "basis"));

    *entry =
        (struct entry){ .id = json_string_value(json_object_get(row, "id")),
                        .group = group ? group : "",
                        .basis = basis ? basis : "",
                        .mos = json_number_value(mos),
                        .tail = tail_read(json_object_get(row, "tail")),
                        .weight = 1,
                        .min_mos = (double)NAN,
                        .max_drop = (double)NAN };
    return entry->id && json_is_number(mos) ? 0 : -1;
}

/**
 * Check what a file holds before its rows
 */
static int check(const char *path, const char *present, json_t *json)
{
    const char *model = json_string_value(json_object_get(json, "model"));

    if (json_integer_value(json_object_get(json, "schema")) != SCHEMA ||
        !model || !json_is_array(json_object_get(json, "rows"))) {
        complain(path, "is no baseline of opine gate");
        return -1;
    }
    if (!strcmp(model, present))
        return 0;
    complain(path,
             "was made by model %s, this is model %s: scores of unlike models "
             "must not be compared; score the old build with this one and "
             "--update-baseline",
             model, present);
    return -1;
}

int baseline_read(const char *path, const char *model,
                  struct baseline *baseline)
{
    json_error_t error;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    json_t *rows = json_object_get(json, "rows");

    *baseline = (struct baseline){ .json = json };
    if (!json) {
        if (error.line > 0)
            complain(path, "line %d: %s", error.line, error.text);
        else
            complain(NULL, "%s", error.text); /* names the file */
        return -1;
    }
    if (check(path, model, json)) {
        baseline_free(baseline);
        return -1;
    }
    baseline->count = (int)json_array_size(rows);
    baseline->entries = calloc((size_t)baseline->count + 1,
                               sizeof(struct entry));
    for (int i = 0; baseline->entries && i < baseline->count; i++) {
        if (take_row(json_array_get(rows, (size_t)i), &baseline->entries[i])) {
            complain(path, "row %d has no id or mos", i + 1);
            baseline_free(baseline);
            return -1;
        }
    }
    if (baseline->entries)
        return 0;
    complain(NULL, "out of memory");
    baseline_free(baseline);
    return -1;
}

void baseline_free(struct baseline *baseline)
{
    json_decref(baseline->json);
    free(baseline->entries);
    *baseline = (struct baseline){ NULL, 0, NULL };
}

static json_t *build(const char *model, const struct entry *entries, int count)
{
    json_t *rows = json_array();
    int has_failed = 0;

    for (int i = 0; i < count; i++)
        has_failed |= json_array_append_new(
            rows,
            json_pack("{s:o,s:o,s:f,s:o,s:s}", "id", json_text(entries[i].id),
                      "group", json_text(entries[i].group), "mos",
                      entries[i].mos, "tail", tail_object(&entries[i].tail),
                      "basis", entries[i].basis));
    if (!has_failed)
        return json_pack("{s:i,s:s,s:s,s:o}", "schema", SCHEMA, "model", model,
                         "version", opine_version(), "rows", rows);
    json_decref(rows);
    return NULL;
}

int baseline_write(const char *path, const char *model,
                   const struct entry *entries, int count)
{
    json_t *json = build(model, entries, count);
    struct output output;

    if (!json) {
        complain(NULL, "out of memory");
        return -1;
    }
    if (output_open(&output, path)) {
        json_decref(json);
        return -1;
    }
    json_dumpf(json, output.stream,
               JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(10));
    putc('\n', output.stream);
    json_decref(json);
    return output_finish(&output);
}
