/* SPDX-License-Identifier: BSD-2-Clause */
/* The path of lags: Viterbi, and pruning of what does not earn its keep. */
#include "track.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

#define NB   OPINE_TRACK_BANDS
#define EDGE OPINE_TRACK_EDGE
#define ROWS (2 * EDGE + 1)

#define REACH_S   1.3  /* lags searched, around the given one */
#define CENTRE    0.01 /* cost of beginning a hop away from it */
#define KEEP_GAIN 4.0  /* a stretch saves at least this times (1 - keep) */

/* Where a lag came from, in a byte */
enum {
    STAYS = 1, /* the lag is that of the hop before; otherwise it changed, */
    ABOVE = 2, /* from above or from below, */
    BEGINS_ABOVE = 4, /* from the next lag that the best origin so far is at */
    BEGINS_BELOW = 8
};

/* The search: lag j of nl stands for a lag of first + j hops. */
struct search {
    const struct opine_kernels *kernels;
    const struct opine_features *ref, *deg;
    int first, nl;
    float *reversed;   /* NB x nr: levels of the reference, last hop first */
    float *sum, *norm; /* nr: of the reference, last hop first */
    int nr;            /* of the reversed arrays: ref->n + 2 EDGE */
    float *row[ROWS];  /* products of hops t - EDGE .. t + EDGE with all lags */
    float *cost;       /* nl */
    double *total;     /* nl: cheapest cost up to here */
    double *moved;     /* nl: the same with a change from below */
    unsigned char *back; /* hops x nl: where each lag came from */
};

/* --------------------------------------------------------------- costs */

/* Products of one hop of the degraded, -EDGE to n + EDGE - 1, with the
 * reference's hop at each lag. Hop u of the reference lies at nr - 1 - EDGE - u
 * of the reversed arrays, so that it moves up with the lag. */
static void fill_row(const struct search *s, int hop, float *row)
{
    const float *level = s->deg->level + (hop + EDGE) * NB;
    int start = s->nr - 1 - EDGE - (hop - s->first);
    int from = start < 0 ? -start : 0;
    int to = s->nr - start < s->nl ? s->nr - start : s->nl;

    memset(row, 0, (size_t)s->nl * sizeof *row);
    if (from < to)
        s->kernels->combine(row + from, s->reversed + start + from, s->nr,
                            level, NB, to - from);
}

/* Costs of a hop at the lags that lie inside of the reference */
static void unlikeness(const struct search *s, int hop,
                       const float *restrict sum, const float *restrict norm,
                       int from, int to, float *restrict cost)
{
    const float *a = s->row[EDGE + opine_track_offsets[0]];
    const float *b = s->row[EDGE + opine_track_offsets[1]];
    const float *c = s->row[EDGE + opine_track_offsets[2]];
    const float *d = s->row[EDGE + opine_track_offsets[3]];
    const float *e = s->row[EDGE + opine_track_offsets[4]];
    float share = s->deg->sum[hop] / (OPINE_TRACK_OFFSETS * NB);
    float own = s->deg->norm[hop], weight = s->deg->weight[hop];

    for (int j = from; j < to; j++) {
        float both = a[j] + b[j] + c[j] + d[j] + e[j] - sum[j] * share;

        both = 1 - both / (norm[j] * own);
        cost[j] = (both < OPINE_TRACK_CLIP ? both : OPINE_TRACK_CLIP) * weight;
    }
}

/* As opine_features_cost(), for all lags of a hop */
static void fill_cost(const struct search *s, int hop)
{
    int start = s->nr - 1 - EDGE - (hop - s->first);
    int from = start < EDGE ? EDGE - start : 0;
    int to = s->nr - EDGE - start < s->nl ? s->nr - EDGE - start : s->nl;
    float weight = s->deg->weight[hop];

    for (int j = 0; j < s->nl; j++)
        s->cost[j] = OPINE_TRACK_CLIP * weight;
    if (from < to)
        unlikeness(s, hop, s->sum + start, s->norm + start, from, to, s->cost);
}

/* Move on to a hop: the oldest row becomes the newest. */
static void next_hop(struct search *s, int hop)
{
    float *oldest = s->row[0];

    memmove(s->row, s->row + 1, (ROWS - 1) * sizeof *s->row);
    s->row[ROWS - 1] = oldest;
    if (hop + EDGE < s->deg->n + EDGE)
        fill_row(s, hop + EDGE, oldest);
    fill_cost(s, hop);
}

