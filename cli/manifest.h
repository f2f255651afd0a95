/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Manifests: which pairs to score, and what is promised of each
 */

#ifndef OPINE_CLI_MANIFEST_H
#define OPINE_CLI_MANIFEST_H

#include "csv.h"
#include "options.h"

/**
 * One row
 */
struct item {
    int row;         /* of the manifest, from 1 on */
    int line;        /* of its file */
    const char *ref; /* as written, as the next three */
    const char *deg;
    const char *group;
    char *id;       /* as written, or made from `deg`; no two are equal */
    char *ref_path; /* where the files are */
    char *deg_path;
    double weight;  /* above 0; 1 when not given */
    double min_mos; /* NAN when not given, as the next three */
    double max_drop;
    double from_s;
    double to_s;
    int mode;    /* enum opine_mode */
    int band;    /* enum opine_band */
    char *error; /* why it cannot be scored, or NULL */
};

struct manifest {
    const char *name; /* as given; of two folders the degraded's */
    struct table table;
    int rows;  /* of the whole manifest */
    int items; /* of the part that was asked for */
    struct item *item;
};

/**
 * Read the manifest that the operands name, or pair two folders with --pair
 * options         Also the defaults of columns that are not there
 * manifest        Return it, to be given to manifest_free(); zeros on failure
 * return          0, or -1 after saying what is wrong
 *
 * A row that makes no sense is an item with an error; a table that makes none
 * is a failure. Files are not looked at yet.
 */
int manifest_open(const struct options *options, struct manifest *manifest);
void manifest_free(struct manifest *manifest);

#endif /* OPINE_CLI_MANIFEST_H */
