/* SPDX-License-Identifier: BSD-2-Clause */
/* The path through what was proposed: Viterbi on the waveform. */
#include "wave.h"

#include "base/try.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK   250  /* hops that share their lags: 1 s */
#define MARGIN  250  /* hops before and after whose proposals count, too */
#define MOST    384  /* lags at once */
#define CARRIED 8    /* the cheapest, from chunk to chunk */
#define AROUND  2    /* hops before and after that a match is measured over */
#define CLIP    0.5f /* what matches less says nothing */

/* Cost of a change of lag: of any, and for each doubling of its size. Small
 * ones are cheaper, so that a drift is followed step by step and not by periods
 * of the voice. Found on tests/bench_align. */
#define JUMP   1.2
#define DOUBLE 0.12
#define UNIT_S 0.0005
#define FRESH  2.0 /* cost of a lag that was not there before */

#define ACTIVE_DB 45.0f /* weight: from 0.02 this far below the loudest ... */
#define RAMP_DB   30.0f /* ... to 1 this far above that */

struct state {
    int lag;
    int start, parent; /* of the stretch, and the one before it */
    double total;
};

struct follower {
    const struct opine_wave *wave;
    int hop, hops;
    float *energy;        /* of each hop of the degraded, AROUND before it, */
    float *energy_around; /* with the hops around */
    float *weight;
    struct opine_origin *origin; /* of each hop */
    struct state state[MOST];
    int states;
    double jump[MOST]; /* cost of a change from this lag to each state's: */
    int jump_from;
    float *cost;                        /* MOST x CHUNK */
    float *cross, *power;               /* CHUNK + 2 AROUND, of one lag, */
    float *cross_around, *power_around; /* and with the hops around */
    double *sum; /* energy of the reference up to a sample of an excerpt */
    int sum_room;
};

/* -------------------------------------------------------------- weights */

/* sum[i] becomes the sum of what is around x[i + AROUND] */
static void add_around(const float *restrict x, int n, float *restrict sum)
{
    for (int i = 0; i < n; i++)
        sum[i] = x[i] + x[i + 1] + x[i + 2] + x[i + 3] + x[i + 4];
}

static void weigh(struct follower *f)
{
    float loudest = 1e-20f;

    for (int h = 0; h < f->hops; h++) {
        const float *x = f->wave->deg->x + h * f->hop;

        f->energy[AROUND + h] = f->wave->kernels->dot(x, x, f->hop);
        loudest = fmaxf(loudest, f->energy[AROUND + h]);
    }
    for (int i = 0; i < AROUND; i++)
        f->energy[i] = f->energy[AROUND + f->hops + i] = 0;
    add_around(f->energy, f->hops, f->energy_around);
    for (int h = 0; h < f->hops; h++) {
        float db = 10 * log10f(f->energy[AROUND + h] / loudest + 1e-12f);

        f->weight[h] = fminf(fmaxf((db + ACTIVE_DB) / RAMP_DB, 0.02f), 1);
    }
}

/* --------------------------------------------------------------- costs */

/* Energy of the reference from sample `first` on, up to each of `n` */
static void sum_energy(struct follower *f, int first, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++) {
        int at = first + i;

        f->sum[i] = sum;
        if (at >= 0 && at < f->wave->ref->n)
            sum += (double)f->wave->ref->x[at] * (double)f->wave->ref->x[at];
    }
    f->sum[n] = sum;
}

/* Cross-products and energies of the reference of the hops around some, at a
 * lag; those outside of a signal are 0 */
static void fill_products(struct follower *f, int first, int n, int lag,
                          int sum_first)
{
    int hop = f->hop, ref_n = f->wave->ref->n;
    float sign = (float)f->wave->sign;

    for (int i = 0; i < n; i++) {
        int h = first + i, at = h * hop - lag;
        const double *sum = f->sum + (at - sum_first);

        f->cross[i] = f->power[i] = 0;
        if (h < 0 || h >= f->hops || at < 0 || at + hop > ref_n)
            continue;
        f->cross[i] = sign * f->wave->kernels->dot(f->wave->ref->x + at,
                                                   f->wave->deg->x + h * hop,
                                                   hop);
        f->power[i] = (float)(sum[hop] - sum[0]);
    }
}

