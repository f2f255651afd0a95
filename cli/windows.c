/* SPDX-License-Identifier: BSD-2-Clause */
#include "windows.h"

#include "place.h"
#include "pool.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* What is cut beyond a window at either end, so that the window's own alignment
   has room. Scores of windows in a minute of speech with noise, gaps and a jump
   differed by at most 0.02 between 0 and 0.5 s. Beyond a jump there is other
   sound, so the cut ends there. */
#define MARGIN_S 0.1

/* Below the loudest window by so much, in dB, there is the noise of the
   reference alone */
#define QUIET_DB 50

#define NO_COST 0.005 /* rounds to 0.00 */

const char *window_status_name(enum window_status status)
{
    switch (status) {
    case WINDOW_SCORED:
        return "scored";
    case WINDOW_SILENT:
        return "silent";
    case WINDOW_ABSENT:
        return "absent";
    }
    return "";
}

int window_find_cause(const double cost[OPINE_CAUSES])
{
    int most = 0;

    for (int c = 1; c < OPINE_CAUSES; c++)
        if (cost[c] > cost[most])
            most = c;
    return cost[most] < NO_COST ? -1 : most;
}

/* --------------------------------------------------------------- place */

int windows_place(double from_s, double to_s, double size_s, double hop_s,
                  struct windows *windows)
{
    double last_s = fmax(to_s - from_s - size_s, 0);
    /* Less than a tenth of a hop is no reason for another */
    int count = 1 + (int)fmax(ceil(last_s / hop_s - 0.1), 0);
    struct window *window = calloc((size_t)count, sizeof(*window));

    *windows = (struct windows){ window ? count : 0, window };
    if (!window)
        return -1;
    for (int i = 0; i < count; i++) {
        window[i].start_s = from_s + (i + 1 < count ? i * hop_s : last_s);
        window[i].end_s = fmin(window[i].start_s + size_s, to_s);
    }
    return 0;
}

void windows_free(struct windows *windows)
{
    free(windows->window);
    *windows = (struct windows){ 0, NULL };
}

/* --------------------------------------------------------------- score */

/**
 * What a thread scores with: its windows aligned again, or taken as they are
 */
struct desk {
    struct opine_context *aligning;
    struct opine_context *trusting;
    enum opine_status status; /* its first failure */
};

struct task {
    const struct options *options;
    const struct pair *pair;
    const struct opine_alignment *alignment;
    struct windows *windows;
    struct desk *desk; /* one a thread */
    struct progress progress;
};

static void refuse_window(struct window *w, enum window_status status)
{
    w->status = status;
    w->mos = w->mos_low = w->mos_high = (double)NAN;
    w->cause = -1;
    for (int c = 0; c < OPINE_CAUSES; c++)
        w->cost[c] = 0;
}

static void accept(struct window *w, const struct opine_result *result)
{
    w->status = WINDOW_SCORED;
    w->mos = result->mos;
    w->mos_low = result->mos_low;
    w->mos_high = result->mos_high;
    w->level_dbov = result->reference.level_dbov;
    for (int c = 0; c < OPINE_CAUSES; c++)
        w->cost[c] = result->disturbances[c].cost;
    w->cause = window_find_cause(w->cost);
}

/**
 * Where a window lies in the degraded recording, in seconds
 */
struct extent {
    double start_s;
    double end_s;
    double room_start_s; /* the same with a margin */
    double room_end_s;
};

/**
 * Place a window; notes the delay in its middle
 */
static struct extent find_extent(const struct opine_alignment *a,
                                 struct window *w)
{
    struct extent x;
    int section = 0;

    x.start_s = place_find(a, &section, w->start_s);
    x.room_start_s = fmax(x.start_s - MARGIN_S, a->section[section].start_s);
    place_find(a, &section, (w->start_s + w->end_s) / 2);
    w->delay_ms = a->section[section].delay_ms;
    x.end_s = place_find(a, &section, w->end_s);
    x.room_end_s = fmin(x.end_s + MARGIN_S,
                        fmax(a->section[section].end_s, x.end_s));
    return x;
}

/**
 * Score what was cut
 *
 * Where a window alone does not show the delay, the whole may: the better score
 * is the one whose delay was right.
 */
