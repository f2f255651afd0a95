/* SPDX-License-Identifier: BSD-2-Clause */
#include "option.h"

#include "report.h"

#include <stdlib.h>
#include <string.h>

void option_explain(const struct option *o)
{
    char subject[40];
    char text[100] = "";
    size_t used = 0;

    snprintf(subject, sizeof(subject), "--%s", o->name);

    if (o->kind == KIND_NUMBER) {
        complain(subject, "must be a number from %g to %.8g", o->min, o->max);
        return;
    }
    if (o->kind == KIND_COUNT) {
        complain(subject, "must be a whole number from %g to %.8g", o->min,
                 o->max);
        return;
    }
    if (o->kind == KIND_SHARD) {
        complain(subject, "must be K/N, with K from 1 to N");
        return;
    }
    if (o->kind == KIND_TEXT) {
        complain(subject, "must not be empty");
        return;
    }
    if (o->kind == KIND_RAW) {
        complain(subject, "must be ENCODING,RATE,CHANNELS, "
                          "such as s16le,48000,2");
        return;
    }

    for (const char *c = o->argument; *c && used < sizeof(text) - 5; c++) {
        const char *joint = strchr(c + 1, '|') ? ", " : " or ";

        if (*c == '|')
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s",
                                     joint);
        else
            text[used++] = *c;
    }
    text[used] = '\0';
    complain(subject, "must be %s", text);
}

static int parse_choice(const struct option *o, const char *text, int *value)
{
    for (int v = 0; o->choice(v)[0]; v++) {
        if (!strcmp(o->choice(v), text)) {
            *value = v;
            return 0;
        }
    }
    return -1;
}

static int parse_number(const struct option *o, const char *text, double *value)
{
    char *end;
    double number = strtod(text, &end);

    /* strtod() skips blanks and reads "nan", "inf" and hexadecimals */
    if (end == text || *end || text[strspn(text, "+-.0123456789eE")])
        return -1;
    if (!(number >= o->min && number <= o->max))
        return -1;
    *value = number;
    return 0;
}

static int parse_count(const struct option *o, const char *text, int *value)
{
    double number;

    if (text[strspn(text, "0123456789")] || parse_number(o, text, &number))
        return -1;
    *value = (int)number;
    return 0;
}

static int parse_shard(const char *text, struct shard *shard)
{
    struct shard found;
    int length = 0;

    if (text[strspn(text, "0123456789/")] ||
        sscanf(text, "%7d/%7d%n", &found.part, &found.parts, &length) != 2 ||
        text[length] || found.part < 1 || found.part > found.parts)
        return -1;
    *shard = found;
    return 0;
}

static int parse_text(const char *text, const char **value)
{
    if (!*text)
        return -1;
    *value = text;
    return 0;
}

int option_assign(const struct option *o, const char *text,
                  struct options *options)
{
    void *variable = (char *)options + o->variable;

    switch (o->kind) {
    case KIND_FLAG:
        *(int *)variable = 1;
        return 0;
    case KIND_CHOICE:
        return parse_choice(o, text, variable);
    case KIND_NUMBER:
        return parse_number(o, text, variable);
    case KIND_COUNT:
        return parse_count(o, text, variable);
    case KIND_SHARD:
        return parse_shard(text, variable);
    case KIND_TEXT:
        return parse_text(text, variable);
    case KIND_RAW:
        return audio_parse_raw(text, variable);
    case KIND_HEADING:
    case KIND_HELP:
    case KIND_VERSION:
        break;
    }
    return 0;
}
