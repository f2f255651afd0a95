/* SPDX-License-Identifier: BSD-2-Clause */
#include "phrase.h"
#include "tail.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Below it a score has the flag low_confidence, which an alignment has not */
#define CONFIDENCE_LOW 0.3

/* --------------------------------------------------------------- lines */

void print_name(FILE *stream, const char *name)
{
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;

        putc(c < ' ' || c == 127 ? '?' : c, stream);
    }
}

/* Where complaints go, stderr when NULL */
static FILE *complaints;

void complain_to(FILE *stream)
{
    complaints = stream;
}

void complain(const char *subject, const char *format, ...)
{
    FILE *stream = complaints ? complaints : stderr;
    char text[1000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);

    fputs("opine: ", stream);
    if (subject) {
        print_name(stream, subject);
        fputs(": ", stream);
    }
    print_name(stream, text);
    putc('\n', stream);
}

/**
 * Columns that a name takes, if it is UTF-8
 */
static int name_width(const char *name)
{
    int width = 0;

    for (; *name; name++)
        width += ((unsigned char)*name & 0xc0) != 0x80;
    return width;
}

/* --------------------------------------------------- what was compared */

static void print_signal(FILE *stream, const char *label, const char *path,
                         int width, const struct opine_signal *signal)
{
    int gap = width - name_width(path);

    fprintf(stream, "%-12s", label);
    print_name(stream, path);
    fprintf(stream, "%*s  %d Hz, %d %s, %.2f s", gap > 0 ? gap : 0, "",
            signal->rate_hz, signal->channels,
            signal->channels == 1 ? "channel" : "channels", signal->duration_s);
    if (isfinite(signal->level_dbov))
        fprintf(stream, ", %.1f dBov", signal->level_dbov);
    else if (!isnan(signal->level_dbov))
        fputs(", silent", stream);
    putc('\n', stream);
}

/**
 * Columns that both paths fit into, unless they are long
 */
static int path_width(const struct report *report)
{
    int width = name_width(report->reference);

    if (width < name_width(report->degraded))
        width = name_width(report->degraded);
    if (width < 18)
        return 18;
    return width > 40 ? 40 : width;
}

void print_signals(FILE *stream, const struct report *report)
{
    int width = path_width(report);

    print_signal(stream, "reference", report->reference, width,
                 &report->reference_signal);
    print_signal(stream, "degraded", report->degraded, width,
                 &report->degraded_signal);
}

static void print_compared(FILE *stream, const struct report *report)
{
    const struct opine_result *r = report->result;
    const struct options *o = report->options;

    fprintf(stream, "compared    at %d Hz, %s, band %s, as %s (%s), level %s\n",
            r->rate_hz, r->channels == 1 ? "one channel" : "per channel",
            opine_band_name(r->band), opine_mode_name(r->mode),
            o->mode == OPINE_MODE_AUTO ? "found" : "given",
            o->level == OPINE_LEVEL_KEEP ? "kept" : "matched");
    if (!isnan(o->from_s) || !isnan(o->to_s)) {
        fputs("part        of the reference", stream);
        if (!isnan(o->from_s))
            fprintf(stream, ", from %.2f s", o->from_s);
        if (!isnan(o->to_s))
            fprintf(stream, ", to %.2f s", o->to_s);
        putc('\n', stream);
    }
}

/**
 * Print a line, unless there is nothing to say
 */
static void print_fact(FILE *stream, const char *label, const char *text)
{
    if (*text)
        fprintf(stream, "%-12s%s\n", label, text);
}

void print_delay(FILE *stream, const struct report *report)
{
    const struct opine_alignment *a = report->alignment;

    print_fact(stream, "delay", phrase_delay(report).text);
    if (a->jumps)
        fprintf(stream, "%-12s%d, %s\n", "jumps", a->jumps,
                phrase_jumps(a).text);
}

static void print_clock(FILE *stream, const struct opine_alignment *a)
{
    print_fact(stream, "clock", phrase_clock(a).text);
    print_fact(stream, "time scale", phrase_time_scale(a).text);

    /* A codec's delay cuts a few milliseconds off: no news */
    if (a->trimmed_head_ms >= 100 || a->trimmed_tail_ms >= 100)
        fprintf(stream,
                "cut off     %.2f s at the head, %.2f s at the tail of the "
                "reference\n",
                a->trimmed_head_ms / 1000, a->trimmed_tail_ms / 1000);
}

/* clang-format off */
static const struct {
    enum opine_flag flag;
    const char *text;
} notes[] = {
    { OPINE_FLAG_UNRELATED,
      "nothing in common was found: is this the same material?" },
    { OPINE_FLAG_DEGRADED_SILENT, "the degraded recording is silent" },
    { OPINE_FLAG_LOW_CONFIDENCE, "the delay may be wrong" },
    { OPINE_FLAG_LENGTH_DIFFERS, "the lengths differ" },
    { OPINE_FLAG_SHORT, "under 2 s were compared: the score means less" },
    { OPINE_FLAG_POLARITY, "the polarity is inverted" },
    { OPINE_FLAG_RESAMPLED, "the sampling rates differ: one was resampled" },
    { OPINE_FLAG_MIXED_DOWN,
      "the channel counts differ: both were mixed to mono" },
    { OPINE_FLAG_BAND_LIMITED, "the reference does not fill the band" },
    { OPINE_FLAG_CLIPPED, "the reference itself is clipped" },
    { OPINE_FLAG_OUT_OF_RANGE,
      "disturbed more than anything that the model was fitted on" }
};
/* clang-format on */

