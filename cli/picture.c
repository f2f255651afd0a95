/* SPDX-License-Identifier: BSD-2-Clause */
#include "picture.h"

#include "phrase.h"
#include "svg.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- plan */

/* In pixels: the page, what both plots share, and each plot; between them, the
   sizes of the jumps */
#define WIDTH       960
#define HEIGHT      552
#define LEFT        88
#define RIGHT       936
#define COLUMNS     (RIGHT - LEFT)
#define WAVE_TOP    104
#define WAVE_MIDDLE 164
#define WAVE_BOTTOM 224
#define LABEL_TOP   226
#define LABEL_ROW   15
#define LABEL_ROWS  2
#define TRACK_TOP   262
#define TRACK_END   504

#define NAME_LENGTH 34 /* characters of a file's name that the title shows */

struct plan {
    FILE *stream;
    const struct opine_alignment *alignment;
    struct svg_scale time;  /* s, across */
    struct svg_scale delay; /* ms, up */
};

struct svg_scale picture_delay_scale(const struct opine_alignment *a,
                                     double from, double to)
{
    double low = a->section[0].delay_ms;
    double high = low;

    for (int i = 1; i < a->sections; i++) {
        low = fmin(low, a->section[i].delay_ms);
        high = fmax(high, a->section[i].delay_ms);
    }

    double margin = fmax((high - low) / 8, 1 - (high - low) / 2);

    return (struct svg_scale){ low - margin, high + margin, from, to };
}

static struct plan make_plan(FILE *stream, const struct report *report)
{
    const struct opine_alignment *a = report->alignment;

    return (struct plan){
        .stream = stream,
        .alignment = a,
        .time = { 0, report->degraded_signal.duration_s, LEFT, RIGHT },
        .delay = picture_delay_scale(a, TRACK_END, TRACK_TOP),
    };
}

/* --------------------------------------------------------------- title */

/**
 * The last part of a path, shortened
 * name            At least 4 * NAME_LENGTH + 8 bytes
 */
static void shorten_path(char *name, const char *path)
{
    const char *slash = strrchr(path, '/');

    svg_shorten(name, slash && slash[1] ? slash + 1 : path, NAME_LENGTH);
}

static void begin(FILE *stream, const struct report *report)
{
    char reference[4 * NAME_LENGTH + 8];
    char degraded[4 * NAME_LENGTH + 8];
    char title[sizeof(reference) + sizeof(degraded) + 20];

    shorten_path(reference, report->reference);
    shorten_path(degraded, report->degraded);
    snprintf(title, sizeof(title), "%s against %s", degraded, reference);
    svg_begin(stream, WIDTH, HEIGHT, title, phrase_answer(report).text);
    svg_text(stream, "title", LEFT, 36, title);
}

/**
 * Say below the title what was found
 */
static void print_answer(FILE *stream, const struct report *report)
{
    const struct opine_alignment *a = report->alignment;
    struct phrase delay = phrase_delay(report);
    struct phrase clock = phrase_clock(a);
    struct phrase scale = phrase_time_scale(a);
    char text[4 * sizeof(delay.text)];

    snprintf(text, sizeof(text), "%s%s%s%s%s%s%s",
             a->jumps          ? "most of it "
             : a->sections > 1 ? "no jumps"
                               : "one delay throughout",
             a->jumps ? delay.text : "", *clock.text ? "; clock " : "",
             clock.text, *scale.text ? "; time scale " : "", scale.text,
             a->polarity < 0 ? "; polarity inverted" : "");
    svg_text(stream, "note", LEFT, 60, phrase_answer(report).text);
    svg_text(stream, "note", LEFT, 80, text);
}

/* ----------------------------------------------------------- waveforms */

/**
 * Find the largest magnitude in a part of a recording, over all channels
 */
