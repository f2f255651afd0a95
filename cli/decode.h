/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * From an open file to all of its samples
 */

#ifndef OPINE_CLI_DECODE_H
#define OPINE_CLI_DECODE_H

#include "audio.h"
#include "stream.h"

#define DECODE_MOST_S (4 * 3600) /* what the library takes: opine.h */

/**
 * Decode a recording into memory, or into the stream's spool once it is long
 * stream          What `file` holds; return its spool
 * recording       Return its frames, and its samples if they are in memory
 * return          0, or -1 with a reason: not all there, too short or too long
 */
int decode(struct stream *stream, SNDFILE *file, struct recording *recording,
           struct reason *reason);

#endif /* OPINE_CLI_DECODE_H */
