/* SPDX-License-Identifier: BSD-2-Clause */
#include "score.h"

#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/**
 * Two recordings and what they are called
 */
struct pair {
    const char *reference_path;
    const char *degraded_path;
    struct recording reference;
    struct recording degraded;
};

/* --------------------------------------------------------------- usage */

/**
 * Check what the table of options cannot
 * return          0, or -1 after saying what is wrong
 */
static int check_usage(const struct options *o)
{
    if (o->operand_count < 2)
        complain(NULL, "needs two recordings, REF and DEG; "
                       "opine --help tells more");
    else if (o->operand_count > 2)
        complain(NULL, "takes two recordings, REF and DEG, not '%s'",
                 o->operands[2]);
    else if (!strcmp(o->operands[0], "-") && !strcmp(o->operands[1], "-"))
        complain(NULL, "only one of REF and DEG can be -");
    else if (o->json && o->quiet)
        complain("--quiet", "cannot be combined with --json");
    else if (o->no_align && !isnan(o->max_delay_ms))
        complain("--max-delay", "cannot be combined with --no-align");
    else if (!isnan(o->to_s) && !(o->to_s > (o->from_s > 0 ? o->from_s : 0)))
        complain("--to", "must be later than --from");
    else
        return 0;
    return -1;
}

/* ---------------------------------------------------------------- read */

static int read_one(const char *path, const struct raw_format *own,
                    const struct raw_format *common,
                    struct recording *recording)
{
    struct reason reason;

    if (!audio_read(path, own->encoding ? own : common, recording, &reason))
        return 0;
    complain(path, "%s", reason.text);
    return -1;
}

static double duration_s(const struct opine_audio *audio)
{
    return (double)audio->frames / audio->rate_hz;
}

static int read_pair(const struct options *o, struct pair *pair)
{
    pair->reference_path = o->operands[0];
    pair->degraded_path = o->operands[1];
    if (read_one(pair->reference_path, &o->raw_ref, &o->raw, &pair->reference))
        return -1;
    if (o->from_s >= duration_s(&pair->reference.view)) {
        complain(pair->reference_path, "ends at %.2f s, before --from %g",
                 duration_s(&pair->reference.view), o->from_s);
        return -1;
    }
    return read_one(pair->degraded_path, &o->raw_deg, &o->raw, &pair->degraded);
}

/* --------------------------------------------------------------- score */

static void configure(const struct options *o, const struct opine_audio *ref,
                      struct opine_config *config)
{
    double end_s = duration_s(ref);

    opine_config_init(config);
    config->mode = (enum opine_mode)o->mode;
    config->band = (enum opine_band)o->band;
    config->level = (enum opine_level)o->level;
    config->cpu = (enum opine_cpu)o->cpu;
    config->align = !o->no_align;
    if (!isnan(o->from_s) || !isnan(o->to_s)) {
        config->from_s = isnan(o->from_s) ? 0 : o->from_s;
        config->to_s = o->to_s < end_s ? o->to_s : end_s;
    }
}

/**
 * Find the first sample that is no number
 * return          Its time, in seconds
 */
static double find_odd_sample(const struct opine_audio *audio)
{
    size_t count = audio->frames * (size_t)audio->channels;
    size_t i = 0;

    while (i < count && isfinite(audio->data[i]))
        i++;
    return (double)(i / (size_t)audio->channels) / audio->rate_hz;
}

/**
 * Say why a pair was not scored, naming the file to blame
 */
static void explain(enum opine_status status, const struct options *o,
                    const struct pair *pair)
{
    const char *text = opine_status_text((int)status);

    switch (status) {
    case OPINE_ERR_REFERENCE_SILENT:
        complain(pair->reference_path, "%s", text);
        break;
    case OPINE_ERR_REFERENCE_VALUE:
        complain(pair->reference_path, "%s, first at %.4f s", text,
                 find_odd_sample(&pair->reference.view));
        break;
    case OPINE_ERR_DEGRADED_VALUE:
        complain(pair->degraded_path, "%s, first at %.4f s", text,
                 find_odd_sample(&pair->degraded.view));
        break;
    case OPINE_ERR_CPU:
        complain("--cpu", "%s: %s", opine_cpu_name((enum opine_cpu)o->cpu),
                 text);
        break;
    case OPINE_OK:
    case OPINE_ERR_MEMORY:
    case OPINE_ERR_ARGUMENT:
    case OPINE_ERR_RATE:
    case OPINE_ERR_CHANNELS:
    case OPINE_ERR_SHORT:
    case OPINE_ERR_LONG:
        /* audio.c has checked each file: this is about the two together */
        complain(pair->reference_path, "with %s: %s", pair->degraded_path,
                 text);
    }
}

/* --------------------------------------------------------------- gates */

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

/**
 * Say how a value misses a threshold, with as many digits as show it
 */
static void explain_gate(const char *path, const char *what, double value,
                         const char *how, double threshold, const char *unit)
{
    char text[40];
    int decimals = 2;

    do {
        snprintf(text, sizeof(text), "%.*f", decimals, value);
        decimals++;
    } while (decimals < 10 && compare(value, threshold) !=
                                  compare(strtod(text, NULL), threshold));
    complain(path, "%s %s%s is %s %g%s", what, text, unit, how, threshold,
             unit);
}

static enum outcome pass_gates(const struct options *o, const struct pair *pair,
                               const struct opine_result *result)
{
    enum outcome outcome = OUTCOME_PASSED;

    if (result->mos < o->min_mos) {
        explain_gate(pair->degraded_path, "MOS", result->mos, "below",
                     o->min_mos, "");
        outcome = OUTCOME_BELOW;
    }
    if (fabs(result->alignment.delay_ms) > o->max_delay_ms) {
        explain_gate(pair->degraded_path, "delay",
                     fabs(result->alignment.delay_ms), "beyond",
                     o->max_delay_ms, " ms");
        outcome = OUTCOME_BELOW;
    }
    return outcome;
}

/* ----------------------------------------------------------------- run */

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

static enum outcome score_pair(const struct options *o, const struct pair *pair)
{
    struct opine_config config;
    struct opine_result result;
    enum opine_status status;
    struct report report = { .options = o,
                             .reference = pair->reference_path,
                             .degraded = pair->degraded_path,
                             .result = &result };

    configure(o, &pair->reference.view, &config);
    status = opine_score_once(&config, &pair->reference.view,
                              &pair->degraded.view, &result);
    if (status) {
        explain(status, o, pair);
        return OUTCOME_FAILED;
    }
    if (print_report(&report)) {
        complain(NULL, "%s", opine_status_text(OPINE_ERR_MEMORY));
        return OUTCOME_FAILED;
    }
    return pass_gates(o, pair, &result);
}

enum outcome score_run(const struct options *options)
{
    struct pair pair = { 0 };
    enum outcome outcome = OUTCOME_FAILED;

    if (check_usage(options))
        return OUTCOME_USAGE;
    if (!read_pair(options, &pair))
        outcome = score_pair(options, &pair);
    audio_free(&pair.reference);
    audio_free(&pair.degraded);
    return outcome;
}