/* -------------------------------------------------------------- viterbi */

/* One hop on. The cheapest way to change to each lag is found in time linear in
 * their number: the cost of a change grows by `step` per lag, so the best
 * origin from below moves up with its cost, and likewise from above. */
static void step_on(struct search *s, const struct opine_jump_cost *c,
                    unsigned char *back)
{
    double best = (double)INFINITY;

    for (int j = 0; j < s->nl; j++) {
        int begins = s->total[j] < best + c->step;

        best = begins ? s->total[j] : best + c->step;
        s->moved[j] = best;
        back[j] = begins ? BEGINS_BELOW : 0;
    }
    best = (double)INFINITY;
    for (int j = s->nl - 1; j >= 0; j--) {
        int begins = s->total[j] < best + c->step, above, stays;
        double moved;

        best = begins ? s->total[j] : best + c->step;
        above = best < s->moved[j];
        moved = (above ? best : s->moved[j]) + c->jump;
        stays = s->total[j] <= moved;
        back[j] |= (unsigned char)((begins ? BEGINS_ABOVE : 0) |
                                   (above ? ABOVE : 0) | (stays ? STAYS : 0));
        s->total[j] = (stays ? s->total[j] : moved) + (double)s->cost[j];
    }
}

/* The lag before a hop's lag j: a change comes from where the origins that
 * were carried to it begin. */
static int origin(const unsigned char *back, int j)
{
    if (back[j] & STAYS)
        return j;
    if (back[j] & ABOVE)
        while (!(back[j] & BEGINS_ABOVE))
            j++;
    else
        while (!(back[j] & BEGINS_BELOW))
            j--;
    return j;
}

static void viterbi(struct search *s, const struct opine_jump_cost *c,
                    int *path)
{
    int n = s->deg->n, best = 0;

    for (int i = 1; i < ROWS; i++)
        fill_row(s, i - 1 - EDGE, s->row[i]);
    next_hop(s, 0);
    for (int j = 0; j < s->nl; j++)
        s->total[j] = (double)s->cost[j] + CENTRE * fabs(j - s->nl / 2.0);
    for (int t = 1; t < n; t++) {
        next_hop(s, t);
        step_on(s, c, s->back + (ptrdiff_t)t * s->nl);
    }
    for (int j = 1; j < s->nl; j++)
        best = s->total[j] < s->total[best] ? j : best;
    for (int t = n - 1; t >= 0; t--) {
        path[t] = s->first + best;
        best = t ? origin(s->back + (ptrdiff_t)t * s->nl, best) : best;
    }
}

static enum opine_status begin(struct search *s, struct opine_arena *arena)
{
    size_t nr = (size_t)s->nr, nl = (size_t)s->nl;
    size_t cells = nl * (size_t)s->deg->n;

    s->reversed = opine_arena_take(arena, nr * NB, sizeof(float));
    s->sum = opine_arena_take(arena, nr, sizeof(float));
    s->norm = opine_arena_take(arena, nr, sizeof(float));
    s->cost = opine_arena_take(arena, nl, sizeof(float));
    s->total = opine_arena_take(arena, nl, sizeof(double));
    s->moved = opine_arena_take(arena, nl, sizeof(double));
    s->back = opine_arena_take(arena, cells, 1);
    for (int i = 0; i < ROWS; i++) {
        s->row[i] = opine_arena_take(arena, nl, sizeof(float));
        if (!s->row[i])
            return OPINE_ERR_MEMORY;
    }
    if (!s->reversed || !s->sum || !s->norm || !s->cost || !s->total ||
        !s->moved || !s->back)
        return OPINE_ERR_MEMORY;
    for (int k = 0; k < s->nr; k++) {
        int hop = s->nr - 1 - k; /* of the levels, which begin EDGE earlier */
        int inside = hop >= EDGE && hop < s->ref->n + EDGE;

        for (int b = 0; b < NB; b++)
            s->reversed[(ptrdiff_t)b * s->nr + k] = s->ref->level[hop * NB + b];
        s->sum[k] = inside ? s->ref->sum[hop - EDGE] : 0;
        s->norm[k] = inside ? s->ref->norm[hop - EDGE] : 1;
    }
    return OPINE_OK;
}

