/* SPDX-License-Identifier: BSD-2-Clause */
/* Another tempo: the delay grows all along, in steps of a few milliseconds. */
#include "wave.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

/* The line: that which most proposals are near to, of these slopes */
#define SLOPES     41 /* on each side of 0 */
#define SLOPE_STEP 0.005
#define SLOPE_ONE  0.015 /* below it is no other tempo */
#define BIN_S      0.008
#define BINS       2048
#define FIT_S      0.016 /* proposals this near count for it, */
#define FITS       4     /* again and again */
#define AHEAD      1.3   /* of what a line without slope explains */

/* The path along it, Viterbi as in follow.c */
#define REACH_S 0.016
#define STEP    2   /* samples between two lags */
#define MOST    513 /* lags */
#define AROUND  2   /* hops before and after that a match is measured over */
#define ROWS    (2 * AROUND + 1)
#define CLIP    0.5f
#define JUMP    0.12f
#define PULL    0.05f /* cost of a hop at the reach's end */

#define ACTIVE_DB 45.0f /* weight: from 0.02 this far below the loudest ... */
#define RAMP_DB   30.0f /* ... to 1 this far above that */

/* ---------------------------------------------------------------- line */

static double distance(const struct opine_proposal *p,
                       const struct opine_line *line)
{
    return p->lag - line->offset - line->slope * p->time;
}

/* How much two neighbouring bins of the offsets under a slope hold at most */
static double count_near(const struct opine_proposals *p, double bin,
                         struct opine_line *line)
{
    float sum[BINS + 1] = { 0 };
    double most = 0, first = 0;

    for (int i = 0; i < p->n; i++)
        first += (p->at[i].lag - line->slope * p->at[i].time) / p->n;
    first -= BINS / 2 * bin;
    for (int i = 0; i < p->n; i++) {
        double at = (p->at[i].lag - line->slope * p->at[i].time - first) / bin;

        if (at >= 0 && at < BINS)
            sum[(int)at] += fabsf(p->at[i].match);
    }
    for (int k = 0; k < BINS; k++)
        if ((double)(sum[k] + sum[k + 1]) > most) {
            most = (double)(sum[k] + sum[k + 1]);
            line->offset = first + (k + 1) * bin;
        }
    return most;
}

/* Least squares over the proposals near the line */
static void fit(const struct opine_proposals *p, double near,
                struct opine_line *line)
{
    double n = 0, t = 0, d = 0, tt = 0, td = 0;

    for (int i = 0; i < p->n; i++) {
        double away = distance(&p->at[i], line), time = p->at[i].time;

        if (fabs(away) > near)
            continue;
        n++;
        t += time;
        d += away;
        tt += time * time;
        td += time * away;
    }
    if (n < 2 || n * tt - t * t <= 0)
        return;
    line->offset += (d * tt - t * td) / (n * tt - t * t);
    line->slope += (n * td - t * d) / (n * tt - t * t);
}

int opine_wave_line(const struct opine_wave *wave,
                    const struct opine_proposals *proposals,
                    struct opine_line *line)
{
    double rate_hz = wave->ref->rate_hz, most = 0, flat = 0;

    *line = (struct opine_line){ 0, 0 };
    for (int s = -SLOPES; s <= SLOPES; s++) {
        struct opine_line here = { 0, s * SLOPE_STEP };
        double count = count_near(proposals, BIN_S * rate_hz, &here);

        if (count > most) {
            most = count;
            *line = here;
        }
        if (fabs(here.slope) <= SLOPE_ONE)
            flat = fmax(flat, count);
    }
    for (int i = 0; i < FITS; i++)
        fit(proposals, FIT_S * rate_hz, line);
    return fabs(line->slope) > SLOPE_ONE && most > AHEAD * flat;
}

/* --------------------------------------------------------------- costs */

struct slider {
    const struct opine_wave *wave;
    struct opine_line line;
    int hop, hops, lags;
    int base[ROWS]; /* first lag of hops h - 2 to h + 2, */
    float cross[ROWS][MOST], power[ROWS][MOST]; /* and their products */
    float energy[ROWS];
    float total[MOST], cost[MOST];
    int start[MOST], parent[MOST];
    float loudest;
    struct opine_origin *origin;
};

static int base_at(const struct slider *s, int h)
{
    double lag = s->line.offset + s->line.slope * (h + 0.5) * s->hop;

    return ((int)lround(lag / STEP) - s->lags / 2) * STEP;
}

