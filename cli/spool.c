/* SPDX-License-Identifier: BSD-2-Clause */
#include "spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int spool_open(struct reason *reason)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int fd;

    folder = folder && *folder ? folder : "/tmp";
    snprintf(path, sizeof(path), "%s/opine-XXXXXX", folder);
    fd = mkstemp(path);
    if (fd < 0)
        return refuse(reason, "needs a temporary file in %s: %s", folder,
                      strerror(errno));
    unlink(path);
    return fd;
}

int spool_write(int fd, const void *bytes, size_t count, struct reason *reason)
{
    const char *from = bytes;

    while (count) {
        ssize_t put = write(fd, from, count);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return refuse(reason, "needs more temporary space (TMPDIR): %s",
                          strerror(errno));
        from += put;
        count -= (size_t)put;
    }
    return 0;
}

size_t spool_read(int fd, int64_t offset, void *bytes, size_t count)
{
    size_t done = 0;

    while (done < count) {
        ssize_t got = pread(fd, (char *)bytes + done, count - done,
                            (off_t)(offset + (int64_t)done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}
