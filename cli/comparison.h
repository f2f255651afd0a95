/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Scores of the same rows before and after: what changed, and whether it may
 */

#ifndef OPINE_CLI_COMPARISON_H
#define OPINE_CLI_COMPARISON_H

#include "options.h"
#include "statistics.h"
#include "tail.h"

/**
 * A row on one side
 */
struct entry {
    const char *id; /* no two are equal */
    const char *group;
    const char *error; /* why there is no score, or NULL */
    const char *basis; /* what scores must share to be compared: the hash of the
                          reference and the settings; "" when not known */
    double mos;        /* NAN when there is none */
    struct tail tail;
    double weight;
    double min_mos;  /* NAN: none */
    double max_drop; /* NAN: that of the options */
    int line;        /* of the manifest, 0 when there is none */
};

/**
 * What became of a row; those from STATE_DROPPED on may fail a gate
 */
enum state {
    STATE_PASSED, /* is held to its min_mos alone */
    STATE_TIE,
    STATE_WIN,
    STATE_LOSS,    /* within the tolerance */
    STATE_DROPPED, /* beyond it */
    STATE_TAIL,    /* some seconds are, though all are not */
    STATE_BELOW,   /* below its min_mos */
    STATE_FAILED,  /* has no score now */
    STATE_NEW,     /* has no score before */
    STATE_MISSING, /* is not there now */
    STATE_CHANGED, /* has another reference or settings than before */
    STATES
};

const char *state_name(enum state state);

struct change {
    const struct entry *before; /* NULL when new */
    const struct entry *after;  /* NULL when missing */
    enum state state;
    int is_allowed;    /* a state that was not to fail */
    double difference; /* after less before; NAN when not comparable */
};

/**
 * Rows of a group that can be compared
 */
struct group_change {
    const char *name;
    int rows;
    double weight;
    double before; /* weighted means */
    double after;
    int has_dropped; /* by more than the tolerance */
};

/**
 * Both sides
 */
struct comparison {
    int is_alone; /* there is no other side */
    int changes;  /* in the order of after, then what is missing */
    struct change *change;
    int groups;
    struct group_change *group;
    int dropped_groups;
    int counts[STATES];     /* of changes that are not allowed */
    int wins, losses, ties; /* beyond and within the dead band */
    struct statistics_paired paired;
    double p10_before, p10_after; /* 10th percentile of the scores */
    int bad_before, bad_after;    /* scores below 3.5, "unacceptable" */
    int tails;                    /* rows whose tails can be compared: */
    double seconds_p10;           /* mean change of their 10th percentiles */
    double seconds_before, seconds_after; /* their bad seconds */
    int *worst; /* changes that lost beyond the dead band, most first; when
                   alone, the lowest scores */
    int worst_count;
};

/**
 * Compare
 * before          NULL: no other side; rows are held to their min_mos alone
 * before, after   Rows, to outlive the comparison
 * comparison      Return it, to be given to comparison_free()
 * return          0, or -1 after saying that memory could not be had
 */
int comparison_make(const struct options *options, const struct entry *before,
                    int before_count, const struct entry *after,
                    int after_count, struct comparison *comparison);
void comparison_free(struct comparison *comparison);

/**
 * Say in a few words what became of a row
 */
struct comparison_words {
    char text[600];
};

struct comparison_words comparison_explain(const struct change *change);

/**
 * Print it: as text, as GitHub's Markdown, as ::error lines for GitHub, as
 * JUnit XML with a case for each row and each group
 * before, after   Names of the sides
 * manifest        That the lines belong to
 */
void comparison_text(FILE *stream, const struct comparison *comparison,
                     const char *before, const char *after);
void comparison_markdown(FILE *stream, const struct comparison *comparison,
                         const char *before, const char *after);
void comparison_annotate(FILE *stream, const struct comparison *comparison,
                         const char *manifest);
void comparison_junit(FILE *stream, const struct comparison *comparison);

#endif /* OPINE_CLI_COMPARISON_H */
