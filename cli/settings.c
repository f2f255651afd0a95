/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct options settings_of(const struct options *common,
                           const struct item *item)
{
    struct options o = *common;

    o.mode = item->mode;
    o.band = item->band;
    o.from_s = item->from_s;
    o.to_s = item->to_s;
    return o;
}

static void append_time(char *text, size_t size, const char *name, double value)
{
    size_t used = strlen(text);

    if (!isnan(value))
        snprintf(text + used, size - used, " %s %.9g", name, value);
}

static void append_raw(char *text, size_t size, const char *name,
                       const struct raw_format *raw)
{
    size_t used = strlen(text);

    if (raw->encoding)
        snprintf(text + used, size - used, " %s %d,%d,%d", name, raw->encoding,
                 raw->rate_hz, raw->channels);
}

const struct raw_format *settings_raw(const struct raw_format *own,
                                      const struct raw_format *common)
{
    return own->encoding ? own : common;
}

char *settings_describe(const struct options *o)
{
    char text[200];

    snprintf(text, sizeof(text), "%s %s %s%s",
             opine_band_name((enum opine_band)o->band),
             opine_mode_name((enum opine_mode)o->mode),
             opine_level_name((enum opine_level)o->level),
             o->no_align ? " no-align" : "");
    append_time(text, sizeof(text), "from", o->from_s);
    append_time(text, sizeof(text), "to", o->to_s);
    append_raw(text, sizeof(text), "ref", settings_raw(&o->raw_ref, &o->raw));
    append_raw(text, sizeof(text), "deg", settings_raw(&o->raw_deg, &o->raw));
    return strdup(text);
}
