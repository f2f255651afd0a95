/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Tally: what a bench of the alignment has measured, against its bars
 */
#ifndef OPINE_TESTS_TALLY_H
#define OPINE_TESTS_TALLY_H

#include <stdio.h>

enum row {
    ROW_CONSTANT,      /* one delay, clean or coded */
    ROW_CONSTANT_HARD, /* under heavy noise, or among reflections */
    ROW_CONSTANT_NOISE,
    ROW_POLARITY,
    ROW_TRACK, /* steps, clean or coded; of which */
    ROW_PAUSES,
    ROW_ACTIVE,
    ROW_LOST,
    ROW_REPEATED,
    ROW_JITTER,
    ROW_TRACK_NOISE,
    ROW_FALSE_JUMPS,
    ROW_DRIFT,
    ROW_DRIFT_NOISE,
    ROW_TEMPO,
    ROW_TEMPO_NOISE,
    ROW_TIME_SCALE,
    ROW_MEMORY,
    ROW_MEMORY_ALL,
    ROW_CPU_TRACK,
    ROW_CPU_ONE,
    ROW_CPU_REST,
    ROWS
};

/* A case that was not fully right */
struct miss {
    enum row row;
    double share; /* that was right, 0 to 1 */
    char name[120];
    char note[160]; /* found and true */
};

struct tally {
    double good[ROWS], all[ROWS];
    int cases[ROWS];
    int misses, room;
    struct miss *miss;
};

void tally_free(struct tally *tally);

/**
 * Count a case
 * good, all       What was right of how much there was; nothing is counted
 *                 when there was nothing
 */
void tally_count(struct tally *tally, enum row row, double good, double all,
                 const char *name, const char *note);

/**
 * Record a figure that is no share; the greatest counts
 */
void tally_measure(struct tally *tally, enum row row, double figure);

/**
 * The table, with the worst cases below it
 * worst           How many of them for each row
 */
void tally_print(const struct tally *tally, FILE *file, int worst);

void tally_print_json(const struct tally *tally, FILE *file);

/**
 * Name rows of the quick subset that fell below what they once reached
 * return          How many
 */
int tally_gate(const struct tally *tally, FILE *file);

#endif
