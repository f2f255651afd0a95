/* SPDX-License-Identifier: BSD-2-Clause */
#include "suite.h"

#include "cache.h"
#include "json.h"
#include "model.h"
#include "pair.h"
#include "pool.h"
#include "progress.h"
#include "settings.h"
#include "shelf.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/**
 * What one thread scores with: a context, and what it was made for
 */
struct worker {
    struct opine_context *context;
    struct opine_config config;
};

struct suite {
    const struct options *options;
    struct opine_calibration calibration; /* its version, if no more */
    struct digest model;                  /* of its file, if there is one */
    const struct manifest *manifest;
    struct cache *cache;
    struct shelf *shelf;
    struct worker *workers;
    struct score *scores;
    int *order;
    struct progress progress;
    struct tally *tally;
    void (*take)(void *user, const struct item *item,
                 const struct score *score);
    void *user;
};

const char *status_name(enum row_status status)
{
    static const char *const names[] = { "ok", "below", "failed" };

    return names[status];
}

/* ------------------------------------------------------------------ hash */

/**
 * Hash all that a score depends on
 */
static struct digest hash_all(const struct suite *suite,
                              const struct score *score)
{
    char text[500];

    snprintf(text, sizeof(text), "%s %s %s, model %s%s%s", score->ref_hash.text,
             score->deg_hash.text, score->settings, suite->calibration.version,
             *suite->model.text ? " " : "", suite->model.text);
    return digest_text(text);
}

/* --------------------------------------------------------------- scoring */

/**
 * Name the file to blame in a reason
 */
static int blame(struct reason *reason, const char *path)
{
    char text[sizeof(reason->text)];

    memcpy(text, reason->text, sizeof(text));
    return refuse(reason, "%s: %.*s", path, (int)sizeof(text) - 1, text);
}

static int is_same_config(const struct opine_config *a,
                          const struct opine_config *b)
{
    return a->size == b->size && a->band == b->band && a->mode == b->mode &&
           a->level == b->level && a->align == b->align && a->cpu == b->cpu &&
           !(a->from_s < b->from_s) && !(a->from_s > b->from_s) &&
           !(a->to_s < b->to_s) && !(a->to_s > b->to_s);
}

/**
 * Have a context for a configuration: the last one, where it is the same
 */
static enum opine_status prepare(struct worker *worker,
                                 const struct opine_config *config)
{
    enum opine_status status;

    if (worker->context && is_same_config(&worker->config, config))
        return OPINE_OK;
    opine_destroy(worker->context);
    worker->context = NULL;
    status = opine_create(&worker->context, config);
    if (!status)
        worker->config = *config;
    return status;
}

/**
 * Score a pair that was read
 * return          Its report; NULL with a reason
 */
static json_t *score_pair(const struct options *o, const struct pair *pair,
                          struct worker *worker, struct reason *reason)
{
    const struct opine_audio *ref = &pair->reference.view;
    struct opine_result result;
    struct report report = { .options = o,
                             .reference = pair->reference_path,
                             .degraded = pair->degraded_path,
                             .model = pair->model,
                             .result = &result,
                             .alignment = &result.alignment };
    struct opine_config config;
    enum opine_status status;
    json_t *object;

    if (o->from_s >= (double)ref->frames / ref->rate_hz) {
        refuse(reason, "%s: ends at %.2f s, before %g", pair->reference_path,
               (double)ref->frames / ref->rate_hz, o->from_s);
        return NULL;
    }
    pair_configure(o, pair, &config);
    config.keep_reference = 1; /* rows that share it stand together */
    status = prepare(worker, &config);
    if (!status)
        status = opine_score(worker->context, ref, &pair->degraded.view,
                             &result);
    if (status) {
        const char *subject = pair_blame(o, pair, status, reason);

        blame(reason, subject);
        return NULL;
    }
    report.reference_signal = result.reference;
    report.degraded_signal = result.degraded;
    object = json_score(&report);
    if (!object)
        refuse(reason, "out of memory");
    return object;
}

/**
 * Read a pair and score it
 * return          Its report; NULL with a reason
 */
static json_t *read_and_score(struct suite *suite, int index,
                              const struct options *o, struct worker *worker,
                              struct reason *reason)
{
    const struct item *item = &suite->manifest->item[index];
    const struct recording *ref = shelf_read(suite->shelf, index, reason);
    struct pair pair = { .reference_path = item->ref,
                         .degraded_path = item->deg,
                         .model = suite->calibration.version,
                         .calibration = o->model ? &suite->calibration : NULL,
                         .wants_series = 1 };
    json_t *report = NULL;

