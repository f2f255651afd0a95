/* SPDX-License-Identifier: BSD-2-Clause */
/* Which cause a disturbed cell belongs to. The causes decide nothing about the
 * score; they only divide what it lost. */
#include "disturb.h"

#include "base/select.h"
#include "base/try.h"

#include <math.h>

#define PAUSES_LEAST 10   /* frames: with fewer pauses ... */
#define QUIETEST     0.1  /* ... this share of the frames stands for them */
#define NOISE_MARGIN 2.0  /* steady noise seldom exceeds its median by this */
#define NOISE_LEAST  0.01 /* sone/Bark, hardly audible */
#define PAST_HALF_S  0.2  /* an echo or a room's tail halves its loudness */
#define PAST_OVER    2.0  /* after an offset the past was this much louder, */
#define OFFSET_OVER                                                            \
    1.4 /* over all bands this much: noise that follows the                    \
           signal, as of a coarse quantiser, falls with it */

/* Frames that stand for pauses: loudness up to this */
static enum opine_status quiet_level(struct opine_arena *arena,
                                     const double *level, int frames,
                                     double *quiet)
{
    double loud, pause;
    double *sorted = opine_arena_take(arena, (size_t)frames, sizeof *sorted);
    int count = 0;

    if (!sorted)
        return OPINE_ERR_MEMORY;
    TRY(opine_pause_level(arena, level, frames, &loud, &pause));
    for (int t = 0; t < frames; t++) {
        sorted[t] = level[t];
        count += level[t] <= pause;
    }
    *quiet = count >= PAUSES_LEAST
                 ? pause
                 : opine_select(sorted, frames, (int)(QUIETEST * frames));
    return OPINE_OK;
}

/* Median over quiet frames of what the degraded adds to one band; an echo is
 * there in few of them, steady noise in all */
static double steady_noise(const struct opine_heard *heard, int frames,
                           double quiet, int band, double *added)
{
    int count = 0;

    for (int t = 0; t < frames; t++) {
        ptrdiff_t at = (ptrdiff_t)t * OPINE_EAR_BANDS + band;
        if (heard->level_ref[t] <= quiet)
            added[count++] = (double)heard->deg[at] - (double)heard->ref[at];
    }
    return count ? fmax(opine_select(added, count, count / 2), 0) : 0;
}

enum opine_status opine_evidence_gather(struct opine_arena *arena,
                                        const struct opine_ear *ear,
                                        const struct opine_heard *heard,
                                        int frames,
                                        struct opine_evidence *evidence)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    double *added = opine_arena_take(arena, (size_t)frames, sizeof *added);
    double quiet;

    if (!added)
        return OPINE_ERR_MEMORY;
    TRY(quiet_level(arena, heard->level_ref, frames, &quiet));
    evidence->decay = pow(0.5, ear->hop / ear->rate_hz / PAST_HALF_S);
    opine_band_range(heard->spectrum_deg, heard->spectrum_ref,
                     &evidence->first_band, &evidence->end_band);
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        evidence->noise[b] = steady_noise(heard, frames, quiet, b, added);
        evidence->past[b] = 0;
    }
    evidence->past_level = 0;
    evidence->is_offset = 0;
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

void opine_evidence_frame(struct opine_evidence *e, double level)
{
    e->is_offset = e->past_level > OFFSET_OVER * level;
}

void opine_evidence_step(struct opine_evidence *e, const float *ref,
                         double level)
{
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        double past = e->decay * e->past[b], now = (double)ref[b];

        e->past[b] = past > now ? past : now;
    }
    e->past_level = fmax(e->decay * e->past_level, level);
}

int opine_evidence_cause(const struct opine_evidence *e, int band, double ref,
                         double deg, int silent)
{
    if (deg < ref) {
        if (silent)
            return OPINE_GAPS;
        if (band < e->first_band || band >= e->end_band)
            return OPINE_BANDWIDTH;
        return OPINE_MISSING;
    }
    if (e->noise[band] > NOISE_LEAST &&
        deg - ref <= NOISE_MARGIN * e->noise[band])
        return OPINE_NOISE;
    if (e->is_offset && e->past[band] > PAST_OVER * ref && deg <= e->past[band])
        return OPINE_ECHO;
    return OPINE_DISTORTION;
}
