/* SPDX-License-Identifier: BSD-2-Clause */
#include "results.h"

#include "json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------- columns */

/* What stands in a column: something of the report, by its path there */
enum kind {
    KIND_TEXT,
    KIND_NUMBER,
    KIND_FLAG,  /* true or false */
    KIND_WORDS, /* of an array, with blanks between them */
    KIND_COUNT  /* of an array */
};

/* clang-format off */
static const struct column {
    const char *name;
    const char *object; /* in the report that holds it, or NULL: the report */
    enum kind kind;
    int decimals;
} columns[] = {
    { "acr", NULL, KIND_TEXT, 0 },
    { "verdict", NULL, KIND_TEXT, 0 },
    { "mos_name", NULL, KIND_TEXT, 0 },
    { "mode", NULL, KIND_TEXT, 0 },
    { "band", NULL, KIND_TEXT, 0 },
    { "level", NULL, KIND_TEXT, 0 },
    { "identical", NULL, KIND_FLAG, 0 },
    { "flags", NULL, KIND_WORDS, 0 },
    { "disturbance", NULL, KIND_NUMBER, 6 },
    { "delay_ms", NULL, KIND_NUMBER, 4 },
    { "delay_confidence", NULL, KIND_NUMBER, 3 },
    { "clock_ppm", NULL, KIND_NUMBER, 3 },
    { "time_scale", NULL, KIND_NUMBER, 6 },
    { "jumps", NULL, KIND_COUNT, 0 },
    { "p10_mos", "tail", KIND_NUMBER, 4 },
    { "bad_seconds", "tail", KIND_NUMBER, 0 },
    { "worst_mos", "tail", KIND_NUMBER, 4 },
    { "worst_s", "tail", KIND_NUMBER, 2 },
    { "lost_ms", NULL, KIND_NUMBER, 4 },
    { "inserted_ms", NULL, KIND_NUMBER, 4 },
    { "duration_s", "degraded", KIND_NUMBER, 4 },
    { "rate_hz", NULL, KIND_NUMBER, 0 },
    { "channels", NULL, KIND_NUMBER, 0 },
    { "model", NULL, KIND_TEXT, 0 }
};
/* clang-format on */

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Results that are no part of the report */
static const char *const own[] = { "row",      "mos",   "mos_low",  "mos_high",
                                   "status",   "error", "deg_kbps", "ref_hash",
                                   "deg_hash", "hash",  "report" };

#define OWN (sizeof(own) / sizeof(own[0]))

/* Columns that a manifest need not have, and results do */
static const char *const given[] = { "id", "ref", "deg", "group" };

#define GIVEN (sizeof(given) / sizeof(given[0]))

static int is_given(const char *name)
{
    for (size_t i = 0; i < GIVEN; i++)
        if (!strcmp(name, given[i]))
            return 1;
    return 0;
}

static int is_result(const char *name)
{
    for (size_t i = 0; i < OWN; i++)
        if (!strcmp(name, own[i]))
            return 1;
    for (size_t i = 0; i < COLUMNS; i++)
        if (!strcmp(name, columns[i].name))
            return 1;
    for (int c = 0; c < OPINE_CAUSES; c++)
        if ((!strncmp(name, "value_", 6) || !strncmp(name, "cost_", 5)) &&
            !strcmp(strchr(name, '_') + 1, opine_cause_info(c)->name))
            return 1;
    return 0;
}

/**
 * Whether a column of the manifest goes into the results as it is
 */
static int is_carried(const char *name)
{
    return !is_given(name) && !is_result(name);
}

/**
 * What the results have in a column that a manifest need not have
 */
static const char *given_value(const struct item *item, size_t i)
{
    const char *const values[GIVEN] = { item->id, item->ref, item->deg,
                                        item->group };

    return values[i];
}

void results_warn(const struct manifest *manifest)
{
    const struct table *table = &manifest->table;

    /* Settings, and what a table of results had when it is scored again */
    static const char *const expected[] = { "mode", "band", "row", "status" };

    for (int c = 0; c < table->columns; c++) {
        int is_expected = table_find(table, "hash") >= 0;

        for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
            is_expected |= !strcmp(table->header[c], expected[i]);
        if (is_result(table->header[c]) && !is_expected)
            complain(manifest->name,
                     "line 1: column %s gives way to the result of that name",
                     table->header[c]);
    }
}

/* ------------------------------------------------------------------- CSV */

