/* SPDX-License-Identifier: BSD-2-Clause */
#include "svg.h"

#include <math.h>
#include <string.h>

/* --------------------------------------------------------------- style */

/* Colours keep 4.5:1 against the page as texts (WCAG 2.2, 1.4.3). Plain class
   selectors without variables: not all viewers know more. */
static const char style[] =
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,"
    "'Helvetica Neue','DejaVu Sans',sans-serif;font-size:12px;"
    "fill:#1e293b}\n"
    ".title{font-size:18px;font-weight:600}\n"
    ".note,.tick{fill:#5b6678}\n"
    ".note{font-size:13px}\n"
    ".tick{font-size:11px}\n"
    ".word{font-weight:600;font-size:11px;paint-order:stroke;"
    "stroke-width:4px;stroke-linejoin:round}\n"
    ".middle{text-anchor:middle}\n"
    ".end{text-anchor:end}\n"
    "path,line{fill:none;stroke-linejoin:round}\n"
    ".page{fill:#ffffff}\n"
    ".frame{fill:#f8fafc;stroke:none}\n"
    ".grid{stroke:#e2e8f0}\n"
    ".zero{stroke:#94a3b8}\n"
    ".guide{stroke:#94a3b8;stroke-dasharray:2 3}\n"
    ".curve{stroke:#2563eb;stroke-width:2.5;stroke-linecap:round}\n"
    ".reference{fill:#94a3b8;stroke:none}\n"
    ".degraded{fill:#2563eb;stroke:none}\n"
    ".good{stroke:#0f766e;stroke-width:2.5}\n"
    ".bad{stroke:#c2410c;stroke-width:2.5}\n"
    ".event{fill:#c2410c;fill-opacity:.14;stroke:none}\n"
    ".unknown{fill:#94a3b8;fill-opacity:.25;stroke:none}\n"
    ".series{stroke-width:2}\n"
    ".whisker{opacity:.5}\n"
    ".dashed{stroke-dasharray:6 4}\n"
    ".dotted{stroke-dasharray:1 4;stroke-linecap:round}\n"
    ".series0{stroke:#2563eb}\n.mark.series0{fill:#2563eb;stroke:none}\n"
    ".series1{stroke:#c2410c}\n.mark.series1{fill:#c2410c;stroke:none}\n"
    ".series2{stroke:#0f766e}\n.mark.series2{fill:#0f766e;stroke:none}\n"
    ".series3{stroke:#7e22ce}\n.mark.series3{fill:#7e22ce;stroke:none}\n"
    ".series4{stroke:#854d0e}\n.mark.series4{fill:#854d0e;stroke:none}\n"
    ".series5{stroke:#be185d}\n.mark.series5{fill:#be185d;stroke:none}\n"
    ".word,.reference.word{fill:#5b6678;stroke:#ffffff}\n"
    ".degraded.word{fill:#2563eb;stroke:#ffffff}\n"
    ".good.word{fill:#0f766e;stroke:#ffffff}\n"
    ".bad.word{fill:#c2410c;stroke:#ffffff}\n"
    "@media(prefers-color-scheme:dark){\n"
    "text{fill:#e2e8f0}\n"
    ".note,.tick{fill:#94a3b8}\n"
    ".page{fill:#0f172a}\n"
    ".frame{fill:#141e33}\n"
    ".grid{stroke:#24314a}\n"
    ".zero,.guide{stroke:#52617a}\n"
    ".curve{stroke:#7cacff}\n"
    ".reference{fill:#64748b}\n"
    ".degraded{fill:#7cacff}\n"
    ".good{stroke:#2dd4bf}\n"
    ".bad{stroke:#fb923c}\n"
    ".event{fill:#fb923c;fill-opacity:.18}\n"
    ".unknown{fill:#64748b}\n"
    ".series0{stroke:#7cacff}\n.mark.series0{fill:#7cacff}\n"
    ".series1{stroke:#fb923c}\n.mark.series1{fill:#fb923c}\n"
    ".series2{stroke:#2dd4bf}\n.mark.series2{fill:#2dd4bf}\n"
    ".series3{stroke:#c4a1ff}\n.mark.series3{fill:#c4a1ff}\n"
    ".series4{stroke:#facc15}\n.mark.series4{fill:#facc15}\n"
    ".series5{stroke:#f472b6}\n.mark.series5{fill:#f472b6}\n"
    ".word,.reference.word{fill:#94a3b8;stroke:#0f172a}\n"
    ".degraded.word{fill:#7cacff;stroke:#0f172a}\n"
    ".good.word{fill:#2dd4bf;stroke:#0f172a}\n"
    ".bad.word{fill:#fb923c;stroke:#0f172a}\n"
    "}\n";

/* ---------------------------------------------------------------- text */

/**
 * Length of the character that a text begins with
 * return          1 to 4 bytes, or 0 when XML has no place for it
 */
