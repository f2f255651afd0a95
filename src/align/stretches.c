/* SPDX-License-Identifier: BSD-2-Clause */
#include "align.h"

#include "base/resample.h"
#include "base/try.h"
#include "mono.h"
#include "track.h"
#include "wave.h"

#include <math.h>
#include <string.h>

/* The low rate: features reach 8 kHz, and a sample is 0.06 ms. */
#define RATE_HZ 16000

/* Chosen by exploration (design.md): how jumps must pay, at first and, where
 * that found some, again for single lost packets of 20 ms. */
static const struct opine_jump_cost first_pass = { 2.5, 0.004, 0.92 };
static const struct opine_jump_cost second_pass = { 1.0, 0.002, 0.92 };
#define SECOND_PASS 0.92 /* of the cost of one lag: run it below */

/* One delay explains the waveform: this correlation in blocks of this length,
 * those within 25 dB of the loudest */
#define EXPLAIN_MATCH  0.75
#define EXPLAIN_S      0.2
#define EXPLAIN_ACTIVE 3e-3

/* With this many jumps a second the waveforms must match this well */
#define OFTEN_HZ      3.0
#define OFTEN_TRUSTED 0.92
#define OFTEN_NEARER  0.9

/* Another tempo leaves less than this of the energy unexplained that jumps do,
 * and is not looked for where jumps match so well */
#define LINE_REST 0.85
#define SURE      0.995

#define CORRECT_S  0.001 /* a clock that drifts by less does no harm */
#define CLOCK_MOST 0.1   /* by which it is off at most, surely */

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

/* Whether one delay already explains the waveform: in every block that can be
 * heard the two signals are nearly alike. */
