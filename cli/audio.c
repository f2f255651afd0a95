/* SPDX-License-Identifier: BSD-2-Clause */
#include "audio.h"

#include "decode.h"
#include "spool.h"
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the library takes: opine.h, "Limits" */
#define MIN_RATE_HZ  8000
#define MAX_RATE_HZ  192000
#define MAX_CHANNELS 64
#define STREAM_BYTES ((size_t)32 << 20)

/* ---------------------------------------------------------- raw samples */

/* clang-format off */
static const struct encoding {
    const char *name;
    int format;              /* of libsndfile */
    int bytes;               /* per sample */
} encodings[] = {
    { "", 0, 0 },            /* 0 means: not raw */
    { "u8", SF_FORMAT_PCM_U8, 1 },
    { "s8", SF_FORMAT_PCM_S8, 1 },
    { "s16le", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 2 },
    { "s16be", SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 2 },
    { "s24le", SF_FORMAT_PCM_24 | SF_ENDIAN_LITTLE, 3 },
    { "s24be", SF_FORMAT_PCM_24 | SF_ENDIAN_BIG, 3 },
    { "s32le", SF_FORMAT_PCM_32 | SF_ENDIAN_LITTLE, 4 },
    { "s32be", SF_FORMAT_PCM_32 | SF_ENDIAN_BIG, 4 },
    { "f32le", SF_FORMAT_FLOAT | SF_ENDIAN_LITTLE, 4 },
    { "f32be", SF_FORMAT_FLOAT | SF_ENDIAN_BIG, 4 },
    { "f64le", SF_FORMAT_DOUBLE | SF_ENDIAN_LITTLE, 8 },
    { "f64be", SF_FORMAT_DOUBLE | SF_ENDIAN_BIG, 8 },
    { "ulaw", SF_FORMAT_ULAW, 1 },
    { "alaw", SF_FORMAT_ALAW, 1 }
};
/* clang-format on */

#define ENCODINGS ((int)(sizeof(encodings) / sizeof(encodings[0])))

/**
 * Read a decimal number of digits alone
 * return          What follows it, or NULL when it is out of range
 */
static const char *parse_count(const char *text, int min, int max, int *count)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || number < min || number > max)
        return NULL;
    *count = (int)number;
    return end;
}

int audio_parse_raw(const char *text, struct raw_format *raw)
{
    struct raw_format found = { 0, 0, 0 };
    size_t length = strcspn(text, ",");

    for (int i = 1; i < ENCODINGS; i++)
        if (strlen(encodings[i].name) == length &&
            !strncmp(encodings[i].name, text, length))
            found.encoding = i;
    if (!found.encoding || !text[length])
        return -1;

    text = parse_count(text + length + 1, MIN_RATE_HZ, MAX_RATE_HZ,
                       &found.rate_hz);
    if (!text || *text != ',')
        return -1;
    text = parse_count(text + 1, 1, MAX_CHANNELS, &found.channels);
    if (!text || *text)
        return -1;
    *raw = found;
    return 0;
}

/* --------------------------------------------------- view of libsndfile */

static sf_count_t view_size(void *user)
{
    const struct source *source = user;

    return source->size;
}

static sf_count_t view_seek(sf_count_t offset, int whence, void *user)
{
    struct source *source = user;
    sf_count_t base = 0;

    if (whence == SEEK_CUR)
        base = source->position;
    else if (whence == SEEK_END)
        base = source->size;
    if (offset < -base || offset > SF_COUNT_MAX - base)
        return -1;
    source->position = base + offset;
    if (whence == SEEK_END && offset == 0)
        return source->size * source->stretch;
    return source->position;
}

static sf_count_t view_read(void *buffer, sf_count_t count, void *user)
{
    struct source *source = user;
    sf_count_t got = source_read(source, source->position, buffer, count);

    source->position += got;
    return got;
}

static sf_count_t view_tell(void *user)
{
    const struct source *source = user;

    return source->position;
}

static SNDFILE *open_view(struct source *source, SF_INFO *info)
{
    SF_VIRTUAL_IO view = { view_size, view_seek, view_read, NULL, view_tell };

    source->position = 0;
    return sf_open_virtual(&view, SFM_READ, info, source);
}

/* ---------------------------------------------------------------- open */

/**
 * Open a headerless input
 */
static SNDFILE *open_raw(struct source *source, const struct raw_format *raw,
                         SF_INFO *info, struct reason *reason)
{
    const struct encoding *encoding = &encodings[raw->encoding];
    int frame_bytes = encoding->bytes * raw->channels;
    SNDFILE *file;

    if (source->size % frame_bytes) {
        refuse(reason, "%lld bytes are no whole number of frames of %d bytes",
               (long long)source->size, frame_bytes);
        return NULL;
    }
    *info = (SF_INFO){ .samplerate = raw->rate_hz,
                       .channels = raw->channels,
                       .format = SF_FORMAT_RAW | encoding->format };
    file = open_view(source, info);
    if (!file)
        refuse(reason, "cannot be read: %s", sf_strerror(NULL));
    return file;
}

/**
 * Open an MPEG stream once more, to its real end
 * info            Of the first time; return the number of frames, or
 *                 SF_COUNT_MAX when the stream does not say
 *
 * Without a Xing header libmpg123 takes the first frame's bit rate for all and
 * estimates the length from the size of the file; libsndfile then stops there,
 * however much follows. With a variable bit rate that can lose most of the
 * file. A size that looks larger moves the estimate beyond the end, and
 * shows whether it was one.
 */
