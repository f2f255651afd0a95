/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Scoring all pairs of a manifest
 */

#ifndef OPINE_CLI_SUITE_H
#define OPINE_CLI_SUITE_H

#include "digest.h"
#include "manifest.h"
#include "tail.h"

#include <jansson.h>

/**
 * What became of a pair
 */
enum row_status {
    STATUS_OK,
    STATUS_BELOW, /* scored, below its min_mos */
    STATUS_FAILED /* could not be read or scored */
};

struct score {
    enum row_status status;
    double mos;             /* NAN when it failed, as the next */
    double kbps;            /* of the degraded's file over its duration */
    char *error;            /* why it failed, or NULL */
    char *settings;         /* that its score depends on: "fb auto match" */
    struct digest ref_hash; /* of the files; "" when not known */
    struct digest deg_hash;
    struct digest hash; /* of both, the settings and the model */
    struct tail tail;
    json_t *report; /* as `opine score --json` prints it, or NULL */
};

/**
 * Name of a status: "ok", "below" or "failed"
 */
const char *status_name(enum row_status status);

/**
 * What a run came to
 */
struct tally {
    int items; /* delivered */
    int below;
    int failed;
    int caught; /* signal that ended it early, or 0 */
};

/**
 * Score all items of a manifest, in several threads
 * options         Also of the number of threads, of quietness and the cache
 * cache           File to keep results in, or NULL
 * is_kept         Whether what is in it is used
 * take            Takes each item's score, in order; it lasts for the call
 * tally           Return what it came to
 * return          0; or -1 after saying what prevented it
 *
 * Says on stderr how far it is, and names each row that failed or is below its
 * threshold. SIGINT, SIGTERM and SIGHUP let pairs that were begun finish and
 * then end the run, the second of them at once.
 */
int suite_run(const struct options *options, const struct manifest *manifest,
              const char *cache, int is_kept,
              void (*take)(void *user, const struct item *item,
                           const struct score *score),
              void *user, struct tally *tally);

#endif /* OPINE_CLI_SUITE_H */
