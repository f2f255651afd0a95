/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Memory for recordings, which are large
 */

#ifndef OPINE_CLI_MEMORY_H
#define OPINE_CLI_MEMORY_H

#include <stddef.h>

/**
 * Take memory, in large pages if that pays
 * return          NULL when there is none; give it back with free()
 *
 * The first use of a page costs the kernel as much time as decoding what is
 * written there. Beyond 16 MiB, finding large pages where memory is fragmented
 * may cost more still.
 */
void *memory_take(size_t bytes);

#endif /* OPINE_CLI_MEMORY_H */