static enum opine_status score_slices(const struct task *task,
                                      const struct desk *desk,
                                      const struct window *w,
                                      const struct extent *x,
                                      struct opine_result *result)
{
    const unsigned doubtful = OPINE_FLAG_LOW_CONFIDENCE | OPINE_FLAG_UNRELATED;
    const struct recording *whole = &task->pair->degraded;
    struct recording ref = place_slice(&task->pair->reference, w->start_s,
                                       w->end_s);
    struct recording deg = place_slice(whole, x->room_start_s, x->room_end_s);
    struct opine_result other;
    enum opine_status status = OPINE_OK;

    if (!task->options->no_align) {
        status = opine_score(desk->aligning, &ref.view, &deg.view, result);
        if (status || !(result->flags & doubtful))
            return status;
    }
    deg = place_slice(whole, x->start_s, x->end_s);
    if (task->options->no_align)
        return opine_score(desk->trusting, &ref.view, &deg.view, result);
    if (!opine_score(desk->trusting, &ref.view, &deg.view, &other) &&
        other.mos > result->mos)
        *result = other;
    return status;
}

static void score_window(void *user, int job, int thread)
{
    const struct task *task = user;
    const struct opine_audio *deg = &task->pair->degraded.view;
    struct desk *desk = &task->desk[thread];
    struct window *w = &task->windows->window[job];
    double end_s = (double)deg->frames / deg->rate_hz;
    struct extent x = find_extent(task->alignment, w);
    struct opine_result result;
    enum opine_status status = OPINE_ERR_SHORT;

    w->level_dbov = (double)-INFINITY;
    if (fmin(x.end_s, end_s) - x.start_s >= (w->end_s - w->start_s) / 2)
        status = score_slices(task, desk, w, &x, &result);
    if (status == OPINE_OK)
        accept(w, &result);
    else if (status == OPINE_ERR_SHORT)
        refuse_window(w, WINDOW_ABSENT);
    else if (status == OPINE_ERR_REFERENCE_SILENT)
        refuse_window(w, WINDOW_SILENT);
    else if (!desk->status)
        desk->status = status;
}

/**
 * Drop the windows that hold but the noise of the reference
 */
static void drop_quiet(struct windows *windows)
{
    double loudest = (double)-INFINITY;

    for (int i = 0; i < windows->count; i++)
        loudest = fmax(loudest, windows->window[i].level_dbov);
    for (int i = 0; i < windows->count; i++)
        if (windows->window[i].status == WINDOW_SCORED &&
            windows->window[i].level_dbov < loudest - QUIET_DB)
            refuse_window(&windows->window[i], WINDOW_SILENT);
}

/* ------------------------------------------------------------- threads */

static enum opine_status equip(const struct options *options,
                               const struct pair *pair, struct desk *desk)
{
    struct opine_config config;
    enum opine_status status;

    pair_configure(options, pair, &config);
    config.from_s = config.to_s = 0; /* windows are placed there already */
    status = opine_create(&desk->aligning, &config);
    config.align = 0;
    return status ? status : opine_create(&desk->trusting, &config);
}

static void show_progress(void *user, int done)
{
    struct task *task = user;

    progress_show(&task->progress, done);
}

static enum opine_status run(struct task *task, struct pool *pool)
{
    enum opine_status status = OPINE_OK;

    for (int i = 0; i < pool->threads && !status; i++)
        status = equip(task->options, task->pair, &task->desk[i]);
    progress_begin(&task->progress, isatty(STDERR_FILENO) ? stderr : NULL,
                   pool->jobs);
    if (!status && pool_run(pool) != pool->jobs)
        status = OPINE_ERR_MEMORY;
    progress_hide(&task->progress);
    for (int i = 0; i < pool->threads; i++) {
        status = status ? status : task->desk[i].status;
        opine_destroy(task->desk[i].aligning);
        opine_destroy(task->desk[i].trusting);
    }
    if (!status)
        drop_quiet(task->windows);
    return status;
}

enum opine_status windows_score(const struct options *options,
                                const struct pair *pair,
                                const struct opine_alignment *alignment,
                                struct windows *windows)
{
    struct task task = { .options = options,
                         .pair = pair,
                         .alignment = alignment,
                         .windows = windows };
    struct pool pool = { .jobs = windows->count,
                         .threads = options->jobs ? options->jobs
                                                  : pool_processors(),
                         .user = &task,
                         .work = score_window,
                         .progress = show_progress };
    enum opine_status status = OPINE_ERR_MEMORY;

    if (pool.threads > windows->count)
        pool.threads = windows->count;
    task.desk = calloc((size_t)pool.threads, sizeof(*task.desk));
    if (task.desk)
        status = run(&task, &pool);
    free(task.desk);
    return status;
}