void results_csv_header(struct csv_writer *writer,
                        const struct manifest *manifest)
{
    const struct table *table = &manifest->table;

    csv_put_text(writer, "row");
    for (size_t i = 0; i < GIVEN; i++)
        csv_put_text(writer, given[i]);
    for (int c = 0; c < table->columns; c++)
        if (is_carried(table->header[c]))
            csv_put_text(writer, table->header[c]);
    for (size_t i = 1; i < OWN - 1; i++)
        csv_put_text(writer, own[i]);
    for (size_t i = 0; i < COLUMNS; i++)
        csv_put_text(writer, columns[i].name);
    for (int c = 0; c < OPINE_CAUSES; c++) {
        const struct opine_cause_info *info = opine_cause_info(c);
        char name[60];

        snprintf(name, sizeof(name), "value_%s", info->name);
        csv_put_text(writer, name);
        snprintf(name, sizeof(name), "cost_%s", info->name);
        if (info->has_cost)
            csv_put_text(writer, name);
    }
    csv_end_row(writer);
}

static void put_words(struct csv_writer *writer, json_t *array)
{
    char text[1000] = "";
    size_t used = 0;

    for (size_t i = 0; i < json_array_size(array) && used < sizeof(text); i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
                                 i ? " " : "",
                                 json_string_value(json_array_get(array, i)));
    csv_put_text(writer, text);
}

/**
 * Write a number; nothing where there is none
 */
static void put_number(struct csv_writer *writer, json_t *value, int decimals)
{
    csv_put_number(writer,
                   json_is_number(value) ? json_number_value(value)
                                         : (double)NAN,
                   decimals);
}

static void put_column(struct csv_writer *writer, const struct column *column,
                       json_t *report)
{
    json_t *object = column->object ? json_object_get(report, column->object)
                                    : report;
    json_t *value = json_object_get(object, column->name);

    switch (value ? column->kind : KIND_TEXT) {
    case KIND_TEXT:
        csv_put_text(writer, value ? json_string_value(value) : "");
        break;
    case KIND_NUMBER:
        put_number(writer, value, column->decimals);
        break;
    case KIND_FLAG:
        csv_put_text(writer, json_is_true(value) ? "true" : "false");
        break;
    case KIND_WORDS:
        put_words(writer, value);
        break;
    case KIND_COUNT:
        csv_put_number(writer, (double)json_array_size(value), 0);
        break;
    }
}

static void put_own(struct csv_writer *writer, const struct score *score)
{
    csv_put_number(writer, score->mos, 4);
    put_number(writer, json_object_get(score->report, "mos_low"), 4);
    put_number(writer, json_object_get(score->report, "mos_high"), 4);
    csv_put_text(writer, status_name(score->status));
    csv_put_text(writer, score->error ? score->error : "");
    csv_put_number(writer, score->kbps, 3);
    csv_put_text(writer, score->ref_hash.text);
    csv_put_text(writer, score->deg_hash.text);
    csv_put_text(writer, score->hash.text);
}

void results_csv_row(struct csv_writer *writer, const struct manifest *manifest,
                     const struct item *item, const struct score *score)
{
    const struct table *table = &manifest->table;
    json_t *causes = json_object_get(score->report, "disturbances");

    csv_put_number(writer, item->row, 0);
    for (size_t i = 0; i < GIVEN; i++)
        csv_put_text(writer, given_value(item, i));
    for (int c = 0; c < table->columns; c++)
        if (is_carried(table->header[c]))
            csv_put_text(writer, table_field(table, item->row - 1, c));
    put_own(writer, score);
    for (size_t i = 0; i < COLUMNS; i++)
        put_column(writer, &columns[i], score->report);
    for (int c = 0; c < OPINE_CAUSES; c++) {
        const struct opine_cause_info *info = opine_cause_info(c);
        json_t *cause = json_object_get(causes, info->name);

        put_number(writer, json_object_get(cause, "value"), 4);
        if (info->has_cost)
            put_number(writer, json_object_get(cause, "cost"), 4);
    }
    csv_end_row(writer);
}

/* ------------------------------------------------------------------ JSON */

/**
 * Put something into an object, under a name that may hold anything
 * value           Taken over; NULL is a failure
 */
static int put(json_t *object, const char *name, json_t *value)
{
    json_t *key = json_text(name);
    int result =
        key ? json_object_set_new(object, json_string_value(key), value) : -1;

    if (!key)
        json_decref(value);
    json_decref(key);
    return result;
}

static json_t *number_or_null(double value, int decimals)
{
    double scale = pow(10, decimals);

    return isfinite(value) ? json_real(round(value * scale) / scale)
                           : json_null();
}

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_text(text) : json_null();
}

static json_t *reported(const struct score *score, const char *name)
{
    json_t *value = json_object_get(score->report, name);

    return value ? json_incref(value) : json_null();
}

