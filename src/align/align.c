/* SPDX-License-Identifier: BSD-2-Clause */
#include "align.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

enum opine_status opine_find_track(struct opine_arena *arena,
                                   const struct opine_kernels *kernels,
                                   const struct opine_prepared *pair,
                                   int search, struct opine_aligned *aligned)
{
    double ref_n = (double)pair->ref.n, deg_n = (double)pair->deg.n;
    struct opine_stretch *whole = opine_arena_take(arena, 1, sizeof *whole);
    struct opine_delay delay;

    if (!whole)
        return OPINE_ERR_MEMORY;
    TRY(opine_find_delay(arena, kernels, pair, search, &delay));
    *whole = (struct opine_stretch){ 0, deg_n, delay.samples };
    aligned->delay = delay.samples;
    aligned->confidence = delay.confidence;
    aligned->polarity = delay.polarity;
    aligned->trimmed_head = fmax(-delay.samples, 0);
    aligned->trimmed_tail = fmax(ref_n + delay.samples - deg_n, 0);
    aligned->stretches = 1;
    aligned->stretch = whole;
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
        jump[alignment->jumps].time_s = s->start * ms / 1000;
        jump[alignment->jumps].size_ms = size_ms;
        alignment->jumps++;
        alignment->inserted_ms += fmax(size_ms, 0);
        alignment->lost_ms += fmax(-size_ms, 0);
    }
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
    double ms = 1000.0 / rate_hz;

    if (!section || !jump)
        return OPINE_ERR_MEMORY;
    *alignment = (struct opine_alignment){
        .delay_ms = aligned->delay * ms,
        .confidence = aligned->confidence,
        .polarity = aligned->polarity,
        .trimmed_head_ms = aligned->trimmed_head * ms,
        .trimmed_tail_ms = aligned->trimmed_tail * ms,
        .clock_ppm = 0,
        .time_scale = 1,
        .sections = aligned->stretches,
        .section = section,
        .jump = jump,
    };
    for (int i = 0; i < aligned->stretches; i++) {
        const struct opine_stretch *s = &aligned->stretch[i];
        section[i] = (struct opine_section){ s->start * ms / 1000,
                                             s->end * ms / 1000,
                                             s->delay * ms };
    }
    describe_jumps(aligned, ms, jump, alignment);
    return OPINE_OK;
}
