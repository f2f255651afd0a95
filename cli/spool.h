/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Spools: what is too long for memory, in files that have no name
 */

#ifndef OPINE_CLI_SPOOL_H
#define OPINE_CLI_SPOOL_H

#include "source.h"

#include <stddef.h>

/**
 * Longer things are not kept in memory: 5.8 min of 48 kHz mono as it is scored
 */
#define SPOOL_BYTES ((size_t)64 << 20)

/**
 * Make a file in TMPDIR, or in /tmp; it goes when it is closed
 * return          Its descriptor, or -1 with a reason
 */
int spool_open(struct reason *reason);

/**
 * Write behind what was written
 * return          0, or -1 with a reason
 */
int spool_write(int fd, const void *bytes, size_t count, struct reason *reason);

/**
 * Read bytes from anywhere
 * return          How many there were; errno says why there were fewer
 */
size_t spool_read(int fd, int64_t offset, void *bytes, size_t count);

#endif /* OPINE_CLI_SPOOL_H */
