/* SPDX-License-Identifier: BSD-2-Clause */
#include "tail.h"

#include "json.h"
#include "statistics.h"

#include <math.h>
#include <stdlib.h>

#define BAD_MOS 3.5 /* opine_verdict_text(): "unacceptable" is below */

static const struct tail unknown = { 0, (double)NAN, (double)NAN, (double)NAN,
                                     (double)NAN };

struct tail tail_find(const struct opine_series *s)
{
    struct tail tail = unknown;
    double *mos = s ? calloc((size_t)s->seconds + 1, sizeof(*mos)) : NULL;

    for (int i = 0; mos && i < s->seconds; i++) {
        double here = s->second_mos[i];

        if (isnan(here))
            continue;
        mos[tail.seconds++] = here;
        if (tail.seconds > 1 && here >= tail.worst_mos)
            continue;
        tail.worst_mos = here;
        tail.worst_s = fmax(s->time_s[0] - s->column_s / 2, 0) + i;
    }
    if (tail.seconds) {
        tail.bad = statistics_count_below(mos, tail.seconds, BAD_MOS);
        tail.p10 = statistics_percentile(mos, tail.seconds, 0.1);
    }
    free(mos);
    return tail;
}

json_t *tail_object(const struct tail *tail)
{
    return json_pack("{s:i, s:o, s:o, s:o, s:o}", "seconds", tail->seconds,
                     "p10_mos", json_number(tail->p10, 4), "bad_seconds",
                     json_number(tail->bad, 0), "worst_mos",
                     json_number(tail->worst_mos, 4), "worst_s",
                     json_number(tail->worst_s, 2));
}

static double number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

struct tail tail_read(const json_t *object)
{
    struct tail tail = unknown;

    if (!json_is_object(object))
        return tail;
    tail.seconds = (int)json_integer_value(json_object_get(object, "seconds"));
    tail.p10 = number(object, "p10_mos");
    tail.bad = number(object, "bad_seconds");
    tail.worst_mos = number(object, "worst_mos");
    tail.worst_s = number(object, "worst_s");
    return tail;
}
