/* SPDX-License-Identifier: BSD-2-Clause */
#include "place.h"

#include <math.h>

double place_find(const struct opine_alignment *a, int *section,
                  double reference_s)
{
    const struct opine_section *s = &a->section[*section];

    while (*section + 1 < a->sections &&
           s->end_s - s->delay_ms / 1000 <= reference_s) {
        ++*section;
        s++;
    }
    return fmax(s->start_s, reference_s + s->delay_ms / 1000);
}

double place_jump(const struct opine_alignment *a, int jump)
{
    double time_s = a->jump[jump].time_s;
    int i = 0;

    while (i + 1 < a->sections && a->section[i].start_s < time_s - 1e-6)
        i++;
    return time_s - a->section[i].delay_ms / 1000;
}

struct recording place_slice(const struct recording *recording, double from_s,
                             double to_s)
{
    struct recording slice = *recording;
    struct opine_audio *view = &slice.view;
    double end = (double)view->frames;
    double from = fmin(fmax(round(from_s * view->rate_hz), 0), end);
    double to = fmin(fmax(round(to_s * view->rate_hz), from), end);

    if (view->data)
        view->data += (size_t)from * (size_t)view->channels;
    slice.first += (size_t)from;
    view->frames = (size_t)(to - from);
    return slice;
}
