/* SPDX-License-Identifier: BSD-2-Clause */
/* Stretches of one delay each: from the waveform, or from features. */
#include "align.h"

#include "base/try.h"
#include "mono.h"
#include "track.h"
#include "wave.h"

#include <math.h>
#include <string.h>

/* Chosen by exploration (design.md): how jumps must pay, at first and, where
 * that found some, again for single lost packets of 20 ms. */
static const struct opine_jump_cost first_pass = { 2.5, 0.004, 0.92 };
static const struct opine_jump_cost second_pass = { 1.0, 0.002, 0.92 };
#define SECOND_PASS 0.92 /* of the cost of one lag: run it below */

/* With this many jumps a second the waveforms must match this well */
#define OFTEN_HZ      3.0
#define OFTEN_TRUSTED 0.92
#define OFTEN_NEARER  0.9

/* Another tempo leaves less than this of the energy unexplained that jumps do,
 * and is not looked for where jumps match so well */
#define LINE_REST 0.85
#define SURE      0.995

#define ALIKE        0.9   /* correlation of waveforms that need no whitening */
#define WAVE_REACH_S 0.001 /* a path on the waveform is this near */
#define BOUNDARY_S   0.040 /* a path's jump is about this far off at most */

/* What the track is found from */
struct tracker {
    struct opine_mono ref, deg;
    struct opine_features ref_features, deg_features;
    double hop; /* samples of the low rate */
    int hops;
    int *path; /* lag in hops of each hop of the degraded */
    int *lag;  /* and in samples */
};

/* A path of one lag */
static enum opine_status begin_path(struct opine_arena *arena,
                                    struct tracker *t, double delay)
{
    t->hop = OPINE_TRACK_HOP_S * t->ref.rate_hz;
    t->hops = opine_features_count(&t->deg);
    t->path = opine_arena_take(arena, (size_t)t->hops, sizeof *t->path);
    t->lag = opine_arena_take(arena, (size_t)t->hops, sizeof *t->lag);
    if (!t->path || !t->lag)
        return OPINE_ERR_MEMORY;
    for (int i = 0; i < t->hops; i++) {
        t->path[i] = (int)lround(delay / t->hop);
        t->lag[i] = (int)lround(delay);
    }
    return OPINE_OK;
}

/* Cost of a path, or of one lag throughout */
static double path_cost(const struct tracker *t, const int *path, int lag)
{
    double sum = 0;

    for (int i = 0; i < t->hops; i++)
        sum += (double)opine_features_cost(&t->ref_features, &t->deg_features,
                                           i, path ? path[i] : lag);
    return sum;
}

static int has_jumps(const struct tracker *t)
{
    for (int i = 1; i < t->hops; i++)
        if (t->path[i] != t->path[0])
            return 1;
    return 0;
}

/* Whether a hop's lag is that of none before it */
static int is_first_of_its_lag(const struct tracker *t, int hop)
{
    for (int i = 0; i < hop; i++)
        if (t->path[i] == t->path[hop])
            return 0;
    return 1;
}

/* The least cost of one lag among those that the path holds */
static double best_single_cost(const struct tracker *t)
{
    double least = (double)INFINITY;

    for (int i = 0; i < t->hops; i++)
        if (!i || (t->path[i] != t->path[i - 1] && is_first_of_its_lag(t, i)))
            least = fmin(least, path_cost(t, NULL, t->path[i]));
    return least;
}

static enum opine_status find_path(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   struct tracker *t, double delay)
{
    int lag = (int)lround(delay / t->hop);

    TRY(opine_track_search(arena, kernels, &t->ref_features, &t->deg_features,
                           lag, &first_pass, t->path));
    TRY(opine_track_prune(arena, &t->ref_features, &t->deg_features,
                          &first_pass, t->path));
    if (!has_jumps(t) ||
        path_cost(t, t->path, 0) >= SECOND_PASS * best_single_cost(t))
        return OPINE_OK;
    TRY(opine_track_search(arena, kernels, &t->ref_features, &t->deg_features,
                           lag, &second_pass, t->path));
    return opine_track_prune(arena, &t->ref_features, &t->deg_features,
                             &second_pass, t->path);
}

