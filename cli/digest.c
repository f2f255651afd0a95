/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

#define BLOCK_BYTES (1 << 17)

static struct digest write_down(XXH128_hash_t hash)
{
    struct digest digest;

    snprintf(digest.text, sizeof(digest.text), "%016llx%016llx",
             (unsigned long long)hash.high64, (unsigned long long)hash.low64);
    return digest;
}

struct digest digest_text(const char *text)
{
    return write_down(XXH3_128bits(text, strlen(text)));
}

/**
 * Hash an open input
 * return          0, or -1 with a reason
 */
static int digest_source(struct source *source, struct digest *digest,
                         struct reason *reason)
{
    XXH3_state_t *state = XXH3_createState();
    char *block = malloc(BLOCK_BYTES);
    int64_t done = 0;
    int64_t got = 1;

    if (!state || !block) {
        free(block);
        XXH3_freeState(state);
        return refuse(reason, "out of memory");
    }
    XXH3_128bits_reset(state);
    while (done < source->size && got > 0) {
        got = source_read(source, done, block, BLOCK_BYTES);
        XXH3_128bits_update(state, block, (size_t)got);
        done += got;
    }
    *digest = write_down(XXH3_128bits_digest(state));
    free(block);
    XXH3_freeState(state);
    if (source->error)
        return refuse(reason, "%s", strerror(source->error));
    return 0;
}

int digest_file(const char *path, struct digest *digest, int64_t *bytes,
                struct reason *reason)
{
    struct stat status;
    struct source source;
    int result;

    if (stat(path, &status))
        return refuse(reason, "%s", strerror(errno));
    if (S_ISDIR(status.st_mode))
        return refuse(reason, "is a directory");
    if (!S_ISREG(status.st_mode))
        return refuse(reason, "is no regular file");
    result = source_open(path, &source, reason);
    if (!result) {
        *bytes = source.size;
        result = digest_source(&source, digest, reason);
    }
    source_close(&source);
    return result;
}
