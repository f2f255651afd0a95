/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Bench: where the time and the memory go
 */
#ifndef OPINE_TESTS_BENCH_H
#define OPINE_TESTS_BENCH_H

#include "opine.h"

#include <jansson.h>
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
 * Write a recording, several times over: name is "ref.wav" or "deg.wav"
 */
void process_write(const struct opine_audio *audio, int times,
                   const char *name);

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

/* -------------------------------------------------------------- report */

/* What a case is made of */
struct recipe {
    const char *name;
    double seconds;
    int channels, ref_hz, deg_hz;
    int steps; /* of the delay */
};

enum stage { PREPARE, ALIGN, PERCEIVE, DISTURB, MAP, STAGES };

#define LEVELS 8 /* room for enum opine_cpu */

struct figures {
    double ms[STAGES], engine_ms; /* at the best level; 0: not measured */
    double floor_ms, real_time;
    long transforms;
    double level_ms[LEVELS];  /* by enum opine_cpu, 0 where there is none */
    double first_ms, next_ms; /* in a fresh context, and with the reference
                                 known */
    double held_mib;          /* by the library at most */
    struct process process;
};

/**
 * Print the table's head, and a line
 */
void report_head(void);
void report_case(const struct recipe *recipe, const struct figures *figures);

/**
 * The same for programs; to be released
 */
json_t *report_json(const struct recipe *recipe, const struct figures *figures);

#endif
