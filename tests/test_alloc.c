/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that cannot be had: the n-th allocation fails, alone or for good, for
 * every n until scoring succeeds. Nothing may leak or crash. */
#include "support.h"

#include "opine.h"

#include <stdlib.h>

#define RATE 16000
#define N    (2 * RATE)

struct heap {
    int calls, out;
    int fail;     /* the call that fails, from 1 */
    int for_good; /* and all after it */
};

static void *take(void *opaque, size_t bytes)
{
    struct heap *heap = opaque;

    heap->calls++;
    if (heap->calls == heap->fail ||
        (heap->for_good && heap->calls > heap->fail))
        return NULL;
    heap->out++;
    return malloc(bytes);
}

static void give(void *opaque, void *memory)
{
    struct heap *heap = opaque;

    heap->out--;
    free(memory);
}

static enum opine_status score(struct heap *heap, const float *ref,
                               const float *deg)
{
    struct opine_audio r = { ref, N, 1, RATE, 0, 0 };
    struct opine_audio d = { deg, N / 2, 1, RATE / 2, 0, 0 };
    struct opine_result result;
    struct opine_config config;

    opine_config_init(&config);
    config.alloc = take;
    config.free = give;
    config.opaque = heap;
    config.series = 1;
    return opine_score_once(&config, &r, &d, &result);
}

static void every_failure_is_reported_and_leaks_nothing(void **state)
{
    static float ref[N], deg[N];
    int most = 0;

    (void)state;
    make_speech(ref, N, RATE, 3500, 1);
    make_speech(deg, N / 2, RATE / 2, 3500, 1);
    for (int for_good = 0; for_good <= 1; for_good++)
        for (int fail = 1;; fail++) {
            struct heap heap = { 0, 0, fail, for_good };
            enum opine_status status = score(&heap, ref, deg);

            assert_int_equal(heap.out, 0);
            if (status == OPINE_OK && heap.calls < fail)
                break;
            assert_true(status == OPINE_ERR_MEMORY);
            most = fail > most ? fail : most;
        }
    assert_true(most > 3);
}

/* The n-th allocation fails in a context that knows the reference, or is about
 * to; what it scores afterwards is the same */
static void a_context_survives_every_failure(void **state)
{
    static float ref[N], deg[N];
    struct opine_audio r = { ref, N, 1, RATE, 0, 0 };
    struct opine_audio d = { deg, N, 1, RATE, 0, 0 };
    double mos = 0;

    (void)state;
    make_speech(ref, N, RATE, 7000, 1);
    make_speech(deg, N, RATE, 7000, 1);
    add_noise(deg, N, 20, 3);
    for (int fail = 1; fail < 40; fail++) {
        struct heap heap = { 0, 0, fail, 0 };
        struct opine_context *context;
        struct opine_result result;
        struct opine_config config;

        opine_config_init(&config);
        config.alloc = take;
        config.free = give;
        config.opaque = &heap;
        if (opine_create(&context, &config))
            continue;
        for (int i = 0; i < 4; i++) {
            if (opine_score(context, &r, &d, &result))
                continue;
            mos = mos > 0 ? mos : result.mos;
            assert_memory_equal(&result.mos, &mos, sizeof mos);
        }
        assert_int_equal(opine_score(context, &r, &d, &result), OPINE_OK);
        opine_destroy(context);
        assert_int_equal(heap.out, 0);
    }
}

static void half_an_allocator_is_refused(void **state)
{
    struct opine_context *context;
    struct opine_config config;

    (void)state;
    opine_config_init(&config);
    config.alloc = take;
    assert_int_equal(opine_create(&context, &config), OPINE_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_is_reported_and_leaks_nothing),
        cmocka_unit_test(a_context_survives_every_failure),
        cmocka_unit_test(half_an_allocator_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