    if (!ref) {
        blame(reason, item->ref);
        return NULL;
    }
    pair.reference = *ref;
    if (audio_read(item->deg_path, settings_raw(&o->raw_deg, &o->raw),
                   &pair.degraded, reason))
        blame(reason, item->deg);
    else
        report = score_pair(o, &pair, worker, reason);
    audio_free(&pair.degraded);
    return report;
}

/**
 * Make a report what it would be if it came from the cache
 */
static json_t *normalise(json_t *report)
{
    char *text = json_dumps(report, JSON_REAL_PRECISION(10));
    json_t *copy = text ? json_loads(text, 0, NULL) : NULL;

    free(text);
    json_decref(report);
    return copy;
}

/**
 * Name the present files in a report that may be about equal ones elsewhere
 */
static int rename_files(json_t *report, const struct item *item)
{
    return json_object_set_new(json_object_get(report, "reference"), "path",
                               json_text(item->ref)) ||
           json_object_set_new(json_object_get(report, "degraded"), "path",
                               json_text(item->deg));
}

/**
 * Get the report of a pair, by scoring it if it must be
 * return          0, or -1 with a reason
 */
static int get_report(struct suite *suite, int index, struct worker *worker,
                      struct score *score, struct reason *reason)
{
    const struct item *item = &suite->manifest->item[index];
    struct options o = settings_of(suite->options, item);
    int64_t bytes;

    if (!score->settings)
        return refuse(reason, "out of memory");
    if (item->error)
        return refuse(reason, "%s", item->error);
    if (shelf_hash(suite->shelf, index, &score->ref_hash, reason))
        return blame(reason, item->ref);
    if (digest_file(item->deg_path, &score->deg_hash, &bytes, reason))
        return blame(reason, item->deg);
    score->hash = hash_all(suite, score);
    score->report = cache_find(suite->cache, &score->hash);
    if (!score->report) {
        score->report = read_and_score(suite, index, &o, worker, reason);
        if (!score->report)
            return -1;
        score->report = normalise(score->report);
        if (score->report)
            cache_add(suite->cache, &score->hash, score->report);
    }
    if (!score->report || rename_files(score->report, item))
        return refuse(reason, "out of memory");
    score->mos = json_number_value(json_object_get(score->report, "mos"));
    score->tail = tail_read(json_object_get(score->report, "tail"));
    score->kbps =
        0.008 * (double)bytes /
        json_number_value(
            json_object_get(json_object_get(score->report, "degraded"),
                            "duration_s"));
    return 0;
}

static void work(void *user, int index, int thread)
{
    struct suite *suite = user;
    const struct item *item = &suite->manifest->item[index];
    struct score *score = &suite->scores[index];
    struct options o = settings_of(suite->options, item);
    struct reason reason;

    score->mos = score->kbps = (double)NAN;
    score->tail = tail_read(NULL);
    score->settings = settings_describe(&o);
    if (get_report(suite, index, &suite->workers[thread], score, &reason)) {
        score->status = STATUS_FAILED;
        score->error = strdup(reason.text);
        json_decref(score->report);
        score->report = NULL;
    } else {
        score->status = score->mos < item->min_mos ? STATUS_BELOW : STATUS_OK;
    }
    shelf_release(suite->shelf, index);
}

/* -------------------------------------------------------------- delivery */

static void show_progress(void *user, int done)
{
    struct suite *suite = user;

    progress_show(&suite->progress, done);
}

static void complain_about(const struct suite *suite, const struct item *item,
                           const struct score *score)
{
    const char *name = suite->manifest->name;
    char where[40] = "";

    if (!suite->options->pair)
        snprintf(where, sizeof(where), "line %d: ", item->line);
    if (score->status == STATUS_FAILED)
        complain(name, "%s%s", where,
                 score->error ? score->error : "out of memory");
    else
        complain(name, "%s%s: MOS %.4f is below %g", where, item->deg,
                 score->mos, item->min_mos);
}

static void free_score(struct score *score)
{
    free(score->error);
    free(score->settings);
    json_decref(score->report);
    *score = (struct score){ .report = NULL };
}

