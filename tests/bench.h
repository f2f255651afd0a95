/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Bench: where the time and the memory go
 */
#ifndef OPINE_TESTS_BENCH_H
#define OPINE_TESTS_BENCH_H

#include "opine.h"

#include <time.h>

/* CPU time of this thread, in milliseconds */
static inline double bench_now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return 1e3 * (double)at.tv_sec + 1e-6 * (double)at.tv_nsec;
}

/* --------------------------------------------------------------- floor */

/**
 * Count the transforms from here on
 */
void floor_begin(void);

/**
 * Time the transforms that were counted, made by FFTW alone: as many, real, of
 * the same sizes and in the same batches, ESTIMATE plans that are made before
 * return          Milliseconds of one pass
 */
double floor_run(void);

/**
 * How many transforms were counted
 */
long floor_transforms(void);

/* ------------------------------------------------------------- process */

/* What a process took */
struct process {
    double cpu_ms;   /* user and system, least of the runs */
    double peak_mib; /* resident memory */
};

/**
 * Let another process write recordings into a folder of their own
 * write           Called there; calls process_write()
 * return          0, or -1 when that failed
 */
int process_begin(void (*write)(const void *what), const void *what);

/**
 * Write a recording: name is "ref.wav" or "deg.wav"
 */
void process_write(const struct opine_audio *audio, const char *name);

/**
 * Run a command there to its end, several times; its output is thrown away
 * arguments       The first is an absolute path
 * return          0, or -1 when it failed
 */
int process_run(char *const *arguments, int runs, struct process *process);

/**
 * Remove the folder
 */
void process_end(void);

#endif