/* Stretches of one lag from the path, in samples of the low rate */
static int split(const struct tracker *t, struct opine_stretch *s)
{
    int count = 0, n = t->hops;

    for (int i = 0; i < n; i++) {
        if (!i || t->path[i] != t->path[i - 1]) {
            s[count].start = count ? i * t->hop : 0;
            s[count++].delay = t->path[i] * t->hop;
        }
        s[count - 1].end = (i + 1) * t->hop;
    }
    s[count - 1].end = t->deg.n;
    return count;
}

/* Put each boundary where the waveform changes lag, not beyond half of a
 * neighbour */
static void find_boundaries(const struct opine_wave *wave,
                            struct opine_stretch *s, int count)
{
    int reach = (int)(BOUNDARY_S * wave->ref->rate_hz);

    for (int i = 1; i < count; i++) {
        double room = fmin(s[i].end - s[i].start,
                           s[i - 1].end - s[i - 1].start);
        int sample = (int)s[i].start;
        int most = reach < room / 2 ? reach : (int)(room / 2);

        opine_track_boundary(wave->ref, wave->deg, s[i - 1].delay, s[i].delay,
                             most, &sample);
        s[i].start = s[i - 1].end = sample;
    }
}

/* To a fraction of a sample where the waveforms are alike */
static void refine_alike(const struct opine_wave *wave, struct opine_stretch *s,
                         int count)
{
    for (int i = 0; i < count; i++)
        s[i].delay = opine_track_nudge(wave->kernels, wave->ref, wave->deg,
                                       (int)s[i].start,
                                       (int)(s[i].end - s[i].start), s[i].delay,
                                       WAVE_REACH_S);
}

/* The same where they are less alike, or the delay is known to a hop: whitened,
 * at ten times the cost */
static enum opine_status refine_unlike(struct opine_arena *arena,
                                       const struct opine_wave *wave,
                                       double reach_s, struct opine_stretch *s,
                                       int count)
{
    struct opine_refiner refiner;

    TRY(opine_refiner_create(&refiner, arena, wave->kernels, wave->ref,
                             wave->deg));
    for (int i = 0; i < count; i++)
        s[i].delay = opine_refiner_lag(&refiner, (int)s[i].start, (int)s[i].end,
                                       s[i].delay, reach_s);
    opine_refiner_destroy(&refiner);
    return OPINE_OK;
}

/* Place boundaries and confirm */
static enum opine_status finish(struct opine_arena *arena,
                                const struct opine_wave *wave,
                                struct opine_stretch *s, int *count)
{
    *count = opine_wave_merge(wave, s, *count);
    find_boundaries(wave, s, *count);
    TRY(opine_wave_confirm(arena, wave, s, count));
    find_boundaries(wave, s, *count);
    return OPINE_OK;
}

/* Stretches from features */
static enum opine_status follow_features(struct opine_arena *arena,
                                         const struct opine_wave *wave,
                                         struct tracker *t, double delay,
                                         struct opine_followed *f)
{
    TRY(find_path(arena, wave->kernels, t, delay));
    for (int i = 0; i < t->hops; i++)
        t->lag[i] = (int)lround(t->path[i] * t->hop);
    if (!has_jumps(t))
        return OPINE_OK;
    f->stretch = opine_arena_take(arena, (size_t)t->hops, sizeof *f->stretch);
    if (!f->stretch)
        return OPINE_ERR_MEMORY;
    f->count = split(t, f->stretch);
    TRY(refine_unlike(arena, wave, OPINE_REFINER_REACH_S, f->stretch,
                      f->count));
    return finish(arena, wave, f->stretch, &f->count);
}

/* The path from stretches */
static void fill_path(struct tracker *t, const struct opine_stretch *s)
{
    for (int i = 0, k = 0; i < t->hops; i++) {
        while (i * t->hop >= s[k].end)
            k++;
        t->path[i] = (int)lround(s[k].delay / t->hop);
        t->lag[i] = (int)s[k].delay;
    }
}

/* The same along the line of another tempo, if that leaves clearly less of the
 * waveform unexplained */