/**
 * A field of the manifest: a number where it is one, else text
 */
static json_t *carry(const char *text)
{
    double number;

    if (csv_parse_number(text, &number))
        return json_text(text);
    if (fabs(number) < 1e15 && fabs(number - rint(number)) <= 0)
        return json_integer((json_int_t)number);
    return json_real(number);
}

static int put_given(json_t *object, const struct manifest *manifest,
                     const struct item *item)
{
    const struct table *table = &manifest->table;
    int has_failed = put(object, "row", json_integer(item->row));

    for (size_t i = 0; i < GIVEN; i++)
        has_failed |= put(object, given[i], json_text(given_value(item, i)));
    for (int c = 0; c < table->columns; c++)
        if (is_carried(table->header[c]) && *table->header[c])
            has_failed |= put(object, table->header[c],
                              carry(table_field(table, item->row - 1, c)));
    return has_failed;
}

int results_json_row(FILE *stream, const struct manifest *manifest,
                     const struct item *item, const struct score *score)
{
    json_t *object = json_object();
    int has_failed =
        put_given(object, manifest, item) ||
        put(object, "mos", number_or_null(score->mos, 4)) ||
        put(object, "mos_low", reported(score, "mos_low")) ||
        put(object, "mos_high", reported(score, "mos_high")) ||
        put(object, "status", json_string(status_name(score->status))) ||
        put(object, "error", text_or_null(score->error)) ||
        put(object, "deg_kbps", number_or_null(score->kbps, 3)) ||
        put(object, "ref_hash", text_or_null(score->ref_hash.text)) ||
        put(object, "deg_hash", text_or_null(score->deg_hash.text)) ||
        put(object, "hash", text_or_null(score->hash.text)) ||
        put(object, "report",
            score->report ? json_incref(score->report) : json_null());

    if (!has_failed) {
        json_dumpf(object, stream,
                   JSON_COMPACT | JSON_PRESERVE_ORDER |
                       JSON_REAL_PRECISION(10));
        putc('\n', stream);
    }
    json_decref(object);
    return has_failed ? -1 : 0;
}

/* --------------------------------------------------------------- reading */

/**
 * A number that may be missing
 */
static double optional(const struct table *table, int row, const char *name)
{
    const char *text = table_field(table, row, table_find(table, name));
    double value;

    return *text && !csv_parse_number(text, &value) ? value : (double)NAN;
}

static int take_result(const char *path, const struct table *table, int row,
                       struct result *result)
{
    const char *mos = table_field(table, row, table_find(table, "mos"));
    const char *weight = table_field(table, row, table_find(table, "weight"));
    int id = table_find(table, "id");

    result->deg = table_field(table, row, table_find(table, "deg"));
    result->id = id < 0 ? result->deg : table_field(table, row, id);
    result->ref = table_field(table, row, table_find(table, "ref"));
    result->group = table_field(table, row, table_find(table, "group"));
    result->status = table_field(table, row, table_find(table, "status"));
    result->mos = (double)NAN;
    result->weight = 1;
    result->tail =
        (struct tail){ .p10 = optional(table, row, "p10_mos"),
                       .bad = optional(table, row, "bad_seconds"),
                       .worst_mos = optional(table, row, "worst_mos"),
                       .worst_s = optional(table, row, "worst_s") };
    if (*mos && csv_parse_number(mos, &result->mos))
        complain(path, "line %d: mos: '%s' is no number", table->row[row].line,
                 mos);
    else if (*weight && (csv_parse_number(weight, &result->weight) ||
                         !(result->weight > 0)))
        complain(path, "line %d: weight: '%s' is no number above 0",
                 table->row[row].line, weight);
    else
        return 0;
    return -1;
}

int results_read(const char *path, struct table *table, struct result **results)
{
    struct reason reason;
    int has_failed = 0;

    if (table_read(path, table, &reason)) {
        complain(path, "%s", reason.text);
        return -1;
    }
    *results = calloc((size_t)table->rows + 1, sizeof(**results));
    if (!*results) {
        has_failed = 1;
        complain(NULL, "out of memory");
    } else if (table_find(table, "mos") < 0 ||
               (table_find(table, "id") < 0 && table_find(table, "deg") < 0)) {
        has_failed = 1;
        complain(path, "line 1: has no column %s; results need id and mos",
                 table_find(table, "mos") < 0 ? "mos" : "id");
    }
    for (int row = 0; row < table->rows && !has_failed; row++)
        has_failed = take_result(path, table, row, &(*results)[row]);
    if (!has_failed)
        return table->rows;
    free(*results);
    *results = NULL;
    table_free(table);
    return -1;
}
