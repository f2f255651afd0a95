/* SPDX-License-Identifier: BSD-2-Clause */
/* One delay if it explains the file, else a track; again when a clock drifts.
 */
#include "align.h"

#include "base/resample.h"
#include "base/try.h"
#include "known.h"
#include "mono.h"
#include "track.h"
#include "wave.h"

#include <math.h>
#include <string.h>

/* The low rate: features reach 8 kHz, and a sample is 0.06 ms. */
#define RATE_HZ 16000

/* One delay explains the waveform: this correlation in blocks of this length,
 * those within 25 dB of the loudest */
#define EXPLAIN_MATCH  0.75
#define EXPLAIN_S      0.2
#define EXPLAIN_ACTIVE 3e-3

#define CORRECT_S  0.001 /* a clock that drifts by less does no harm */
#define CLOCK_MOST 0.1   /* by which it is off at most, surely */

/* Both signals at the low rate */
struct monos {
    struct opine_mono ref, deg;
    struct opine_arena *keep; /* of what is made of the reference */
    struct opine_blocks blocks;
    int is_kept; /* the reference is known, and softened */
};

/* Take the highs away, by 12 dB at a quarter of the rate: half a sample, by
 * which a whole lag may err, would turn them around. */
static void soften(const struct opine_kernels *kernels, struct opine_mono *mono)
{
    enum { BLOCK = 1024 };
    float x[BLOCK + 4] = { 0 };

    for (int i = 0; i < mono->n; i += BLOCK) {
        int left = mono->n - i, n = left < BLOCK ? left : BLOCK;
        int ahead = left < BLOCK + 2 ? left : BLOCK + 2;

        /* Two samples before, of which the first two are zeros */
        memcpy(x + 2, mono->x + i, (size_t)ahead * sizeof *x);
        memset(x + 2 + ahead, 0, (size_t)(BLOCK + 2 - ahead) * sizeof *x);
        kernels->soften(mono->x + i, x, n);
        memcpy(x, x + BLOCK, 2 * sizeof *x);
    }
}

/* The reference, unless it is known */
static enum opine_status make_reference(struct opine_arena *arena,
                                        const struct opine_kernels *kernels,
                                        const struct opine_pair *pair,
                                        struct monos *t)
{
    const struct opine_known *known = pair->known;
    size_t bytes;

    *t = (struct monos){ .keep = arena };
    t->is_kept = known && known->outset.mono.x;
    if (t->is_kept) {
        t->ref = known->outset.mono;
        t->blocks = known->outset.blocks;
        return OPINE_OK;
    }
    opine_mono_shape(&pair->ref, pair->rate_hz, RATE_HZ, &t->ref);
    bytes = (size_t)t->ref.n * sizeof *t->ref.x + opine_blocks_bytes(&t->ref);
    t->keep = opine_known_room(pair->known, bytes, arena);
    return opine_mono_make(t->keep, kernels, &pair->ref, pair->rate_hz, RATE_HZ,
                           &t->ref);
}

/* Both signals as the alignment sees them */
static enum opine_status make_monos(struct opine_arena *arena,
                                    const struct opine_kernels *kernels,
                                    const struct opine_pair *pair, double speed,
                                    struct monos *t)
{
    struct opine_mono slow;

    TRY(make_reference(arena, kernels, pair, t));
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

static struct opine_match match_block(const struct opine_kernels *kernels,
                                      const struct monos *t, int block,
                                      const struct opine_delay *delay)
{
    int size = (int)(EXPLAIN_S * t->ref.rate_hz);

    return opine_track_match(kernels, &t->ref, &t->deg, block * size,
                             (block + 1) * size, delay->samples);
}

/* Whether one delay already explains the waveform: in every block that can be
 * heard the two signals are nearly alike. */
static enum opine_status is_explained(struct opine_arena *arena,
                                      const struct opine_kernels *kernels,
                                      const struct monos *t,
                                      const struct opine_delay *delay,
                                      int *explained)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    int size = (int)(EXPLAIN_S * t->ref.rate_hz);
    int blocks = (t->deg.n + size - 1) / size;
    struct opine_match *match = opine_arena_take(arena, (size_t)blocks,
                                                 sizeof *match);
    double loudest = 0;

