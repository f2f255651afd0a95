/* SPDX-License-Identifier: BSD-2-Clause */
#include "align.h"

#include "base/try.h"

#include <math.h>

enum opine_status opine_align(struct opine_arena *arena,
                              const struct opine_kernels *kernels,
                              const struct opine_prepared *pair, int search,
                              struct opine_alignment *alignment)
{
    double ref_n = (double)pair->ref.n, deg_n = (double)pair->deg.n;
    struct opine_section *whole = opine_arena_take(arena, 1, sizeof *whole);
    struct opine_delay delay;

    if (!whole)
        return OPINE_ERR_MEMORY;
    TRY(opine_find_delay(arena, kernels, pair, search, &delay));
    *whole = (struct opine_section){ 0, deg_n, delay.samples };
    alignment->delay = delay.samples;
    alignment->confidence = delay.confidence;
    alignment->polarity = delay.polarity;
    alignment->trimmed_head = fmax(-delay.samples, 0);
    alignment->trimmed_tail = fmax(ref_n + delay.samples - deg_n, 0);
    alignment->sections = 1;
    alignment->section = whole;
    return OPINE_OK;
}
