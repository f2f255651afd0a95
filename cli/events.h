/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Events: when a score that varies over time is low for long
 */

#ifndef OPINE_CLI_EVENTS_H
#define OPINE_CLI_EVENTS_H

/**
 * A stretch of time with one score
 */
struct moment {
    double start_s;
    double end_s;
    double mos; /* NAN: unknown */
};

/**
 * An event is raised once scores have been below the threshold for so long,
 * and cleared once they have been at or above it for so long
 */
struct event_rule {
    double threshold; /* MOS */
    double raise_s;   /* 0: at once, as the next */
    double clear_s;
};

/**
 * An event: from its first low moment to its last, both in it
 */
struct event_span {
    int first;
    int last;
    int is_open; /* not cleared when the moments end */
};

/**
 * Find all events
 * moment          `count` of them, in order
 * span            Return them, in order; room for (count + 1) / 2
 * return          How many there are
 *
 * What is unknown changes nothing, and its time does not count either way: who
 * pauses in a bad connection is still in it.
 */
int events_find(const struct moment *moment, int count,
                const struct event_rule *rule, struct event_span *span);

#endif /* OPINE_CLI_EVENTS_H */