static SNDFILE *open_mpeg(struct source *source, SF_INFO *info)
{
    sf_count_t frames = info->frames;
    SNDFILE *file;

    source->stretch = 64; /* more than from 8 to 320 kbit/s */
    *info = (SF_INFO){ 0 };
    file = open_view(source, info);
    if (info->frames != frames)
        info->frames = SF_COUNT_MAX;
    return file;
}

/**
 * Say why libsndfile did not open an input
 */
static void explain_open(struct reason *reason)
{
    /* 7 is libsndfile's word for an MPEG stream that is none */
    int code = sf_error(NULL);
    const char *text = sf_strerror(NULL);
    int length = (int)strlen(text);

    if (code == SF_ERR_UNRECOGNISED_FORMAT || code == 7)
        refuse(reason, "not an audio file that libsndfile can read");
    else
        refuse(reason, "cannot be read: %.*s",
               length && text[length - 1] == '.' ? length - 1 : length, text);
}

static SNDFILE *open_any(struct source *source, SF_INFO *info,
                         struct reason *reason)
{
    SNDFILE *file;

    *info = (SF_INFO){ 0 };
    file = open_view(source, info);
    if (file && (info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_MPEG) {
        sf_close(file);
        file = open_mpeg(source, info);
    }
    if (!file)
        explain_open(reason);
    return file;
}

/* -------------------------------------------------------------- frames */

static int check_shape(const SF_INFO *info, struct reason *reason)
{
    if (info->samplerate < MIN_RATE_HZ || info->samplerate > MAX_RATE_HZ)
        return refuse(reason, "sampling rate %d Hz is out of %d to %d Hz",
                      info->samplerate, MIN_RATE_HZ, MAX_RATE_HZ);
    if (info->channels < 1 || info->channels > MAX_CHANNELS)
        return refuse(reason, "%d channels are out of 1 to %d", info->channels,
                      MAX_CHANNELS);
    if (info->frames != SF_COUNT_MAX &&
        info->frames > (sf_count_t)DECODE_MOST_S * info->samplerate)
        return refuse(reason, "longer than 4 h");
    return 0;
}

/**
 * Whether a recording is left where it is, and read several times: plain
 * samples from 3 min of 48 kHz mono on, since memory then costs more than
 * reading; FLAC only where it would fill memory
 */
static int is_long(const SF_INFO *info)
{
    int is_flac = (info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;

    return stream_can_seek(info) &&
           (uint64_t)info->frames * (uint64_t)info->channels * sizeof(float) >
               (is_flac ? SPOOL_BYTES : STREAM_BYTES);
}

static int read_source(struct stream *stream, const struct raw_format *raw,
                       struct recording *recording, struct reason *reason)
{
    SF_INFO info;
    SNDFILE *file;
    int result;

    if (!raw->encoding && source_check(&stream->source, reason))
        return -1;
    file = raw->encoding ? open_raw(&stream->source, raw, &info, reason)
                         : open_any(&stream->source, &info, reason);
    if (!file)
        return -1;

    result = check_shape(&info, reason);
    if (!result) {
        stream->info = info;
        recording->view = (struct opine_audio){ .frames = (size_t)info.frames,
                                                .channels = info.channels,
                                                .rate_hz = info.samplerate };
        if (is_long(&info)) {
            stream->file = file;
            return 0;
        }
        result = decode(stream, file, recording, reason);
    }
    sf_close(file);
    return result;
}

/* -------------------------------------------------------------- public */

/* Readers at work, and what stderr was before the first of them came */
static pthread_mutex_t quiet_lock = PTHREAD_MUTEX_INITIALIZER;
static int readers;
static int saved_stderr;

/**
 * Silence stderr, and give it its voice back
 *
 * libmpg123 writes warnings there, and libsndfile gives no way to stop it.
 */
static void set_quiet(void)
{
    int nothing;

    pthread_mutex_lock(&quiet_lock);
    if (readers++ == 0) {
        saved_stderr = dup(STDERR_FILENO);
        nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (saved_stderr >= 0 && nothing >= 0)
            dup2(nothing, STDERR_FILENO);
        if (nothing >= 0)
            close(nothing);
    }
    pthread_mutex_unlock(&quiet_lock);
}

static void set_loud(void)
{
    pthread_mutex_lock(&quiet_lock);
    if (--readers == 0 && saved_stderr >= 0) {
        dup2(saved_stderr, STDERR_FILENO);
        close(saved_stderr);
    }
    pthread_mutex_unlock(&quiet_lock);
}

int audio_read(const char *path, const struct raw_format *raw,
               struct recording *recording, struct reason *reason)
{
    struct stream *stream = stream_make();
    int result;

    *recording = (struct recording){ .stream = stream };
    if (!stream)
        return refuse(reason, "%s", opine_status_text(OPINE_ERR_MEMORY));
    result = source_open(path, &stream->source, reason);
    if (!result) {
        set_quiet();
        result = read_source(stream, raw, recording, reason);
        set_loud();
    }
    if (result) {
        audio_free(recording);
        return result;
    }
    recording->view.data = recording->samples;
    if (recording->samples) {
        stream_free(stream);
        recording->stream = NULL;
    }
    return 0;
}

void audio_free(struct recording *recording)
{
    free(recording->samples);
    stream_free(recording->stream);
    *recording = (struct recording){ .samples = NULL };
}

const char *audio_library(void)
{
    return sf_version_string();
}