static void deliver(void *user, int index)
{
    struct suite *suite = user;
    const struct item *item = &suite->manifest->item[index];
    struct score *score = &suite->scores[index];

    progress_hide(&suite->progress);
    if (score->status != STATUS_OK)
        complain_about(suite, item, score);
    suite->tally->items++;
    suite->tally->below += score->status == STATUS_BELOW;
    suite->tally->failed += score->status == STATUS_FAILED;
    suite->take(suite->user, item, score);
    free_score(score);
}

/* --------------------------------------------------------------- signals */

static volatile sig_atomic_t caught; /* the signal */

static void catch (int number)
{
    caught = number;
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

/**
 * Catch the signals that end a run, once; or as before
 * old             What they did before; return or give it
 */
static void set_signals(struct sigaction old[SIGNALS])
{
    struct sigaction action = { .sa_handler = catch,
                                .sa_flags = SA_RESTART | (int)SA_RESETHAND };

    sigemptyset(&action.sa_mask);
    caught = 0;
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], NULL, &old[i]);
        if (old[i].sa_handler != SIG_IGN) /* nohup */
            sigaction(signals[i], &action, NULL);
    }
}

static void reset_signals(const struct sigaction old[SIGNALS])
{
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &old[i], NULL);
}

/* ------------------------------------------------------------------- run */

/**
 * Load the model that the options name, and hash its file: its version is a
 * name, which the numbers in it may outlive
 */
static int load_model(struct suite *suite)
{
    const char *path = suite->options->model;
    struct reason reason;
    int64_t bytes;

    if (model_load(path, &suite->calibration))
        return -1;
    if (!path || !digest_file(path, &suite->model, &bytes, &reason))
        return 0;
    complain(path, "%s", reason.text);
    return -1;
}

static int run_pool(struct suite *suite, int threads)
{
    struct pool pool = { .jobs = suite->manifest->items,
                         .threads = threads,
                         .order = suite->order,
                         .stop = &caught,
                         .user = suite,
                         .work = work,
                         .progress = show_progress,
                         .deliver = deliver };
    struct sigaction old[SIGNALS];
    /* stderr is silent while recordings are read */
    int fd = dup(STDERR_FILENO);
    FILE *voice = fd >= 0 ? fdopen(fd, "w") : NULL;
    int delivered;

    set_signals(old);
    if (voice)
        setvbuf(voice, NULL, _IOLBF, 0);
    complain_to(voice);
    progress_begin(&suite->progress, suite->options->quiet ? NULL : voice,
                   suite->manifest->items);
    delivered = pool_run(&pool);
    progress_hide(&suite->progress);
    complain_to(NULL);
    if (voice)
        fclose(voice);
    reset_signals(old);
    suite->tally->caught = delivered < suite->manifest->items ? caught : 0;
    if (delivered < 0)
        complain(NULL, "no thread could be started");
    return delivered < 0 ? -1 : 0;
}

int suite_run(const struct options *options, const struct manifest *manifest,
              const char *cache, int is_kept,
              void (*take)(void *user, const struct item *item,
                           const struct score *score),
              void *user, struct tally *tally)
{
    size_t room = (size_t)manifest->items + 1;
    int threads = options->jobs ? options->jobs : pool_processors();
    struct suite suite = { .options = options,
                           .manifest = manifest,
                           .take = take,
                           .user = user,
                           .tally = tally,
                           .order = calloc(room, sizeof(int)),
                           .scores = calloc(room, sizeof(struct score)),
                           .workers = calloc((size_t)threads,
                                             sizeof(struct worker)) };
    int result = -1;

    *tally = (struct tally){ 0 };
    if (suite.order && suite.scores && suite.workers)
        suite.shelf = shelf_open(manifest,
                                 settings_raw(&options->raw_ref, &options->raw),
                                 suite.order);
    if (!suite.shelf)
        complain(NULL, "out of memory");
    else if (!load_model(&suite))
        suite.cache = cache_open(cache, is_kept);
    if (suite.cache)
        result = run_pool(&suite, threads);
    if (cache_close(suite.cache))
        result = -1;
    for (int i = 0; suite.workers && i < threads; i++)
        opine_destroy(suite.workers[i].context);
    for (int i = 0; suite.scores && i < manifest->items; i++)
        free_score(&suite.scores[i]);
    shelf_close(suite.shelf);
    free(suite.order);
    free(suite.scores);
    free(suite.workers);
    return result;
}
