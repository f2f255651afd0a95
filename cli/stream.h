/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Streams: recordings too long for memory, read where they are needed
 */

#ifndef OPINE_CLI_STREAM_H
#define OPINE_CLI_STREAM_H

#include "source.h"

#include <pthread.h>
#include <sndfile.h>

/**
 * Where the samples are: in a file that seeks to the frame, or decoded in a
 * spool
 */
struct stream {
    pthread_mutex_t lock;
    struct source source; /* libsndfile reads from this */
    SNDFILE *file;        /* NULL: in the spool */
    int spool;            /* or -1 */
    SF_INFO info;
    sf_count_t position;  /* of `file` */
    sf_count_t failed_at; /* first frame that could not be read, or -1 */
};

/**
 * Whether any frame of a format can be read at once, and exactly: samples that
 * are stored as they are, and FLAC
 */
int stream_can_seek(const SF_INFO *info);

/**
 * Take the next frames of a file
 *
 * Of 16-bit samples libsndfile makes floats one by one, at 17 to 35
 * instructions each; here it is done some at a time, to the same numbers.
 */
sf_count_t stream_take(SNDFILE *file, const SF_INFO *info, float *to,
                       sf_count_t frames);

/**
 * Make a stream of nothing; all that is put into it is closed with it
 * return          NULL when memory could not be had
 */
struct stream *stream_make(void);
void stream_free(struct stream *stream);

/**
 * Read frames, interleaved; any number of threads may
 * return          How many there were
 */
size_t stream_read(struct stream *stream, size_t first, size_t frames,
                   float *to);

#endif /* OPINE_CLI_STREAM_H */
