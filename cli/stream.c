/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include "audio.h"
#include "spool.h"

#include <stdlib.h>
#include <unistd.h>

int stream_can_seek(const SF_INFO *info)
{
    int format = info->format & SF_FORMAT_TYPEMASK;

    if (!info->seekable || info->frames <= 0 || info->frames == SF_COUNT_MAX)
        return 0;
    switch (info->format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_PCM_16:
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
    case SF_FORMAT_ULAW:
    case SF_FORMAT_ALAW:
        return format == SF_FORMAT_WAV || format == SF_FORMAT_WAVEX ||
               format == SF_FORMAT_RF64 || format == SF_FORMAT_W64 ||
               format == SF_FORMAT_AIFF || format == SF_FORMAT_AU ||
               format == SF_FORMAT_CAF || format == SF_FORMAT_RAW ||
               format == SF_FORMAT_FLAC;
    default:
        return 0;
    }
}

struct stream *stream_make(void)
{
    struct stream *stream = malloc(sizeof(*stream));

    if (!stream)
        return NULL;
    *stream =
        (struct stream){ .source = { .fd = -1 }, .spool = -1, .failed_at = -1 };
    pthread_mutex_init(&stream->lock, NULL);
    return stream;
}

void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    if (stream->file)
        sf_close(stream->file);
    if (stream->spool >= 0)
        close(stream->spool);
    source_close(&stream->source);
    pthread_mutex_destroy(&stream->lock);
    free(stream);
}

sf_count_t stream_take(SNDFILE *file, const SF_INFO *info, float *to,
                       sf_count_t frames)
{
    short words[4096];
    sf_count_t most = (sf_count_t)(sizeof(words) / sizeof(*words)) /
                      info->channels;
    sf_count_t done = 0, got = 1;

    if ((info->format & SF_FORMAT_SUBMASK) != SF_FORMAT_PCM_16)
        return sf_readf_float(file, to, frames);
    while (got > 0 && done < frames) {
        sf_count_t left = frames - done;

        got = sf_readf_short(file, words, left < most ? left : most);
        for (sf_count_t i = 0; i < got * info->channels; i++)
            to[done * info->channels + i] = (float)words[i] * 0x1p-15f;
        done += got > 0 ? got : 0;
    }
    return done;
}

/**
 * Read from the file that one handle is at some place of
 */
static sf_count_t read_file(struct stream *s, sf_count_t first,
                            sf_count_t frames, float *to)
{
    sf_count_t got = 0;

    if (s->position != first)
        s->position = sf_seek(s->file, first, SEEK_SET);
    if (s->position == first)
        got = stream_take(s->file, &s->info, to, frames);
    s->position = s->position < 0 ? -1 : s->position + got;
    return got;
}

size_t stream_read(struct stream *s, size_t first, size_t frames, float *to)
{
    size_t frame_bytes = (size_t)s->info.channels * sizeof(*to);
    size_t got;

    if (s->file) {
        pthread_mutex_lock(&s->lock);
        got = (size_t)read_file(s, (sf_count_t)first, (sf_count_t)frames, to);
    } else {
        got = spool_read(s->spool, (int64_t)(first * frame_bytes), to,
                         frames * frame_bytes) /
              frame_bytes;
        pthread_mutex_lock(&s->lock);
    }
    if (got < frames && s->failed_at < 0)
        s->failed_at = (sf_count_t)(first + got);
    pthread_mutex_unlock(&s->lock);
    return got;
}

/* ------------------------------------------------------------- recordings */

size_t audio_fetch(void *opaque, const struct opine_audio *audio, size_t first,
                   size_t frames, float *to)
{
    const struct recording *recording = (const struct recording *)audio;

    (void)opaque;
    return stream_read(recording->stream, recording->first + first, frames, to);
}

const float *audio_view(const struct recording *recording, size_t first,
                        size_t frames, float *room)
{
    const struct opine_audio *view = &recording->view;

    if (view->data)
        return view->data + first * (size_t)view->channels;
    return audio_fetch(NULL, view, first, frames, room) == frames ? room : NULL;
}
