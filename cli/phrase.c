/* SPDX-License-Identifier: BSD-2-Clause */
#include "phrase.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static struct phrase say(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static struct phrase say(const char *format, ...)
{
    struct phrase phrase;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(phrase.text, sizeof(phrase.text), format, arguments);
    va_end(arguments);
    return phrase;
}

/**
 * Whether a delay is anything that the phrases would show
 */
static int has_delay(const struct opine_alignment *a)
{
    return fabs(a->delay_ms) >= 0.005; /* does not round to 0.00 */
}

struct phrase phrase_delay(const struct report *report)
{
    const struct opine_alignment *a = report->alignment;

    if (report->options->no_align)
        return say("taken as 0");
    if (!has_delay(a))
        return say("none, confidence %.2f", a->confidence);
    return say("%.2f ms %s, confidence %.2f", fabs(a->delay_ms),
               a->delay_ms > 0 ? "late" : "early", a->confidence);
}

struct phrase phrase_jumps(const struct opine_alignment *a)
{
    if (!(a->inserted_ms > 0))
        return say("%.1f ms lost", a->lost_ms);
    if (!(a->lost_ms > 0))
        return say("%.1f ms inserted", a->inserted_ms);
    return say("%.1f ms lost, %.1f ms inserted", a->lost_ms, a->inserted_ms);
}

struct phrase phrase_answer(const struct report *report)
{
    const struct opine_alignment *a = report->alignment;

    if (a->jumps)
        return say("%d %s: %s", a->jumps, a->jumps == 1 ? "jump" : "jumps",
                   phrase_jumps(a).text);
    if (report->options->no_align)
        return say("delay taken as 0");
    if (!has_delay(a))
        return say("no delay, confidence %.2f", a->confidence);
    return phrase_delay(report);
}

struct phrase phrase_clock(const struct opine_alignment *a)
{
    if (!(fabs(a->clock_ppm) > 0))
        return say("%s", "");
    return say("%.1f ppm %s", fabs(a->clock_ppm),
               a->clock_ppm > 0 ? "fast" : "slow");
}

struct phrase phrase_time_scale(const struct opine_alignment *a)
{
    if (fabs(a->time_scale - 1) < 0.00005) /* rounds to 1.0000 */
        return say("%s", "");
    return say("%.4f, %s", a->time_scale,
               a->time_scale > 1 ? "longer" : "shorter");
}
