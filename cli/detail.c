/* SPDX-License-Identifier: BSD-2-Clause */
#include "detail.h"

#include "json.h"
#include "model.h"
#include "moments.h"
#include "pair.h"
#include "pool.h"
#include "settings.h"

#include <math.h>

/* ---------------------------------------------------------------- series */

static json_t *hundredths(const double *values, int count)
{
    json_t *array = json_array();
    int has_failed = 0;

    for (int i = 0; i < count; i++)
        has_failed |= json_array_append_new(array, json_integer(llround(
                                                       100 * values[i])));
    if (!has_failed)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *edges(const struct opine_series *s)
{
    json_t *array = json_array();

    for (int i = 0; i <= s->bands; i++)
        if (json_array_append_new(array, json_number(s->band_edge_hz[i], 0))) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *series_object(const struct opine_series *s)
{
    double weighed[OPINE_SERIES_COLUMNS];
    double worst_s = s->time_s[moments_weigh(s, weighed)];

    return json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "columns",
                     s->columns, "bands", s->bands, "start_s",
                     json_number(s->time_s[0] - s->column_s / 2, 4), "column_s",
                     json_number(s->column_s, 6), "worst_s",
                     json_number(worst_s, 3), "edges_hz", edges(s), "loudness",
                     hundredths(s->loudness, s->columns), "weighed",
                     hundredths(weighed, s->columns), "difference",
                     hundredths(s->difference, s->columns * s->bands));
}

json_t *detail_make(const struct report *report)
{
    return json_pack("{s:o, s:o}", "report", json_score(report), "series",
                     series_object(report->result->series));
}

/* ----------------------------------------------------------------- again */

/* Rows being scored again */
struct again {
    const struct options *options;
    const struct opine_calibration *calibration;
    const struct item *const *items;
    json_t **details;
};

static json_t *fail(const char *path, const struct reason *reason)
{
    json_t *text = json_text(reason->text);

    return json_pack("{s:o, s:o}", "file", json_text(path), "error", text);
}

static json_t *score_pair(const struct options *o, const struct pair *pair)
{
    struct opine_context *context = NULL;
    struct opine_config config;
    struct opine_result result;
    struct report report = { .options = o,
                             .reference = pair->reference_path,
                             .degraded = pair->degraded_path,
                             .model = pair->model,
                             .result = &result,
                             .alignment = &result.alignment };
    struct reason reason;
    enum opine_status status;
    json_t *detail;

    pair_configure(o, pair, &config);
    status = opine_create(&context, &config);
    if (!status)
        status = opine_score(context, &pair->reference.view,
                             &pair->degraded.view, &result);
    if (status) {
        const char *subject = pair_blame(o, pair, status, &reason);

        detail = fail(subject, &reason);
    } else {
        report.reference_signal = result.reference;
        report.degraded_signal = result.degraded;
        detail = detail_make(&report);
    }
    opine_destroy(context);
    return detail;
}

static void work(void *user, int job, int thread)
{
    struct again *again = user;
    const struct item *item = again->items[job];
    struct options o = settings_of(again->options, item);
    struct pair pair = { .reference_path = item->ref,
                         .degraded_path = item->deg,
                         .model = again->calibration->version,
                         .calibration = o.model ? again->calibration : NULL,
                         .wants_series = 1 };
    struct reason reason;

    (void)thread;
    if (audio_read(item->ref_path, settings_raw(&o.raw_ref, &o.raw),
                   &pair.reference, &reason))
        again->details[job] = fail(item->ref, &reason);
    else if (audio_read(item->deg_path, settings_raw(&o.raw_deg, &o.raw),
                        &pair.degraded, &reason))
        again->details[job] = fail(item->deg, &reason);
    else
        again->details[job] = score_pair(&o, &pair);
    audio_free(&pair.reference);
    audio_free(&pair.degraded);
}

int detail_score(const struct options *options, const struct item *const *items,
                 int count, json_t **details)
{
    struct opine_calibration calibration;
    struct again again = { options, &calibration, items, details };
    struct pool pool = { .jobs = count,
                         .threads = options->jobs ? options->jobs
                                                  : pool_processors(),
                         .user = &again,
                         .work = work };

    if (model_load(options->model, &calibration))
        return -1;
    if (!count || pool_run(&pool) == count)
        return 0;
    complain(NULL, "no thread could be started");
    return -1;
}
