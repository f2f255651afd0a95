/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Options of the command line
 *
 * One table, in options.c, drives the parser and the help text of every
 * subcommand; a test compares it with the manual page.
 */

#ifndef OPINE_CLI_OPTIONS_H
#define OPINE_CLI_OPTIONS_H

#include "audio.h"

#include <stdio.h>

/**
 * Exit codes, the same for all subcommands
 */
enum outcome {
    OUTCOME_PASSED = 0,
    OUTCOME_BELOW = 1,        /* scored, but below a threshold */
    OUTCOME_USAGE = 2,        /* the command line makes no sense */
    OUTCOME_FAILED = 3,       /* could not read or score */
    OUTCOME_PARTIAL = 4,      /* the same, for some rows of a table */
    OUTCOME_CANNOT_TEST = 125 /* one of these two, for `git bisect run` */
};

/**
 * One of several equal parts of a manifest
 */
struct shard {
    int part; /* 1 to `parts` */
    int parts;
};

/**
 * What the user asked for
 */
struct options {
    int json;
    int quiet;
    int mode;  /* enum opine_mode */
    int band;  /* enum opine_band */
    int level; /* enum opine_level */
    int cpu;   /* enum opine_cpu */
    int no_align;
    int all_views;
    int bisect;
    int jobs;          /* threads; 0: as many as there are processors */
    int worst;         /* rows to name */
    double vote_sd;    /* stated standard deviation of votes, in MOS */
    const char *peers; /* table of other metrics, or NULL */
    const char *model; /* file of `opine fit`, or NULL */
    const char *out;   /* file to write, or NULL */
    const char *svg;   /* file to draw into, "-" for stdout, or NULL */
    double from_s;     /* NAN when not given, as the next four */
    double to_s;
    double max_delay_ms;
    double max_jump_ms;
    double min_mos;
    double window_s;
    double hop_s;
    double threshold; /* of events, in MOS */
    double raise_s;
    double clear_s;
    double max_drop;
    double max_mean_drop;
    double max_p10_drop; /* NAN: any, as the next two */
    double max_worst_drop;
    double max_bad_seconds;
    double dead_band;
    const char *codec; /* columns, or NULL, as the next two */
    const char *bitrate;
    const char *encoded;
    const char *anchor; /* codec, or NULL */
    const char *html;   /* file, or NULL */
    int html_pairs;     /* shown in detail */
    const char *csv;    /* files, or NULL, as the next */
    const char *jsonl;
    const char *cache;
    const char *baseline;
    const char *junit;
    const char *markdown;
    int resume;
    int pair;
    int inside;
    struct shard shard; /* 1/1 when not given */
    int update_baseline;
    int allow_new;
    int allow_missing;
    int allow_changed;
    int annotate;
    struct raw_format raw; /* each with encoding 0 when not given */
    struct raw_format raw_ref;
    struct raw_format raw_deg;
    int operand_count;
    char **operands;
};

/**
 * A subcommand
 */
struct command {
    const char *name;
    unsigned bit;         /* COMMAND_..., what the options know it by */
    const char *synopsis; /* what follows the name of the program */
    const char *summary;  /* in a few words */
    const char *text;     /* in a few lines, as its help begins */
    enum outcome (*run)(const struct options *options);
};

#define COMMAND_SCORE    (1u << 0)
#define COMMAND_ALIGN    (1u << 1)
#define COMMAND_BATCH    (1u << 2)
#define COMMAND_MERGE    (1u << 3)
#define COMMAND_GATE     (1u << 4)
#define COMMAND_COMPARE  (1u << 5)
#define COMMAND_VALIDATE (1u << 6)
#define COMMAND_FIT      (1u << 7)
#define COMMAND_TIMELINE (1u << 8)
#define COMMAND_CURVE    (1u << 9)

/**
 * What options_parse() found
 */
enum request {
    REQUEST_RUN,
    REQUEST_HELP,
    REQUEST_VERSION,
    REQUEST_WRONG /* it has said on stderr what is wrong */
};

/**
 * Read a command line
 * command         Whose options are allowed
 * argc, argv      What follows the name of the program or subcommand; the
 *                 operands are moved to the front, in order
 * options         Return the settings, defaults where nothing is given
 * return          What to do; at --help and --version reading stops
 *
 * Operands and options may be mixed, `--` ends the options, the last of equal
 * options counts. `options->operands` points into argv.
 */
enum request options_parse(const struct command *command, int argc, char **argv,
                           struct options *options);

/**
 * Print the options of a subcommand, as a part of its help text
 */
void options_help(FILE *stream, const struct command *command);

#endif /* OPINE_CLI_OPTIONS_H */