static int character(const unsigned char *text)
{
    static const unsigned least[] = { 0, 0x20, 0x80, 0x800, 0x10000 };
    int length = 1 + (*text >= 0xc0) + (*text >= 0xe0) + (*text >= 0xf0);
    unsigned code = length == 1 ? *text : *text & (0xffu >> (length + 1));

    if (*text == 127 || (*text >= 0x80 && *text < 0xc0) || *text > 0xf4)
        return 0;
    for (int i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    /* Overlong forms, C1 controls, surrogates, non-characters, no Unicode */
    if (code < least[length] || (code >= 0x80 && code < 0xa0) ||
        (code >= 0xd800 && code < 0xe000) || code == 0xfffe || code == 0xffff ||
        code > 0x10ffff)
        return 0;
    return length;
}

static void print_escaped(FILE *stream, const char *text)
{
    const unsigned char *t = (const unsigned char *)text;

    while (*t) {
        int length = character(t);

        if (length == 0)
            fputs("\xef\xbf\xbd", stream);
        else if (*t == '&')
            fputs("&amp;", stream);
        else if (*t == '<')
            fputs("&lt;", stream);
        else if (*t == '>')
            fputs("&gt;", stream);
        else
            fwrite(t, 1, (size_t)length, stream);
        t += length ? length : 1;
    }
}

void svg_number(char *text, double value, int decimals, int sign)
{
    const char *mark = "";

    if (fabs(value) < 0.5 * pow(10, -decimals))
        value = 0; /* no "-0.0" */
    if (value < 0)
        mark = "\xe2\x88\x92"; /* U+2212 */
    else if (sign && value > 0)
        mark = "+";
    snprintf(text, 40, "%s%.*f", mark, decimals, fabs(value));
}

void svg_shorten(char *short_text, const char *text, int most)
{
    int count = 0;
    int index = 0;

    for (const char *t = text; *t; t++)
        count += (*t & 0xc0) != 0x80;

    for (; *text; text++) {
        int begins = (*text & 0xc0) != 0x80;
        int head = most / 2;
        int tail = count - (most - head - 1);

        index += begins;
        if (count <= most || index <= head || index > tail) {
            *short_text++ = *text;
        } else if (begins && index == head + 1) {
            memcpy(short_text, "\xe2\x80\xa6", 3); /* an ellipsis */
            short_text += 3;
        }
    }
    *short_text = '\0';
}

/* ------------------------------------------------------------- drawing */

void svg_begin(FILE *stream, int width, int height, const char *title,
               const char *text)
{
    fprintf(stream,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
            "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
            width, height, width, height);
    print_escaped(stream, title);
    fputs("</title>\n<desc>", stream);
    print_escaped(stream, text);
    fprintf(stream, "</desc>\n<style>\n%s</style>\n", style);
    svg_rect(stream, "page", 0, 0, width, height);
}

void svg_end(FILE *stream)
{
    fputs("</svg>\n", stream);
}

void svg_text(FILE *stream, const char *class, double x, double y,
              const char *text)
{
    fprintf(stream, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
    print_escaped(stream, text);
    fputs("</text>\n", stream);
}

void svg_line(FILE *stream, const char *class, double x1, double y1, double x2,
              double y2)
{
    fprintf(stream,
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
            "y2=\"%.1f\"/>\n",
            class, x1, y1, x2, y2);
}

void svg_rect(FILE *stream, const char *class, double x, double y, double width,
              double height)
{
    fprintf(stream,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
            "height=\"%.1f\"/>\n",
            class, x, y, width, height);
}

void svg_path_begin(FILE *stream, const char *class)
{
    fprintf(stream, "<path class=\"%s\" d=\"M", class);
}

void svg_path_to(FILE *stream, double x, double y)
{
    fprintf(stream, " %.1f,%.1f", x, y);
}

void svg_path_end(FILE *stream)
{
    fputs("\"/>\n", stream);
}

/* ---------------------------------------------------------------- axes */

double svg_place(const struct svg_scale *s, double value)
{
    return s->from + (value - s->low) / (s->high - s->low) * (s->to - s->from);
}

double svg_step(double span, int most)
{
    double step = pow(10, floor(log10(span / most)));

    if (span <= most * step * (1 + 1e-9))
        return step;
    if (span <= most * step * 2 * (1 + 1e-9))
        return 2 * step;
    return span <= most * step * 5 * (1 + 1e-9) ? 5 * step : 10 * step;
}

/**
 * Ticks of an axis, from the first on
 */
struct ticks {
    double first; /* multiples of the step */
    double last;
    double step;
    int decimals;
};

static struct ticks find_ticks(const struct svg_scale *scale, int most)
{
    double step = svg_step(scale->high - scale->low, most);
    double digits = -floor(log10(step) + 1e-9);

    return (struct ticks){ ceil(scale->low / step - 1e-6),
                           floor(scale->high / step + 1e-6), step,
                           digits > 0 ? (int)digits : 0 };
}

void svg_axis_x(FILE *stream, const struct svg_scale *scale, double from,
                double to, int most)
{
    struct ticks ticks = find_ticks(scale, most);

    for (double i = ticks.first; i <= ticks.last; i++) {
        double x = svg_place(scale, i * ticks.step);
        char text[40];

        svg_number(text, i * ticks.step, ticks.decimals, 0);
        svg_line(stream, "grid", x, from, x, to);
        svg_text(stream, "tick middle", x, to + 16, text);
    }
}

void svg_axis_y(FILE *stream, const struct svg_scale *scale, double from,
                double to, int most)
{
    struct ticks ticks = find_ticks(scale, most);

    for (double i = ticks.first; i <= ticks.last; i++) {
        double y = svg_place(scale, i * ticks.step);
        char text[40];

        svg_number(text, i * ticks.step, ticks.decimals, 0);
        svg_line(stream, i == 0 ? "zero" : "grid", from, y, to, y);
        svg_text(stream, "tick end", from - 8, y + 4, text);
    }
}
