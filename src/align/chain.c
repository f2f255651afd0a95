/* SPDX-License-Identifier: BSD-2-Clause */
/* The track of a long pair: parts of it are aligned one after the other, each
 * where the one before ended. */
#include "align.h"

#include "base/select.h"
#include "base/try.h"
#include "joint.h"
#include "mono.h"
#include "scan.h"
#include "wave.h"

#include <math.h>
#include <string.h>

#define OVERLAP_S 2.0 /* what a part sees of its neighbours: jumps to 1.3 s */
#define LEAST_S   4.0 /* in less, noise is alike by chance */
#define BELIEVED  0.3 /* confidence: as the flag for less of it */
#define USUAL     0.7 /* with less of the confidence of those so far, a part is */
#define BETTER    0.1 /* looked for elsewhere, too, where it must reach more */
#define DUBIOUS   0.5 /* parts with less of the next one's may all be wrong */
#define SAME_S    0.001  /* apart by less, two parts agree on a delay */
#define MERGE_S   2.5e-4 /* apart by less, they have one */
#define STEP_S    0.016  /* between the places where they may be joined */
#define CORRECT_S 0.001  /* a clock that drifts by less does no harm */
#define CLOCKS    2      /* parts in a row that tell of another clock */
#define ALIKE     0.2    /* by which their ppm may differ */
#define PASSES    4
#define PARTS     128 /* of two minutes, in 4 h 16 min */

/* What a part was found to be */
struct found {
    int count;                     /* 0: it is not there */
    struct opine_stretch *stretch; /* samples of the degraded */
    double confidence, delay, ppm;
    int polarity;
    ptrdiff_t first, end; /* of the degraded, that was looked at */
};

struct chain {
    struct opine_arena *arena;
    const struct opine_kernels *kernels;
    struct opine_prepared pair; /* its degraded at the speed so far */
    int search;
    int factor;   /* delays looked for are multiples of it */
    double delay; /* where the next part is looked for */
    struct opine_stretch *to;
    int count;
    ptrdiff_t from; /* first sample of the degraded that the last part saw */
    struct opine_scan *scan; /* NULL until it is needed */
    struct opine_scan scanner;
    /* Of parts that were found */
    int parts, polarity;
    double confidence[PARTS], time[PARTS], delays[PARTS];
    double ppm; /* of the last ones, */
    int clocks; /* and how many agree on it */
};

/* ---------------------------------------------------------------- part */

static ptrdiff_t multiple(double sample, int factor)
{
    return (ptrdiff_t)floor(sample / factor) * factor;
}

/* Both signals around a part of the reference, the degraded as if it were late
 * by `hint`: what is left is a small delay */
static void place(const struct chain *c, ptrdiff_t first, ptrdiff_t end,
                  ptrdiff_t hint, ptrdiff_t *from, ptrdiff_t *to)
{
    ptrdiff_t overlap = multiple(OVERLAP_S * c->pair.rate_hz, c->factor);

    *from = first - overlap;
    *to = end + overlap;
    *from = *from > 0 ? *from : 0;
    *from = *from + hint > 0 ? *from : -hint;
    *to = *to < (ptrdiff_t)c->pair.ref.n ? *to : (ptrdiff_t)c->pair.ref.n;
    if (*to + hint > (ptrdiff_t)c->pair.deg.n)
        *to = (ptrdiff_t)c->pair.deg.n - hint;
}

/* Align a part; returns its stretches in memory that stays */
static enum opine_status align_part(struct chain *c, ptrdiff_t first,
                                    ptrdiff_t end, double delay,
                                    struct found *found)
{
    ptrdiff_t hint = multiple(delay + c->factor / 2.0, c->factor), from, to;
    struct opine_pair pair = { .rate_hz = c->pair.rate_hz };
    struct opine_aligned aligned;
    struct opine_arena_mark mark;
    size_t n;

    *found = (struct found){ 0 };
    place(c, first, end, hint, &from, &to);
    if ((double)(to - from) < LEAST_S * c->pair.rate_hz)
        return OPINE_OK;
    n = (size_t)(to - from);
    found->stretch = opine_arena_take(
        c->arena,
        (size_t)((double)n / (OPINE_WAVE_HOP_S * c->pair.rate_hz)) + 2,
        sizeof *found->stretch);
    if (!found->stretch)
        return OPINE_ERR_MEMORY;
    mark = opine_arena_mark(c->arena);
    TRY(opine_prepare_part(c->arena, c->kernels, &c->pair, &c->pair.ref, from,
                           to, &pair.ref));
    TRY(opine_prepare_part(c->arena, c->kernels, &c->pair, &c->pair.deg,
                           from + hint, to + hint, &pair.deg));
    pair.ref = opine_planes_part(&pair.ref, (size_t)from, n);
    pair.deg = opine_planes_part(&pair.deg, (size_t)(from + hint), n);
    TRY(opine_find_once(c->arena, c->kernels, &pair, c->search, found->stretch,
                        &aligned));
    opine_arena_release(c->arena, mark);
    found->count = aligned.stretches;
    found->confidence = aligned.confidence;
    found->delay = aligned.delay + (double)hint;
    found->ppm = aligned.clock_ppm;
    found->polarity = aligned.polarity;
    found->first = from + hint;
    found->end = to + hint;
    for (int i = 0; i < found->count; i++) {
        found->stretch[i].start += (double)found->first;
        found->stretch[i].end += (double)found->first;
        found->stretch[i].delay += (double)hint;
    }
    return OPINE_OK;
}

