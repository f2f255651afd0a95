/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate.h"

#include "baseline.h"
#include "model.h"
#include "page.h"
#include "report.h"
#include "sink.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/**
 * A run: what it finds, and what it is held against
 */
struct gate {
    const struct manifest *manifest;
    struct sink sink;
    struct page *page;              /* or NULL */
    struct opine_calibration model; /* its version */
    struct baseline baseline;
    struct tally tally;
    int count;
    struct entry *entries; /* their errors and bases are their own */
    int has_failed;
};

static int check_usage(const struct options *o)
{
    if (o->operand_count != (o->pair ? 2 : 1))
        complain(o->pair ? "--pair" : NULL,
                 o->pair ? "needs two folders, of references and degraded"
                         : "needs one manifest; opine gate --help tells more");
    else if (!o->baseline && o->update_baseline)
        complain("--update-baseline", "needs --baseline, where to write it");
    else
        return 0;
    return -1;
}

/**
 * A gate that nothing can fail is a mistake
 */
static int check_thresholds(const struct options *o,
                            const struct manifest *manifest)
{
    if (o->baseline)
        return 0;
    for (int i = 0; i < manifest->items; i++)
        if (!isnan(manifest->item[i].min_mos))
            return 0;
    complain(manifest->name, "no row has a min_mos; a gate needs that, or "
                             "--min-mos, or --baseline with scores to compare "
                             "with");
    return -1;
}

/* ----------------------------------------------------------------- scores */

/**
 * What scores must share to be compared, as a hash
 * return          To be freed, or NULL
 */
static char *basis_of(const struct score *score)
{
    char text[300];

    snprintf(text, sizeof(text), "%s %s", score->ref_hash.text,
             score->settings ? score->settings : "");
    return strdup(digest_text(text).text);
}

static void take(void *user, const struct item *item, const struct score *score)
{
    struct gate *gate = user;
    struct entry *entry = &gate->entries[gate->count++];

    sink_put(&gate->sink, item, score);
    page_add(gate->page, gate->manifest, item, score);
    *entry = (struct entry){ .id = item->id,
                             .group = item->group,
                             .error = strdup(score->error ? score->error : ""),
                             .basis = basis_of(score),
                             .mos = score->mos,
                             .tail = score->tail,
                             .weight = item->weight,
                             .min_mos = item->min_mos,
                             .max_drop = item->max_drop,
                             .line = item->line };
    gate->has_failed |= !entry->error || !entry->basis;
}

static void free_entry(const struct entry *entry)
{
    union {
        const char *kept;
        void *owned;
    } error = { .kept = entry->error }, basis = { .kept = entry->basis };

    free(error.owned);
    free(basis.owned);
}

/* ---------------------------------------------------------------- reports */

/**
 * Write a report to a file of its own
 */
static int write_report(const char *path, const struct comparison *comparison,
                        void (*write)(FILE *stream,
                                      const struct comparison *comparison))
{
    struct output output;

    if (output_open(&output, path))
        return -1;
    if (output.stream)
        write(output.stream, comparison);
    return output_finish(&output);
}

static void write_markdown(FILE *stream, const struct comparison *comparison)
{
    comparison_markdown(stream, comparison, "baseline", "this build");
}

static int report(const struct options *o, const struct manifest *manifest,
                  const struct comparison *comparison)
{
    if (write_report(o->junit, comparison, comparison_junit) ||
        write_report(o->markdown, comparison, write_markdown))
        return -1;
    if (!o->quiet)
        comparison_text(stdout, comparison, o->baseline, manifest->name);
    if (o->annotate)
        comparison_annotate(stdout, comparison, manifest->name);
    return 0;
}

/**
 * Tell the page what became of each row
 */
static void compare_rows(struct page *page, const struct comparison *all)
{
    for (int i = 0, row = 0; i < all->changes && !all->is_alone; i++) {
        const struct change *c = &all->change[i];

        if (c->after)
            page_compare(page, row++, c->before ? c->before->mos : (double)NAN,
                         state_name(c->state));
    }
}

/**
 * Say on stderr what fails, beyond what was said while it was scored
 */
static void complain_all(const struct manifest *manifest,
                         const struct comparison *all)
{
    for (int i = 0; i < all->changes; i++) {
        const struct change *c = &all->change[i];

        if (!c->is_allowed && c->state != STATE_FAILED &&
            c->state != STATE_BELOW)
            complain(manifest->name, "%s: %s",
                     c->after ? c->after->id : c->before->id,
                     comparison_explain(c).text);
    }
    for (int g = 0; g < all->groups; g++)
        if (all->group[g].has_dropped)
            complain(manifest->name, "group %s: mean %+.4f MOS",
                     *all->group[g].name ? all->group[g].name : "(none)",
                     all->group[g].after - all->group[g].before);
}

