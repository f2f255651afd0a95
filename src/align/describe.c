/* SPDX-License-Identifier: BSD-2-Clause */
/* An alignment in seconds and milliseconds. */
#include "align.h"

#include "base/try.h"

#include <math.h>

double opine_delay_at(const struct opine_aligned *aligned, double sample)
{
    int first = 0, last = aligned->stretches - 1;

    /* The first stretch that ends behind the sample, or the last one */
    while (first < last) {
        int middle = (first + last) / 2;

        if (sample >= aligned->stretch[middle].end)
            first = middle + 1;
        else
            last = middle;
    }
    return aligned->stretch[first].delay;
}

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
