/* SPDX-License-Identifier: BSD-2-Clause */
#include "batch.h"

#include "page.h"
#include "report.h"
#include "sink.h"
#include "summary.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/**
 * A run: where its results go
 */
struct batch {
    const struct manifest *manifest;
    struct sink sink;
    struct page *page; /* or NULL */
    struct summary *summary;
    int prints_rows;
};

/* ----------------------------------------------------------------- usage */

static int check_usage(const struct options *o)
{
    if (o->pair && o->operand_count != 2)
        complain("--pair", "needs two folders, of references and degraded");
    else if (!o->pair && o->operand_count < 1)
        complain(NULL, "needs a manifest; opine batch --help tells more");
    else if (!o->pair && o->operand_count > 1)
        complain(NULL, "takes one manifest, not '%s'", o->operands[1]);
    else if (output_is_stdout(o->csv) && output_is_stdout(o->jsonl))
        complain("--jsonl", "only one of --csv and --jsonl can be -");
    else if (o->resume && o->cache)
        complain("--resume", "cannot be combined with --cache, which does it");
    else if (o->resume && (!o->csv || output_is_stdout(o->csv)) &&
             (!o->jsonl || output_is_stdout(o->jsonl)))
        complain("--resume", "needs the file of --csv or --jsonl");
    else
        return 0;
    return -1;
}

/* ----------------------------------------------------------------- cache */

/**
 * Find where results are kept while a batch runs: beside the first file
 * return          To be freed; NULL when nothing is kept
 */
static char *cache_path(const struct options *o)
{
    const char *file = o->csv && !output_is_stdout(o->csv) ? o->csv : o->jsonl;
    size_t room;
    char *path;

    if (o->cache)
        return strdup(o->cache);
    if (!file || output_is_stdout(file) || !strncmp(file, "/dev/", 5))
        return NULL;
    room = strlen(file) + sizeof(".cache");
    path = malloc(room);
    if (path)
        snprintf(path, room, "%s.cache", file);
    return path;
}

/* ------------------------------------------------------------------- run */

static void take(void *user, const struct item *item, const struct score *score)
{
    struct batch *batch = user;

    sink_put(&batch->sink, item, score);
    page_add(batch->page, batch->manifest, item, score);
    summary_add(batch->summary, item, score);
    if (batch->prints_rows)
        summary_print_row(stdout, item, score);
}

/**
 * End as the signal would have ended it
 */
static void die(int number, const struct options *o, const struct tally *tally,
                int items)
{
    complain(NULL, "stopped after %d of %d rows%s", tally->items, items,
             o->cache || o->csv || o->jsonl ? "; --resume continues" : "");
    signal(number, SIG_DFL);
    raise(number);
}

/**
 * Print what it came to, unless something else is printed
 */
static void print_summary(const struct options *o, const struct batch *batch)
{
    if (!o->quiet && !output_is_stdout(o->csv) && !output_is_stdout(o->jsonl))
        summary_print(stdout, batch->summary);
}

static enum outcome conclude(const struct options *o, struct batch *batch,
                             const struct manifest *manifest,
                             const struct tally *tally)
{
    if (tally->caught) {
        sink_drop(&batch->sink);
        page_drop(batch->page);
        die(tally->caught, o, tally, manifest->items);
        return OUTCOME_FAILED;
    }
    if (sink_finish(&batch->sink)) {
        page_drop(batch->page);
        return OUTCOME_FAILED;
    }
    if (page_finish(batch->page))
        return OUTCOME_FAILED;
    print_summary(o, batch);
    if (tally->failed)
        return OUTCOME_PARTIAL;
    return tally->below ? OUTCOME_BELOW : OUTCOME_PASSED;
}

static enum outcome run(const struct options *o,
                        const struct manifest *manifest, const char *cache)
{
    struct batch batch = { .manifest = manifest,
                           .summary = summary_new(),
                           .prints_rows = !o->quiet && !o->csv && !o->jsonl };
    struct tally tally;
    enum outcome outcome = OUTCOME_FAILED;

    if (!batch.summary) {
        complain(NULL, "out of memory");
        return OUTCOME_FAILED;
    }
    if (!o->pair)
        results_warn(manifest);
    if (!sink_open(&batch.sink, o, manifest) &&
        !page_open(&batch.page, o, manifest->name)) {
        if (!suite_run(o, manifest, cache, o->resume || o->cache, take, &batch,
                       &tally))
            outcome = conclude(o, &batch, manifest, &tally);
        else
            page_drop(batch.page);
    }
    sink_drop(&batch.sink);
    summary_free(batch.summary);
    return outcome;
}

enum outcome batch_run(const struct options *options)
{
    struct manifest manifest;
    char *cache;
    enum outcome outcome;

    if (check_usage(options))
        return OUTCOME_USAGE;
    if (manifest_open(options, &manifest))
        return OUTCOME_FAILED;
    cache = cache_path(options);
    outcome = run(options, &manifest, cache);
    free(cache);
    manifest_free(&manifest);
    return outcome;
}
