/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include <unistd.h>

#define BAR_COLUMNS 30

/* A bar need not change more often */
#define PAUSE_S 0.1

static double since(const struct timespec *begin, const struct timespec *now)
{
    return (double)(now->tv_sec - begin->tv_sec) +
           1e-9 * (double)(now->tv_nsec - begin->tv_nsec);
}

void progress_begin(struct progress *progress, FILE *stream, int total)
{
    *progress = (struct progress){ .stream = stream,
                                   .total = total,
                                   .is_terminal = stream &&
                                                  isatty(fileno(stream)) };
    clock_gettime(CLOCK_MONOTONIC, &progress->begin);
}

/**
 * Print the rate, and the time that the rest will take at that rate
 */
static void print_rate(const struct progress *p, int done, double seconds)
{
    double rate = done / (seconds > 1e-3 ? seconds : 1e-3);
    double left = (p->total - done) / rate;
    int minutes = left < 1e6 ? (int)(left + 0.5) / 60 : 0;

    fprintf(p->stream, "%d of %d, %.*f a second, %d:%02d left", done, p->total,
            rate < 10 ? 1 : 0, rate, minutes,
            left < 1e6 ? (int)(left + 0.5) % 60 : 0);
}

static void draw_bar(struct progress *p, int done, double seconds)
{
    int filled = (int)((long long)done * BAR_COLUMNS / p->total);

    fputs("\r[", p->stream);
    for (int i = 0; i < BAR_COLUMNS; i++)
        putc(i < filled ? '#' : ' ', p->stream);
    fputs("] ", p->stream);
    print_rate(p, done, seconds);
    fputs("\033[K", p->stream);
    p->is_shown = 1;
}

void progress_show(struct progress *p, int done)
{
    int percent = (int)(100LL * done / (p->total > 0 ? p->total : 1));
    struct timespec now;

    if (!p->stream || !done)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (p->is_terminal) {
        if (p->is_shown && done < p->total && since(&p->shown, &now) < PAUSE_S)
            return;
        draw_bar(p, done, since(&p->begin, &now));
    } else if (percent > p->percent) {
        fprintf(p->stream, "opine: %d %%, ", percent);
        print_rate(p, done, since(&p->begin, &now));
        putc('\n', p->stream);
    }
    fflush(p->stream);
    p->percent = percent;
    p->shown = now;
}

void progress_hide(struct progress *p)
{
    if (!p->is_shown)
        return;
    fputs("\r\033[K", p->stream);
    fflush(p->stream);
    p->is_shown = 0;
}
