/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Jobs done by several threads at once, handed over in order
 */

#ifndef OPINE_CLI_POOL_H
#define OPINE_CLI_POOL_H

#include <signal.h>

struct pool {
    int jobs;
    int threads;      /* 1 or more; no more than there are jobs are started */
    const int *order; /* jobs in the order in which they begin, or NULL: 0, 1 */
    const volatile sig_atomic_t *stop; /* when it is not 0 no job begins any
                                          more; or NULL */
    void *user;                        /* given to these: */

    /* Do a job in one of the threads, `thread` from 0 on */
    void (*work)(void *user, int job, int thread);

    /* In the thread of the caller: `done` jobs are finished; may be NULL */
    void (*progress)(void *user, int done);

    /* In the thread of the caller, for job 0, 1, 2 and so on: take what it
       made; may be NULL */
    void (*deliver)(void *user, int job);
};

/**
 * Run all jobs
 * return          How many were delivered: all of them, or as many as form an
 *                 unbroken row when it was stopped; -1 when no thread could be
 *                 started, or memory could not be had
 *
 * What a job wrote is seen by the delivery of it and of all later ones.
 */
int pool_run(const struct pool *pool);

/**
 * Number of processors that this process may use, at least 1
 */
int pool_processors(void);

#endif /* OPINE_CLI_POOL_H */
