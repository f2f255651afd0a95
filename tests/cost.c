/* SPDX-License-Identifier: BSD-2-Clause */
#include "cost.h"

#include "degrade.h"
#include "meter.h"
#include "opine.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RATE_HZ 48000

static float *allocate(size_t n)
{
    float *memory = calloc(n + 1, sizeof *memory);

    if (!memory)
        abort();
    return memory;
}

static int complain(enum opine_status status)
{
    if (status)
        fprintf(stderr, "cost: %s\n", opine_status_text(status));
    return status ? -1 : 0;
}

/* ------------------------------------------------------------------ time */

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Median of several runs after one that makes the tables */
static enum opine_status time_runs(struct opine_context *context,
                                   const struct opine_audio *ref,
                                   const struct opine_audio *deg, int runs,
                                   double *median_ms)
{
    struct opine_alignment alignment;
    double *ms = calloc((size_t)runs, sizeof *ms);
    enum opine_status status = OPINE_OK;

    if (!ms)
        abort();
    for (int r = -1; r < runs && !status; r++) {
        clock_t start = clock();

        status = opine_align(context, ref, deg, &alignment);
        if (r >= 0)
            ms[r] = 1000.0 * (double)(clock() - start) / CLOCKS_PER_SEC;
    }
    qsort(ms, (size_t)runs, sizeof *ms, compare_numbers);
    *median_ms = ms[runs / 2];
    free(ms);
    return status;
}

static enum opine_status time_warp(struct tally *tally, enum row row,
                                   const struct source *s,
                                   const struct warp *warp, int runs)
{
    float *degraded = allocate((size_t)warp->n);
    struct opine_audio ref = { s->x, (size_t)s->n, 1, s->rate_hz, 0, 0 };
    struct opine_audio deg = { degraded, (size_t)warp->n, 1, s->rate_hz, 0, 0 };
    struct opine_config config;
    enum opine_status status = OPINE_OK;

    opine_config_init(&config);
    warp_render(warp, s->x, s->n, NULL, degraded);
    for (int align = 0; align <= 1 && !status; align++) {
        struct opine_context *context;
        double ms = 0;

        config.align = align;
        status = opine_create(&context, &config);
        if (status)
            break;
        status = time_runs(context, &ref, &deg, runs, &ms);
        opine_destroy(context);
        tally_measure(tally, align ? row : ROW_CPU_REST, ms);
    }
    free(degraded);
    return status;
}

int cost_time(struct tally *tally, const struct corpus *corpus, int quick)
{
    static const double sizes_ms[] = { 20, 50, 100 };
    static const struct warp_steps steps = { 10, WARP_ACTIVE, 0, sizes_ms, 3 };
    enum opine_status status = OPINE_OK;
    int runs = quick ? 5 : 15;

    for (int i = 0; i < corpus->count && !status; i++) {
        const struct source *s = &corpus->source[i];
        struct warp warp;

        if (!s->is_own || s->rate_hz != RATE_HZ)
            continue;
        warp_shift(&warp, s->n, 0.123 * RATE_HZ + 0.3, 0);
        status = time_warp(tally, ROW_CPU_ONE, s, &warp, runs);
        warp_free(&warp);
        if (status)
            break;
        warp_step(&warp, s->x, s->n, RATE_HZ, 0.123 * RATE_HZ, &steps, 5);
        status = time_warp(tally, ROW_CPU_TRACK, s, &warp, runs);
        warp_free(&warp);
    }
    return complain(status);
}

/* ---------------------------------------------------------------- memory */

/* All own recordings one after the other, again and again, so loud once and so
 * another time; the right channel is the left, later and weaker */
static void fill(float *x, int n, const struct corpus *corpus)
{
    struct random random = random_seed(3);
    int at = 0;

    for (int i = 0; at < n; i = (i + 1) % corpus->count) {
        const struct source *s = &corpus->source[i];
        double gain = random_uniform(&random, 0.5, 1);

        if (!s->is_own || s->rate_hz != RATE_HZ)
            continue;
        for (int k = 0; k < s->n && at < n; k++)
            x[at++] = (float)(gain * (double)s->x[k]);
    }
}

static void spread(float *stereo, const float *x, int n)
{
    for (int i = 0; i < n; i++) {
        stereo[2 * i] = x[i];
        stereo[2 * i + 1] = i < 20 ? 0 : 0.7f * x[i - 20];
    }
}

int cost_memory(struct tally *tally, const struct corpus *corpus, int minutes)
{
    static const double sizes_ms[] = { 20, 50, 100 };
    const struct warp_steps steps = { 60 * minutes, WARP_ACTIVE, 0, sizes_ms,
                                      3 };
    int n = minutes * 60 * RATE_HZ;
    struct meter meter = { 0, 0 };
    struct opine_alignment alignment;
    struct opine_context *context;
    struct opine_config config;
    struct warp warp;
    float *x = allocate((size_t)n), *y, *ref, *deg;
    enum opine_status status;

    fill(x, n, corpus);
    warp_step(&warp, x, n, RATE_HZ, 4800, &steps, 9);
    y = allocate((size_t)warp.n);
    warp_render(&warp, x, n, NULL, y);
    ref = allocate(2 * (size_t)n);
    deg = allocate(2 * (size_t)warp.n);
    spread(ref, x, n);
    spread(deg, y, warp.n);
    free(x);
    free(y);

    opine_config_init(&config);
    meter_install(&meter, &config);
    status = opine_create(&context, &config);
    if (!status)
        status = opine_align(
            context, &(struct opine_audio){ ref, (size_t)n, 2, RATE_HZ, 0, 0 },
            &(struct opine_audio){ deg, (size_t)warp.n, 2, RATE_HZ, 0, 0 },
            &alignment);
    opine_destroy(context);
    if (!status) {
        double scale = 10.0 / minutes / 1048576;
        double copy = 2.0 * ((double)n + warp.n) * sizeof *ref;

        tally_measure(tally, ROW_MEMORY_ALL, scale * (double)meter.peak);
        tally_measure(tally, ROW_MEMORY, scale * ((double)meter.peak - copy));
    }
    free(ref);
    free(deg);
    warp_free(&warp);
    return complain(status);
}
