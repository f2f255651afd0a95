/* SPDX-License-Identifier: BSD-2-Clause */
#include "pair.h"

#include "model.h"
#include "report.h"
#include "stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------- usage */

int pair_check(const struct options *o)
{
    if (o->operand_count < 2)
        complain(NULL, "needs two recordings, REF and DEG; "
                       "opine --help tells more");
    else if (o->operand_count > 2)
        complain(NULL, "takes two recordings, REF and DEG, not '%s'",
                 o->operands[2]);
    else if (!strcmp(o->operands[0], "-") && !strcmp(o->operands[1], "-"))
        complain(NULL, "only one of REF and DEG can be -");
    else if (o->no_align && !isnan(o->max_delay_ms))
        complain("--max-delay", "cannot be combined with --no-align");
    else if (o->no_align && !isnan(o->max_jump_ms))
        complain("--max-jump", "cannot be combined with --no-align");
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

static int read_both(const struct options *o, struct pair *pair)
{
    if (read_one(pair->reference_path, &o->raw_ref, &o->raw, &pair->reference))
        return -1;
    if (o->from_s >= duration_s(&pair->reference.view)) {
        complain(pair->reference_path, "ends at %.2f s, before --from %g",
                 duration_s(&pair->reference.view), o->from_s);
        return -1;
    }
    return read_one(pair->degraded_path, &o->raw_deg, &o->raw, &pair->degraded);
}

struct opine_signal pair_describe(const struct recording *recording)
{
    const struct opine_audio *view = &recording->view;

    return (struct opine_signal){ view->rate_hz, view->channels,
                                  duration_s(view), (double)NAN };
}

/* ----------------------------------------------------------------- run */

void pair_configure(const struct options *o, const struct pair *pair,
                    struct opine_config *config)
{
    double end_s = duration_s(&pair->reference.view);

    opine_config_init(config);
    config->mode = (enum opine_mode)o->mode;
    config->band = (enum opine_band)o->band;
    config->level = (enum opine_level)o->level;
    config->cpu = (enum opine_cpu)o->cpu;
    config->align = !o->no_align;
    config->all_views = o->all_views;
    config->calibration = pair->calibration;
    config->series = pair->wants_series;
    config->read = audio_fetch;
    config->keep_reference = 0; /* this may be its only pair */
    if (!isnan(o->from_s) || !isnan(o->to_s)) {
        config->from_s = isnan(o->from_s) ? 0 : o->from_s;
        config->to_s = o->to_s < end_s ? o->to_s : end_s;
    }
}

enum outcome pair_run(const struct options *options,
                      enum outcome (*job)(const struct options *options,
                                          const struct pair *pair,
                                          struct opine_context *context))
{
    struct pair pair = { .reference_path = options->operands[0],
                         .degraded_path = options->operands[1],
                         .wants_series = 1 };
    struct opine_config config;
    struct opine_context *context;
    struct opine_calibration calibration;
    enum outcome outcome = OUTCOME_FAILED;

    if (!model_load(options->model, &calibration) &&
        !read_both(options, &pair)) {
        pair.model = calibration.version;
        pair.calibration = options->model ? &calibration : NULL;
        pair_configure(options, &pair, &config);

        enum opine_status status = opine_create(&context, &config);

        outcome = status ? pair_fail(options, &pair, status)
                         : job(options, &pair, context);
        opine_destroy(context);
    }
    audio_free(&pair.reference);
    audio_free(&pair.degraded);
    return outcome;
}

/* ------------------------------------------------------------- failure */

/**
 * Find the first sample that is no number
 * return          Its time, in seconds
 */
static double find_odd_sample(const struct recording *recording)
{
    const struct opine_audio *audio = &recording->view;
    size_t channels = (size_t)audio->channels;
    float room[AUDIO_ROOM];

    for (size_t i = 0; i < audio->frames; i += AUDIO_FRAMES) {
        size_t left = audio->frames - i;
        size_t frames = left < AUDIO_FRAMES ? left : AUDIO_FRAMES;
        const float *x = audio_view(recording, i, frames, room);

        for (size_t k = 0; x && k < frames * channels; k++)
            if (!isfinite(x[k]))
                return (double)(i + k / channels) / audio->rate_hz;
    }
    return duration_s(audio);
}

/**
 * Say where a recording could not be read
 * return          0 when it is not this one
 */
static int explain_read(const struct recording *recording,
                        struct reason *reason)
{
    const struct stream *stream = recording->stream;

    if (!stream || stream->failed_at < 0)
        return 0;
    if (stream->source.error)
        refuse(reason, "%s", strerror(stream->source.error));
    else
        refuse(reason, "damaged or truncated after %lld frames",
               (long long)stream->failed_at);
    return 1;
}

const char *pair_blame(const struct options *o, const struct pair *pair,
                       enum opine_status status, struct reason *reason)
{
    const char *text = opine_status_text((int)status);

    refuse(reason, "%s", text);
    switch (status) {
    case OPINE_ERR_REFERENCE_SILENT:
        break;
    case OPINE_ERR_REFERENCE_VALUE:
        refuse(reason, "%s, first at %.4f s", text,
               find_odd_sample(&pair->reference));
        break;
    case OPINE_ERR_DEGRADED_VALUE:
        refuse(reason, "%s, first at %.4f s", text,
               find_odd_sample(&pair->degraded));
        return pair->degraded_path;
    case OPINE_ERR_READ:
        return explain_read(&pair->reference, reason) ||
                       !explain_read(&pair->degraded, reason)
                   ? pair->reference_path
                   : pair->degraded_path;
    case OPINE_ERR_CPU:
        refuse(reason, "%s: %s", opine_cpu_name((enum opine_cpu)o->cpu), text);
        return "--cpu";
    case OPINE_OK:
    case OPINE_ERR_MEMORY:
    case OPINE_ERR_ARGUMENT:
    case OPINE_ERR_RATE:
    case OPINE_ERR_CHANNELS:
    case OPINE_ERR_SHORT:
    case OPINE_ERR_LONG:
        /* audio.c has checked each file: this is about the two together */
        refuse(reason, "with %s: %s", pair->degraded_path, text);
    }
    return pair->reference_path;
}

enum outcome pair_fail(const struct options *o, const struct pair *pair,
                       enum opine_status status)
{
    struct reason reason;
    const char *subject = pair_blame(o, pair, status, &reason);

    complain(subject, "%s", reason.text);
    return OUTCOME_FAILED;
}

/* --------------------------------------------------------------- gates */

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

void pair_explain_gate(const struct pair *pair, const char *what, double value,
                       const char *how, double threshold, const char *unit)
{
    char text[40];
    int decimals = 2;

    do {
        snprintf(text, sizeof(text), "%.*f", decimals, value);
        decimals++;
    } while (decimals < 10 && compare(value, threshold) !=
                                  compare(strtod(text, NULL), threshold));
    complain(pair->degraded_path, "%s %s%s is %s %g%s", what, text, unit, how,
             threshold, unit);
}

enum outcome pair_pass_gates(const struct options *o, const struct pair *pair,
                             const struct opine_alignment *alignment)
{
    double delay_ms = fabs(alignment->delay_ms);
    struct opine_jump worst = { 0, 0 };
    enum outcome outcome = OUTCOME_PASSED;

    if (delay_ms > o->max_delay_ms) {
        pair_explain_gate(pair, "delay", delay_ms, "beyond", o->max_delay_ms,
                          " ms");
        outcome = OUTCOME_BELOW;
    }
    for (int i = 0; i < alignment->jumps; i++)
        if (fabs(alignment->jump[i].size_ms) > fabs(worst.size_ms))
            worst = alignment->jump[i];
    if (fabs(worst.size_ms) > o->max_jump_ms) {
        char what[60];

        snprintf(what, sizeof(what), "jump at %.2f s of", worst.time_s);
        pair_explain_gate(pair, what, fabs(worst.size_ms), "beyond",
                          o->max_jump_ms, " ms");
        outcome = OUTCOME_BELOW;
    }
    return outcome;
}
