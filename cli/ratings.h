/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Tables of ratings: what listeners said of recordings, and what opine says
 */

#ifndef OPINE_CLI_RATINGS_H
#define OPINE_CLI_RATINGS_H

#include "csv.h"
#include "options.h"

/**
 * One degraded recording
 */
struct rating {
    int line;              /* of the table */
    const char *deg;       /* as the table has it */
    char *reference_path;  /* where to find them from here */
    char *degraded_path;   /**/
    double heard;          /* what listeners said */
    double ci95;           /* half its 95 % interval; NAN when not known */
    int group, family;     /* index into the names, or -1 */
    int mode, band;        /* enum opine_mode, enum opine_band */
    int is_scored;         /* then these are set: */
    double mos, low, high; /* */
    double disturbance;    /* */
    int is_coarse;         /* envelope and pitch had a say in the score */
    char error[160];       /* or this */
};

/**
 * Names in a column, each once, in the order of the table
 */
struct names {
    int count;
    const char **name;
};

struct ratings {
    const char *path;
    struct table table; /* what all texts are part of */
    const char *scale;
    int is_mos; /* the scale is MOS1-5 */
    int count;
    struct rating *rating;
    struct names groups, families;
};

/**
 * Read a table of ratings
 * options         Settings for rows that say nothing else, and the standard
 *                 deviation of votes
 * ratings         Return it, to be given to ratings_free(), even on failure
 * return          0, or -1 with a reason
 *
 * The interval of a rating is its column ci95, or t sd / sqrt(n_votes), with sd
 * from the column of that name, or 1.96 s / sqrt(n_votes) with the stated s;
 * that on the scale MOS1-5 alone.
 */
int ratings_read(const char *path, const struct options *options,
                 struct ratings *ratings, struct reason *reason);
void ratings_free(struct ratings *ratings);

/**
 * Drop scored rows whose score is not by the fine map alone
 * return          Their number
 */
int ratings_drop_coarse(struct ratings *ratings);

/**
 * Score all rows of all tables, on several threads
 * calibration     Of the model, or NULL
 * return          Rows that could not be scored, each named on stderr; -1 when
 *                 memory or threads could not be had
 */
int ratings_score(struct ratings *ratings, int tables,
                  const struct options *options,
                  const struct opine_calibration *calibration);

#endif /* OPINE_CLI_RATINGS_H */
