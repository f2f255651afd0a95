/* SPDX-License-Identifier: BSD-2-Clause */
/* The picture of `validate`: scores against ratings, a plot for each table. */
#include "svg.h"
#include "validate.h"

#include <math.h>
#include <string.h>

#define PLOT        330 /* side of a plot, in pixels */
#define LEFT        56
#define TOP         66
#define CELL        (LEFT + PLOT + 24)
#define ROW         (TOP + PLOT + 44)
#define PER_ROW     3
#define NAME_LENGTH 34

struct plot {
    FILE *stream;
    struct svg_scale score; /* across */
    struct svg_scale heard; /* up */
};

static struct plot plan(FILE *stream, const struct verdict *v, int x, int y)
{
    const struct ratings *r = v->ratings;
    double low = 1, high = 5;

    for (int i = 0; !r->is_mos && i < r->count; i++) {
        low = i ? fmin(low, r->rating[i].heard) : r->rating[i].heard;
        high = i ? fmax(high, r->rating[i].heard) : r->rating[i].heard;
    }

    double margin = r->is_mos ? 0.1 : fmax((high - low) / 20, 0.05);

    return (struct plot){
        stream,
        { 0.9, 5.1, x + LEFT, x + LEFT + PLOT },
        { low - margin, high + margin, y + TOP + PLOT, y + TOP },
    };
}

/**
 * Mark points with squares
 */
static int mark(const struct plot *p, const struct ratings *r, enum unit unit,
                const char *class, double size)
{
    struct points points;

    if (points_collect(r, NULL, unit, -1, &points))
        return -1;
    for (int i = 0; i < points.count; i++)
        svg_rect(p->stream, class,
                 svg_place(&p->score, points.score[i]) - size / 2,
                 svg_place(&p->heard, points.heard[i]) - size / 2, size, size);
    points_free(&points);
    return 0;
}

static int draw(const struct plot *p, const struct verdict *v)
{
    const struct ratings *r = v->ratings;
    const char *slash = strrchr(r->path, '/');
    const char *name = slash ? slash : r->path;
    char text[200];
    char title[4 * NAME_LENGTH + 8];

    /* The folder tells tables apart that are all called ratings.csv */
    while (name > r->path && name[-1] != '/')
        name--;
    svg_shorten(title, name, NAME_LENGTH);
    svg_text(p->stream, "title", p->score.from, p->heard.to - 36, title);
    snprintf(text, sizeof(text), "Spearman %.3f, %d files", v->files.spearman,
             v->files.count);
    if (r->groups.count)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "; %.3f, %d groups", v->groups.spearman, v->groups.count);
    svg_text(p->stream, "note", p->score.from, p->heard.to - 14, text);
    svg_rect(p->stream, "frame", p->score.from, p->heard.to, PLOT, PLOT);
    svg_axis_x(p->stream, &p->score, p->heard.to, p->heard.from, 5);
    svg_axis_y(p->stream, &p->heard, p->score.from, p->score.to, 6);
    if (r->is_mos)
        svg_line(p->stream, "guide", svg_place(&p->score, 1),
                 svg_place(&p->heard, 1), svg_place(&p->score, 5),
                 svg_place(&p->heard, 5));
    svg_text(p->stream, "note end", p->score.to, p->heard.from + 34,
             "opine MOS-LQO");
    svg_text(p->stream, "note", p->score.from, p->heard.from + 34,
             "up: listeners");
    if (mark(p, r, UNIT_FILES, "reference", 3.5))
        return -1;
    return mark(p, r, UNIT_GROUPS, "degraded", 6);
}

int validate_picture(FILE *stream, const struct verdict *v, int count)
{
    int columns = count < PER_ROW ? count : PER_ROW;

    svg_begin(stream, CELL * columns, ROW * ((count + PER_ROW - 1) / PER_ROW),
              "Agreement with listeners",
              "Ratings of listeners over scores of opine; small squares are "
              "files, large ones means of groups");
    for (int t = 0; t < count; t++) {
        struct plot p = plan(stream, &v[t], t % PER_ROW * CELL,
                             t / PER_ROW * ROW);

        if (draw(&p, &v[t]))
            return -1;
    }
    svg_end(stream);
    return 0;
}
