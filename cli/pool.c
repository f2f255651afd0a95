/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/**
 * A pool at work; all but `pool` is behind the lock
 */
struct crew {
    const struct pool *pool;
    pthread_mutex_t lock;
    pthread_cond_t has_news; /* a job is done, or a thread ends */
    int begun;
    int done;
    int hired;   /* threads that were started */
    int working; /* threads that have not ended */
    char *is_done;
};

static int is_stopped(const struct pool *pool)
{
    return pool->stop && *pool->stop;
}

/**
 * Take the next job
 * return          It, or -1 when there is none
 */
static int begin_job(struct crew *crew)
{
    const struct pool *pool = crew->pool;
    int job;

    if (crew->begun == pool->jobs || is_stopped(pool))
        return -1;
    job = pool->order ? pool->order[crew->begun] : crew->begun;
    crew->begun++;
    return job;
}

static void *work(void *argument)
{
    struct crew *crew = argument;
    const struct pool *pool = crew->pool;
    int thread;

    pthread_mutex_lock(&crew->lock);
    thread = crew->hired++;
    for (int job = begin_job(crew); job >= 0; job = begin_job(crew)) {
        pthread_mutex_unlock(&crew->lock);
        pool->work(pool->user, job, thread);
        pthread_mutex_lock(&crew->lock);
        crew->is_done[job] = 1;
        crew->done++;
        pthread_cond_signal(&crew->has_news);
    }
    crew->working--;
    pthread_cond_signal(&crew->has_news);
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/**
 * Take over what the threads make, until all have ended
 * return          How many jobs were delivered
 */
static int collect(struct crew *crew)
{
    const struct pool *pool = crew->pool;
    int delivered = 0;
    int seen = 0;

    pthread_mutex_lock(&crew->lock);
    for (;;) {
        int done = crew->done;
        int last = delivered;

        while (last < pool->jobs && crew->is_done[last])
            last++;
        if (done == seen && last == delivered) {
            if (!crew->working)
                break;
            pthread_cond_wait(&crew->has_news, &crew->lock);
            continue;
        }
        pthread_mutex_unlock(&crew->lock);
        if (pool->progress && done > seen)
            pool->progress(pool->user, done);
        seen = done;
        for (; delivered < last; delivered++)
            if (pool->deliver)
                pool->deliver(pool->user, delivered);
        pthread_mutex_lock(&crew->lock);
    }
    pthread_mutex_unlock(&crew->lock);
    return delivered;
}

/**
 * Start the threads
 * return          How many could be started; the others are not missed
 */
static int hire(struct crew *crew, pthread_t *threads, int count)
{
    int started = 0;

    pthread_mutex_lock(&crew->lock);
    while (started < count &&
           !pthread_create(&threads[started], NULL, work, crew))
        started++;
    crew->working = started;
    pthread_mutex_unlock(&crew->lock);
    return started;
}

int pool_run(const struct pool *pool)
{
    struct crew crew = { .pool = pool };
    int count = pool->threads < pool->jobs ? pool->threads : pool->jobs;
    pthread_t *threads;
    int started;
    int delivered;

    if (!pool->jobs)
        return 0;
    crew.is_done = calloc((size_t)pool->jobs, 1);
    threads = calloc((size_t)count, sizeof(*threads));
    if (!crew.is_done || !threads) {
        free(crew.is_done);
        free(threads);
        return -1;
    }
    pthread_mutex_init(&crew.lock, NULL);
    pthread_cond_init(&crew.has_news, NULL);
    started = hire(&crew, threads, count);
    delivered = collect(&crew);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_cond_destroy(&crew.has_news);
    pthread_mutex_destroy(&crew.lock);
    free(crew.is_done);
    free(threads);
    return started ? delivered : -1;
}

int pool_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count > 0 && count < 1024 ? (int)count : 1;
}
