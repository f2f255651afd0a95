/* SPDX-License-Identifier: BSD-2-Clause */
#include "events.h"

#include <math.h>

/* Sums of durations such as 0.1 s are not exact */
#define SLACK_S 1e-6

/**
 * What is known while going through the moments
 */
struct watch {
    struct event_span span; /* of the event, or of what may become one */
    int is_raised;
    int has_low;   /* since the last moment that was not low, or in the event */
    double low_s;  /* of it, before it is raised */
    double high_s; /* without a low moment, after that */
};

/**
 * Take a moment below the threshold
 */
static void sink(struct watch *w, int at, double duration_s, double raise_s)
{
    if (!w->has_low) {
        w->span.first = at;
        w->has_low = 1;
        w->low_s = 0;
    }
    w->span.last = at;
    w->low_s += duration_s;
    w->high_s = 0;
    w->is_raised |= w->low_s >= raise_s - SLACK_S;
}

/**
 * Take a moment that is not
 * return          1 when it ends the event
 */
static int rise(struct watch *w, double duration_s, double clear_s)
{
    int is_over;

    w->high_s += duration_s;
    is_over = w->is_raised && w->high_s >= clear_s - SLACK_S;
    if (is_over || !w->is_raised)
        w->has_low = 0;
    if (is_over)
        w->is_raised = 0;
    return is_over;
}

int events_find(const struct moment *moment, int count,
                const struct event_rule *rule, struct event_span *span)
{
    struct watch watch = { .is_raised = 0 };
    int found = 0;

    for (int i = 0; i < count; i++) {
        double duration_s = moment[i].end_s - moment[i].start_s;

        if (isnan(moment[i].mos))
            continue;
        if (moment[i].mos < rule->threshold)
            sink(&watch, i, duration_s, rule->raise_s);
        else if (rise(&watch, duration_s, rule->clear_s))
            span[found++] = watch.span;
    }
    if (watch.is_raised) {
        watch.span.is_open = 1;
        span[found++] = watch.span;
    }
    return found;
}
