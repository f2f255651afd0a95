/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Drawing SVG: what all pictures share
 *
 * Coordinates are pixels from the top left. Everything has a class, and one
 * style sheet, for light and dark, gives classes their looks:
 *
 *   page, frame, grid, zero      background; around a plot; its lines
 *   title, note, tick            texts; with `middle` or `end` anchored there
 *   word                         a text that lines may run into
 *   reference, degraded          areas of waveforms; with `word`: texts
 *   curve                        what a plot is about
 *   good, bad                    lines on it; with `word`: texts
 *   series, mark, whisker        lines, points and intervals of several curves,
 *                                with series0 to series5; `dashed`, `dotted`
 *   guide                        a faint line through several plots
 *   event, unknown               shades behind a plot
 */

#ifndef OPINE_CLI_SVG_H
#define OPINE_CLI_SVG_H

#include <stddef.h>
#include <stdio.h>

/**
 * Begin and end a picture
 * title, text     What it is, for those who cannot see it
 */
void svg_begin(FILE *stream, int width, int height, const char *title,
               const char *text);
void svg_end(FILE *stream);

/**
 * Draw
 * text            May hold anything: what XML has no place for becomes U+FFFD
 */
void svg_text(FILE *stream, const char *class, double x, double y,
              const char *text);
void svg_line(FILE *stream, const char *class, double x1, double y1, double x2,
              double y2);
void svg_rect(FILE *stream, const char *class, double x, double y, double width,
              double height);

/**
 * Draw a line through points: begin, any number of points, end
 */
void svg_path_begin(FILE *stream, const char *class);
void svg_path_to(FILE *stream, double x, double y);
void svg_path_end(FILE *stream);

/**
 * What values a plot shows, and where
 */
struct svg_scale {
    double low, high; /* values, */
    double from, to;  /* and their coordinates */
};

/**
 * Coordinate of a value
 */
double svg_place(const struct svg_scale *scale, double value);

/**
 * Find a round distance between ticks: 1, 2 or 5 times a power of ten
 * most            Distances that fit into the span at the most
 */
double svg_step(double span, int most);

/**
 * Draw the grid and numbers of an axis, at round values
 * from, to        How far the lines reach across
 * most            As of svg_step()
 */
void svg_axis_x(FILE *stream, const struct svg_scale *scale, double from,
                double to, int most);
void svg_axis_y(FILE *stream, const struct svg_scale *scale, double from,
                double to, int most);

/**
 * Write a number as typesetters do, with a true minus
 * text            At least 40 bytes
 * sign            Whether positive ones have one, too
 */
void svg_number(char *text, double value, int decimals, int sign);

/**
 * Shorten a text in its middle
 * short_text      At least 4 * `most` + 8 bytes
 * most            Characters to keep, at least 3
 */
void svg_shorten(char *short_text, const char *text, int most);

#endif /* OPINE_CLI_SVG_H */