static int is_explained(const struct opine_kernels *kernels,
                        const struct tracker *t,
                        const struct opine_delay *delay)
{
    int size = (int)(EXPLAIN_S * t->ref.rate_hz);
    double loudest = 0;

    for (int pass = 0; pass < 2; pass++)
        for (int start = 0; start < t->deg.n; start += size) {
            struct opine_match m = opine_track_match(kernels, &t->ref, &t->deg,
                                                     start, start + size,
                                                     delay->samples);
            double energy = fmax(m.ref, m.deg);

            if (!pass)
                loudest = fmax(loudest, energy);
            else if (energy > EXPLAIN_ACTIVE * loudest &&
                     delay->polarity * m.cross <
                         EXPLAIN_MATCH * sqrt(m.ref * m.deg))
                return 0;
        }
    return loudest > 0;
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

/* The delay that holds for most of the degraded */
static double prevailing(const struct opine_stretch *s, int count)
{
    double most = 0, delay = s[0].delay;

    for (int i = 0; i < count; i++) {
        double length = 0;

        for (int k = 0; k < count; k++)
            if (fabs(s[k].delay - s[i].delay) < 1)
                length += s[k].end - s[k].start;
        if (length > most) {
            most = length;
            delay = s[i].delay;
        }
    }
    return delay;
}

/* From stretches at the low rate to those at the pair's */
static void conclude(const struct tracker *t, const struct opine_stretch *s,
                     int count, struct opine_stretch *to,
                     struct opine_aligned *aligned)
{
    double end = to[0].end;

    for (int i = 0; i < count; i++)
        to[i] = (struct opine_stretch){ s[i].start * t->ref.factor,
                                        s[i].end * t->ref.factor,
                                        s[i].delay * t->ref.factor };
    to[count - 1].end = end;
    aligned->stretches = count;
    aligned->delay = prevailing(to, count);
}

/* To a fraction of a sample, where the path is known to a few */
static void refine_near(const struct opine_wave *wave, struct opine_stretch *s,
                        int count)
{
    for (int i = 0; i < count; i++)
        s[i].delay = opine_track_nudge(wave->kernels, wave->ref, wave->deg,
                                       (int)s[i].start,
                                       (int)(s[i].end - s[i].start), s[i].delay,
                                       WAVE_REACH_S);
}

/* The same where it is known to a hop */
static enum opine_status refine_far(struct opine_arena *arena,
                                    const struct opine_wave *wave,
                                    struct opine_stretch *s, int count)
{
    struct opine_refiner refiner;

    TRY(opine_refiner_create(&refiner, arena, wave->kernels, wave->ref,
                             wave->deg));
    for (int i = 0; i < count; i++)
        s[i].delay = opine_refiner_lag(&refiner, (int)s[i].start, (int)s[i].end,
                                       s[i].delay, OPINE_REFINER_REACH_S);
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
                                         struct opine_stretch **s, int *count)
{
    TRY(find_path(arena, wave->kernels, t, delay));
    for (int i = 0; i < t->hops; i++)
        t->lag[i] = (int)lround(t->path[i] * t->hop);
    if (!has_jumps(t))
        return OPINE_OK;
    *s = opine_arena_take(arena, (size_t)t->hops, sizeof **s);
    if (!*s)
        return OPINE_ERR_MEMORY;
    *count = split(t, *s);
    TRY(refine_far(arena, wave, *s, *count));
    return finish(arena, wave, *s, count);
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
                                     struct opine_stretch **s, int *count,
                                     double *match, int *is_line)
{
    struct opine_stretch *slid;
    struct opine_line line;
    double matches;
    int slides;

    *is_line = 0;
    if (*match > SURE || !opine_wave_line(wave, proposals, &line))
        return OPINE_OK;
    TRY(opine_wave_slide(arena, wave, &line, &slid, &slides));
    refine_near(wave, slid, slides);
    slides = opine_wave_merge(wave, slid, slides);
    find_boundaries(wave, slid, slides);
    matches = opine_wave_correlation(wave, slid, slides);
    if (1 - matches * matches > LINE_REST * (1 - *match * *match))
        return OPINE_OK;
    *is_line = 1;
    *s = slid;
    *count = slides;
    *match = matches;
    return OPINE_OK;
}

/* Stretches from the waveform, and its match under them */
static enum opine_status follow_wave(struct opine_arena *arena,
                                     struct opine_wave *wave, struct tracker *t,
                                     double delay, struct opine_stretch **s,
                                     int *count, double *match, int *is_line)
{
    struct opine_proposals proposals;

    TRY(opine_wave_propose(arena, wave, delay, &proposals));
    TRY(opine_wave_follow(arena, wave, (int)lround(delay), &proposals, s,
                          count));
    fill_path(t, *s);
    refine_near(wave, *s, *count);
    TRY(finish(arena, wave, *s, count));
    *match = opine_wave_correlation(wave, *s, *count);
    TRY(follow_line(arena, wave, &proposals, s, count, match, is_line));
    if (*is_line)
        fill_path(t, *s);
    return OPINE_OK;
}

/* Whether to believe in these delays: the waveforms must match under them. The
 * more jumps, the better, as the lags of a vocoder's voice can be chosen period
 * by period, 4 times a second, for a correlation of up to 0.91; or the features
 * must be much nearer, too, than under any one delay. */
static enum opine_status is_trusted(struct opine_arena *arena,
                                    const struct opine_wave *wave,
                                    struct tracker *t, int count,
                                    double correlation, int *trusted)
{
    double second = wave->deg->n / wave->deg->rate_hz;
    double often = fmin((count - 1) / second / OFTEN_HZ, 1);
    double bar = OPINE_WAVE_TRUSTED +
                 often * (OFTEN_TRUSTED - OPINE_WAVE_TRUSTED);

    *trusted = correlation >= bar;
    if (*trusted)
        return OPINE_OK;
    TRY(opine_features_make(arena, wave->kernels, &t->ref, &t->ref_features));
    TRY(opine_features_make(arena, wave->kernels, &t->deg, &t->deg_features));
    *trusted = correlation >= OPINE_WAVE_TRUSTED &&
               path_cost(t, t->path, 0) < OFTEN_NEARER * best_single_cost(t);
    return OPINE_OK;
}

/* One delay for the whole */
static void set_delay(const struct tracker *t, const struct opine_delay *delay,
                      struct opine_stretch *to, struct opine_aligned *aligned)
{
    to->delay = delay->samples * t->ref.factor;
    aligned->delay = to->delay;
    aligned->confidence = delay->confidence;
    aligned->polarity = delay->polarity;
    aligned->stretches = 1;
}

/* Stretches of what one delay does not explain; `match` is the waveforms' under
 * them */
static enum opine_status follow(struct opine_arena *arena,
                                const struct opine_kernels *kernels,
                                struct tracker *t, struct opine_delay *delay,
                                struct opine_stretch *to, double *match,
                                struct opine_aligned *aligned)
{
    struct opine_wave wave = { kernels, &t->ref, &t->deg, delay->polarity };
    struct opine_stretch *s = NULL;
    int count = 1, trusted;

    TRY(follow_wave(arena, &wave, t, delay->samples, &s, &count, match,
                    &trusted));
    if (!trusted)
        TRY(is_trusted(arena, &wave, t, count, *match, &trusted));
    if (trusted) {
        aligned->polarity = (int)wave.sign;
    } else {
        TRY(opine_choose_rival(arena, kernels, &t->ref, &t->deg, delay));
        set_delay(t, delay, to, aligned);
        wave.sign = delay->polarity;
        *match = 0;
        count = 1;
        TRY(follow_features(arena, &wave, t, delay->samples, &s, &count));
    }
    if (count > 1)
        conclude(t, s, count, to, aligned);
    return OPINE_OK;
}

static enum opine_status track(struct opine_arena *arena,
                               const struct opine_kernels *kernels,
                               struct tracker *t, struct opine_delay *delay,
                               int explained, struct opine_stretch *to,
                               struct opine_aligned *aligned)
{
    struct opine_path path;
    double match = 1;

    TRY(begin_path(arena, t, delay->samples));
    if (!explained)
        TRY(follow(arena, kernels, t, delay, to, &match, aligned));
    path = (struct opine_path){ explained, match, t->hop, t->hops, t->lag };
    aligned->clock_ppm = opine_clock_measure(kernels, &t->ref, &t->deg, &path);
    return OPINE_OK;
}

/* Take the highs away, by 6 dB at a quarter of the rate: half a sample, by
 * which a whole lag may err, would turn them around. */
static void smooth(struct opine_mono *mono)
{
    enum { BLOCK = 1024 };
    float before[BLOCK + 1], *x = mono->x;

    before[0] = 0;
    for (int i = 0; i < mono->n - 1; i += BLOCK) {
        int n = mono->n - 1 - i < BLOCK ? mono->n - 1 - i : BLOCK;

        memcpy(before + 1, x + i, (size_t)n * sizeof *x);
        for (int k = 0; k < n; k++)
            x[i + k] = 0.25f * (before[k] + x[i + k + 1]) +
                       0.5f * before[k + 1];
        before[0] = before[n];
    }
}

/* Both signals as the alignment sees them */
static enum opine_status make_monos(struct opine_arena *arena,
                                    const struct opine_kernels *kernels,
                                    const struct opine_pair *pair, double speed,
                                    struct tracker *t)
{
    struct opine_mono slow;

    TRY(opine_mono_make(arena, kernels, &pair->ref, pair->rate_hz, RATE_HZ,
                        &t->ref));
    TRY(opine_mono_make(arena, kernels, &pair->deg, pair->rate_hz, RATE_HZ,
                        &t->deg));
    if (speed == 1)
        return OPINE_OK;
    slow = t->deg;
    t->deg.n = (int)opine_resample_count((size_t)slow.n, speed);
    t->deg.x = opine_arena_take(arena, (size_t)t->deg.n, sizeof *t->deg.x);
    if (!t->deg.x)
        return OPINE_ERR_MEMORY;
    return opine_resample(slow.x, (size_t)slow.n, t->deg.x, (size_t)t->deg.n,
                          speed);
}

/* The delay of most of the file; whether it explains all of it. Delays of
 * recordings are short, and what one of those explains is not looked for
 * elsewhere. */
static enum opine_status find_delay(struct opine_arena *arena,
                                    const struct opine_kernels *kernels,
                                    struct tracker *t, int search,
                                    struct opine_delay *delay, int *explained)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct opine_correlator *correlator;

    TRY(opine_correlator_create(&correlator, arena, kernels, &t->ref, &t->deg));
    for (int i = 0; i < 2; i++) {
        smooth(&t->ref);
        smooth(&t->deg);
    }
    *explained = 0;
    if (search) {
        opine_correlator_find(correlator, OPINE_REACH_NEAR, delay);
        *explained = is_explained(kernels, t, delay);
    }
    if (!*explained) {
        opine_correlator_find(correlator,
                              search ? OPINE_REACH_ANY : OPINE_REACH_NONE,
                              delay);
        *explained = search && is_explained(kernels, t, delay);
    }
    opine_correlator_destroy(correlator);
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

/* Align once, the degraded resampled by `speed` */
static enum opine_status find_once(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_pair *pair, int search,
                                   double speed, struct opine_stretch *to,
                                   struct opine_aligned *aligned)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct opine_delay delay;
    struct tracker t;
    int explained;

    TRY(make_monos(arena, kernels, pair, speed, &t));
    TRY(find_delay(arena, kernels, &t, search, &delay, &explained));
    to[0] = (struct opine_stretch){
        0, (double)opine_resample_count(pair->deg.n, speed), 0
    };
    aligned->clock_ppm = 0;
    aligned->speed = speed;
    aligned->stretch = to;
    set_delay(&t, &delay, to, aligned);
    if (search)
        TRY(track(arena, kernels, &t, &delay, explained, to, aligned));
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

enum opine_status opine_find_track(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_pair *pair, int search,
                                   struct opine_aligned *aligned)
{
    double most = (double)pair->deg.n / (OPINE_WAVE_HOP_S * pair->rate_hz);
    struct opine_stretch *to =
        opine_arena_take(arena, (size_t)(most * (1 + CLOCK_MOST)) + 2,
                         sizeof *to);
    const struct opine_stretch *last;
    double ppm;

    if (!to)
        return OPINE_ERR_MEMORY;
    TRY(find_once(arena, kernels, pair, search, 1, to, aligned));
    ppm = aligned->clock_ppm;
    if (fabs(ppm) * 1e-6 * (double)pair->deg.n > CORRECT_S * pair->rate_hz) {
        TRY(find_once(arena, kernels, pair, search, 1 + ppm * 1e-6, to,
                      aligned));
        aligned->clock_ppm += ppm;
    }
    last = &to[aligned->stretches - 1];
    aligned->trimmed_head = fmax(-to[0].delay, 0);
    aligned->trimmed_tail = fmax((double)pair->ref.n + last->delay - last->end,
                                 0);
    return OPINE_OK;
}

double opine_delay_at(const struct opine_aligned *aligned, double sample)
{
    int i = 0;

    while (i + 1 < aligned->stretches && sample >= aligned->stretch[i].end)
        i++;
    return aligned->stretch[i].delay;
}

/* ------------------------------------------------------------- describe */

#define JUMP_MS 1.0 /* smaller changes are the search's own */

static void describe_jumps(const struct opine_aligned *aligned, double ms,
                           struct opine_jump *jump,
                           struct opine_alignment *alignment)
{
    for (int i = 1; i < aligned->stretches; i++) {
        const struct opine_stretch *s = &aligned->stretch[i];
        double size_ms = (s->delay - s[-1].delay) * ms;

        if (fabs(size_ms) <= JUMP_MS)
            continue;
        jump[alignment->jumps].time_s = s->start / aligned->speed * ms / 1000;
        jump[alignment->jumps].size_ms = size_ms;
        alignment->jumps++;
        alignment->inserted_ms += fmax(size_ms, 0);
        alignment->lost_ms += fmax(-size_ms, 0);
    }
}

/* By how much the jumps stretch the whole */
static double time_scale(const struct opine_aligned *aligned)
{
    const struct opine_stretch *first = &aligned->stretch[0];
    const struct opine_stretch *last = first + aligned->stretches - 1;
    double duration = last->end - first->start;
    double same = duration - (last->delay - first->delay);

    return same > 0 ? duration / same : 1;
}

enum opine_status opine_describe_track(struct opine_arena *arena,
                                       const struct opine_aligned *aligned,
                                       int rate_hz,
                                       struct opine_alignment *alignment)
{
    size_t count = (size_t)aligned->stretches;
    struct opine_section *section = opine_arena_take(arena, count,
                                                     sizeof *section);
    struct opine_jump *jump = opine_arena_take(arena, count, sizeof *jump);
    double ms = 1000.0 / rate_hz, second = 1 / (aligned->speed * rate_hz);

    if (!section || !jump)
        return OPINE_ERR_MEMORY;
    *alignment = (struct opine_alignment){
        .delay_ms = aligned->delay * ms,
        .confidence = aligned->confidence,
        .polarity = aligned->polarity,
        .trimmed_head_ms = aligned->trimmed_head * ms,
        .trimmed_tail_ms = aligned->trimmed_tail * ms,
        .clock_ppm = aligned->clock_ppm,
        .time_scale = time_scale(aligned),
        .sections = aligned->stretches,
        .section = section,
        .jump = jump,
    };
    for (int i = 0; i < aligned->stretches; i++) {
        const struct opine_stretch *s = &aligned->stretch[i];
        section[i] = (struct opine_section){ s->start * second, s->end * second,
                                             s->delay * ms };
    }
    describe_jumps(aligned, ms, jump, alignment);
    return OPINE_OK;
}
