/* SPDX-License-Identifier: BSD-2-Clause */
/* Stretches must earn their keep on the waveform. */
#include "wave.h"

#include "base/try.h"

#include <math.h>

/* Found on tests/bench_align: the largest and least that keep the true steps
 * and take back what echo, rooms and other talkers feign. */
#define RATIO        0.6  /* of what the neighbours' delays leave unexplained */
#define LOUD         0.65 /* gain, relative to the neighbours': echo is weaker */
#define LOUD_OF_ALL  0.5  /* relative to the whole, either way */
#define RETURN_RATIO 0.33  /* the same when the delay before comes back, */
#define RETURN_LOUD  0.8   /* either way, */
#define RETURN_S     0.055 /* and shorter it is no delay but a repeated packet */
#define BRIEF_S      0.12  /* when it comes back within this, */
#define BRIEF_REST   0.25  /* no more than this is left unexplained */
#define PASSES       4     /* neighbours change as stretches go */
#define MERGE_S      3e-4  /* neighbours whose delays differ by less are one */

int opine_wave_merge(const struct opine_wave *w, struct opine_stretch *s,
                     int count)
{
    int kept = 1;

    for (int i = 1; i < count; i++)
        if (fabs(s[i].delay - s[kept - 1].delay) < MERGE_S * w->ref->rate_hz)
            s[kept - 1].end = s[i].end;
        else
            s[kept++] = s[i];
    return kept;
}

static struct opine_match match_at(const struct opine_wave *w,
                                   const struct opine_stretch *s, double delay)
{
    struct opine_match m = opine_track_match(w->kernels, w->ref, w->deg,
                                             (int)s->start, (int)s->end, delay);

    m.cross *= w->sign;
    return m;
}

static struct opine_match match(const struct opine_wave *w,
                                const struct opine_stretch *s)
{
    return match_at(w, s, s->delay);
}

static double correlation(struct opine_match m)
{
    return m.cross / sqrt(m.ref * m.deg + 1e-20);
}

static struct opine_match match_all(const struct opine_wave *w,
                                    const struct opine_stretch *s, int count)
{
    struct opine_match sum = { 0, 0, 0 };

    for (int i = 0; i < count; i++) {
        struct opine_match m = match(w, &s[i]);

        sum.cross += m.cross;
        sum.ref += m.ref;
        sum.deg += m.deg;
    }
    return sum;
}

double opine_wave_correlation(const struct opine_wave *w,
                              const struct opine_stretch *s, int count)
{
    return correlation(match_all(w, s, count));
}

/* Share of the energy that a delay leaves unexplained */
static double rest(struct opine_match m)
{
    double c = fmax(correlation(m), 0);

    return 1 - c * c;
}

/* Whether the gain of one is at least a share of that of the other */
static int is_as_loud(struct opine_match a, struct opine_match b, double share)
{
    return a.cross * b.ref >= share * b.cross * a.ref;
}

static int is_alike(struct opine_match a, struct opine_match b, double share)
{
    return is_as_loud(a, b, share) && is_as_loud(b, a, share);
}

/* Whether the delay before comes back afterwards; at the ends, whether the only
 * neighbour is the longer */
static int is_excursion(const struct opine_wave *w,
                        const struct opine_stretch *s, int i, int count)
{
    double length = s[i].end - s[i].start;

    if (i == 0)
        return count > 1 && length < s[1].end - s[1].start;
    if (i + 1 == count)
        return length < s[i - 1].end - s[i - 1].start;
    return fabs(s[i + 1].delay - s[i - 1].delay) < MERGE_S * w->ref->rate_hz;
}

/* A delay of its own must explain a stretch far better than the neighbours'
 * would, and as loud: an echo is alike but weaker, another talker is like no
 * delay of this one. */
static int is_confirmed(const struct opine_wave *w,
                        const struct opine_match *all,
                        const struct opine_stretch *s, int i, int count)
{
    struct opine_match own = match(w, &s[i]), around = { 0, 0, 0 };
    double length_s = (s[i].end - s[i].start) / w->ref->rate_hz;
    int excursion = is_excursion(w, s, i, count);
    double most = excursion ? RETURN_RATIO : RATIO;

    if (!is_alike(own, *all, LOUD_OF_ALL) ||
        (excursion && (length_s < RETURN_S ||
                       (length_s < BRIEF_S && rest(own) > BRIEF_REST))))
        return 0;
    for (int k = i - 1; k <= i + 1; k += 2) {
        struct opine_match there;

        if (k < 0 || k >= count)
            continue;
        if (rest(own) > most * rest(match_at(w, &s[i], s[k].delay)))
            return 0;
        there = match(w, &s[k]);
        around.cross += there.cross;
        around.ref += there.ref;
    }
    return is_as_loud(own, around, LOUD) &&
           (!excursion || is_alike(own, around, RETURN_LOUD));
}

/* The stretch that explains most of the energy stays in any case */
static int strongest(const struct opine_wave *w, const struct opine_stretch *s,
                     int count)
{
    double most = -1;
    int best = 0;

    for (int i = 0; i < count; i++) {
        double cross = match(w, &s[i]).cross;

        if (cross > most) {
            most = cross;
            best = i;
        }
    }
    return best;
}

/* Give what does not stay to the neighbour that explains it the better */
static int take_back(const struct opine_wave *w, struct opine_stretch *s,
                     int count, const unsigned char *stays)
{
    int before = -1;

    for (int i = 0; i < count; i++) {
        int after = i + 1, to;

        if (stays[i]) {
            before = i;
            continue;
        }
        while (after < count && !stays[after])
            after++;
        to = before < 0 ? after : before;
        if (before >= 0 && after < count &&
            match_at(w, &s[i], s[after].delay).cross >
                match_at(w, &s[i], s[before].delay).cross)
            to = after;
        s[i].delay = s[to].delay;
    }
    return opine_wave_merge(w, s, count);
}

enum opine_status opine_wave_confirm(struct opine_arena *arena,
                                     const struct opine_wave *w,
                                     struct opine_stretch *s, int *count)
{
    struct opine_match all = match_all(w, s, *count);
    unsigned char *stays = opine_arena_take(arena, (size_t)*count, 1);
    int before = 0;

    if (!stays)
        return OPINE_ERR_MEMORY;
    if (correlation(all) < OPINE_WAVE_TRUSTED)
        return OPINE_OK;
    for (int pass = 0; pass<PASSES && * count> 1 && *count != before; pass++) {
        before = *count;
        for (int i = 0; i < *count; i++)
            stays[i] = (unsigned char)is_confirmed(w, &all, s, i, *count);
        stays[strongest(w, s, *count)] = 1;
        *count = take_back(w, s, *count, stays);
    }
    return OPINE_OK;
}
