/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Recordings: from a file or a pipe to samples
 *
 * The only part that sees libsndfile, with stream.c.
 */

#ifndef OPINE_CLI_AUDIO_H
#define OPINE_CLI_AUDIO_H

#include "opine.h"
#include "source.h"

struct stream;

/**
 * What headerless samples are
 */
struct raw_format {
    int encoding; /* 1 and up, known to audio.c; 0: has a header */
    int rate_hz;
    int channels;
};

/**
 * A recording, interleaved; give it back with audio_free()
 */
struct recording {
    struct opine_audio view; /* first, so that audio_fetch() finds the rest */
    float *samples;          /* in memory; or NULL */
    struct stream *stream;   /* where longer ones are read; or NULL */
    size_t first;            /* frame there */
};

/**
 * Read a description of headerless samples
 * text            "ENCODING,RATE,CHANNELS", such as "s16le,48000,2"
 * raw             Return the format; untouched on failure
 * return          0, or -1 when this is no such description
 */
int audio_parse_raw(const char *text, struct raw_format *raw);

/**
 * Read a recording
 * path            A file of any kind that can be read, or "-" for stdin
 * raw             What it holds when `raw->encoding` is not 0
 * recording       Return the samples; full scale is 1, values beyond are kept
 * reason          Return why it failed
 * return          0, or -1
 *
 * Accepts what the library accepts: rate, channel count and duration are
 * checked here, because here the file to blame is known. A recording that is
 * not all there is refused, not scored. Several threads may read at once.
 * While this runs, what is written to stderr is lost.
 */
int audio_read(const char *path, const struct raw_format *raw,
               struct recording *recording, struct reason *reason);

/**
 * Give the memory back; a recording of zeros is allowed
 */
void audio_free(struct recording *recording);

/**
 * Fetch frames of a recording that is not in memory: opine_config.read()
 * audio           The view of a struct recording
 *
 * Any number of threads may.
 */
size_t audio_fetch(void *opaque, const struct opine_audio *audio, size_t first,
                   size_t frames, float *to);

#define AUDIO_FRAMES 1024
#define AUDIO_ROOM   (64 * AUDIO_FRAMES) /* floats of that many, at most */

/**
 * Look at frames of any recording
 * room            Where they are put if they are not in memory
 * return          They, interleaved; NULL when they could not be read
 */
const float *audio_view(const struct recording *recording, size_t first,
                        size_t frames, float *room);

/**
 * Name and version of the library that reads the files
 */
const char *audio_library(void);

#endif /* OPINE_CLI_AUDIO_H */