/* The products of a hop, into the last row */
static void fill_row(struct slider *s, int h)
{
    const struct opine_mono *ref = s->wave->ref;
    float *cross = s->cross[ROWS - 1], *power = s->power[ROWS - 1];
    const float *deg = s->wave->deg->x + (ptrdiff_t)h * s->hop;
    int base = base_at(s, h);

    memmove(s->cross[0], s->cross[1], (ROWS - 1) * sizeof s->cross[0]);
    memmove(s->power[0], s->power[1], (ROWS - 1) * sizeof s->power[0]);
    memmove(s->energy, s->energy + 1, (ROWS - 1) * sizeof *s->energy);
    memmove(s->base, s->base + 1, (ROWS - 1) * sizeof *s->base);
    s->base[ROWS - 1] = base;
    s->energy[ROWS - 1] = 0;
    memset(cross, 0, sizeof s->cross[0]);
    memset(power, 0, sizeof s->power[0]);
    if (h >= s->hops)
        return;
    s->energy[ROWS - 1] = s->wave->kernels->dot(deg, deg, s->hop);
    for (int k = 0; k < s->lags; k++) {
        int at = h * s->hop - base - STEP * k;

        if (at < 0 || at + s->hop > ref->n)
            continue;
        cross[k] = (float)s->wave->sign *
                   s->wave->kernels->dot(ref->x + at, deg, s->hop);
        power[k] = s->wave->kernels->dot(ref->x + at, ref->x + at, s->hop);
    }
}

/* Costs of the hop in the middle row */
static void fill_cost(struct slider *s)
{
    float cross[MOST] = { 0 }, power[MOST] = { 0 }, energy = 0, weight;

    for (int r = 0; r < ROWS; r++) {
        int shift = (s->base[AROUND] - s->base[r]) / STEP;

        energy += s->energy[r];
        for (int k = 0; k < s->lags; k++)
            if (k + shift >= 0 && k + shift < s->lags) {
                cross[k] += s->cross[r][k + shift];
                power[k] += s->power[r][k + shift];
            }
    }
    weight = 10 * log10f(s->energy[AROUND] / s->loudest + 1e-12f);
    weight = fminf(fmaxf((weight + ACTIVE_DB) / RAMP_DB, 0.02f), 1);
    for (int k = 0; k < s->lags; k++) {
        float miss = 1 - cross[k] / sqrtf(power[k] * energy + 1e-20f);
        float away = fabsf((float)(2 * k - s->lags + 1)) / (float)s->lags;

        s->cost[k] = (miss < CLIP ? miss : CLIP) * weight + PULL * away;
    }
}

/* ------------------------------------------------------------- viterbi */

static int cheapest(const struct slider *s)
{
    int best = 0;

    for (int k = 1; k < s->lags; k++)
        best = s->total[k] < s->total[best] ? k : best;
    return best;
}

/* The lags move on with the line; what comes in has to be jumped to */
static void move_lags(struct slider *s, int shift)
{
    int n = s->lags, keep = n - (shift < 0 ? -shift : shift);
    int from = shift > 0 ? shift : 0, to = shift > 0 ? 0 : -shift;

    if (keep > 0) {
        memmove(s->total + to, s->total + from, (size_t)keep * sizeof(float));
        memmove(s->start + to, s->start + from, (size_t)keep * sizeof(int));
        memmove(s->parent + to, s->parent + from, (size_t)keep * sizeof(int));
    }
    for (int k = 0; k < n; k++)
        if (k < to || k >= to + keep)
            s->total[k] = (float)INFINITY;
}

static void run_hop(struct slider *s, int h)
{
    int best = cheapest(s);
    float moved = s->total[best] + JUMP, least = s->total[best];

    s->origin[h] = (struct opine_origin){
        s->base[AROUND - (h > 0)] + STEP * best, s->start[best], s->parent[best]
    };
    if (h)
        move_lags(s, (s->base[AROUND] - s->base[AROUND - 1]) / STEP);
    for (int k = 0; k < s->lags; k++) {
        if (s->total[k] > moved) {
            s->total[k] = moved;
            s->start[k] = s->parent[k] = h;
        }
        s->total[k] += s->cost[k] - least; /* which keeps it small */
    }
}

enum opine_status opine_wave_slide(struct opine_arena *arena,
                                   const struct opine_wave *wave,
                                   const struct opine_line *line,
                                   struct opine_stretch **stretch, int *count)
{
    struct slider *s = opine_arena_take(arena, 1, sizeof *s);
    int best;

    if (!s)
        return OPINE_ERR_MEMORY;
    memset(s, 0, sizeof *s);
    s->wave = wave;
    s->line = *line;
    s->hop = (int)lround(OPINE_WAVE_HOP_S * wave->ref->rate_hz);
    s->hops = wave->deg->n / s->hop;
    s->lags = 2 * (int)(REACH_S * wave->ref->rate_hz / STEP) + 1;
    s->lags = s->lags < MOST ? s->lags : MOST;
    s->origin = opine_arena_take(arena, (size_t)s->hops + 1, sizeof *s->origin);
    if (!s->origin)
        return OPINE_ERR_MEMORY;
    s->loudest = 1e-20f;
    for (int h = 0; h < s->hops; h++) {
        const float *x = wave->deg->x + (ptrdiff_t)h * s->hop;

        s->loudest = fmaxf(s->loudest, wave->kernels->dot(x, x, s->hop));
    }
    for (int h = 0; h < AROUND; h++)
        fill_row(s, h);
    for (int h = 0; h < s->hops; h++) {
        fill_row(s, h + AROUND);
        fill_cost(s);
        run_hop(s, h);
    }
    best = cheapest(s);
    return opine_wave_trace(arena, wave, s->origin,
                            (struct opine_origin){
                                s->base[AROUND] + STEP * best, s->start[best],
                                s->parent[best] },
                            stretch, count);
}