static double find_peak(const struct recording *audio, double from_s,
                        double to_s)
{
    double from = fmax(from_s * audio->view.rate_hz, 0);
    double to = fmin(ceil(to_s * audio->view.rate_hz),
                     (double)audio->view.frames);
    size_t channels = (size_t)audio->view.channels, end = (size_t)fmax(to, 0);
    float room[AUDIO_ROOM], peak = 0;

    for (size_t i = (size_t)from; i < end; i += AUDIO_FRAMES) {
        size_t frames = end - i < AUDIO_FRAMES ? end - i : AUDIO_FRAMES;
        const float *x = audio_view(audio, i, frames, room);

        for (size_t k = 0; x && k < frames * channels; k++)
            if (fabsf(x[k]) > peak)
                peak = fabsf(x[k]);
    }
    return (double)peak;
}

/**
 * Find the peak of each column
 * delays          1 to follow the delay: `audio` is the reference
 */
static void find_envelope(const struct plan *p, const struct recording *audio,
                          int delays, double envelope[COLUMNS])
{
    const struct opine_section *section = p->alignment->section;
    double column_s = p->time.high / COLUMNS;
    int at = 0;

    for (int i = 0; i < COLUMNS; i++) {
        double start_s = i * column_s;

        while (at + 1 < p->alignment->sections &&
               section[at].end_s <= start_s + column_s / 2)
            at++;
        start_s -= delays ? section[at].delay_ms / 1000 : 0;
        envelope[i] = find_peak(audio, start_s, start_s + column_s);
    }
}

/**
 * Draw a waveform on one side of the middle
 * height          Of its largest peak, negative upwards
 */
static void draw_wave(const struct plan *p, const char *class,
                      const double envelope[COLUMNS], double height)
{
    double peak = 1e-9; /* less is silence */

    for (int i = 0; i < COLUMNS; i++)
        peak = fmax(peak, envelope[i]);

    svg_path_begin(p->stream, class);
    svg_path_to(p->stream, LEFT, WAVE_MIDDLE);
    for (int i = 0; i < COLUMNS; i++)
        svg_path_to(p->stream, LEFT + i + 0.5,
                    WAVE_MIDDLE + height * envelope[i] / peak);
    svg_path_to(p->stream, RIGHT, WAVE_MIDDLE);
    svg_path_end(p->stream);
}

static void draw_waves(const struct plan *p, const struct recording *reference,
                       const struct recording *degraded)
{
    const double height = (WAVE_BOTTOM - WAVE_TOP) / 2 - 4;
    double envelope[COLUMNS];

    svg_rect(p->stream, "frame", LEFT, WAVE_TOP, COLUMNS,
             WAVE_BOTTOM - WAVE_TOP);
    find_envelope(p, reference, 1, envelope);
    draw_wave(p, "reference", envelope, -height);
    find_envelope(p, degraded, 0, envelope);
    draw_wave(p, "degraded", envelope, height);
    svg_text(p->stream, "reference word end", LEFT - 8, WAVE_MIDDLE - 26,
             "reference");
    svg_text(p->stream, "degraded word end", LEFT - 8, WAVE_MIDDLE + 34,
             "degraded");
}

/* --------------------------------------------------------------- track */

/**
 * Draw the delay as steps, and the jumps over it
 */
static void draw_steps(const struct plan *p)
{
    const struct opine_alignment *a = p->alignment;
    int jump = 0;

    svg_path_begin(p->stream, "curve");
    for (int i = 0; i < a->sections; i++) {
        double y = svg_place(&p->delay, a->section[i].delay_ms);

        svg_path_to(p->stream, svg_place(&p->time, a->section[i].start_s), y);
        svg_path_to(p->stream, svg_place(&p->time, a->section[i].end_s), y);
    }
    svg_path_end(p->stream);

    /* Where clocks differ, not every step is a jump */
    for (int i = 1; i < a->sections; i++) {
        double x = svg_place(&p->time, a->section[i].start_s);

        while (jump < a->jumps &&
               a->jump[jump].time_s < a->section[i].start_s - 1e-6)
            jump++;
        if (jump < a->jumps &&
            a->jump[jump].time_s < a->section[i].start_s + 1e-6)
            svg_line(p->stream, a->jump[jump].size_ms > 0 ? "good" : "bad", x,
                     svg_place(&p->delay, a->section[i - 1].delay_ms), x,
                     svg_place(&p->delay, a->section[i].delay_ms));
    }
}

