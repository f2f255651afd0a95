/* SPDX-License-Identifier: BSD-2-Clause */
#include "source.h"

#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* From pipes: as much as a WAV file can hold */
#define MAX_PIPE_BYTES INT64_C(0xffffffff)

int refuse(struct reason *reason, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason->text, sizeof(reason->text), format, arguments);
    va_end(arguments);
    return -1;
}

/* --------------------------------------------------------------- bytes */

int64_t source_read(struct source *source, int64_t offset, void *buffer,
                    int64_t count)
{
    int64_t done = 0;

    if (offset < 0 || offset >= source->size || count <= 0)
        return 0;
    if (count > source->size - offset)
        count = source->size - offset;
    if (source->memory) {
        memcpy(buffer, source->memory + offset, (size_t)count);
        return count;
    }
    while (done < count) {
        ssize_t got = pread(source->fd, (char *)buffer + done,
                            (size_t)(count - done), (off_t)(offset + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            source->error = errno;
        if (got <= 0)
            break;
        done += got;
    }
    return done;
}

/**
 * Move what is in memory behind what is spooled, and make the spool if there is
 * none
 */
static int spool(struct source *source, int64_t bytes, struct reason *reason)
{
    if (source->fd < 0)
        source->fd = spool_open(reason);
    if (source->fd < 0)
        return -1;
    return spool_write(source->fd, source->memory, (size_t)bytes, reason);
}

/**
 * Read a pipe to its end: into memory, and into a spool once it is long
 */
static int slurp(int fd, struct source *source, struct reason *reason)
{
    const int64_t most = (int64_t)SPOOL_BYTES;
    int64_t capacity = 0;
    int64_t held = 0; /* in memory */
    ssize_t got = 1;

    while (got) {
        if (held == capacity && capacity < most) {
            capacity = capacity ? 2 * capacity : 1 << 20;
            void *memory = realloc(source->memory, (size_t)capacity);

            if (!memory)
                return refuse(reason, "out of memory");
            source->memory = memory;
        }
        if (held == capacity) {
            if (spool(source, held, reason))
                return -1;
            held = 0;
        }
        got = read(fd, source->memory + held, (size_t)(capacity - held));
        if (got < 0 && errno != EINTR)
            return refuse(reason, "%s", strerror(errno));
        held += got > 0 ? got : 0;
        source->size += got > 0 ? got : 0;
        if (source->size > MAX_PIPE_BYTES)
            return refuse(reason, "too long to be read from a pipe");
    }
    if (source->fd < 0)
        return 0;
    if (spool(source, held, reason))
        return -1;
    free(source->memory);
    source->memory = NULL;
    return 0;
}

int source_open(const char *path, struct source *source, struct reason *reason)
{
    int is_stdin = !strcmp(path, "-");
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    int result = 0;

    *source = (struct source){ .fd = -1, .stretch = 1 };
    if (fd < 0)
        return refuse(reason, "%s", strerror(errno));

    if (fstat(fd, &status)) {
        result = refuse(reason, "%s", strerror(errno));
    } else if (S_ISDIR(status.st_mode)) {
        result = refuse(reason, "is a directory");
    } else if (S_ISREG(status.st_mode) && !is_stdin) {
        source->size = status.st_size;
        source->fd = fd;
        fd = -1;
    } else {
        result = slurp(fd, source, reason);
    }
    if (!result && source->size == 0)
        result = refuse(reason, "is empty");
    if (fd >= 0 && !is_stdin)
        close(fd);
    return result;
}

void source_close(struct source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    free(source->memory);
}

/* ---------------------------------------------------------- truncation */

/**
 * Layout of a container made of chunks: a name, a size and contents each
 */
struct layout {
    char magic[5]; /* its first bytes */
    char chunk[5]; /* first bytes of the name of the samples' chunk */
    int first;     /* where the first chunk begins */
    int name_bytes;
    int size_bytes;
    int is_big_endian;
    int counts_header; /* sizes include the name and themselves */
    int multiple;      /* chunks are padded to a multiple of this */
};

/* clang-format off */
static const struct layout layouts[] = {
    { "RIFF", "data", 12,  4, 4, 0, 0, 2 },  /* WAV */
    { "RIFX", "data", 12,  4, 4, 1, 0, 2 },  /* WAV, big-endian */
    { "RF64", "data", 12,  4, 4, 0, 0, 2 },
    { "FORM", "SSND", 12,  4, 4, 1, 0, 2 },  /* AIFF */
    { "riff", "data", 40, 16, 8, 0, 1, 8 },  /* W64 */
    { "caff", "data",  8,  4, 8, 1, 0, 1 }   /* CAF */
};
/* clang-format on */

/**
 * Read an unsigned number, at most INT64_MAX
 */
static int64_t decode(const unsigned char *bytes, int count, int is_big_endian)
{
    uint64_t number = 0;

    for (int i = 0; i < count; i++)
        number = number << 8 | bytes[is_big_endian ? i : count - 1 - i];
    return number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

/**
 * Whether a size stands for "unknown", as written by programs that write to a
 * pipe: all ones, or the largest signed number less a header; sox takes
 * 0x7f000000 for the latter.
 */
static int is_unknown(int64_t size, int size_bytes)
{
    if (size_bytes == 8)
        return size >= INT64_MAX / 2;
    return size >= 0xffffff00 || (size >= 0x7f000000 && size <= 0x7fffffff);
}

/**
 * Find how many bytes of samples a container promises
 * present         Return how many there are
 * return          0 when it does not say
 */
static int64_t find_promise(struct source *source, const struct layout *layout,
                            int64_t *present)
{
    int header_bytes = layout->name_bytes + layout->size_bytes;
    int64_t offset = layout->first;
    int64_t long_size = 0; /* of RF64, where 32 bits do not suffice */
    unsigned char header[24];

    /* No real file has as many chunks; a false one may have a billion */
    for (int chunks = 0; chunks < 1000; chunks++) {
        if (source_read(source, offset, header, header_bytes) < header_bytes)
            break;
        offset += header_bytes;

        int64_t size = decode(header + layout->name_bytes, layout->size_bytes,
                              layout->is_big_endian);

        if (!memcmp(header, "ds64", 4) &&
            source_read(source, offset + 8, header + 8, 8) == 8)
            long_size = decode(header + 8, 8, 0);
        if (!memcmp(header, layout->chunk, 4)) {
            if (is_unknown(size, layout->size_bytes))
                size = is_unknown(long_size, 8) ? 0 : long_size;
            else if (layout->counts_header)
                size -= header_bytes;
            *present = source->size - offset;
            return size;
        }
        if (size > source->size)
            break;
        offset += layout->counts_header ? size - header_bytes : size;
        offset += (layout->multiple - offset % layout->multiple) %
                  layout->multiple;
    }
    return 0;
}

/**
 * The same for AU, which has no chunks but a header of fixed layout
 */
static int64_t find_au_promise(struct source *source, int64_t *present)
{
    unsigned char header[12];

    if (source_read(source, 0, header, 12) < 12)
        return 0;

    int64_t size = decode(header + 8, 4, 1);

    *present = source->size - decode(header + 4, 4, 1);
    return is_unknown(size, 4) ? 0 : size;
}

/**
 * Whether the last page of an Ogg stream goes on beyond the end
 */
static int is_page_cut(struct source *source)
{
    unsigned char tail[27 + 255 + 255 * 255]; /* the largest page */
    int64_t offset = source->size - (int64_t)sizeof(tail);
    int count = (int)source_read(source, offset > 0 ? offset : 0, tail,
                                 sizeof(tail));

    for (int i = count - 4; i >= 0; i--) {
        if (memcmp(tail + i, "OggS", 4))
            continue;

        int page_bytes = 27;
        int segments = i + 26 < count ? tail[i + 26] : 255;

        for (int k = 0; k < segments && i + 27 + k < count; k++)
            page_bytes += tail[i + 27 + k];
        return i + segments + page_bytes > count;
    }
    return 0;
}

int source_check(struct source *source, struct reason *reason)
{
    unsigned char magic[4] = { 0 };
    int64_t present = 0;
    int64_t promised = 0;

    source_read(source, 0, magic, 4);
    if (!memcmp(magic, "OggS", 4) && is_page_cut(source))
        return refuse(reason, "truncated: its last page is not complete");

    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
        if (!memcmp(magic, layouts[i].magic, 4))
            promised = find_promise(source, &layouts[i], &present);

    if (!memcmp(magic, ".snd", 4))
        promised = find_au_promise(source, &present);
    if (promised > present)
        return refuse(reason,
                      "truncated: %lld of %lld bytes of samples are there",
                      (long long)present, (long long)promised);
    return 0;
}