    if (!match)
        return OPINE_ERR_MEMORY;
    for (int i = 0; i < blocks; i++) {
        match[i] = match_block(kernels, t, i, delay);
        loudest = fmax(loudest, fmax(match[i].ref, match[i].deg));
    }
    *explained = loudest > 0;
    for (int i = 0; i < blocks; i++) {
        const struct opine_match *m = &match[i];

        if (fmax(m->ref, m->deg) > EXPLAIN_ACTIVE * loudest &&
            delay->polarity * m->cross < EXPLAIN_MATCH * sqrt(m->ref * m->deg))
            *explained = 0;
    }
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

/* The delay of most of the file; whether it explains all of it. Delays of
 * recordings are short, and what one of those explains is not looked for
 * elsewhere. */
static enum opine_status find_delay(struct opine_arena *arena,
                                    const struct opine_kernels *kernels,
                                    struct monos *t, int search,
                                    struct opine_delay *delay, int *explained)
{
    const enum opine_reach reach[] = { OPINE_REACH_NEAR,
                                       search ? OPINE_REACH_ANY
                                              : OPINE_REACH_NONE };
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct opine_correlator *correlator;
    enum opine_status status = OPINE_OK;

    TRY(opine_correlator_create(&correlator, arena, kernels, &t->ref, &t->deg,
                                t->keep, &t->blocks));
    if (!t->is_kept)
        soften(kernels, &t->ref);
    soften(kernels, &t->deg);
    *explained = 0;
    for (int i = !search; i < 2 && !status && !*explained; i++) {
        opine_correlator_find(correlator, reach[i], delay);
        if (search)
            status = is_explained(arena, kernels, t, delay, explained);
    }
    opine_correlator_destroy(correlator);
    opine_arena_release(arena, mark);
    return status;
}

double opine_prevailing(const struct opine_stretch *s, int count)
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
static void conclude(const struct monos *t, const struct opine_stretch *s,
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
    aligned->delay = opine_prevailing(to, count);
}

/* One delay for the whole */
static void set_delay(const struct monos *t, const struct opine_delay *delay,
                      struct opine_stretch *to, struct opine_aligned *aligned)
{
    to->delay = delay->samples * t->ref.factor;
    aligned->delay = to->delay;
    aligned->confidence = delay->confidence;
    aligned->polarity = delay->polarity;
    aligned->stretches = 1;
}

static enum opine_status track(struct opine_arena *arena,
                               const struct opine_kernels *kernels,
                               const struct monos *t, struct opine_delay *delay,
                               int explained, struct opine_stretch *to,
                               struct opine_aligned *aligned)
{
    int lag = (int)lround(delay->samples);
    struct opine_path path = {
        .is_one = 1, .match = 1, .hop = t->deg.n, .hops = 1, .lag = &lag
    };
    struct opine_followed followed;

    if (!explained) {
        TRY(opine_follow(arena, kernels, &t->ref, &t->deg, delay, &followed));
        set_delay(t, delay, to, aligned);
        aligned->polarity = followed.polarity;
        if (followed.count > 1)
            conclude(t, followed.stretch, followed.count, to, aligned);
        path = followed.path;
    }
    aligned->clock_ppm = opine_clock_measure(kernels, &t->ref, &t->deg, &path);
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
    struct monos t;
    int explained;

    TRY(make_monos(arena, kernels, pair, speed, &t));
    TRY(find_delay(arena, kernels, &t, search, &delay, &explained));
    if (t.keep != arena)
        pair->known->outset = (struct opine_outset){ t.ref, t.blocks };
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

enum opine_status opine_find_once(struct opine_arena *arena,
                                  const struct opine_kernels *kernels,
                                  const struct opine_pair *pair, int search,
                                  struct opine_stretch *stretch,
                                  struct opine_aligned *aligned)
{
    return find_once(arena, kernels, pair, search, 1, stretch, aligned);
}

int opine_mono_factor(int rate_hz)
{
    return rate_hz > RATE_HZ ? rate_hz / RATE_HZ : 1;
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