/**
 * The row for a label: below none that it would touch
 * taken           Rows that are taken at each column
 * half            Half the width of the label and its margin
 * return          LABEL_ROWS when there is no room, else the rows are taken
 */
static int take_row(int taken[COLUMNS], int column, int half)
{
    int from = column > half ? column - half : 0;
    int to = column + half < COLUMNS ? column + half : COLUMNS - 1;
    int row = 0;

    for (int x = from; x <= to; x++)
        if (taken[x] > row)
            row = taken[x];
    for (int x = from; x <= to && row < LABEL_ROWS; x++)
        taken[x] = row + 1;
    return row;
}

/**
 * Write the size of a jump above its place, if there is room
 */
static void draw_label(const struct plan *p, int taken[COLUMNS], int column,
                       double size_ms)
{
    char text[40];
    int length = 0;
    int row;

    svg_number(text, size_ms, fabs(size_ms) < 9.95, 1);
    for (const char *t = text; *t; t++)
        length += (*t & 0xc0) != 0x80;
    row = take_row(taken, column, 4 + 7 * length / 2);
    if (row < LABEL_ROWS)
        svg_text(p->stream,
                 size_ms > 0 ? "good word middle" : "bad word middle",
                 LEFT + column, LABEL_TOP + LABEL_ROW * (LABEL_ROWS - row) - 3,
                 text);
}

/**
 * Label the jumps, the largest first
 */
static void draw_labels(const struct plan *p)
{
    const struct opine_alignment *a = p->alignment;
    double size[COLUMNS] = { 0 }; /* the largest in each column */
    int taken[COLUMNS] = { 0 };

    for (int i = 0; i < a->jumps; i++) {
        int x = (int)(svg_place(&p->time, a->jump[i].time_s) - LEFT);

        x = x < 0 ? 0 : x >= COLUMNS ? COLUMNS - 1 : x;
        if (fabs(a->jump[i].size_ms) > fabs(size[x]))
            size[x] = a->jump[i].size_ms;
    }

    for (;;) {
        int best = 0;

        for (int x = 1; x < COLUMNS; x++)
            if (fabs(size[x]) > fabs(size[best]))
                best = x;
        if (!(fabs(size[best]) > 0))
            break;
        draw_label(p, taken, best, size[best]);
        size[best] = 0;
    }
}

static void draw_track(const struct plan *p)
{
    const struct opine_alignment *a = p->alignment;

    svg_rect(p->stream, "frame", LEFT, TRACK_TOP, COLUMNS,
             TRACK_END - TRACK_TOP);
    svg_axis_y(p->stream, &p->delay, LEFT, RIGHT, 6);
    svg_axis_x(p->stream, &p->time, TRACK_TOP, TRACK_END, 12);
    svg_text(p->stream, "word end", LEFT - 8, TRACK_TOP - 6, "delay, ms");
    svg_text(p->stream, "tick end", RIGHT, TRACK_END + 36,
             "time in the degraded recording, s");
    if (a->lost_ms > 0)
        svg_text(p->stream, "bad word", LEFT, TRACK_END + 36,
                 "\xe2\x88\x92 lost");
    if (a->inserted_ms > 0)
        svg_text(p->stream, "good word", LEFT + 60, TRACK_END + 36,
                 "+ inserted");

    for (int i = 0; i < a->jumps; i++) {
        double x = svg_place(&p->time, a->jump[i].time_s);

        svg_line(p->stream, "guide", x, WAVE_TOP, x, TRACK_END);
    }
    draw_steps(p);
    draw_labels(p);
}

/* -------------------------------------------------------------- picture */

void picture_track(FILE *stream, const struct report *report,
                   const struct recording *reference,
                   const struct recording *degraded)
{
    struct plan plan = make_plan(stream, report);

    begin(stream, report);
    print_answer(stream, report);
    draw_waves(&plan, reference, degraded);
    draw_track(&plan);
    svg_end(stream);
}
