/* SPDX-License-Identifier: BSD-2-Clause */
#include "align.h"

#include "output.h"
#include "pair.h"
#include "picture.h"
#include "report.h"

#include <errno.h>
#include <string.h>

static int check_usage(const struct options *o)
{
    return pair_check(o) ? -1 : output_check(o);
}

/**
 * Draw into a file
 * return          0, or -1 after saying what went wrong
 */
static int draw_file(const char *path, const struct report *report,
                     const struct pair *pair)
{
    FILE *file;
    int has_failed;

    errno = 0;
    file = fopen(path, "w");
    if (file) {
        picture_track(file, report, &pair->reference, &pair->degraded);
        has_failed = ferror(file);
        if (!(fclose(file) | has_failed))
            return 0;
    }
    complain(path, "%s", errno ? strerror(errno) : "could not be written");
    return -1;
}

/**
 * Print and draw what was asked for
 * return          0, or -1 after saying what went wrong
 */
static int print_report(const struct report *report, const struct pair *pair)
{
    const struct options *o = report->options;

    if (output_is_stdout(o->svg)) {
        picture_track(stdout, report, &pair->reference, &pair->degraded);
        return 0;
    }
    if (o->json ? report_align_json(stdout, report)
                : report_align_text(stdout, report)) {
        complain(NULL, "%s", opine_status_text(OPINE_ERR_MEMORY));
        return -1;
    }
    return o->svg ? draw_file(o->svg, report, pair) : 0;
}

static enum outcome align_pair(const struct options *o, const struct pair *pair,
                               struct opine_context *context)
{
    struct opine_alignment alignment;
    struct report report = { .options = o,
                             .reference = pair->reference_path,
                             .degraded = pair->degraded_path,
                             .reference_signal =
                                 pair_describe(&pair->reference),
                             .degraded_signal = pair_describe(&pair->degraded),
                             .alignment = &alignment };
    enum opine_status status = opine_align(context, &pair->reference.view,
                                           &pair->degraded.view, &alignment);

    if (status)
        return pair_fail(o, pair, status);
    if (print_report(&report, pair))
        return OUTCOME_FAILED;
    return pair_pass_gates(o, pair, &alignment);
}

enum outcome align_run(const struct options *options)
{
    if (check_usage(options))
        return OUTCOME_USAGE;
    return pair_run(options, align_pair);
}