static void fill_cost(struct follower *f, int start, int end, int lag,
                      int sum_first, float *restrict cost)
{
    float *restrict cross = f->cross_around, *restrict power = f->power_around;
    const float *restrict energy = f->energy_around + start;
    const float *restrict weight = f->weight + start;
    int n = end - start;

    fill_products(f, start - AROUND, n + 2 * AROUND, lag, sum_first);
    add_around(f->cross, n, cross);
    add_around(f->power, n, power);
    for (int i = 0; i < n; i++) {
        float miss = 1 - cross[i] / sqrtf(power[i] * energy[i] + 1e-20f);

        cost[i] = (miss < CLIP ? miss : CLIP) * weight[i];
    }
}

static void fill_costs(struct follower *f, int start, int end)
{
    int least = f->state[0].lag, most = least, first, n;

    for (int k = 1; k < f->states; k++) {
        least = f->state[k].lag < least ? f->state[k].lag : least;
        most = f->state[k].lag > most ? f->state[k].lag : most;
    }
    first = (start - AROUND) * f->hop - most;
    n = (end - start + 2 * AROUND) * f->hop + most - least;
    n = n < f->sum_room ? n : f->sum_room;
    sum_energy(f, first, n);
    for (int k = 0; k < f->states; k++)
        fill_cost(f, start, end, f->state[k].lag, first,
                  f->cost + (ptrdiff_t)k * CHUNK);
}

/* ------------------------------------------------------------- viterbi */

static int cheapest(const struct follower *f)
{
    int best = 0;

    for (int k = 1; k < f->states; k++)
        best = f->state[k].total < f->state[best].total ? k : best;
    return best;
}

static void fill_jump(struct follower *f, int lag)
{
    double unit = UNIT_S * f->wave->ref->rate_hz;

    f->jump_from = lag;
    for (int k = 0; k < f->states; k++)
        f->jump[k] = JUMP +
                     DOUBLE * log2(1 + abs(f->state[k].lag - lag) / unit);
}

static void run_chunk(struct follower *f, int start, int end)
{
    f->jump_from = INT_MIN;
    for (int h = start; h < end; h++) {
        const struct state before = f->state[cheapest(f)], *best = &before;

        if (best->lag != f->jump_from)
            fill_jump(f, best->lag);
        f->origin[h] = (struct opine_origin){ best->lag, best->start,
                                              best->parent };
        for (int k = 0; k < f->states; k++) {
            struct state *s = &f->state[k];
            double moved = best->total + f->jump[k];

            if (s->total > moved) {
                s->total = moved;
                s->start = h;
                s->parent = h;
            }
            s->total += (double)f->cost[k * CHUNK + h - start];
        }
    }
}

/* ------------------------------------------------------------- proposals */

static int by_total(const void *a, const void *b)
{
    const struct state *x = a, *y = b;

    return (x->total > y->total) - (x->total < y->total);
}

static void add_state(struct follower *f, int lag, double total, int start)
{
    for (int k = 0; k < f->states; k++)
        if (abs(f->state[k].lag - lag) <= 1)
            return;
    if (f->states < MOST)
        f->state[f->states++] = (struct state){ lag, start, start, total };
}

/* The lags of the next chunk: those that do best so far, and what is proposed
 * around */
