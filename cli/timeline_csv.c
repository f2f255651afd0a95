/* SPDX-License-Identifier: BSD-2-Clause */
#include "csv.h"
#include "timeline.h"

#include <math.h>

static void put_header(struct csv_writer *writer)
{
    static const char *const names[] = { "start_s",  "end_s",   "status",
                                         "mos",      "mos_low", "mos_high",
                                         "delay_ms", "event",   "cause" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        csv_put_text(writer, names[i]);
    for (int c = 0; c < OPINE_CAUSES; c++)
        if (opine_cause_info(c)->has_cost)
            csv_put_text(writer, opine_cause_info(c)->name);
    csv_end_row(writer);
}

/**
 * Write a window
 * event           Which it is in, from 1 on, or NAN
 */
static void put_window(struct csv_writer *writer, const struct window *w,
                       double event)
{
    csv_put_number(writer, w->start_s, 3);
    csv_put_number(writer, w->end_s, 3);
    csv_put_text(writer, window_status_name(w->status));
    csv_put_number(writer, w->mos, 4);
    csv_put_number(writer, w->mos_low, 4);
    csv_put_number(writer, w->mos_high, 4);
    csv_put_number(writer, w->delay_ms, 3);
    csv_put_number(writer, event, 0);
    csv_put_text(writer, timeline_cause(w->cause));
    for (int c = 0; c < OPINE_CAUSES; c++)
        if (opine_cause_info(c)->has_cost)
            csv_put_number(writer,
                           w->status == WINDOW_SCORED ? w->cost[c]
                                                      : (double)NAN,
                           4);
    csv_end_row(writer);
}

int timeline_csv(FILE *stream, const struct timeline *t)
{
    struct csv_writer writer = { stream, 0 };
    int event = 0;

    put_header(&writer);
    for (int i = 0; i < t->windows.count; i++) {
        while (event < t->events && t->event[event].last < i)
            event++;
        put_window(&writer, &t->windows.window[i],
                   event < t->events && t->event[event].first <= i
                       ? event + 1
                       : (double)NAN);
    }
    return 0;
}