static void print_notes(FILE *stream, unsigned flags)
{
    const char *label = "note";

    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        if (flags & (unsigned)notes[i].flag) {
            fprintf(stream, "%-12s%s\n", label, notes[i].text);
            label = "";
        }
    }
}

/* --------------------------------------------------- what it was lost to */

/**
 * A cause beside its name, for sorting
 */
struct loss {
    const struct opine_cause_info *info;
    double cost;
    double value;
};

static int by_cost(const void *a, const void *b)
{
    const struct loss *x = a;
    const struct loss *y = b;

    return (x->cost < y->cost) - (x->cost > y->cost);
}

/**
 * A value that does not print as "-0.0"
 */
static double without_minus_zero(double value, int decimals)
{
    return fabs(value) < 0.5 * pow(10, -decimals) ? 0 : value;
}

/**
 * Print a value with the decimals that mean something in its unit
 */
static void print_value(FILE *stream, int width, double value, const char *unit)
{
    int decimals = 2;

    if (!strcmp(unit, "Hz"))
        decimals = 0;
    else if (!strcmp(unit, "dB"))
        decimals = 1;
    else if (!strcmp(unit, "sone") && fabs(value) < 0.1)
        decimals = 3;
    fprintf(stream, "%*.*f %s\n", width, decimals,
            without_minus_zero(value, decimals), unit);
}

static void print_losses(FILE *stream, const struct opine_result *result)
{
    struct loss losses[OPINE_CAUSES];
    size_t count = 0;
    const char *label = "lost to";

    for (int cause = 0; cause < OPINE_CAUSES; cause++) {
        const struct opine_disturbance *d = &result->disturbances[cause];
        const struct opine_cause_info *info = opine_cause_info(cause);

        if (info->has_cost && d->cost >= 0.005) /* does not round to 0.00 */
            losses[count++] = (struct loss){ info, d->cost, d->value };
    }
    qsort(losses, count, sizeof(losses[0]), by_cost);

    if (count == 0)
        fprintf(stream, "%-12s%s\n", label,
                result->identical ? "nothing: the recordings are identical"
                                  : "nothing that costs 0.01 MOS");
    for (size_t i = 0; i < count; i++) {
        fprintf(stream, "%-12s%-13s%8.2f MOS", label, losses[i].info->name,
                losses[i].cost);
        if (isfinite(losses[i].value))
            print_value(stream, 10, losses[i].value, losses[i].info->unit);
        else
            putc('\n', stream);
        label = "";
    }
}

static void print_measures(FILE *stream, const struct opine_result *result)
{
    const char *label = "measured";

    for (int cause = 0; cause < OPINE_CAUSES; cause++) {
        const struct opine_disturbance *d = &result->disturbances[cause];
        const struct opine_cause_info *info = opine_cause_info(cause);

        if (info->has_cost || !isfinite(d->value))
            continue;
        fprintf(stream, "%-12s%-13s", label, info->name);
        print_value(stream, 8, d->value, info->unit);
        label = "";
    }
}

/* -------------------------------------------------------------- report */

static void print_tail(FILE *stream, const struct opine_series *series)
{
    struct tail tail = tail_find(series);

    if (tail.seconds > 1)
        fprintf(stream,
                "seconds     worst %.2f at %.1f s, 10th percentile %.2f, %.0f "
                "of %d below 3.5\n",
                tail.worst_mos, tail.worst_s, tail.p10, tail.bad, tail.seconds);
}

int report_text(FILE *stream, const struct report *report)
{
    const struct opine_result *r = report->result;

    fprintf(stream, "%.2f  %-*s  opine %s, model %s, 95 %% %.2f to %.2f\n\n",
            r->mos, path_width(report) + 6, opine_acr_text(r->mos),
            opine_mos_name(r->band), report->model, r->mos_low, r->mos_high);

    print_signals(stream, report);
    print_compared(stream, report);
    print_delay(stream, report);
    print_clock(stream, report->alignment);
    print_tail(stream, r->series);
    print_notes(stream, r->flags);

    putc('\n', stream);
    print_losses(stream, r);
    print_measures(stream, r);
    return 0;
}

static void print_track(FILE *stream, const struct opine_alignment *a)
{
    fprintf(stream, "\n%-12s%10s%12s%12s\n", "sections", "start s", "end s",
            "delay ms");
    for (int i = 0; i < a->sections; i++)
        fprintf(stream, "%22.3f%12.3f%12.2f\n", a->section[i].start_s,
                a->section[i].end_s,
                without_minus_zero(a->section[i].delay_ms, 2));
    if (!a->jumps)
        return;
    fprintf(stream, "\n%-12s%10s%12s\n", "jumps", "time s", "size ms");
    for (int i = 0; i < a->jumps; i++)
        fprintf(stream, "%22.3f%+12.2f  %s\n", a->jump[i].time_s,
                a->jump[i].size_ms,
                a->jump[i].size_ms > 0 ? "inserted" : "lost");
}

int report_align_text(FILE *stream, const struct report *report)
{
    const struct opine_alignment *a = report->alignment;
    unsigned flags = 0;

    if (a->polarity < 0)
        flags |= OPINE_FLAG_POLARITY;
    if (a->confidence < CONFIDENCE_LOW)
        flags |= OPINE_FLAG_LOW_CONFIDENCE;

    fprintf(stream, "%s\n\n", phrase_answer(report).text);
    print_signals(stream, report);
    if (a->jumps) /* otherwise it was the answer */
        print_fact(stream, "delay", phrase_delay(report).text);
    print_clock(stream, a);
    print_notes(stream, flags);
    print_track(stream, a);
    return 0;
}
