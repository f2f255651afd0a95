/* SPDX-License-Identifier: BSD-2-Clause */
#include "shelf.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum state { UNKNOWN = 0, FOUND, FAILED };

/**
 * One reference
 */
struct book {
    pthread_mutex_t lock; /* around what follows */
    const char *path;
    int items; /* that are not done */
    enum state hash_state;
    struct digest hash;
    enum state recording_state;
    struct recording recording;
    char *reason; /* why one of these failed, or NULL for want of memory */
};

struct shelf {
    const struct raw_format *raw;
    int count;
    struct book *books;
    int *place; /* of each item's reference among the books */
};

/* ------------------------------------------------------------------ setup */

/**
 * Find the books of all items
 * return          0, or -1 when memory could not be had
 */
static int place_items(struct shelf *shelf, const struct manifest *manifest)
{
    json_t *known = json_object();
    int has_failed = !known;

    for (int i = 0; i < manifest->items && !has_failed; i++) {
        const char *path = manifest->item[i].ref_path;
        json_t *place = json_object_get(known, path);

        if (place) {
            shelf->place[i] = (int)json_integer_value(place);
        } else {
            shelf->place[i] = shelf->count;
            shelf->books[shelf->count].path = path;
            has_failed =
                json_object_set_new_nocheck(known, path,
                                            json_integer(shelf->count++));
        }
        shelf->books[shelf->place[i]].items++;
    }
    json_decref(known);
    return has_failed ? -1 : 0;
}

/**
 * Sort the items by their books, and otherwise leave them as they are
 * return          0, or -1 when memory could not be had
 */
static int sort_items(const struct shelf *shelf, int items, int *order)
{
    int *next = calloc((size_t)shelf->count + 1, sizeof(*next));

    if (!next)
        return -1;
    for (int b = 1; b < shelf->count; b++)
        next[b] = next[b - 1] + shelf->books[b - 1].items;
    for (int i = 0; i < items; i++)
        order[next[shelf->place[i]]++] = i;
    free(next);
    return 0;
}

struct shelf *shelf_open(const struct manifest *manifest,
                         const struct raw_format *raw, int *order)
{
    struct shelf *shelf = calloc(1, sizeof(*shelf));
    size_t room = (size_t)manifest->items + 1;

    if (!shelf)
        return NULL;
    shelf->raw = raw;
    shelf->books = calloc(room, sizeof(*shelf->books));
    shelf->place = calloc(room, sizeof(*shelf->place));
    if (!shelf->books || !shelf->place || place_items(shelf, manifest) ||
        sort_items(shelf, manifest->items, order)) {
        shelf->count = 0;
        shelf_close(shelf);
        return NULL;
    }
    for (int b = 0; b < shelf->count; b++)
        pthread_mutex_init(&shelf->books[b].lock, NULL);
    return shelf;
}

void shelf_close(struct shelf *shelf)
{
    if (!shelf)
        return;
    for (int b = 0; b < shelf->count; b++) {
        audio_free(&shelf->books[b].recording);
        free(shelf->books[b].reason);
        pthread_mutex_destroy(&shelf->books[b].lock);
    }
    free(shelf->books);
    free(shelf->place);
    free(shelf);
}

/* -------------------------------------------------------------------- use */

/**
 * Keep the result of something that was tried
 */
static enum state conclude(struct book *book, int result,
                           const struct reason *reason)
{
    if (result)
        book->reason = strdup(reason->text);
    return result ? FAILED : FOUND;
}

/**
 * Tell what became of it, with the lock held, which is then opened
 * return          0, or -1 with a reason
 */
static int answer(struct book *book, enum state state, struct reason *reason)
{
    if (state == FAILED)
        refuse(reason, "%s", book->reason ? book->reason : "out of memory");
    pthread_mutex_unlock(&book->lock);
    return state == FOUND ? 0 : -1;
}

int shelf_hash(struct shelf *shelf, int item, struct digest *digest,
               struct reason *reason)
{
    struct book *book = &shelf->books[shelf->place[item]];
    int64_t bytes;

    pthread_mutex_lock(&book->lock);
    if (book->hash_state == UNKNOWN)
        book->hash_state =
            conclude(book, digest_file(book->path, &book->hash, &bytes, reason),
                     reason);
    *digest = book->hash;
    return answer(book, book->hash_state, reason);
}

const struct recording *shelf_read(struct shelf *shelf, int item,
                                   struct reason *reason)
{
    struct book *book = &shelf->books[shelf->place[item]];

    pthread_mutex_lock(&book->lock);
    if (book->recording_state == UNKNOWN)
        book->recording_state = conclude(book,
                                         audio_read(book->path, shelf->raw,
                                                    &book->recording, reason),
                                         reason);
    return answer(book, book->recording_state, reason) ? NULL
                                                       : &book->recording;
}

void shelf_release(struct shelf *shelf, int item)
{
    struct book *book = &shelf->books[shelf->place[item]];

    pthread_mutex_lock(&book->lock);
    if (--book->items == 0)
        audio_free(&book->recording);
    pthread_mutex_unlock(&book->lock);
}
