/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * The subcommand `timeline`, and what its reports are made of
 */

#ifndef OPINE_CLI_TIMELINE_H
#define OPINE_CLI_TIMELINE_H

#include "events.h"
#include "gaps.h"
#include "report.h"
#include "windows.h"

/**
 * A time of bad quality, and what happened in its windows
 */
struct event {
    double start_s; /* on the time axis of the reference, as all times here */
    double end_s;
    int is_open; /* not over when the recording is */
    int first;   /* windows, both in it */
    int last;
    int lowest;  /* the window with the lowest score */
    int cause;   /* the costliest, or -1 */
    double cost; /* of it, in MOS, mean over the windows */
    int gaps;
    double gap_ms; /* their sum */
    int jumps;     /* changes of delay */
    double lost_ms;
    double inserted_ms;
    double jitter_ms; /* range of the delay by the jumps (RFC 5481, PDV) */
};

/**
 * How scores are distributed, over the windows that have one
 */
struct distribution {
    int scored; /* windows, as the next */
    int silent;
    int absent;
    double mean;
    double median;
    double p10; /* 10th percentile */
    int lowest; /* window */
};

struct timeline {
    struct report report; /* without a result */
    double size_s;        /* of the windows */
    double hop_s;
    double from_s; /* what is covered of the reference */
    double to_s;
    struct event_rule rule;
    struct windows windows;
    struct moment *moments; /* what of the time each window stands for */
    struct distribution scores;
    struct gaps gaps;
    int events;
    struct event *event;
    int worst_count;
    int *worst; /* windows that do not overlap, worst first */
};

/**
 * Score a long pair over time: read, align, score in windows, report
 * options         With the two operands REF and DEG
 * return          PASSED, BELOW, USAGE or FAILED
 */
enum outcome timeline_run(const struct options *options);

/**
 * Make sense of scored windows: moments, events, distribution, worst
 * worst           How many to name at most
 * return          0, or -1 when memory could not be had
 */
int timeline_judge(struct timeline *timeline, int worst);
void timeline_free(struct timeline *timeline);

/**
 * Print a report
 * return          0, or -1 when memory could not be had
 */
int timeline_text(FILE *stream, const struct timeline *timeline);
int timeline_json(FILE *stream, const struct timeline *timeline);
int timeline_csv(FILE *stream, const struct timeline *timeline);
int timeline_picture(FILE *stream, const struct timeline *timeline);

/**
 * Name of a cause; "" for -1
 */
const char *timeline_cause(int cause);

/**
 * Middle of a window, in seconds
 */
double timeline_middle(const struct timeline *timeline, int window);

#endif /* OPINE_CLI_TIMELINE_H */