/* A part that tells nothing goes on as the one before */
static void keep_delay(const struct chain *c, struct found *found)
{
    found->confidence = 0;
    found->count = 1;
    found->stretch[0] = (struct opine_stretch){ (double)found->first,
                                                (double)found->end, c->delay };
}

/* Mean confidence of the parts so far */
static double usual(const struct chain *c)
{
    double sum = 0;

    for (int i = 0; i < c->parts; i++)
        sum += c->confidence[i];
    return c->parts ? sum / c->parts : 0;
}

/* Align a part where the one before ended, or else wherever levels move like
 * its own */
static enum opine_status find_part(struct chain *c, ptrdiff_t first,
                                   ptrdiff_t end, struct found *found)
{
    double rate = c->pair.rate_hz;
    struct found other;

    TRY(align_part(c, first, end, c->delay, found));
    if (!c->search || found->confidence >= fmax(BELIEVED, USUAL * usual(c)))
        return OPINE_OK;
    if (!c->scan) {
        TRY(opine_scan_create(&c->scanner, c->arena, c->kernels, &c->pair));
        c->scan = &c->scanner;
    }
    TRY(align_part(c, first, end,
                   rate * opine_scan_find(c->scan, (double)first / rate,
                                          (double)end / rate),
                   &other));
    if (other.confidence > found->confidence + BETTER)
        *found = other;
    if (found->count && found->confidence < BELIEVED &&
        fabs(found->delay - c->delay) > SAME_S * rate)
        keep_delay(c, found);
    return OPINE_OK;
}

/* --------------------------------------------------------------- chain */

static double delay_at(const struct opine_stretch *s, int count, double sample)
{
    const struct opine_aligned all = { .stretches = count, .stretch = s };

    return opine_delay_at(&all, sample);
}

/* Near the seam of two parts, in the degraded, where both agree on the delay */
static int find_agreement(const struct chain *c, const struct found *f,
                          double seam, double *at)
{
    double rate = c->pair.rate_hz, first = (double)f->first;
    double end = (double)f->end;
    double step = STEP_S * rate;

    for (int i = 0; i * step < OVERLAP_S * rate; i++)
        for (int side = -1; side <= 1; side += 2) {
            *at = seam + side * i * step;
            if (*at > first && *at < end &&
                fabs(delay_at(c->to, c->count, *at) -
                     delay_at(f->stretch, f->count, *at)) < SAME_S * rate)
                return 1;
        }
    return 0;
}

/* Where one part gives way to the next. When they do not agree, something was
 * lost or inserted that is longer than a part sees. */
static enum opine_status find_joint(const struct chain *c,
                                    const struct found *f, double seam,
                                    double *at)
{
    const struct opine_aligned before = { .stretch = c->to,
                                          .stretches = c->count };
    const struct opine_aligned after = { .stretch = f->stretch,
                                         .stretches = f->count };
    double end = fmax((double)f->first + OVERLAP_S * c->pair.rate_hz,
                      c->to[c->count - 1].end);
    int is_dubious = usual(c) < DUBIOUS * f->confidence;

    if (find_agreement(c, f, seam, at))
        return OPINE_OK;
    *at = is_dubious ? 0 : fmax(seam, (double)f->first);
    return opine_joint_find(c->arena, c->kernels, &c->pair, &before, &after,
                            is_dubious ? 0 : (double)c->from,
                            fmin(end, (double)f->end), at);
}

/* Join a part to what is there; `first` is its first sample in the reference */
static enum opine_status join(struct chain *c, const struct found *f,
                              ptrdiff_t first)
{
    double at = 0;
    int i = 0;

    if (c->count)
        TRY(find_joint(c, f, (double)first + c->delay, &at));
    while (c->count && c->to[c->count - 1].start >= at)
        c->count--;
    while (i + 1 < f->count && f->stretch[i].end <= at)
        i++;
    f->stretch[i].start = at;
    if (c->count) {
        struct opine_stretch *last = &c->to[c->count - 1];

        last->end = at;
        if (fabs(f->stretch[i].delay - last->delay) < MERGE_S * c->pair.rate_hz)
            last->end = f->stretch[i++].end;
    }
    for (; i < f->count; i++)
        c->to[c->count++] = f->stretch[i];
    c->from = f->first;
    return OPINE_OK;
}

