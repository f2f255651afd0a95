/* SPDX-License-Identifier: BSD-2-Clause */
#include "joint.h"

#include "base/try.h"
#include "mono.h"
#include "track.h"

#include <math.h>

#define RATE_HZ  16000 /* at least, at which waveforms are compared */
#define COARSE_S 0.5   /* blocks that are compared first, */
#define FINE_S   0.02  /* and then */
#define BLOCKS   20    /* that are made at once */
#define MARGIN_S 0.5   /* by which delays may differ within those */
#define CHANCE   0.2   /* correlation of blocks that are not alike */

struct joint {
    struct opine_arena *arena;
    const struct opine_kernels *kernels;
    const struct opine_prepared *pair;
};

/* Some samples of a signal at the low rate */
static enum opine_status make_mono(const struct joint *j,
                                   const struct opine_prepared_signal *signal,
                                   ptrdiff_t first, ptrdiff_t end,
                                   struct opine_mono *mono)
{
    struct opine_planes planes;

    TRY(opine_prepare_part(j->arena, j->kernels, j->pair, signal, first, end,
                           &planes));
    planes = opine_planes_part(&planes, (size_t)first, (size_t)(end - first));
    return opine_mono_make(j->arena, j->kernels, &planes, j->pair->rate_hz,
                           RATE_HZ, mono);
}

/* Add the correlation of each block of the degraded with the reference under a
 * track, as far as it is beyond chance */
static enum opine_status match_blocks(const struct joint *j,
                                      const struct opine_aligned *track,
                                      ptrdiff_t first, ptrdiff_t size,
                                      int blocks, double sign, double *match)
{
    struct opine_arena_mark mark = opine_arena_mark(j->arena);
    ptrdiff_t end = first + blocks * size;
    double about = opine_delay_at(track, (double)(first + end) / 2);
    ptrdiff_t margin = (ptrdiff_t)(MARGIN_S * j->pair->rate_hz);
    ptrdiff_t from = first - (ptrdiff_t)about - margin;
    ptrdiff_t to = end - (ptrdiff_t)about + margin;
    struct opine_mono ref, deg;

    from = from > 0 ? from : 0;
    to = to < (ptrdiff_t)j->pair->ref.n ? to : (ptrdiff_t)j->pair->ref.n;
    if (from >= to)
        return OPINE_OK;
    TRY(make_mono(j, &j->pair->ref, from, to, &ref));
    TRY(make_mono(j, &j->pair->deg, first, end, &deg));
    for (int i = 0; i < blocks; i++) {
        double middle = (double)first + (i + 0.5) * (double)size;
        double lag = opine_delay_at(track, middle) + (double)(from - first);
        int low = (int)(i * size / ref.factor);
        int high = (int)((i + 1) * size / ref.factor);
        struct opine_match m = opine_track_match(j->kernels, &ref, &deg, low,
                                                 high, lag / ref.factor);

        match[i] += sign *
                    fmax(fabs(m.cross) / sqrt(m.ref * m.deg + 1e-20) - CHANCE,
                         0);
    }
    opine_arena_release(j->arena, mark);
    return OPINE_OK;
}

/* The split with the most correlation: of `before` up to it, of `after` from
 * there on; left where it is when nothing correlates */
static enum opine_status split(const struct joint *j,
                               const struct opine_aligned *before,
                               const struct opine_aligned *after,
                               ptrdiff_t first, ptrdiff_t end, ptrdiff_t size,
                               ptrdiff_t *at)
{
    double sum = 0, most = 0;
    int is_known = 0;

    for (ptrdiff_t start = first; end - start >= size; start += BLOCKS * size) {
        double gain[BLOCKS] = { 0 };
        int blocks = (int)((end - start) / size);

        blocks = blocks < BLOCKS ? blocks : BLOCKS;
        TRY(match_blocks(j, before, start, size, blocks, 1, gain));
        TRY(match_blocks(j, after, start, size, blocks, -1, gain));
        for (int i = 0; i < blocks; i++) {
            if (fabs(gain[i]) > 0 && !is_known) {
                *at = first;
                is_known = 1;
            }
            sum += gain[i];
            if (sum > most) {
                most = sum;
                *at = start + (i + 1) * size;
            }
        }
    }
    return OPINE_OK;
}

enum opine_status opine_joint_find(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_prepared *pair,
                                   const struct opine_aligned *before,
                                   const struct opine_aligned *after,
                                   double first, double end, double *at)
{
    const struct joint j = { arena, kernels, pair };
    ptrdiff_t coarse = (ptrdiff_t)(COARSE_S * pair->rate_hz), low, high;
    ptrdiff_t middle = (ptrdiff_t)*at;

    first = fmax(first, 0);
    end = fmin(end, (double)pair->deg.n);
    TRY(split(&j, before, after, (ptrdiff_t)first, (ptrdiff_t)end, coarse,
              &middle));
    low = middle - coarse;
    high = middle + coarse;
    low = low > (ptrdiff_t)first ? low : (ptrdiff_t)first;
    high = high < (ptrdiff_t)end ? high : (ptrdiff_t)end;
    TRY(split(&j, before, after, low, high, (ptrdiff_t)(FINE_S * pair->rate_hz),
              &middle));
    *at = (double)middle;
    return OPINE_OK;
}
