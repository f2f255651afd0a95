/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache.h"

#include "report.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cache {
    pthread_mutex_t lock;
    const char *path;
    FILE *file;    /* or NULL */
    json_t *lines; /* that were in it, by hash: parsed they are larger */
    int has_failed;
};

/**
 * Take in a line of the file; lines that are none are skipped
 */
static void take_line(struct cache *cache, const char *line)
{
    json_t *entry = json_loads(line, 0, NULL);
    const char *hash = json_string_value(json_object_get(entry, "hash"));
    json_t *report = json_object_get(entry, "report");

    if (hash && json_is_object(report))
        json_object_set_new(cache->lines, hash, json_string(line));
    json_decref(entry);
}

/**
 * Read what is in the file
 * return          0, or -1 after saying what is wrong
 */
static int load(struct cache *cache)
{
    FILE *file = fopen(cache->path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int is_cut = 0;

    if (!file && errno == ENOENT)
        return 0;
    if (!file) {
        complain(cache->path, "%s", strerror(errno));
        return -1;
    }
    while ((length = getline(&line, &room, file)) > 0) {
        is_cut = line[length - 1] != '\n';
        if (!is_cut)
            take_line(cache, line);
    }
    free(line);
    fclose(file);
    if (is_cut) /* what comes next shall begin a line */
        cache->has_failed |= putc('\n', cache->file) == EOF;
    return 0;
}

static int open_file(struct cache *cache, int is_kept)
{
    errno = 0;
    cache->file = fopen(cache->path, is_kept ? "a" : "w");
    if (!cache->file) {
        complain(cache->path, "%s", strerror(errno));
        return -1;
    }
    return is_kept ? load(cache) : 0;
}

struct cache *cache_open(const char *path, int is_kept)
{
    struct cache *cache = calloc(1, sizeof(*cache));

    if (!cache || !(cache->lines = json_object())) {
        complain(NULL, "out of memory");
        free(cache);
        return NULL;
    }
    pthread_mutex_init(&cache->lock, NULL);
    cache->path = path;
    if (path && open_file(cache, is_kept)) {
        cache_close(cache);
        return NULL;
    }
    return cache;
}

int cache_close(struct cache *cache)
{
    int has_failed;

    if (!cache)
        return 0;
    has_failed = cache->has_failed;
    if (cache->file)
        has_failed |= fclose(cache->file) != 0;
    if (has_failed)
        complain(cache->path, "could not be written");
    pthread_mutex_destroy(&cache->lock);
    json_decref(cache->lines);
    free(cache);
    return has_failed ? -1 : 0;
}

json_t *cache_find(struct cache *cache, const struct digest *key)
{
    json_t *entry = NULL;
    json_t *report;
    const char *line;
    char *copy;

    pthread_mutex_lock(&cache->lock);
    line = json_string_value(json_object_get(cache->lines, key->text));
    copy = line ? strdup(line) : NULL;
    pthread_mutex_unlock(&cache->lock);
    if (copy)
        entry = json_loads(copy, 0, NULL);
    free(copy);
    report = json_incref(json_object_get(entry, "report"));
    json_decref(entry);
    return report;
}

void cache_add(struct cache *cache, const struct digest *key, json_t *report)
{
    json_t *entry = json_pack("{s:s,s:O}", "hash", key->text, "report", report);
    char *line = entry ? json_dumps(entry, JSON_COMPACT | JSON_PRESERVE_ORDER |
                                               JSON_REAL_PRECISION(10))
                       : NULL;

    pthread_mutex_lock(&cache->lock);
    if (cache->file)
        cache->has_failed |= !line || fprintf(cache->file, "%s\n", line) < 0 ||
                             fflush(cache->file);
    pthread_mutex_unlock(&cache->lock);
    json_decref(entry);
    free(line);
}
