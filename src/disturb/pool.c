/* SPDX-License-Identifier: BSD-2-Clause */
/* Pooling over time, once. */
#include "disturb.h"

#include "base/select.h"
#include "base/try.h"

#include <math.h>
#include <string.h>

/* Pauses do not count: at full weight they cost 0.05 on tcd_voip and 0.11 on
 * p835 (design.md); 0.07 to 0.2 alike. */
#define PAUSE           0.1
#define LOUD_PERCENTILE 0.95
#define FRAMES_LEAST    5 /* with fewer loud frames all count */

/* A frame is divided by its loudness to the power 0.3, so that quiet ones count
 * more than in proportion. */
#define NORM_EXPONENT 0.3
#define NORM_FLOOR    0.05 /* of the percentile */

/* L4 over 320 ms, half overlapped, then the mean (L2: -0.013) */
#define WINDOW 20 /* frames */

enum opine_status opine_pause_level(struct opine_arena *arena,
                                    const double *level, int frames,
                                    double *loud, double *pause)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    double *sorted = opine_arena_take(arena, (size_t)frames, sizeof *sorted);
    int count = 0;

    if (!sorted)
        return OPINE_ERR_MEMORY;
    memcpy(sorted, level, (size_t)frames * sizeof *sorted);
    *loud = opine_percentile(sorted, frames, LOUD_PERCENTILE);
    opine_arena_release(arena, mark);
    *pause = PAUSE * *loud;
    for (int t = 0; t < frames; t++)
        count += level[t] > *pause;
    if (count < FRAMES_LEAST)
        *pause = -1;
    return OPINE_OK;
}

static double norm(double level, double loud)
{
    return pow(level + NORM_FLOOR * loud + 1e-9, -NORM_EXPONENT);
}

/* One window: its L4 mean q, and what each frame adds to the gradient of the
 * sum over windows, (x / q)^3 / n. */
static double pool_window(const double *x, int n, double *gradient)
{
    double sum = 0, q;

    for (int i = 0; i < n; i++)
        sum += x[i] * x[i] * x[i] * x[i];
    q = sqrt(sqrt(sum / n));
    for (int i = 0; q > 0 && i < n; i++) {
        double share = x[i] / q;

        gradient[i] += share * share * share / n;
    }
    return q;
}

/* Mean over windows; gradients become those of the mean */
static double pool_windows(const double *x, int n, double *gradient)
{
    int size = n < WINDOW ? n : WINDOW;
    int windows = 0, start = 0;
    double sum = 0;

    for (; start + size <= n; start += WINDOW / 2, windows++)
        sum += pool_window(x + start, size, gradient + start);
    /* The last frames, when the windows so far leave some out */
    if (start - WINDOW / 2 + size < n) {
        sum += pool_window(x + n - size, size, gradient + n - size);
        windows++;
    }
    for (int i = 0; i < n; i++)
        gradient[i] /= windows;
    return sum / windows;
}

enum opine_status opine_pool_parts(struct opine_arena *arena,
                                   const double *level, int frames,
                                   const struct opine_frame *frame,
                                   const int *part, struct opine_part *parts)
{
    double loud, pause;

    TRY(opine_pause_level(arena, level, frames, &loud, &pause));
    for (int t = 0; t < frames; t++) {
        double x = 0;

        if (level[t] <= pause)
            continue;
        for (int c = 0; c < OPINE_CELL_CAUSES; c++)
            x += (double)frame[t].density[c];
        x *= norm(level[t], loud);
        parts[part[t]].sum += x * x * x * x;
        parts[part[t]].frames++;
    }
    return OPINE_OK;
}

enum opine_status opine_pool(struct opine_arena *arena, const double *level,
                             int frames, const struct opine_frame *frame,
                             double *total, double *share)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    double *x = opine_arena_take(arena, (size_t)frames, sizeof *x);
    double *scale = opine_arena_take(arena, (size_t)frames, sizeof *scale);
    double *gradient = opine_arena_take(arena, (size_t)frames, sizeof *x);
    double loud, pause;
    int n = 0;

    if (!x || !scale || !gradient)
        return OPINE_ERR_MEMORY;
    TRY(opine_pause_level(arena, level, frames, &loud, &pause));
    for (int t = 0; t < frames; t++) {
        if (level[t] <= pause)
            continue;
        scale[n] = norm(level[t], loud);
        x[n] = 0;
        gradient[n] = 0;
        for (int c = 0; c < OPINE_CELL_CAUSES; c++)
            x[n] += (double)frame[t].density[c] * scale[n];
        n++;
    }
    *total = pool_windows(x, n, gradient);
    memset(share, 0, OPINE_CELL_CAUSES * sizeof *share);
    for (int t = 0, i = 0; t < frames; t++) {
        if (level[t] <= pause)
            continue;
        for (int c = 0; c < OPINE_CELL_CAUSES; c++)
            share[c] += gradient[i] * scale[i] * (double)frame[t].density[c];
        i++;
    }
    opine_arena_release(arena, mark);
    return OPINE_OK;
}