/* What a part tells of the whole */
static void note(struct chain *c, const struct found *f)
{
    double drift = fabs(f->ppm) * 1e-6 * c->pair.part_s;

    if (f->confidence < BELIEVED || c->parts == PARTS)
        return;
    c->confidence[c->parts] = f->confidence;
    c->time[c->parts] = (double)(f->first + f->end) / 2;
    c->delays[c->parts] = f->delay;
    c->polarity += f->polarity;
    c->parts++;
    if (drift <= CORRECT_S)
        c->clocks = 0;
    else if (c->clocks && fabs(f->ppm - c->ppm) > ALIKE * fabs(c->ppm))
        c->clocks = 1;
    else
        c->clocks++;
    c->ppm = f->ppm;
}

/* All parts, until enough of them tell of another clock */
static enum opine_status follow(struct chain *c)
{
    ptrdiff_t n = (ptrdiff_t)c->pair.ref.n;
    ptrdiff_t part = multiple(c->pair.part_s * c->pair.rate_hz, c->factor);

    c->count = c->parts = c->polarity = c->clocks = 0;
    for (ptrdiff_t first = 0; first < n && c->clocks < CLOCKS; first += part) {
        struct opine_arena_mark mark = opine_arena_mark(c->arena);
        /* The last part is not a short one */
        ptrdiff_t end = n - first < 2 * part ? n : first + part;
        struct found found;
        int had_scan = c->scan != NULL;

        TRY(find_part(c, first, end, &found));
        if (found.count) {
            TRY(join(c, &found, first));
            note(c, &found);
            c->delay =
                delay_at(found.stretch, found.count,
                         (double)end + found.stretch[found.count - 1].delay);
        }
        if (had_scan == (c->scan != NULL))
            opine_arena_release(c->arena, mark);
        if (end == n)
            break;
    }
    return OPINE_OK;
}

/* By how much the parts' delays grow, where they grow steadily */
static double slope(const struct chain *c)
{
    double values[PARTS];
    int count = 0;

    for (int i = 1; i < c->parts; i++) {
        if (fabs(c->delays[i] - c->delays[i - 1]) > SAME_S * c->pair.rate_hz)
            return 0;
        values[count++] = (c->delays[i] - c->delays[i - 1]) /
                          (c->time[i] - c->time[i - 1]);
    }
    return count > 2 ? opine_select(values, count, count / 2) : 0;
}

/* The clock's ratio, by passes over all parts */
static enum opine_status find_speed(struct chain *c, double *speed)
{
    double first_delay = c->delay, came = (double)c->pair.deg.n;
    double ratio = c->pair.deg.ratio;

    *speed = 1;
    for (int i = 0; i < PASSES; i++) {
        double ppm;

        c->pair.deg.ratio = ratio * *speed;
        c->pair.deg.n = (size_t)llround(came * *speed);
        c->delay = first_delay;
        TRY(follow(c));
        ppm = c->clocks >= CLOCKS ? c->ppm : -slope(c) * 1e6;
        if (fabs(ppm) * 1e-6 * came <= CORRECT_S * c->pair.rate_hz ||
            i + 1 == PASSES)
            return OPINE_OK;
        *speed *= 1 + ppm * 1e-6;
    }
    return OPINE_OK;
}

static void conclude(const struct chain *c, double speed,
                     struct opine_aligned *aligned)
{
    struct opine_stretch *last = &c->to[c->count - 1];

    c->to[0].start = 0;
    last->end = (double)c->pair.deg.n;
    *aligned = (struct opine_aligned){
        .delay = opine_prevailing(c->to, c->count),
        .polarity = c->polarity < 0 ? -1 : 1,
        .clock_ppm = (speed - 1) * 1e6,
        .speed = speed,
        .stretches = c->count,
        .stretch = c->to,
    };
    for (int i = 0; i < c->parts; i++)
        aligned->confidence += c->confidence[i] / c->parts;
    aligned->trimmed_head = fmax(-c->to[0].delay, 0);
    aligned->trimmed_tail =
        fmax((double)c->pair.ref.n + last->delay - last->end, 0);
}

enum opine_status opine_chain_track(struct opine_arena *arena,
                                    const struct opine_kernels *kernels,
                                    const struct opine_prepared *pair,
                                    int search, struct opine_aligned *aligned)
{
    struct chain *c = opine_arena_take(arena, 1, sizeof *c);
    double most = (double)pair->deg.n / (OPINE_WAVE_HOP_S * pair->rate_hz);
    enum opine_status status;
    double speed;

    if (!c)
        return OPINE_ERR_MEMORY;
    memset(c, 0, sizeof *c);
    c->arena = arena;
    c->kernels = kernels;
    c->pair = *pair;
    c->search = search;
    c->factor = opine_mono_factor(pair->rate_hz);
    c->to = opine_arena_take(arena, (size_t)(most * 1.1) + 2 * PARTS,
                             sizeof *c->to);
    if (!c->to)
        return OPINE_ERR_MEMORY;
    status = find_speed(c, &speed);
    if (c->scan)
        opine_scan_destroy(c->scan);
    TRY(status);
    if (!c->count)
        c->to[c->count++] = (struct opine_stretch){ 0, 0, 0 };
    conclude(c, speed, aligned);
    return OPINE_OK;
}
