/* SPDX-License-Identifier: BSD-2-Clause */
/* The picture of `curve`: quality over bit rate, a line for each codec. */
#include "curve.h"
#include "svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In pixels: the page, the plot, and a line of the legend */
#define WIDTH  960
#define LEFT   64
#define RIGHT  740
#define TOP    84
#define END    484
#define HEIGHT 548
#define LINE   16

#define NAME_LENGTH 24 /* characters of a codec's name */
#define LOOKS       6  /* classes series0 to series5 of the style sheet */
#define MARK        5

struct plan {
    FILE *stream;
    struct svg_scale rate; /* log10 of kbit/s, across */
    struct svg_scale mos;  /* up */
    double end;            /* lowest pixel of the plot */
};

/* --------------------------------------------------------------- scales */

static struct plan make_plan(FILE *stream, const struct curves *c, double end)
{
    double low = (double)INFINITY, high = -(double)INFINITY;

    for (int i = 0; i < c->count; i++)
        for (int k = 0; k < c->curve[i].count; k++) {
            double place = log10(c->curve[i].rung[k].kbps);

            low = fmin(low, place);
            high = fmax(high, place);
        }

    double margin = fmax((high - low) / 20, 0.05);

    return (struct plan){ stream,
                          { low - margin, high + margin, LEFT, RIGHT },
                          { 1, 5, end, TOP },
                          end };
}

/**
 * Draw lines and numbers at 1, 2 and 5 times the powers of ten
 */
static void draw_rates(const struct plan *p)
{
    static const int steps[] = { 1, 2, 5 };

    for (double power = floor(p->rate.low); power <= p->rate.high; power++)
        for (int s = 0; s < 3; s++) {
            double place = power + log10(steps[s]);
            double x = svg_place(&p->rate, place);
            char text[40];

            if (place < p->rate.low || place > p->rate.high)
                continue;
            svg_number(text, steps[s] * pow(10, power),
                       power < 0 ? (int)-power : 0, 0);
            svg_line(p->stream, "grid", x, TOP, x, p->end);
            svg_text(p->stream, "tick middle", x, p->end + 16, text);
        }
}

/* --------------------------------------------------------------- curves */

/**
 * Class of what belongs to a curve; lines beyond the looks are dashed, then
 * dotted
 */
static const char *look_of(char name[40], const char *kind, int curve)
{
    static const char *const dashes[] = { "", " dashed", " dotted" };
    int is_line = !strcmp(kind, "series");

    snprintf(name, 40, "%s series%d%s", kind, curve % LOOKS,
             is_line ? dashes[curve / LOOKS % 3] : "");
    return name;
}

static void draw_mark(const struct plan *p, int curve, double x, double y)
{
    char look[40];

    svg_rect(p->stream, look_of(look, "mark", curve), x - MARK / 2.0,
             y - MARK / 2.0, MARK, MARK);
}

static void draw_curve(const struct plan *p, const struct curve *curve,
                       int index)
{
    char line[40], whisker[40];

    look_of(line, "series", index);
    look_of(whisker, "whisker", index);
    for (int i = 0; i < curve->count; i++) {
        const struct rung *rung = &curve->rung[i];
        double x = svg_place(&p->rate, log10(rung->kbps));

        if (!isnan(rung->low))
            svg_line(p->stream, whisker, x, svg_place(&p->mos, rung->low), x,
                     svg_place(&p->mos, rung->high));
    }
    svg_path_begin(p->stream, line);
    for (int i = 0; i < curve->count; i++)
        svg_path_to(p->stream, svg_place(&p->rate, log10(curve->rung[i].kbps)),
                    svg_place(&p->mos, curve->rung[i].mos));
    svg_path_end(p->stream);
    for (int i = 0; i < curve->count; i++)
        draw_mark(p, index, svg_place(&p->rate, log10(curve->rung[i].kbps)),
                  svg_place(&p->mos, curve->rung[i].mos));
}

/* --------------------------------------------------------------- legend */

/**
 * A line of the legend, beside the end of its curve
 */
struct label {
    const struct curve *curve;
    int index;
    double y;
};

static int compare_labels(const void *a, const void *b)
{
    const struct label *x = a;
    const struct label *y = b;

    if (x->y < y->y || x->y > y->y)
        return x->y < y->y ? -1 : 1;
    return x->index - y->index;
}

/**
 * Move labels apart: down where they would touch, then up from the lowest
 */
static void spread_labels(struct label *label, int count, double end)
{
    qsort(label, (size_t)count, sizeof(*label), compare_labels);
    for (int i = 1; i < count; i++)
        label[i].y = fmax(label[i].y, label[i - 1].y + LINE);
    for (int i = count - 1; i >= 0; i--)
        label[i].y = fmin(label[i].y,
                          i + 1 < count ? label[i + 1].y - LINE : end);
}

static int draw_legend(const struct plan *p, const struct curves *c)
{
    struct label *label = calloc((size_t)c->count, sizeof(*label));

    if (!label)
        return -1;
    for (int i = 0; i < c->count; i++) {
        const struct curve *curve = &c->curve[i];

        label[i] = (struct label){
            curve, i, svg_place(&p->mos, curve->rung[curve->count - 1].mos)
        };
    }
    spread_labels(label, c->count, p->end);
    for (int i = 0; i < c->count; i++) {
        char name[4 * NAME_LENGTH + 8];
        char look[40];

        svg_shorten(name, label[i].curve->codec, NAME_LENGTH);
        svg_line(p->stream, look_of(look, "series", label[i].index), RIGHT + 12,
                 label[i].y, RIGHT + 32, label[i].y);
        draw_mark(p, label[i].index, RIGHT + 22, label[i].y);
        svg_text(p->stream, "", RIGHT + 38, label[i].y + 4, name);
    }
    free(label);
    return 0;
}

int curve_picture(FILE *stream, const struct curves *c)
{
    /* As high as the legend needs */
    double end = fmax(END, TOP + LINE * (double)c->count);
    struct plan p = make_plan(stream, c, end);
    int result;

    svg_begin(stream, WIDTH, (int)(end + HEIGHT - END), "Quality over bit rate",
              "Mean opinion score over bit rate by codec, with 95 % intervals "
              "over the items");
    svg_text(stream, "title", LEFT, 36, "Quality over bit rate");
    svg_text(stream, "note", LEFT, 60,
             "opine MOS-LQO, means with 95 % intervals over the items");
    svg_rect(stream, "frame", LEFT, TOP, RIGHT - LEFT, end - TOP);
    svg_axis_y(stream, &p.mos, LEFT, RIGHT, 4);
    draw_rates(&p);
    svg_text(stream, "note end", RIGHT, end + 38, "kbit/s");
    for (int i = 0; i < c->count; i++)
        draw_curve(&p, &c->curve[i], i);
    result = draw_legend(&p, c);
    svg_end(stream);
    return result;
}