static enum opine_status follow_line(struct opine_arena *arena,
                                     const struct opine_wave *wave,
                                     const struct opine_proposals *proposals,
                                     struct opine_followed *f, int *is_line)
{
    struct opine_line *line = &f->path.line;
    struct opine_stretch *s;
    double match;
    int count;

    *is_line = 0;
    if (!opine_wave_line(wave, proposals, line) || f->match > SURE)
        return OPINE_OK;
    TRY(opine_wave_slide(arena, wave, line, &s, &count));
    refine_alike(wave, s, count);
    count = opine_wave_merge(wave, s, count);
    find_boundaries(wave, s, count);
    match = opine_wave_correlation(wave, s, count);
    if (1 - match * match > LINE_REST * (1 - f->match * f->match))
        return OPINE_OK;
    *is_line = 1;
    f->stretch = s;
    f->count = count;
    f->match = match;
    return OPINE_OK;
}

/* Stretches from the waveform */
static enum opine_status follow_wave(struct opine_arena *arena,
                                     struct opine_wave *wave, struct tracker *t,
                                     double delay, struct opine_followed *f,
                                     int *is_line)
{
    struct opine_proposals proposals;

    TRY(opine_wave_propose(arena, wave, delay, &proposals));
    TRY(opine_wave_follow(arena, wave, (int)lround(delay), &proposals,
                          &f->stretch, &f->count));
    fill_path(t, f->stretch);
    if (opine_wave_correlation(wave, f->stretch, f->count) > ALIKE)
        refine_alike(wave, f->stretch, f->count);
    else
        TRY(refine_unlike(arena, wave, WAVE_REACH_S, f->stretch, f->count));
    TRY(finish(arena, wave, f->stretch, &f->count));
    f->match = opine_wave_correlation(wave, f->stretch, f->count);
    TRY(follow_line(arena, wave, &proposals, f, is_line));
    if (*is_line)
        fill_path(t, f->stretch);
    return OPINE_OK;
}

/* Whether to believe in these delays: the waveforms must match under them. The
 * more jumps, the better, as the lags of a vocoder's voice can be chosen period
 * by period, 4 times a second, for a correlation of up to 0.91; or the features
 * must be much nearer, too, than under any one delay. */
static enum opine_status
is_trusted(struct opine_arena *arena, const struct opine_wave *wave,
           struct tracker *t, const struct opine_followed *f, int *trusted)
{
    double second = wave->deg->n / wave->deg->rate_hz;
    double often = fmin((f->count - 1) / second / OFTEN_HZ, 1);
    double bar = OPINE_WAVE_TRUSTED +
                 often * (OFTEN_TRUSTED - OPINE_WAVE_TRUSTED);

    *trusted = f->match >= bar;
    if (*trusted)
        return OPINE_OK;
    TRY(opine_features_make(arena, wave->kernels, &t->ref, &t->ref_features));
    TRY(opine_features_make(arena, wave->kernels, &t->deg, &t->deg_features));
    *trusted = f->match >= OPINE_WAVE_TRUSTED &&
               path_cost(t, t->path, 0) < OFTEN_NEARER * best_single_cost(t);
    return OPINE_OK;
}

enum opine_status
opine_follow(struct opine_arena *arena, const struct opine_kernels *kernels,
             const struct opine_mono *ref, const struct opine_mono *deg,
             struct opine_delay *delay, struct opine_followed *f)
{
    struct opine_wave wave = { kernels, ref, deg, delay->polarity };
    struct tracker t = { .ref = *ref, .deg = *deg };
    int trusted;

    *f = (struct opine_followed){ .count = 1 };
    TRY(begin_path(arena, &t, delay->samples));
    TRY(follow_wave(arena, &wave, &t, delay->samples, f, &trusted));
    if (!trusted)
        TRY(is_trusted(arena, &wave, &t, f, &trusted));
    if (!trusted) {
        TRY(opine_choose_rival(arena, kernels, ref, deg, delay));
        wave.sign = delay->polarity;
        *f = (struct opine_followed){ .count = 1 };
        TRY(follow_features(arena, &wave, &t, delay->samples, f));
    }
    f->polarity = (int)wave.sign;
    f->path.match = f->match;
    f->path.hop = t.hop;
    f->path.hops = t.hops;
    f->path.lag = t.lag;
    return OPINE_OK;
}
