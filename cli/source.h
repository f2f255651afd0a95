/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Bytes of an input, before anyone knows what they mean
 */

#ifndef OPINE_CLI_SOURCE_H
#define OPINE_CLI_SOURCE_H

#include <stdint.h>

/**
 * Why something failed, in a few words, to follow the name of the file
 */
struct reason {
    char text[600];
};

/**
 * Give a reason
 * return          -1, for the caller to return
 */
int refuse(struct reason *reason, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * A regular file, or all that came out of a pipe: in memory, or a spool
 */
struct source {
    int fd;                /* of a regular file or a spool, else -1 */
    unsigned char *memory; /* what came out of a pipe */
    int64_t size;
    int64_t position; /* libsndfile's, kept by audio.c */
    int64_t stretch;  /* see open_mpeg() in audio.c */
    int error;        /* errno of a failed read, else 0 */
};

/**
 * Open an input, to be closed even when that fails
 * path            A file, or "-" for stdin; pipes are read to their end
 * return          0, or -1 with a reason: an empty one is refused, too
 */
int source_open(const char *path, struct source *source, struct reason *reason);
void source_close(struct source *source);

/**
 * Read bytes from anywhere
 * return          How many there were, 0 to `count`
 */
int64_t source_read(struct source *source, int64_t offset, void *buffer,
                    int64_t count);

/**
 * Check that everything is there that the container promises
 * return          0, or -1 with a reason: it was truncated
 *
 * libsndfile mends such promises in silence, but sound that is missing here
 * would be taken for sound that the degraded recording has lost.
 */
int source_check(struct source *source, struct reason *reason);

#endif /* OPINE_CLI_SOURCE_H */
