/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of several peaks: where a vocoder or neural codec has made the fine
 * structure anew, waveforms correlate nearly as well a pitch period away. */
#include "align.h"

#include "base/try.h"
#include "track.h"

#include <math.h>

/* Mean cost of the features when the degraded is late by `lag` samples */
static enum opine_status cost_at(struct opine_arena *arena,
                                 const struct opine_kernels *kernels,
                                 const struct opine_features *ref,
                                 const struct opine_mono *deg, double lag,
                                 double *cost)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    double hop = OPINE_TRACK_HOP_S * deg->rate_hz;
    int hops = (int)floor(lag / hop);
    int skip = (int)lround(lag - hops * hop);
    struct opine_mono shifted = *deg;
    struct opine_features features;
    double weight = 0;

    shifted.x += skip;
    shifted.n -= skip;
    TRY(opine_features_make(arena, kernels, &shifted, &features));
    *cost = 0;
    for (int i = 0; i < features.n; i++) {
        *cost += (double)opine_features_cost(ref, &features, i, hops);
        weight += (double)features.weight[i];
    }
    *cost /= weight;
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

enum opine_status opine_choose_rival(struct opine_arena *arena,
                                     const struct opine_kernels *kernels,
                                     const struct opine_mono *ref,
                                     const struct opine_mono *deg,
                                     struct opine_delay *delay)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct opine_features features;
    double least = (double)INFINITY;

    if (delay->rivals < 2)
        return OPINE_OK;
    TRY(opine_features_make(arena, kernels, ref, &features));
    for (int i = 0; i < delay->rivals; i++) {
        double cost;

        TRY(cost_at(arena, kernels, &features, deg, delay->rival[i].samples,
                    &cost));
        if (cost >= least)
            continue;
        least = cost;
        delay->samples = delay->rival[i].samples;
        delay->polarity = delay->rival[i].polarity;
    }
    opine_arena_release(arena, mark);
    return OPINE_OK;
}