/**
 * What the comparison comes to
 *
 * A loss that is there is a loss, whatever else could not be tested. For
 * `git bisect run` rows that cannot be compared say nothing about a commit.
 */
static enum outcome conclude(const struct options *o,
                             const struct comparison *all)
{
    int unlike = all->counts[STATE_NEW] + all->counts[STATE_MISSING] +
                 all->counts[STATE_CHANGED];

    if (all->counts[STATE_DROPPED] || all->counts[STATE_TAIL] ||
        all->counts[STATE_BELOW] || all->dropped_groups)
        return OUTCOME_BELOW;
    if (all->counts[STATE_FAILED])
        return OUTCOME_PARTIAL;
    if (unlike)
        return o->bisect ? OUTCOME_CANNOT_TEST : OUTCOME_BELOW;
    return OUTCOME_PASSED;
}

/* -------------------------------------------------------------------- run */

static enum outcome compare(const struct options *o,
                            const struct manifest *manifest, struct gate *gate)
{
    struct comparison comparison;
    enum outcome outcome = OUTCOME_FAILED;

    if (comparison_make(o, gate->baseline.entries, gate->baseline.count,
                        gate->entries, gate->count, &comparison))
        return OUTCOME_FAILED;
    compare_rows(gate->page, &comparison);
    if (!report(o, manifest, &comparison)) {
        complain_all(manifest, &comparison);
        outcome = conclude(o, &comparison);
    }
    comparison_free(&comparison);
    return outcome;
}

static enum outcome update(const struct options *o, const struct gate *gate)
{
    if (gate->tally.failed) {
        complain(o->baseline, "is not written: a baseline needs all scores");
        return OUTCOME_PARTIAL;
    }
    if (baseline_write(o->baseline, gate->model.version, gate->entries,
                       gate->count))
        return OUTCOME_FAILED;
    return gate->tally.below ? OUTCOME_BELOW : OUTCOME_PASSED;
}

static enum outcome judge(const struct options *o,
                          const struct manifest *manifest, struct gate *gate)
{
    enum outcome outcome;

    if (suite_run(o, manifest, o->cache, o->cache != NULL, take, gate,
                  &gate->tally))
        return OUTCOME_FAILED;
    if (gate->tally.caught) {
        sink_drop(&gate->sink);
        page_drop(gate->page);
        gate->page = NULL;
        complain(NULL, "stopped after %d of %d rows", gate->tally.items,
                 manifest->items);
        signal(gate->tally.caught, SIG_DFL);
        raise(gate->tally.caught);
        return OUTCOME_FAILED;
    }
    if (gate->has_failed)
        complain(NULL, "out of memory");
    if (sink_finish(&gate->sink) || gate->has_failed)
        return OUTCOME_FAILED;
    outcome = o->update_baseline ? update(o, gate) : compare(o, manifest, gate);
    if (page_finish(gate->page))
        outcome = OUTCOME_FAILED;
    gate->page = NULL;
    return outcome;
}

static enum outcome run(const struct options *o,
                        const struct manifest *manifest)
{
    struct gate gate = { .manifest = manifest,
                         .entries = calloc((size_t)manifest->items + 1,
                                           sizeof(struct entry)) };
    enum outcome outcome = OUTCOME_FAILED;

    if (!gate.entries) {
        complain(NULL, "out of memory");
        return OUTCOME_FAILED;
    }
    /* First what can be refused before anything is scored */
    if (!model_load(o->model, &gate.model) &&
        (!o->baseline || o->update_baseline ||
         !baseline_read(o->baseline, gate.model.version, &gate.baseline)) &&
        !sink_open(&gate.sink, o, manifest) &&
        !page_open(&gate.page, o, manifest->name))
        outcome = judge(o, manifest, &gate);
    sink_drop(&gate.sink);
    page_drop(gate.page);
    baseline_free(&gate.baseline);
    for (int i = 0; i < gate.count; i++)
        free_entry(&gate.entries[i]);
    free(gate.entries);
    return outcome;
}

enum outcome gate_run(const struct options *options)
{
    struct manifest manifest;
    enum outcome outcome;

    if (check_usage(options))
        return OUTCOME_USAGE;
    if (manifest_open(options, &manifest))
        return OUTCOME_FAILED;
    outcome = check_thresholds(options, &manifest) ? OUTCOME_USAGE
                                                   : run(options, &manifest);
    manifest_free(&manifest);
    return outcome;
}
