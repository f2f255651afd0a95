/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* madvise(), which strict C11 hides */

#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) /* as clang says it */
#define HAS_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#endif

#if defined(HAS_ASAN)
#include <sanitizer/asan_interface.h>
#define POISON(memory, bytes)   ASAN_POISON_MEMORY_REGION(memory, bytes)
#define UNPOISON(memory, bytes) ASAN_UNPOISON_MEMORY_REGION(memory, bytes)
#else
#define POISON(memory, bytes)   ((void)(memory), (void)(bytes))
#define UNPOISON(memory, bytes) ((void)(memory), (void)(bytes))
#endif

#define ALIGN     ((size_t)64) /* a cache line, an AVX-512 register */
#define GAP       ALIGN        /* between pieces, poisoned under ASan */
#define HUGE_PAGE ((size_t)2 << 20)
#define LEAST     (HUGE_PAGE - 1024)    /* bytes of the first block */
#define MOST      ((size_t)4096 * 1024) /* of a block beyond what is asked for */

struct opine_arena_block {
    struct opine_arena_block *older;
    unsigned char *base; /* aligned */
    size_t size, used;   /* bytes from base */
    size_t before;       /* bytes used in older blocks */
};

/* Fresh memory costs the kernel a fault a page, a third of all time; so large
 * blocks are made of large pages. Not the largest: where memory is fragmented
 * the kernel spends more on finding such pages than on faults. */
static void *std_alloc(void *opaque, size_t bytes)
{
    (void)opaque;
#if defined(MADV_HUGEPAGE)
    if (bytes >= HUGE_PAGE / 2 && bytes <= 8 * HUGE_PAGE) {
        size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
        void *memory = aligned_alloc(HUGE_PAGE, whole);

        if (memory)
            (void)madvise(memory, whole, MADV_HUGEPAGE); /* or small ones */
        return memory;
    }
#endif
    return malloc(bytes);
}

static void std_free(void *opaque, void *memory)
{
    (void)opaque;
    free(memory);
}

void opine_arena_init(struct opine_arena *arena,
                      const struct opine_allocator *from)
{
    arena->from = *from;
    if (!arena->from.alloc) {
        arena->from.alloc = std_alloc;
        arena->from.free = std_free;
    }
    arena->newest = NULL;
    arena->most = 0;
}

static void drop_newest(struct opine_arena *arena)
{
    struct opine_arena_block *block = arena->newest;

    arena->newest = block->older;
    UNPOISON(block->base, block->size);
    arena->from.free(arena->from.opaque, block);
}

void opine_arena_free(struct opine_arena *arena)
{
    while (arena->newest)
        drop_newest(arena);
}

/* Add a block with room for at least `bytes`; 0 when there is no memory */
static int add_block(struct opine_arena *arena, size_t bytes)
{
    size_t head = sizeof(struct opine_arena_block) + ALIGN;
    struct opine_arena_block *block;
    size_t least = LEAST;

    if (arena->newest)
        least = arena->newest->size < MOST ? arena->newest->size : MOST;
    if (bytes < least)
        bytes = least;
    block = arena->from.alloc(arena->from.opaque, head + bytes);
    if (!block)
        return 0;
    block->base =
        (unsigned char *)(((uintptr_t)(block + 1) + ALIGN - 1) / ALIGN * ALIGN);
    block->older = arena->newest;
    block->before = block->older ? block->older->before + block->older->used
                                 : 0;
    block->size = bytes;
    block->used = 0;
    POISON(block->base, block->size);
    arena->newest = block;
    return 1;
}

void opine_arena_clear(struct opine_arena *arena)
{
    size_t most = arena->most;

    if (!arena->newest)
        return;
    arena->most = 0;
    if (!arena->newest->older && most <= arena->newest->size) {
        POISON(arena->newest->base, arena->newest->size);
        arena->newest->used = 0;
        return;
    }
    opine_arena_free(arena);
    (void)add_block(arena, most); /* if not, the next take tries again */
}

void *opine_arena_take(struct opine_arena *arena, size_t count, size_t size)
{
    struct opine_arena_block *block;
    unsigned char *piece;
    size_t bytes;

    if (size && count > (SIZE_MAX / 4 - ALIGN) / size)
        return NULL;
    bytes = (count * size + ALIGN - 1) / ALIGN * ALIGN + GAP;
    block = arena->newest;
    if (!block || bytes > block->size - block->used) {
        if (!add_block(arena, bytes))
            return NULL;
        block = arena->newest;
    }
    piece = block->base + block->used;
    block->used += bytes;
    if (block->before + block->used > arena->most)
        arena->most = block->before + block->used;
    UNPOISON(piece, count * size);
    return piece;
}

struct opine_arena_mark opine_arena_mark(const struct opine_arena *arena)
{
    struct opine_arena_mark mark = { arena->newest, 0 };

    if (mark.block)
        mark.used = mark.block->used;
    return mark;
}

void opine_arena_release(struct opine_arena *arena,
                         struct opine_arena_mark mark)
{
    while (arena->newest != mark.block)
        drop_newest(arena);
    if (arena->newest) {
        arena->newest->used = mark.used;
        POISON(arena->newest->base + mark.used,
               arena->newest->size - mark.used);
    }
}
