/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * How far something long has come: a bar on a terminal, a line for each
 * percent elsewhere
 */

#ifndef OPINE_CLI_PROGRESS_H
#define OPINE_CLI_PROGRESS_H

#include <stdio.h>
#include <time.h>

struct progress {
    FILE *stream; /* NULL: nothing is shown */
    int is_terminal;
    int is_shown; /* the cursor stands behind a bar */
    int total;
    int percent; /* shown last */
    struct timespec begin;
    struct timespec shown; /* when */
};

/**
 * Begin
 * stream          Where to show it, or NULL
 */
void progress_begin(struct progress *progress, FILE *stream, int total);

/**
 * Show that `done` are done
 */
void progress_show(struct progress *progress, int done);

/**
 * Take a bar away, so that something else can be printed there
 */
void progress_hide(struct progress *progress);

#endif /* OPINE_CLI_PROGRESS_H */