static void change_states(struct follower *f, int start, int lag,
                          const struct opine_proposals *p, int *from)
{
    int first = (start - MARGIN) * f->hop;
    int last = (start + CHUNK + MARGIN) * f->hop;
    double total = f->states ? f->state[cheapest(f)].total + FRESH : 0;

    qsort(f->state, (size_t)f->states, sizeof *f->state, by_total);
    f->states = f->states < CARRIED ? f->states : CARRIED;
    while (*from < p->n && p->at[*from].time < first)
        (*from)++;
    add_state(f, lag, total, start);
    for (int i = *from; i < p->n && p->at[i].time < last; i++)
        if ((double)p->at[i].match * f->wave->sign > 0)
            add_state(f, p->at[i].lag, total, start);
}

/* --------------------------------------------------------------- stage */

enum opine_status opine_wave_trace(struct opine_arena *arena,
                                   const struct opine_wave *wave,
                                   const struct opine_origin *origin,
                                   struct opine_origin last,
                                   struct opine_stretch **stretch, int *count)
{
    int hop = (int)lround(OPINE_WAVE_HOP_S * wave->ref->rate_hz);
    struct opine_origin o = last;
    double end = wave->deg->n;

    for (*count = 1; o.start > 0; o = origin[o.parent])
        ++*count;
    *stretch = opine_arena_take(arena, (size_t)*count, sizeof **stretch);
    if (!*stretch)
        return OPINE_ERR_MEMORY;
    o = last;
    for (int i = *count - 1; i >= 0; i--) {
        (*stretch)[i] = (struct opine_stretch){ o.start * hop, end, o.lag };
        end = o.start * hop;
        o = origin[i ? o.parent : 0];
    }
    return OPINE_OK;
}

static enum opine_status begin(struct follower *f, struct opine_arena *arena)
{
    size_t hops;

    f->hop = (int)lround(OPINE_WAVE_HOP_S * f->wave->ref->rate_hz);
    f->hops = f->wave->deg->n / f->hop;
    f->sum_room = (int)(6 * f->wave->ref->rate_hz);
    hops = (size_t)f->hops + 1;
    f->energy = opine_arena_take(arena, hops + 2 * AROUND, sizeof(float));
    f->energy_around = opine_arena_take(arena, hops, sizeof(float));
    f->weight = opine_arena_take(arena, hops, sizeof(float));
    f->origin = opine_arena_take(arena, hops, sizeof *f->origin);
    f->cost = opine_arena_take(arena, (size_t)MOST * CHUNK, sizeof(float));
    f->cross = opine_arena_take(arena, CHUNK + 2 * AROUND, sizeof(float));
    f->power = opine_arena_take(arena, CHUNK + 2 * AROUND, sizeof(float));
    f->cross_around = opine_arena_take(arena, CHUNK, sizeof(float));
    f->power_around = opine_arena_take(arena, CHUNK, sizeof(float));
    f->sum = opine_arena_take(arena, (size_t)f->sum_room + 1, sizeof(double));
    if (!f->energy || !f->energy_around || !f->weight || !f->origin ||
        !f->cost || !f->cross || !f->power || !f->cross_around ||
        !f->power_around || !f->sum)
        return OPINE_ERR_MEMORY;
    weigh(f);
    return OPINE_OK;
}

enum opine_status opine_wave_follow(struct opine_arena *arena,
                                    const struct opine_wave *wave, int lag,
                                    const struct opine_proposals *proposals,
                                    struct opine_stretch **stretch, int *count)
{
    struct follower *f = opine_arena_take(arena, 1, sizeof *f);
    const struct state *best;
    int from = 0;

    if (!f)
        return OPINE_ERR_MEMORY;
    *f = (struct follower){ .wave = wave, .state[0].lag = lag };
    TRY(begin(f, arena));
    for (int start = 0; start < f->hops; start += CHUNK) {
        int end = start + CHUNK < f->hops ? start + CHUNK : f->hops;

        change_states(f, start, lag, proposals, &from);
        fill_costs(f, start, end);
        run_chunk(f, start, end);
    }
    best = &f->state[cheapest(f)];
    return opine_wave_trace(arena, wave, f->origin,
                            (struct opine_origin){ best->lag, best->start,
                                                   best->parent },
                            stretch, count);
}
