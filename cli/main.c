/* SPDX-License-Identifier: BSD-2-Clause */
#include "align.h"
#include "batch.h"
#include "curve.h"
#include "fit.h"
#include "gate.h"
#include "options.h"
#include "report.h"
#include "score.h"
#include "timeline.h"
#include "validate.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* ----------------------------------------------------------- commands */

/* The first is meant when none is named */
static const struct command commands[] = {
    { "score", COMMAND_SCORE, "[score] [options] REF DEG",
      "rates DEG as a listener would, from 1 to 5",
      "Rates how a listener would rate the degraded recording DEG against its "
      "clean\nreference REF: a score from 1 (bad) to 5 (excellent), and what "
      "it was lost to.",
      score_run },
    { "align", COMMAND_ALIGN, "align [options] REF DEG",
      "finds where DEG lies in REF: delay, jumps, clock",
      "Finds where the degraded recording DEG lies in its reference REF: the "
      "delay,\nwhere it jumps, how the clocks differ. It does not score.",
      align_run },
    { "timeline", COMMAND_TIMELINE, "timeline [options] REF DEG",
      "scores a long recording over time, and finds events",
      "Scores a long recording DEG, such as a call or an hour of broadcast, in "
      "windows\nthat slide over its reference REF, and finds where quality is "
      "bad, how bad, and\nwhy.",
      timeline_run },
    { "batch", COMMAND_BATCH, "batch [options] MANIFEST",
      "scores many pairs, from a table or two folders",
      "Scores the pairs in the table MANIFEST, a CSV file with columns ref and "
      "deg, or\nwith --pair those in two folders DIR_REF DIR_DEG.",
      batch_run },
    { "merge", COMMAND_MERGE, "merge PART... --csv FILE",
      "joins results of batch --shard",
      "Joins the tables PART that opine batch --shard wrote, in the order of "
      "the\nmanifest.",
      merge_run },
    { "gate", COMMAND_GATE, "gate [options] MANIFEST [--baseline FILE]",
      "scores a suite and fails when it got worse",
      "Scores the pairs in the table MANIFEST and holds each to its min_mos; with "
      "a\nbaseline, compares them with the scores in it, row by row, group by "
      "group, and\nall together.",
      gate_run },
    { "compare", COMMAND_COMPARE, "compare [options] A.csv B.csv",
      "compares two tables of results",
      "Compares the scores in B.csv with those in A.csv, both by opine batch, "
      "row by\nrow, group by group, and all together.",
      compare_run },
    { "curve", COMMAND_CURVE, "curve [options] RESULTS.csv",
      "quality over bit rate, and BD-rates between codecs",
      "Draws score over bit rate for each codec in RESULTS.csv, a table by opine "
      "batch\nwith the columns codec and bitrate, and compares the codecs by "
      "Bjontegaard's\ndeltas.",
      curve_run },
    { "validate", COMMAND_VALIDATE, "validate [options] RATINGS.csv...",
      "agreement with listening tests",
      "Scores the recordings of listening tests and shows how well the scores "
      "agree\nwith the listeners. RATINGS.csv has the columns ref, deg "
      "(relative to the table)\nand mos; optional are group, family, scale, "
      "n_votes, sd, ci95, mode and band.",
      validate_run },
    { "fit", COMMAND_FIT, "fit [options] RATINGS.csv...",
      "fits the map to your own listening tests",
      "Fits the map from disturbance to score to listening tests on the scale "
      "MOS1-5,\nand prints what it is worth with each test left out. --model "
      "of the other\nsubcommands loads what --out writes.",
      fit_run },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/**
 * Find the subcommand
 * first           The first argument, or NULL
 * return          NULL when it names none
 */
static const struct command *find(const char *first)
{
    for (size_t i = 0; first && i < COMMANDS; i++)
        if (!strcmp(first, commands[i].name))
            return &commands[i];
    return NULL;
}

/* ------------------------------------------------------ help, versions */

static void print_help(const struct command *command)
{
    printf("Usage: opine %s\n\n%s\n", command->synopsis, command->text);
    if (!(command->bit & (COMMAND_MERGE | COMMAND_COMPARE | COMMAND_CURVE)))
        puts("Reads WAV, FLAC, Ogg, Opus, MP3, AIFF, CAF and more; - is "
             "standard input.");
    options_help(stdout, command);
    puts("\nOther subcommands, each with its own --help");
    for (size_t i = 0; i < COMMANDS; i++)
        if (&commands[i] != command)
            printf("  %-26s%s\n", commands[i].name, commands[i].summary);
    puts(
        "\n"
        "Exit status: 0 done and passed, 1 beyond a threshold, 2 usage, "
        "3 could not\n"
        "read or compare, 4 some rows could not, 125 these two with --bisect.\n"
        "Manual: man opine");
}

/**
 * Find the best instruction set of this machine
 * Contexts are cheap, and making one is the library's way to ask.
 */
static enum opine_cpu best_cpu(void)
{
    enum opine_cpu best = OPINE_CPU_C;

    for (int cpu = OPINE_CPU_C; opine_cpu_name((enum opine_cpu)cpu)[0]; cpu++) {
        struct opine_config config;
        struct opine_context *context;

        opine_config_init(&config);
        config.cpu = (enum opine_cpu)cpu;
        if (!opine_create(&context, &config)) {
            best = config.cpu;
            opine_destroy(context);
        }
    }
    return best;
}

static void print_versions(void)
{
    printf("opine %d.%d.%d\n", OPINE_VERSION_MAJOR, OPINE_VERSION_MINOR,
           OPINE_VERSION_PATCH);
    printf("library     %s, this program was made for %d.%d\n", opine_version(),
           OPINE_VERSION_MAJOR, OPINE_VERSION_MINOR);
    printf("model       %s\n", opine_model_version());
    printf("cpu         %s\n", opine_cpu_name(best_cpu()));
    printf("reads with  %s\n", audio_library());
}

/**
 * Whether this program and the library in use were made for each other
 * Before 1.0.0 a minor version may change anything.
 */
static int library_fits(void)
{
    int number = opine_version_number();
    int major = number / 10000;
    int minor = number / 100 % 100;

    return major == OPINE_VERSION_MAJOR &&
           (major > 0 || minor == OPINE_VERSION_MINOR);
}

/* ---------------------------------------------------------------- main */

/**
 * Make sure that everything printed has arrived
 * return          0, or -1 after saying what went wrong
 */
static int close_output(void)
{
    int has_failed = ferror(stdout);

    errno = 0;
    has_failed |= fflush(stdout);
    /* Without a report a closed stdout is nobody's loss: EBADF */
    if (!has_failed && (fclose(stdout) == 0 || errno == EBADF))
        return 0;
    complain("standard output", "%s",
             errno ? strerror(errno) : "could not be written");
    return -1;
}

static enum outcome run(int argc, char **argv, struct options *options)
{
    const struct command *command = find(argc ? argv[0] : NULL);
    int named = command != NULL;

    if (!command)
        command = &commands[0];
    if (!library_fits()) {
        complain(NULL,
                 "library version %s does not fit this program, "
                 "made for %d.%d.%d",
                 opine_version(), OPINE_VERSION_MAJOR, OPINE_VERSION_MINOR,
                 OPINE_VERSION_PATCH);
        return OUTCOME_FAILED;
    }

    switch (options_parse(command, argc - named, argv + named, options)) {
    case REQUEST_RUN:
        return command->run(options);
    case REQUEST_HELP:
        print_help(command);
        return OUTCOME_PASSED;
    case REQUEST_VERSION:
        print_versions();
        return OUTCOME_PASSED;
    case REQUEST_WRONG:
        break;
    }
    return OUTCOME_USAGE;
}

int main(int argc, char **argv)
{
    struct options options = { 0 };

    /* A closed pipe is an error to report, not a reason to vanish */
    signal(SIGPIPE, SIG_IGN);

    enum outcome outcome = run(argc > 0 ? argc - 1 : 0, argv + (argc > 0),
                               &options);

    if (close_output())
        outcome = OUTCOME_FAILED;
    if ((outcome == OUTCOME_FAILED || outcome == OUTCOME_PARTIAL) &&
        options.bisect)
        outcome = OUTCOME_CANNOT_TEST;
    return (int)outcome;
}
