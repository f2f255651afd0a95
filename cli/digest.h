/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Short names for contents
 *
 * The only part that sees libxxhash.
 */

#ifndef OPINE_CLI_DIGEST_H
#define OPINE_CLI_DIGEST_H

#include "source.h"

/**
 * Hash of some bytes, XXH3 of 128 bits: 32 hexadecimal digits
 */
struct digest {
    char text[33];
};

/**
 * Hash a text
 */
struct digest digest_text(const char *text);

/**
 * Hash what is in a file
 * bytes           Return its size
 * return          0, or -1 with a reason: only a regular file will do, since
 *                 the bytes of others are gone when they have been read
 */
int digest_file(const char *path, struct digest *digest, int64_t *bytes,
                struct reason *reason);

#endif /* OPINE_CLI_DIGEST_H */
