/* SPDX-License-Identifier: BSD-2-Clause */
#include "page.h"

#include "detail.h"
#include "island.h"
#include "json.h"
#include "link.h"
#include "output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct page {
    const struct options *options;
    struct output output;
    json_t *data;
    json_t *rows;
    json_t *details;
    int count;
    struct shown {
        const struct item *item;
        int row;
        double order; /* worst first; NAN when there is no score */
    } * shown;
    int has_failed; /* memory could not be had */
};

/* ----------------------------------------------------------------- parts */

static void put(struct page *page, json_t *object, const char *key,
                json_t *value)
{
    page->has_failed |= json_object_set_new(object, key, value);
}

static json_t *cause_texts(struct page *page)
{
    json_t *all = json_object();

    for (int c = 0; c < OPINE_CAUSES; c++) {
        const struct opine_cause_info *info = opine_cause_info(c);

        put(page, all, info->name, json_string(info->text));
    }
    return all;
}

/**
 * Name the cause that cost most
 */
static json_t *main_cause(const json_t *report)
{
    json_t *causes = json_object_get(report, "disturbances");
    const char *most = "";
    double cost = 0.005;

    for (int c = 0; c < OPINE_CAUSES; c++) {
        const char *name = opine_cause_info(c)->name;
        double here = json_number_value(
            json_object_get(json_object_get(causes, name), "cost"));

        if (here > cost) {
            cost = here;
            most = name;
        }
    }
    return json_string(most);
}

static const char *field(const struct manifest *manifest,
                         const struct item *item, const char *column)
{
    const struct table *table = &manifest->table;

    return table_field(table, item->row - 1, table_find(table, column));
}

/* ------------------------------------------------------------------ rows */

int page_open(struct page **page, const struct options *o, const char *title)
{
    struct page *made;

    *page = NULL;
    if (!o->html)
        return 0;
    made = calloc(1, sizeof(*made));
    if (!made) {
        complain(NULL, "out of memory");
        return -1;
    }
    if (output_open(&made->output, o->html)) {
        free(made);
        return -1;
    }
    made->options = o;
    made->data = json_object();
    made->rows = json_array();
    made->details = json_array();
    put(made, made->data, "title", json_text(title));
    put(made, made->data, "version", json_string(opine_version()));
    put(made, made->data, "causes", cause_texts(made));
    put(made, made->data, "rows", json_incref(made->rows));
    put(made, made->data, "details", json_incref(made->details));
    *page = made;
    return 0;
}

/**
 * Make room for one more row
 */
static struct shown *grow(struct page *page)
{
    struct shown *more;

    if (page->count & (page->count - 1))
        return &page->shown[page->count++];
    more = realloc(page->shown,
                   (page->count ? 2 * (size_t)page->count : 1) * sizeof(*more));
    if (!more) {
        page->has_failed = 1;
        return NULL;
    }
    page->shown = more;
    return &page->shown[page->count++];
}

void page_add(struct page *page, const struct manifest *manifest,
              const struct item *item, const struct score *score)
{
    json_t *row;
    struct shown *shown;
    double bitrate;

    if (!page)
        return;
    shown = grow(page);
    if (!shown)
        return;
    *shown = (struct shown){ item, page->count - 1, score->mos };
    row = json_object();
    put(page, row, "id", json_text(item->id));
    put(page, row, "group", json_text(item->group));
    put(page, row, "codec", json_text(field(manifest, item, "codec")));
    if (!csv_parse_number(field(manifest, item, "bitrate"), &bitrate))
        put(page, row, "bitrate", json_number(bitrate, 3));
    put(page, row, "mos", json_number(score->mos, 4));
    put(page, row, "weight", json_number(item->weight, 6));
    put(page, row, "status", json_string(status_name(score->status)));
    if (score->error)
        put(page, row, "error", json_text(score->error));
    if (score->report)
        put(page, row, "cause", main_cause(score->report));
    page->has_failed |= json_array_append_new(page->rows, row);
}

void page_compare(struct page *page, int row, double before, const char *state)
{
    json_t *object;

    if (!page || row >= page->count)
        return;
    object = json_array_get(page->rows, (size_t)row);
    put(page, object, "before", json_number(before, 4));
    put(page, object, "state", json_string(state));
    if (isfinite(before))
        page->shown[row].order -= before;
    else
        page->shown[row].order = (double)NAN;
}

