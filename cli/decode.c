/* SPDX-License-Identifier: BSD-2-Clause */
#include "decode.h"

#include "memory.h"
#include "spool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* libsndfile drops what precedes a failure in the same block, of MP3 */
#define BLOCK 4096 /* frames */

/**
 * What a recording is read into: memory, and a spool once it is long
 */
struct sink {
    struct recording *recording;
    size_t frame_bytes;
    sf_count_t capacity; /* frames that `samples` has room for */
    int *spool;          /* -1: not yet */
};

/**
 * Make room for more frames; in a spool they are written to the same place
 */
static int grow(struct sink *sink, const SF_INFO *info, sf_count_t held)
{
    struct recording *recording = sink->recording;
    sf_count_t frames = held ? 2 * held : 1 << 20;
    float *samples;

    /* One more than promised, to see that there is no more */
    if (frames > info->frames)
        frames = info->frames < 0 ? 1 : info->frames + 1;
    if (frames <= held)
        frames = held + 1;
    if ((uint64_t)frames > SIZE_MAX / sink->frame_bytes)
        return -1;
    samples = memory_take((size_t)frames * sink->frame_bytes);
    if (!samples)
        return -1;
    if (held)
        memcpy(samples, recording->samples, (size_t)held * sink->frame_bytes);
    free(recording->samples);
    recording->samples = samples;
    sink->capacity = frames;
    return 0;
}

/**
 * Room for the next block: in memory, behind all before; when that is long it
 * is spooled, and its memory is used for blocks
 * return          NULL with a reason
 */
static float *find_room(struct sink *sink, const SF_INFO *info,
                        sf_count_t frames, struct reason *reason)
{
    float *samples = sink->recording->samples;
    size_t bytes = (size_t)frames * sink->frame_bytes;

    if (*sink->spool >= 0)
        return samples;
    if (samples && bytes >= SPOOL_BYTES) {
        *sink->spool = spool_open(reason);
        if (*sink->spool < 0 ||
            spool_write(*sink->spool, samples, bytes, reason))
            return NULL;
        return samples;
    }
    if (frames == sink->capacity && grow(sink, info, frames)) {
        refuse(reason, "%s", opine_status_text(OPINE_ERR_MEMORY));
        return NULL;
    }
    return sink->recording->samples + frames * info->channels;
}

/**
 * Read all frames, whatever number the header claims
 * frames          Return how many there were
 * is_damaged      Return whether decoding failed after them
 */
static int read_frames(SNDFILE *file, const SF_INFO *info, struct sink *sink,
                       sf_count_t *frames, int *is_damaged,
                       struct reason *reason)
{
    sf_count_t got;

    *frames = 0;
    do {
        float *to = find_room(sink, info, *frames, reason);
        sf_count_t room = *sink->spool < 0 ? sink->capacity - *frames : BLOCK;

        if (!to)
            return -1;
        got = stream_take(file, info, to, room < BLOCK ? room : BLOCK);
        *is_damaged = sf_error(file) != 0;
        got = got > 0 ? got : 0;
        if (*sink->spool >= 0 &&
            spool_write(*sink->spool, to, (size_t)got * sink->frame_bytes,
                        reason))
            return -1;
        *frames += got;
        if (*frames > (sf_count_t)DECODE_MOST_S * info->samplerate)
            return refuse(reason, "longer than 4 h");
    } while (got > 0 && !*is_damaged);
    return 0;
}

/**
 * Check that what was read is all, and enough
 */
static int check_frames(const SF_INFO *info, sf_count_t frames, int is_damaged,
                        struct reason *reason)
{
    long long count = (long long)frames;

    if (info->frames != SF_COUNT_MAX && frames < info->frames)
        return refuse(reason, "truncated: %lld of %lld frames are there", count,
                      (long long)info->frames);
    if (is_damaged)
        return refuse(reason, "damaged or truncated after %lld frames", count);
    if (frames == 0)
        return refuse(reason, "holds no samples");
    if (4 * frames < info->samplerate)
        return refuse(reason, "too short: %lld %s, 0.25 s needs %d", count,
                      frames == 1 ? "frame" : "frames",
                      (info->samplerate + 3) / 4);
    return 0;
}

int decode(struct stream *stream, SNDFILE *file, struct recording *recording,
           struct reason *reason)
{
    struct sink sink = { .recording = recording,
                         .frame_bytes = sizeof(float) *
                                        (size_t)stream->info.channels,
                         .spool = &stream->spool };
    sf_count_t frames;
    int is_damaged = 0;
    int result = read_frames(file, &stream->info, &sink, &frames, &is_damaged,
                             reason);

    if (!result && stream->source.error)
        result = refuse(reason, "%s", strerror(stream->source.error));
    if (!result)
        result = check_frames(&stream->info, frames, is_damaged, reason);
    recording->view.frames = (size_t)frames;
    if (stream->spool >= 0) {
        free(recording->samples);
        recording->samples = NULL;
    }
    return result;
}
