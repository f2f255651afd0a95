/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * The subcommand `curve`: quality over bit rate by codec, and how far codecs
 * lie from each other
 */

#ifndef OPINE_CLI_CURVE_H
#define OPINE_CLI_CURVE_H

#include "bjontegaard.h"
#include "results.h"
#include "statistics.h"

/**
 * A row of the table that has a score
 */
struct curve_row {
    const char *codec;
    const char *step; /* what its point's rows share: text of the bit rate */
    const char *ref;
    double nominal; /* bit rate that is written there, or 0 */
    double kbit;    /* of the encoded file, or of one second */
    double seconds;
    double mos;
    double weight;
    int curve; /* in order of the table, as the next */
    int row;
};

/**
 * Rows of a codec at one bit rate
 */
struct rung {
    int first; /* its rows in `sample` */
    int rows;
    double kbps;
    double mos;       /* weighted mean */
    double low, high; /* its 95 % interval over the rows; NAN for one row */
};

struct curve {
    const char *codec;
    int count;
    struct rung *rung;      /* by rising bit rate */
    struct bd_point *point; /* the same without rows */
    double reversal; /* most that a point lies below one with a lower rate, */
    double reversal_kbps; /* and where; 0 when it does nowhere */
    double spearman;      /* of means with rates; NAN for one point */
    int is_uneven;        /* its points are not of the same references */
};

/* What makes a delta doubtful */
enum doubt {
    DOUBT_REVERSAL,   /* a curve is not monotone */
    DOUBT_RANGE,      /* the common range is small */
    DOUBT_POINTS,     /* a curve has less than four points */
    DOUBT_REFERENCES, /* the curves are not of the same references */
    DOUBTS
};

/**
 * One codec against another
 */
struct rivals {
    const struct curve *anchor;
    const struct curve *test;
    struct bd rate;    /* %, over a range of MOS */
    struct bd quality; /* MOS, over a range of kbit/s */
    struct statistics_interval
        rate_95; /* of their values, over the rows; NAN */
    struct statistics_interval
        quality_95;  /* for unlike references or few rows */
    unsigned doubts; /* 1u << DOUBT_... */
};

struct curves {
    const char *path;
    struct table table;
    int rows;   /* of the table */
    int others; /* that name no codec */
    int samples;
    struct curve_row *sample; /* by curve and bit rate, then reference */
    int count;
    struct curve *curve; /* in order of the table */
    int pairs;
    struct rivals *pair;
};

/**
 * Draw curves from a table of results
 * options         With its path as the operand
 * return          PASSED, USAGE or FAILED
 */
enum outcome curve_run(const struct options *options);

/**
 * Read the samples of a table
 * curves          Return them, to be given to curve_free(); begin with zeros
 * return          0, or -1 after saying what is wrong
 */
int curve_read(const struct options *options, struct curves *curves);

/**
 * Make curves of samples
 * return          0, or -1 when memory could not be had
 */
int curve_build(struct curves *curves);
void curve_free(struct curves *curves);

/**
 * Compare each codec with the anchor, or with those before it
 * return          0, or -1 after saying what is wrong
 */
int curve_compare(const struct options *options, struct curves *curves);

/**
 * Print a report
 * return          0, or -1 when memory could not be had
 */
int curve_text(FILE *stream, const struct curves *curves);
int curve_json(FILE *stream, const struct curves *curves);
int curve_csv(FILE *stream, const struct curves *curves);
int curve_picture(FILE *stream, const struct curves *curves);

/**
 * Name of a doubt, as in reports, and what it means
 */
const char *doubt_name(enum doubt doubt);
const char *doubt_text(enum doubt doubt);

#endif /* OPINE_CLI_CURVE_H */
