/* SPDX-License-Identifier: BSD-2-Clause */
#include "score.h"

#include "pair.h"
#include "report.h"

#include <math.h>

/**
 * Check what only this subcommand can be asked
 * return          0, or -1 after saying what is wrong
 */
static int check_usage(const struct options *o)
{
    if (pair_check(o))
        return -1;
    if (o->json && o->quiet)
        complain("--quiet", "cannot be combined with --json");
    else
        return 0;
    return -1;
}

static enum outcome pass_gates(const struct options *o, const struct pair *pair,
                               const struct opine_result *result)
{
    enum outcome outcome = pair_pass_gates(o, pair, &result->alignment);

    if (result->mos < o->min_mos) {
        pair_explain_gate(pair, "MOS", result->mos, "below", o->min_mos, "");
        outcome = OUTCOME_BELOW;
    }
    return outcome;
}

/**
 * Print the report in the form asked for
 */
static int print_report(const struct report *report)
{
    if (report->options->json)
        return report_json(stdout, report);
    if (!report->options->quiet)
        return report_text(stdout, report);
    printf("%.2f\n", report->result->mos);
    return 0;
}

static enum outcome score_pair(const struct options *o, const struct pair *pair,
                               struct opine_context *context)
{
    struct opine_result result;
    struct report report = { .options = o,
                             .reference = pair->reference_path,
                             .degraded = pair->degraded_path,
                             .model = pair->model,
                             .result = &result,
                             .alignment = &result.alignment };
    enum opine_status status = opine_score(context, &pair->reference.view,
                                           &pair->degraded.view, &result);

    if (status)
        return pair_fail(o, pair, status);
    report.reference_signal = result.reference;
    report.degraded_signal = result.degraded;
    if (print_report(&report)) {
        complain(NULL, "%s", opine_status_text(OPINE_ERR_MEMORY));
        return OUTCOME_FAILED;
    }
    return pass_gates(o, pair, &result);
}

enum outcome score_run(const struct options *options)
{
    if (check_usage(options))
        return OUTCOME_USAGE;
    return pair_run(options, score_pair);
}
