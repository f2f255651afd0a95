/* SPDX-License-Identifier: BSD-2-Clause */
#include "timeline.h"

#include "output.h"

#include <math.h>
#include <string.h>

static int check_usage(const struct options *o)
{
    if (pair_check(o))
        return -1;
    if (o->hop_s > o->window_s)
        complain("--hop", "must not exceed --window");
    else
        return output_check(o);
    return -1;
}

/* -------------------------------------------------------------- output */

typedef int print(FILE *stream, const struct timeline *timeline);

static int say_no_memory(void)
{
    complain(NULL, "%s", opine_status_text(OPINE_ERR_MEMORY));
    return -1;
}

/**
 * Write a report into a file, if there is to be one
 * return          0, or -1 after saying what went wrong
 */
static int write_file(const char *path, print *print_report,
                      const struct timeline *t)
{
    struct output output;

    if (output_is_stdout(path))
        return 0;
    if (output_open(&output, path))
        return -1;
    if (output.stream && print_report(output.stream, t)) {
        output_drop(&output);
        return say_no_memory();
    }
    return output_finish(&output);
}

/**
 * Print and draw what was asked for
 * return          0, or -1 after saying what went wrong
 */
static int print_reports(const struct timeline *t)
{
    const struct options *o = t->report.options;
    print *main_report = output_is_stdout(o->csv)   ? timeline_csv
                         : output_is_stdout(o->svg) ? timeline_picture
                         : o->json                  ? timeline_json
                                                    : timeline_text;

    if (main_report(stdout, t))
        return say_no_memory();
    if (write_file(o->csv, timeline_csv, t))
        return -1;
    return write_file(o->svg, timeline_picture, t);
}

static enum outcome pass_gates(const struct options *o, const struct pair *pair,
                               const struct timeline *t)
{
    const struct window *lowest = &t->windows.window[t->scores.lowest];
    enum outcome outcome = pair_pass_gates(o, pair, t->report.alignment);

    if (lowest->mos < o->min_mos) {
        char what[60];

        snprintf(what, sizeof(what), "window at %.2f s: MOS", lowest->start_s);
        pair_explain_gate(pair, what, lowest->mos, "below", o->min_mos, "");
        outcome = OUTCOME_BELOW;
    }
    return outcome;
}

/* ----------------------------------------------------------------- run */

/**
 * Score the windows, and look for gaps
 */
static enum opine_status measure(const struct options *o,
                                 const struct pair *pair, struct timeline *t)
{
    const struct opine_alignment *a = t->report.alignment;
    enum opine_status status;

    if (windows_place(t->from_s, t->to_s, t->size_s, t->hop_s, &t->windows))
        return OPINE_ERR_MEMORY;
    status = windows_score(o, pair, a, &t->windows);
    if (status)
        return status;
    if (gaps_find(&pair->reference, &pair->degraded, a, t->from_s, t->to_s,
                  &t->gaps) ||
        timeline_judge(t, o->worst))
        return OPINE_ERR_MEMORY;
    return OPINE_OK;
}

static enum outcome conclude(const struct options *o, const struct pair *pair,
                             const struct timeline *t)
{
    if (!t->scores.scored) {
        complain(pair->degraded_path,
                 "no window could be scored: %d silent in "
                 "the reference, %d absent here",
                 t->scores.silent, t->scores.absent);
        return OUTCOME_FAILED;
    }
    if (print_reports(t))
        return OUTCOME_FAILED;
    return pass_gates(o, pair, t);
}

static enum outcome follow_pair(const struct options *o,
                                const struct pair *pair,
                                struct opine_context *context)
{
    struct opine_alignment alignment;
    struct timeline t = {
        .report = { .options = o,
                    .reference = pair->reference_path,
                    .degraded = pair->degraded_path,
                    .reference_signal = pair_describe(&pair->reference),
                    .degraded_signal = pair_describe(&pair->degraded),
                    .model = pair->model,
                    .alignment = &alignment },
        .size_s = o->window_s,
        .hop_s = o->hop_s,
        .from_s = isnan(o->from_s) ? 0 : o->from_s,
        .rule = { o->threshold, o->raise_s, o->clear_s },
    };
    enum outcome outcome;
    /* Its arrays last, because the windows have contexts of their own */
    enum opine_status status = opine_align(context, &pair->reference.view,
                                           &pair->degraded.view, &alignment);

    t.to_s = fmin(t.report.reference_signal.duration_s, o->to_s);
    if (!status)
        status = measure(o, pair, &t);
    outcome = status ? pair_fail(o, pair, status) : conclude(o, pair, &t);
    timeline_free(&t);
    return outcome;
}

enum outcome timeline_run(const struct options *options)
{
    if (check_usage(options))
        return OUTCOME_USAGE;
    return pair_run(options, follow_pair);
}
