/* SPDX-License-Identifier: BSD-2-Clause */
#include "manifest.h"

#include "folders.h"
#include "report.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- columns */

/**
 * Columns that mean something here; all others are carried through
 */
struct columns {
    int ref, deg, id, group;
    int weight, min_mos, max_drop, from, to, mode, band;
    int error; /* of paired folders */
};

static struct columns find_columns(const struct table *table, int is_paired)
{
    return (struct columns){ .ref = table_find(table, "ref"),
                             .deg = table_find(table, "deg"),
                             .id = table_find(table, "id"),
                             .group = table_find(table, "group"),
                             .weight = table_find(table, "weight"),
                             .min_mos = table_find(table, "min_mos"),
                             .max_drop = table_find(table, "max_drop"),
                             .from = table_find(table, "from"),
                             .to = table_find(table, "to"),
                             .mode = table_find(table, "mode"),
                             .band = table_find(table, "band"),
                             .error = is_paired ? table_find(table, "error")
                                                : -1 };
}

/* ---------------------------------------------------------------- values */

/**
 * Give an item an error; the first one counts
 * return          0, or -1 for want of memory
 */
static int spoil(struct item *item, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int spoil(struct item *item, const char *format, ...)
{
    char text[300];
    va_list arguments;

    if (item->error)
        return 0;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    item->error = strdup(text);
    return item->error ? 0 : -1;
}

/**
 * Read a number of a row
 * value           Return it; untouched where the field is empty
 */
static int take_number(const struct table *table, int column, double min,
                       double max, struct item *item, double *value)
{
    const char *text = table_field(table, item->row - 1, column);
    double number;

    if (!*text)
        return 0;
    if (csv_parse_number(text, &number) || number < min || number > max)
        return spoil(item, "%s: must be a number from %g to %.8g, not '%s'",
                     table->header[column], min, max, text);
    *value = number;
    return 0;
}

/**
 * Read a choice of a row
 * name            Of a value, "" beyond the last
 */
static int take_choice(const struct table *table, int column,
                       const char *(*name)(int value), struct item *item,
                       int *value)
{
    const char *text = table_field(table, item->row - 1, column);

    if (!*text)
        return 0;
    for (int v = 0; name(v)[0]; v++) {
        if (!strcmp(name(v), text)) {
            *value = v;
            return 0;
        }
    }
    return spoil(item, "%s: there is no '%s'", table->header[column], text);
}

static const char *mode_name(int value)
{
    return opine_mode_name((enum opine_mode)value);
}

static const char *band_name(int value)
{
    return opine_band_name((enum opine_band)value);
}

static int take_values(const struct table *table, const struct columns *c,
                       struct item *item)
{
    const double most_s = 14400; /* 4 h: what the library takes */

    if (take_number(table, c->weight, 1e-6, 1e6, item, &item->weight) ||
        take_number(table, c->min_mos, 1, 5, item, &item->min_mos) ||
        take_number(table, c->max_drop, 0, 4, item, &item->max_drop) ||
        take_number(table, c->from, 0, most_s, item, &item->from_s) ||
        take_number(table, c->to, 0, most_s, item, &item->to_s) ||
        take_choice(table, c->mode, mode_name, item, &item->mode) ||
        take_choice(table, c->band, band_name, item, &item->band))
        return -1;
    if (!isnan(item->to_s) &&
        !(item->to_s > (item->from_s > 0 ? item->from_s : 0)))
        return spoil(item, "to: must be later than from");
    return 0;
}

/* ----------------------------------------------------------------- paths */

/**
 * Find the folder that paths in a manifest begin at
 * return          To be freed, or NULL
 */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/**
 * Find where a file is
 * folder          What it is relative to, or NULL
 * return          To be freed, or NULL
 */
static char *resolve(const char *folder, const char *path)
{
    size_t length;
    char *full;

    if (!folder || path[0] == '/')
        return strdup(path);
    length = strlen(folder) + strlen(path) + 2;
    full = malloc(length);
    if (full)
        snprintf(full, length, "%s/%s", folder, path);
    return full;
}

/**
 * Whether a path leads out of the folder that it is relative to
 * Links are followed where the file is there.
 */
static int leads_out(const char *folder, const char *path)
{
    char *root = realpath(folder, NULL);
    char *place = realpath(path, NULL);
    size_t length = root ? strlen(root) : 0;
    int result = root && place &&
                 (strncmp(place, root, length) ||
                  (place[length] != '/' && strcmp(root, "/") != 0));

    free(root);
    free(place);
    return result;
}

static int take_paths(const struct options *o, const char *folder,
                      struct item *item)
{
    item->ref_path = resolve(folder, item->ref);
    item->deg_path = resolve(folder, item->deg);
    if (!item->ref_path || !item->deg_path)
        return -1;
    if (!*item->ref && !item->error)
        return spoil(item, "ref: is empty");
    if (!*item->deg && !item->error)
        return spoil(item, "deg: is empty");
    if (o->inside && folder && leads_out(folder, item->ref_path))
        return spoil(item, "%s: leads out of the manifest's folder", item->ref);
    if (o->inside && folder && leads_out(folder, item->deg_path))
        return spoil(item, "%s: leads out of the manifest's folder", item->deg);
    return 0;
}

/* ------------------------------------------------------------------- ids */

/**
 * Enter an id
 * ids             Lines of the ids so far
 * return          0, or -1 when memory could not be had
 */
static int enter(json_t *ids, const struct item *item)
{
    return json_object_set_new_nocheck(ids, item->id, json_integer(item->line));
}

/**
 * Take the id that a row gives
 * return          0, or -1 after saying what is wrong
 */
static int take_id(const struct manifest *manifest, const char *text,
                   struct item *item, json_t *ids)
{
    json_t *other = json_object_get(ids, text);

    if (!*text)
        return 0;
    if (other) {
        complain(manifest->name, "line %d: id '%s' is that of line %d",
                 item->line, text, (int)json_integer_value(other));
        return -1;
    }
    item->id = strdup(text);
    if (item->id && !enter(ids, item))
        return 0;
    complain(NULL, "out of memory");
    return -1;
}

/**
 * Make an id of the degraded's name: "a.wav", where that is taken "a.wav#2"
 * numbers         The last number given to each name
 */
static int make_id(struct item *item, json_t *ids, json_t *numbers)
{
    size_t room = strlen(item->deg) + 16;
    json_t *last = json_object_get(numbers, item->deg);
    int n = last ? (int)json_integer_value(last) : 1;

    if (item->id)
        return 0;
    item->id = malloc(room);
    if (!item->id)
        return -1;
    snprintf(item->id, room, "%s", item->deg);
    while (json_object_get(ids, item->id))
        snprintf(item->id, room, "%s#%d", item->deg, ++n);
    if (n > 1 &&
        json_object_set_new_nocheck(numbers, item->deg, json_integer(n)))
        return -1;
    return enter(ids, item);
}

/* ------------------------------------------------------------------ rows */

/**
 * Make an item of a row
 * return          0, or -1 when memory could not be had
 */
static int take_row(const struct options *o, const struct table *table,
                    const struct columns *columns, const char *folder,
                    struct item *item)
{
    int row = item->row - 1;
    const char *error = table_field(table, row, columns->error);

    item->line = table->row[row].line;
    item->ref = table_field(table, row, columns->ref);
    item->deg = table_field(table, row, columns->deg);
    item->group = table_field(table, row, columns->group);
    item->weight = 1;
    item->min_mos = o->min_mos;
    item->max_drop = item->from_s = item->to_s = (double)NAN;
    item->mode = o->mode;
    item->band = o->band;
    if (*error && spoil(item, "%s: %s", item->deg, error))
        return -1;
    return take_values(table, columns, item) || take_paths(o, folder, item);
}

/**
 * Make ids for the rows that have none
 * return          0, or -1 after saying what is wrong
 */
static int make_ids(struct manifest *manifest, json_t *ids)
{
    json_t *numbers = json_object();
    int has_failed = !numbers;

    for (int i = 0; i < manifest->items && !has_failed; i++)
        has_failed = make_id(&manifest->item[i], ids, numbers);
    json_decref(numbers);
    if (has_failed)
        complain(NULL, "out of memory");
    return has_failed;
}

/**
 * Make items of all rows, with their ids
 * return          0, or -1 after saying what is wrong
 */
static int take_rows(const struct options *o, const char *folder,
                     const struct columns *columns, json_t *ids,
                     struct manifest *manifest)
{
    const struct table *table = &manifest->table;

    for (int i = 0; i < table->rows; i++) {
        struct item *item = &manifest->item[manifest->items++];

        item->row = i + 1;
        if (take_row(o, table, columns, folder, item)) {
            complain(NULL, "out of memory");
            return -1;
        }
        if (take_id(manifest, table_field(table, i, columns->id), item, ids))
            return -1;
    }
    return make_ids(manifest, ids);
}

static void free_item(struct item *item)
{
    free(item->id);
    free(item->ref_path);
    free(item->deg_path);
    free(item->error);
}

/**
 * Leave only the rows of one part
 */
static void keep_shard(struct manifest *manifest, struct shard shard)
{
    int kept = 0;

    for (int i = 0; i < manifest->items; i++) {
        if (i % shard.parts == shard.part - 1)
            manifest->item[kept++] = manifest->item[i];
        else
            free_item(&manifest->item[i]);
    }
    manifest->items = kept;
}

/* ---------------------------------------------------------------- public */

/**
 * Read or make the table
 * return          0, or -1 after saying what is wrong
 */
static int open_table(const struct options *o, struct manifest *manifest)
{
    struct reason reason;

    if (!o->pair) {
        if (!table_read(manifest->name, &manifest->table, &reason))
            return 0;
        complain(manifest->name, "%s", reason.text);
        return -1;
    }
    if (!folders_pair(o->operands[0], o->operands[1], &manifest->table,
                      &reason))
        return 0;
    complain(NULL, "%s", reason.text);
    return -1;
}

static int check_table(const struct manifest *manifest,
                       const struct columns *columns)
{
    if (columns->ref < 0 || columns->deg < 0)
        complain(manifest->name,
                 "line 1: has no column %s; a manifest needs "
                 "ref and deg",
                 columns->ref < 0 ? "ref" : "deg");
    else if (!manifest->table.rows)
        complain(manifest->name, "has no rows");
    else
        return 0;
    return -1;
}

int manifest_open(const struct options *o, struct manifest *manifest)
{
    struct columns columns;
    json_t *ids = json_object();
    char *folder = o->pair ? NULL : folder_of(o->operands[0]);
    int result;

    *manifest = (struct manifest){ .name = o->operands[o->pair] };
    result = open_table(o, manifest);
    if (!result) {
        columns = find_columns(&manifest->table, o->pair);
        manifest->rows = manifest->table.rows;
        manifest->item = calloc((size_t)manifest->rows + 1,
                                sizeof(*manifest->item));
        result = check_table(manifest, &columns);
    }
    if (!result && (!ids || !manifest->item || (!folder && !o->pair))) {
        complain(NULL, "out of memory");
        result = -1;
    }
    if (!result)
        result = take_rows(o, folder, &columns, ids, manifest);
    json_decref(ids);
    free(folder);
    if (result)
        manifest_free(manifest);
    else
        keep_shard(manifest, o->shard);
    return result;
}

void manifest_free(struct manifest *manifest)
{
    for (int i = 0; i < manifest->items; i++)
        free_item(&manifest->item[i]);
    free(manifest->item);
    table_free(&manifest->table);
    *manifest = (struct manifest){ 0 };
}
