/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Reports of pairs that were scored before
 *
 * They are kept in a file, a line each: {"hash": "...", "report": {...}}. What
 * a kill leaves of a line is skipped. All functions may be called by several
 * threads.
 */

#ifndef OPINE_CLI_CACHE_H
#define OPINE_CLI_CACHE_H

#include "digest.h"

#include <jansson.h>

struct cache;

/**
 * Open a cache
 * path            Its file, or NULL: then nothing is kept or found
 * is_kept         What is in the file now is used, else it starts empty
 * return          NULL after saying what is wrong
 */
struct cache *cache_open(const char *path, int is_kept);

/**
 * Close it; NULL is allowed
 * return          0, or -1 after saying that its file could not be written
 */
int cache_close(struct cache *cache);

/**
 * Look up a report that was in the file from the beginning
 * return          To be given to json_decref(), or NULL
 */
json_t *cache_find(struct cache *cache, const struct digest *key);

/**
 * Write a report down
 */
void cache_add(struct cache *cache, const struct digest *key, json_t *report);

#endif /* OPINE_CLI_CACHE_H */
