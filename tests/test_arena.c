/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Counts what is out, and fails when told to */
struct counter {
    int out, calls, fail_from;
};

static void *count_alloc(void *opaque, size_t bytes)
{
    struct counter *counter = opaque;

    if (++counter->calls >= counter->fail_from)
        return NULL;
    counter->out++;
    return malloc(bytes);
}

static void count_free(void *opaque, void *memory)
{
    struct counter *counter = opaque;

    counter->out--;
    free(memory);
}

static struct opine_arena begin(struct counter *counter)
{
    struct opine_allocator from = { count_alloc, count_free, counter };
    struct opine_arena arena;

    opine_arena_init(&arena, &from);
    return arena;
}

static void pieces_are_aligned_and_apart(void **state)
{
    struct counter counter = { 0, 0, 1000 };
    struct opine_arena arena = begin(&counter);
    unsigned char *last = NULL;

    (void)state;
    for (int i = 0; i < 200; i++) {
        size_t size = (size_t)(i * 37 % 5000);
        unsigned char *piece = opine_arena_take(&arena, size, 1);

        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % 64, 0);
        assert_ptr_not_equal(piece, last);
        memset(piece, i, size);
        if (last)
            assert_int_equal(last[0], i - 1);
        last = size ? piece : NULL;
    }
    opine_arena_free(&arena);
    assert_int_equal(counter.out, 0);
}

static void overflow_is_refused(void **state)
{
    struct counter counter = { 0, 0, 1000 };
    struct opine_arena arena = begin(&counter);

    (void)state;
    assert_null(opine_arena_take(&arena, SIZE_MAX / 2, 4));
    assert_null(opine_arena_take(&arena, SIZE_MAX, 1));
    assert_int_equal(counter.calls, 0);
    opine_arena_free(&arena);
}

static void failure_leaves_the_arena_usable(void **state)
{
    struct counter counter = { 0, 0, 2 };
    struct opine_arena arena = begin(&counter);

    (void)state;
    assert_non_null(opine_arena_take(&arena, 100, 1));
    assert_null(opine_arena_take(&arena, 10000000, 1));
    assert_non_null(opine_arena_take(&arena, 100, 1));
    opine_arena_free(&arena);
    assert_int_equal(counter.out, 0);
}

static void same_work_again_allocates_nothing(void **state)
{
    struct counter counter = { 0, 0, 1000 };
    struct opine_arena arena = begin(&counter);
    int before = 0;

    (void)state;
    for (int round = 0; round < 4; round++) {
        opine_arena_clear(&arena);
        if (round == 2)
            before = counter.calls;
        for (int i = 0; i < 50; i++)
            assert_non_null(opine_arena_take(&arena, 30000, sizeof(float)));
    }
    assert_int_equal(counter.calls, before);
    assert_int_equal(counter.out, 1);
    opine_arena_free(&arena);
}

static void release_gives_back_what_came_after_the_mark(void **state)
{
    struct counter counter = { 0, 0, 1000 };
    struct opine_arena arena = begin(&counter);
    struct opine_arena_mark mark;
    unsigned char *kept = opine_arena_take(&arena, 10, 1), *first, *again;

    (void)state;
    memset(kept, 7, 10);
    mark = opine_arena_mark(&arena);
    first = opine_arena_take(&arena, 100, 1);
    assert_non_null(opine_arena_take(&arena, 10000000, 1));
    opine_arena_release(&arena, mark);
    again = opine_arena_take(&arena, 100, 1);
    assert_ptr_equal(first, again);
    assert_int_equal(kept[9], 7);
    assert_int_equal(counter.out, 1);
    opine_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),
        cmocka_unit_test(overflow_is_refused),
        cmocka_unit_test(failure_leaves_the_arena_usable),
        cmocka_unit_test(same_work_again_allocates_nothing),
        cmocka_unit_test(release_gives_back_what_came_after_the_mark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
