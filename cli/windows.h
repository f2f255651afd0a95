/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Scores of a long pair in windows that slide over its reference
 */

#ifndef OPINE_CLI_WINDOWS_H
#define OPINE_CLI_WINDOWS_H

#include "pair.h"

enum window_status {
    WINDOW_SCORED = 0,
    WINDOW_SILENT = 1, /* the reference is silent there */
    WINDOW_ABSENT = 2  /* less than half of it is in the degraded recording */
};

struct window {
    double start_s; /* on the time axis of the reference */
    double end_s;
    double delay_ms; /* in its middle */
    enum window_status status;
    double mos; /* NAN unless scored, as the next two */
    double mos_low;
    double mos_high;
    double level_dbov; /* of the reference; -INFINITY when silent */
    double cost[OPINE_CAUSES];
    int cause; /* the costliest, or -1 when none costs anything */
};

struct windows {
    int count;
    struct window *window;
};

/**
 * Place windows over a recording
 * from_s, to_s    What to cover of the reference
 * size_s, hop_s   The last one is moved to end with it; where it is short there
 *                 is one window
 * windows         Return them, to be given to windows_free()
 * return          0, or -1 when memory could not be had
 */
int windows_place(double from_s, double to_s, double size_s, double hop_s,
                  struct windows *windows);
void windows_free(struct windows *windows);

/**
 * Score them
 * alignment       Of the whole pair: the recording is cut by it, and each
 *                 window is aligned again within a tenth of a second
 *
 * Shows on stderr how far it is, if that is a terminal.
 */
enum opine_status windows_score(const struct options *options,
                                const struct pair *pair,
                                const struct opine_alignment *alignment,
                                struct windows *windows);

/**
 * Name of a status, as in reports
 */
const char *window_status_name(enum window_status status);

/**
 * The costliest cause, or -1 when none costs a hundredth of a MOS
 */
int window_find_cause(const double cost[OPINE_CAUSES]);

#endif /* OPINE_CLI_WINDOWS_H */
