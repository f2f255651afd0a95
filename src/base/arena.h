/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Arena: scratch memory that is taken piece by piece and given back at once
 *
 * A context has two, one for the tables that depend on the rate and one for
 * the pair that is being scored. Pieces begin at multiples of 64 bytes, so that
 * every SIMD load of an array's beginning is aligned. When a piece does not fit
 * a larger block is had; opine_arena_clear() then replaces the blocks by one
 * that holds as much as there was at any time, so a context that scores pairs
 * of one size allocates once.
 */
#ifndef OPINE_SRC_ARENA_H
#define OPINE_SRC_ARENA_H

#include <stddef.h>

/* Where memory comes from; either both functions or none */
struct opine_allocator {
    void *(*alloc)(void *opaque, size_t bytes);
    void (*free)(void *opaque, void *memory);
    void *opaque;
};

struct opine_arena_block;

struct opine_arena {
    struct opine_allocator from;
    struct opine_arena_block *newest; /* NULL when empty */
    size_t most; /* bytes in use at any time since it was cleared */
};

/* A point to return to */
struct opine_arena_mark {
    struct opine_arena_block *block;
    size_t used;
};

/**
 * Begin with no memory at all
 */
void opine_arena_init(struct opine_arena *arena,
                      const struct opine_allocator *from);

/**
 * Give all memory back to the allocator
 */
void opine_arena_free(struct opine_arena *arena);

/**
 * Forget all pieces, keep the memory for the next ones
 */
void opine_arena_clear(struct opine_arena *arena);

/**
 * Take a piece
 * count, size     Number of elements and bytes of each
 * return          Aligned to 64 bytes, its contents undefined; NULL when there
 *                 is no memory or the product overflows
 */
void *opine_arena_take(struct opine_arena *arena, size_t count, size_t size);

/**
 * Forget the pieces taken after a mark
 */
struct opine_arena_mark opine_arena_mark(const struct opine_arena *arena);
void opine_arena_release(struct opine_arena *arena,
                         struct opine_arena_mark mark);

#endif
