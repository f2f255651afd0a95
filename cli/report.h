/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * What a subcommand tells the user: one file per output format
 */

#ifndef OPINE_CLI_REPORT_H
#define OPINE_CLI_REPORT_H

#include "options.h"

/**
 * An alignment, and the score if there is one, and how they came about
 */
struct report {
    const struct options *options;
    const char *reference; /* path as given, as the next */
    const char *degraded;
    struct opine_signal reference_signal; /* level NAN when not measured */
    struct opine_signal degraded_signal;
    const char *model; /* version of it, when it was scored */
    const struct opine_alignment *alignment;
    const struct opine_result *result; /* NULL when it was not scored */
};

/**
 * Print the report of a subcommand: score, or align
 * return          0, or -1 when memory could not be had; whether it could be
 *                 written shows when the stream is flushed
 */
int report_text(FILE *stream, const struct report *report);
int report_json(FILE *stream, const struct report *report);
int report_align_text(FILE *stream, const struct report *report);
int report_align_json(FILE *stream, const struct report *report);

/**
 * Print parts that text reports share: both recordings, the delay and its jumps
 */
void print_signals(FILE *stream, const struct report *report);
void print_delay(FILE *stream, const struct report *report);

/**
 * Print one line on stderr: "opine: SUBJECT: ..."
 * subject         A file or an option, or NULL to leave it out
 *
 * Whatever the names of files hold, it stays one line.
 */
void complain(const char *subject, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * Print them on another stream; NULL: on stderr, as at the beginning
 */
void complain_to(FILE *stream);

/**
 * Print a name that may hold anything, without control characters
 */
void print_name(FILE *stream, const char *name);

#endif /* OPINE_CLI_REPORT_H */