/* --------------------------------------------------------------- details */

static int by_order(const void *a, const void *b)
{
    const struct shown *x = a;
    const struct shown *y = b;

    if (x->order < y->order || x->order > y->order)
        return x->order < y->order ? -1 : 1;
    return x->row - y->row;
}

/**
 * Keep the worst rows and the best, in order
 */
static void choose(struct page *page)
{
    int most = page->options->html_pairs;
    int scored = 0;

    for (int i = 0; i < page->count; i++)
        if (isfinite(page->shown[i].order))
            page->shown[scored++] = page->shown[i];
    page->count = scored;
    if (!scored)
        return;
    qsort(page->shown, (size_t)scored, sizeof(page->shown[0]), by_order);
    if (scored <= most)
        return;
    memmove(page->shown + (most + 1) / 2, page->shown + scored - most / 2,
            (size_t)(most / 2) * sizeof(page->shown[0]));
    page->count = most;
}

/**
 * Add what is known of a pair: takes `detail`
 * paths           Of both files, or NULL where a page cannot play them
 */
static void add_detail(struct page *page, json_t *detail, int row,
                       const char *ref_path, const char *deg_path)
{
    const char *html = page->options->html;
    char *ref = ref_path ? link_to(html, ref_path) : NULL;
    char *deg = deg_path ? link_to(html, deg_path) : NULL;

    put(page, detail, "row", json_integer(row));
    if (ref)
        put(page, detail, "reference", json_text(ref));
    if (deg)
        put(page, detail, "degraded", json_text(deg));
    page->has_failed |= json_array_append_new(page->details, detail);
    free(ref);
    free(deg);
}

static int is_raw(const struct raw_format *own, const struct raw_format *common)
{
    return own->encoding || common->encoding;
}

static int add_details(struct page *page)
{
    const struct options *o = page->options;
    size_t room = (size_t)page->count + 1;
    const struct item **items = calloc(room, sizeof(*items));
    json_t **details = calloc(room, sizeof(json_t *));
    int result = -1;

    for (int i = 0; items && i < page->count; i++)
        items[i] = page->shown[i].item;
    if (!items || !details)
        page->has_failed = 1;
    else
        result = detail_score(o, items, page->count, details);
    for (int i = 0; !result && i < page->count; i++)
        add_detail(page, details[i], page->shown[i].row,
                   is_raw(&o->raw_ref, &o->raw) ? NULL : items[i]->ref_path,
                   is_raw(&o->raw_deg, &o->raw) ? NULL : items[i]->deg_path);
    free(items);
    free(details);
    return result;
}

/* ---------------------------------------------------------------- finish */

static void free_page(struct page *page)
{
    json_decref(page->rows);
    json_decref(page->details);
    json_decref(page->data);
    free(page->shown);
    free(page);
}

void page_drop(struct page *page)
{
    if (!page)
        return;
    output_drop(&page->output);
    free_page(page);
}

/**
 * Write what was gathered, and free the page
 */
static int write_out(struct page *page)
{
    int result;

    if (page->has_failed || island_write(page->output.stream, page->data)) {
        complain(NULL, "out of memory");
        page_drop(page);
        return -1;
    }
    result = output_finish(&page->output);
    free_page(page);
    return result;
}

int page_finish(struct page *page)
{
    if (!page)
        return 0;
    choose(page);
    if (add_details(page) && !page->has_failed) {
        page_drop(page);
        return -1;
    }
    return write_out(page);
}

int page_write_pair(const struct report *report)
{
    const struct options *o = report->options;
    struct page *page;
    json_t *detail, *row;

    if (page_open(&page, o, report->degraded) || !page)
        return o->html ? -1 : 0;
    detail = detail_make(report);
    row = json_object();
    put(page, row, "id", json_text(report->degraded));
    put(page, row, "mos", json_number(report->result->mos, 4));
    put(page, row, "status",
        json_string(report->result->mos < o->min_mos ? "below" : "ok"));
    put(page, row, "cause", main_cause(json_object_get(detail, "report")));
    page->has_failed |= json_array_append_new(page->rows, row);
    add_detail(page, detail, 0,
               is_raw(&o->raw_ref, &o->raw) ? NULL : report->reference,
               is_raw(&o->raw_deg, &o->raw) ? NULL : report->degraded);
    return write_out(page);
}