enum opine_status opine_track_search(struct opine_arena *arena,
                                     const struct opine_kernels *kernels,
                                     const struct opine_features *ref,
                                     const struct opine_features *deg, int lag,
                                     const struct opine_jump_cost *cost,
                                     int *path)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    int reach = (int)(REACH_S / OPINE_TRACK_HOP_S);
    struct search s = { .kernels = kernels,
                        .ref = ref,
                        .deg = deg,
                        .first = lag - reach,
                        .nl = 2 * reach + 1,
                        .nr = ref->n + 2 * EDGE };

    TRY(begin(&s, arena));
    viterbi(&s, cost, path);
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

/* --------------------------------------------------------------- prune */

/* A stretch of one lag, with its cost and what it would be under the lags of
 * its neighbours */
struct stretch {
    int start, end, lag;
    double own, before, after;
};

static double stretch_cost(const struct opine_features *ref,
                           const struct opine_features *deg,
                           const struct stretch *s, int lag)
{
    double sum = 0;

    for (int t = s->start; t < s->end; t++)
        sum += (double)opine_features_cost(ref, deg, t, lag);
    return sum;
}

static void measure(const struct opine_features *ref,
                    const struct opine_features *deg, struct stretch *s, int i,
                    int count)
{
    if (i < 0 || i >= count)
        return;
    s[i].own = stretch_cost(ref, deg, &s[i], s[i].lag);
    s[i].before = i ? stretch_cost(ref, deg, &s[i], s[i - 1].lag) : -1;
    s[i].after = i + 1 < count ? stretch_cost(ref, deg, &s[i], s[i + 1].lag)
                               : -1;
}

/* How little a stretch gains over another lag's cost: above `keep` it goes */
static double weakness(const struct stretch *s, double other)
{
    if (other < 0)
        return 0;
    return fmax(s->own / (other + 1e-9), 1 - (other - s->own) / KEEP_GAIN);
}

/* Merge neighbours of one lag around stretch i; returns how many are left */
static int merge(struct stretch *s, int count, int i)
{
    int first = i, last = i;

    while (first > 0 && s[first - 1].lag == s[i].lag)
        first--;
    while (last + 1 < count && s[last + 1].lag == s[i].lag)
        last++;
    s[first].end = s[last].end;
    s[first].lag = s[i].lag;
    memmove(s + first + 1, s + last + 1,
            (size_t)(count - last - 1) * sizeof *s);
    return count - (last - first);
}

static int split(const int *path, int n, struct stretch *s)
{
    int count = 0;

    for (int t = 0; t < n; t++) {
        if (!t || path[t] != path[t - 1])
            s[count++] = (struct stretch){ t, t, path[t], 0, 0, 0 };
        s[count - 1].end = t + 1;
    }
    return count;
}

enum opine_status opine_track_prune(struct opine_arena *arena,
                                    const struct opine_features *ref,
                                    const struct opine_features *deg,
                                    const struct opine_jump_cost *cost,
                                    int *path)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct stretch *s = opine_arena_take(arena, (size_t)deg->n, sizeof *s);
    int count;

    if (!s)
        return OPINE_ERR_MEMORY;
    count = split(path, deg->n, s);
    for (int i = 0; i < count; i++)
        measure(ref, deg, s, i, count);
    for (;;) {
        double worst = cost->keep;
        int at = -1, to = 0;

        for (int i = 0; i < count; i++)
            for (int side = -1; side <= 1; side += 2) {
                double w = weakness(&s[i], side < 0 ? s[i].before : s[i].after);
                if (w > worst) {
                    worst = w;
                    at = i;
                    to = i + side;
                }
            }
        if (at < 0)
            break;
        s[at].lag = s[to].lag;
        count = merge(s, count, at);
        at = at < to ? at : to;
        for (int i = at - 2; i <= at + 2; i++)
            measure(ref, deg, s, i, count);
    }
    for (int i = 0; i < count; i++)
        for (int t = s[i].start; t < s[i].end; t++)
            path[t] = s[i].lag;
    opine_arena_release(arena, mark);
    return OPINE_OK;
}
