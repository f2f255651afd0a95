/* SPDX-License-Identifier: BSD-2-Clause */
/* The work pool: every job once, handed over in order, stopped cleanly. */
#include "../cli/pool.h"

#include "support.h"

#include <stdlib.h>
#include <time.h>

enum { JOBS = 200 };

/**
 * What a run leaves
 */
struct ledger {
    int times[JOBS]; /* how often a job was done */
    int thread[JOBS];
    int delivered;
    int reported;
    int stop_at; /* delivery that stops the pool, or -1 */
    volatile sig_atomic_t stop;
};

static void do_job(void *user, int job, int thread)
{
    struct ledger *ledger = user;
    struct timespec pause = { 0, job % 7 * 50000 };

    nanosleep(&pause, NULL);
    ledger->times[job]++;
    ledger->thread[job] = thread;
}

static void take_job(void *user, int job)
{
    struct ledger *ledger = user;

    assert_int_equal(job, ledger->delivered);
    assert_int_equal(ledger->times[job], 1);
    ledger->delivered++;
    if (job == ledger->stop_at)
        ledger->stop = 1;
}

static void note_progress(void *user, int done)
{
    struct ledger *ledger = user;

    assert_true(done > ledger->reported);
    assert_true(done >= ledger->delivered);
    ledger->reported = done;
}

static struct pool make_pool(struct ledger *ledger, int jobs, int threads)
{
    *ledger = (struct ledger){ .stop_at = -1 };
    return (struct pool){ .jobs = jobs,
                          .threads = threads,
                          .stop = &ledger->stop,
                          .user = ledger,
                          .work = do_job,
                          .progress = note_progress,
                          .deliver = take_job };
}

static void every_job_is_delivered_once_and_in_order(void **state)
{
    static const int threads[] = { 1, 2, 5, 64, 1000 };
    struct ledger ledger;

    (void)state;
    for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
        struct pool pool = make_pool(&ledger, JOBS, threads[i]);

        assert_int_equal(pool_run(&pool), JOBS);
        assert_int_equal(ledger.delivered, JOBS);
        assert_int_equal(ledger.reported, JOBS);
        for (int j = 0; j < JOBS; j++)
            assert_in_range(ledger.thread[j], 0, threads[i] - 1);
    }
}

static void jobs_may_begin_in_any_order(void **state)
{
    int order[JOBS];
    struct ledger ledger;
    struct pool pool = make_pool(&ledger, JOBS, 3);

    (void)state;
    for (int i = 0; i < JOBS; i++)
        order[i] = JOBS - 1 - i;
    pool.order = order;
    assert_int_equal(pool_run(&pool), JOBS);
    assert_int_equal(ledger.delivered, JOBS);
}

static void stopped_pool_finishes_what_it_began(void **state)
{
    struct ledger ledger;
    struct pool pool = make_pool(&ledger, JOBS, 3);
    int delivered;

    (void)state;
    ledger.stop_at = 20;
    delivered = pool_run(&pool);
    assert_int_equal(delivered, ledger.delivered);
    assert_in_range(delivered, 21, JOBS - 1);
    for (int j = 0; j < JOBS; j++)
        assert_int_equal(ledger.times[j], j < delivered);
}

static void pool_without_jobs_or_takers_ends(void **state)
{
    struct ledger ledger;
    struct pool pool = make_pool(&ledger, 0, 4);

    (void)state;
    assert_int_equal(pool_run(&pool), 0);
    pool = make_pool(&ledger, 10, 4);
    pool.deliver = NULL;
    pool.progress = NULL;
    pool.stop = NULL;
    assert_int_equal(pool_run(&pool), 10);
    assert_true(pool_processors() >= 1);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_job_is_delivered_once_and_in_order),
        TEST(jobs_may_begin_in_any_order),
        TEST(stopped_pool_finishes_what_it_began),
        TEST(pool_without_jobs_or_takers_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
