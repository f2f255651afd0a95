/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures of made-up results, and what they are drawn with. */
#include "../cli/picture.h"
#include "../cli/svg.h"
#include "support_xml.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATE   8000
#define FRAMES (10 * RATE)
#define MOST   1000 /* sections */

/* --------------------------------------------------------------- paper */

static char *page; /* the last one drawn */
static size_t page_size;

static FILE *begin_page(void)
{
    FILE *stream;

    free(page);
    page = NULL;
    stream = open_memstream(&page, &page_size);
    assert_non_null(stream);
    return stream;
}

static int free_page(void **state)
{
    (void)state;
    free(page);
    page = NULL;
    return 0;
}

/**
 * Draw a made-up alignment of 10 s of speech
 * delay_ms        Of each section; all are equally long
 * are_jumps       Whether the sections differ by jumps
 * return          The picture, which is well-formed
 */
static const char *draw(const double *delay_ms, int sections, int are_jumps,
                        const char *name)
{
    static float speech[FRAMES];
    static struct opine_section section[MOST];
    static struct opine_jump jump[MOST];
    const struct options options = { .no_align = 0 };
    const struct recording audio = { .view = { speech, FRAMES, 1, RATE, 0,
                                               0 } };
    struct opine_alignment a = { .delay_ms = delay_ms[0],
                                 .confidence = 0.9,
                                 .polarity = 1,
                                 .time_scale = 1,
                                 .sections = sections,
                                 .section = section,
                                 .jump = jump };
    struct report report = { .options = &options,
                             .reference = "folder/reference.wav",
                             .degraded = name,
                             .degraded_signal = { .duration_s = 10 },
                             .alignment = &a };

    for (int i = 0; i < sections; i++) {
        section[i].start_s = 10.0 * i / sections;
        section[i].end_s = 10.0 * (i + 1) / sections;
        section[i].delay_ms = delay_ms[i];
        if (i > 0 && are_jumps) {
            double size_ms = delay_ms[i] - delay_ms[i - 1];

            jump[a.jumps++] = (struct opine_jump){ section[i].start_s,
                                                   size_ms };
            a.inserted_ms += fmax(size_ms, 0);
            a.lost_ms += fmax(-size_ms, 0);
        }
    }

    make_speech(speech, FRAMES, RATE, 3600, 1);

    FILE *stream = begin_page();

    picture_track(stream, &report, &audio, &audio);
    assert_int_equal(fclose(stream), 0);
    assert_well_formed(page);
    assert_null(strstr(page, "nan"));
    assert_null(strstr(page, "inf"));
    return page;
}

/* ------------------------------------------------------------- pictures */

static void one_delay_is_a_line_without_jumps(void **state)
{
    static const double delay_ms[] = { 12.34 };

    (void)state;
    const char *svg = draw(delay_ms, 1, 1, "deg.wav");

    assert_int_equal(count_of(svg, "class=\"curve\""), 1);
    assert_int_equal(count_of(svg, "class=\"guide\""), 0);
    assert_non_null(strstr(svg, ">12.34 ms late, confidence 0.90<"));
    assert_non_null(strstr(svg, ">one delay throughout<"));
    assert_non_null(strstr(svg, ">deg.wav against reference.wav<"));
}

static void jumps_are_marked_with_their_sizes(void **state)
{
    static const double delay_ms[] = { 0, -40, -33.2, 86.8 };

    (void)state;
    const char *svg = draw(delay_ms, 4, 1, "deg.wav");

    assert_int_equal(count_of(svg, "class=\"guide\""), 3);
    assert_int_equal(count_of(svg, "<line class=\"bad\""), 1);
    assert_int_equal(count_of(svg, "<line class=\"good\""), 2);
    assert_non_null(strstr(svg, ">\xe2\x88\x92"
                                "40<"));
    assert_non_null(strstr(svg, ">+6.8<"));
    assert_non_null(strstr(svg, ">+120<"));
}

static void drift_is_drawn_without_jumps(void **state)
{
    static double delay_ms[100];

    (void)state;
    for (int i = 0; i < 100; i++)
        delay_ms[i] = i * 0.05;

    const char *svg = draw(delay_ms, 100, 0, "deg.wav");

    assert_int_equal(count_of(svg, "class=\"guide\""), 0);
    assert_int_equal(count_of(svg, "<line class=\"good\""), 0);
    assert_non_null(strstr(svg, ">no jumps<"));
}

/**
 * Many jumps are all marked; sizes are written as long as there is room
 */
static void labels_give_way_when_there_are_many(void **state)
{
    static double delay_ms[MOST];

    (void)state;
    for (int i = 0; i < MOST; i++)
        delay_ms[i] = i % 2 ? 20 : 0;
    delay_ms[MOST / 2] = 5000;

    const char *svg = draw(delay_ms, MOST, 1, "deg.wav");
    int labels = count_of(svg, "bad word middle") +
                 count_of(svg, "good word middle");

    assert_int_equal(count_of(svg, "class=\"guide\""), MOST - 1);
    assert_in_range(labels, 30, 90);
    assert_true(strstr(svg, ">+4980<") || strstr(svg, "4980<"));
}

static void long_names_are_shortened_and_odd_ones_escaped(void **state)
{
    static const double delay_ms[] = { 0 };
    const char *svg = draw(delay_ms, 1, 1,
                           "dir/0123456789012345678901234567890123456789.wav");

    (void)state;
    assert_non_null(strstr(svg, ">01234567890123456\xe2\x80\xa6"
                                "890123456789.wav against"));
    svg = draw(delay_ms, 1, 1, "<&>\n\x7f\xed\xa0\x80\xc3\xa9");
    assert_non_null(strstr(svg, ">&lt;&amp;&gt;\xef\xbf\xbd\xef\xbf\xbd"
                                "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                "\xc3\xa9 against"));
}

/* ----------------------------------------------------------------- tools */

static void steps_are_round(void **state)
{
    (void)state;
    assert_close(svg_step(10, 5), 2, 0, 1e-12);
    assert_close(svg_step(10, 10), 1, 0, 1e-12);
    assert_close(svg_step(10.1, 10), 2, 0, 1e-12);
    assert_close(svg_step(3, 12), 0.5, 0, 1e-12);
    assert_close(svg_step(0.02, 6), 0.005, 0, 1e-12);
    assert_close(svg_step(14400, 12), 2000, 0, 1e-12);
}

static void axes_have_ticks_inside_at_round_values(void **state)
{
    const struct svg_scale scale = { -1.05, 1.05, 100, 0 };
    FILE *stream = begin_page();

    (void)state;
    svg_axis_y(stream, &scale, 0, 10, 6);
    fclose(stream);
    assert_int_equal(count_of(page, "class=\"grid\""), 4);
    assert_int_equal(count_of(page, "class=\"zero\""), 1);
    assert_non_null(strstr(page, ">\xe2\x88\x92"
                                 "0.5<"));
    assert_non_null(strstr(page, ">0.0<"));
    assert_non_null(strstr(page, ">1.0<"));
}

static void numbers_have_a_true_minus_and_no_negative_zero(void **state)
{
    char text[40];

    (void)state;
    svg_number(text, -2.25, 1, 0);
    assert_memory_equal(text, "\xe2\x88\x92", 3);
    svg_number(text, -0.04, 1, 1);
    assert_string_equal(text, "0.0");
    svg_number(text, 3, 0, 1);
    assert_string_equal(text, "+3");
}

static void texts_are_shortened_in_the_middle(void **state)
{
    char text[40];

    (void)state;
    svg_shorten(text, "0123456789", 10);
    assert_string_equal(text, "0123456789");
    svg_shorten(text, "0123456789", 5);
    assert_string_equal(text, "01\xe2\x80\xa6"
                              "89");
    svg_shorten(text, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 3);
    assert_string_equal(text, "\xc3\xa9\xe2\x80\xa6\xc3\xa9");
}

/* ----------------------------------------------------------------- main */

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_delay_is_a_line_without_jumps),
        TEST(jumps_are_marked_with_their_sizes),
        TEST(drift_is_drawn_without_jumps),
        TEST(labels_give_way_when_there_are_many),
        TEST(long_names_are_shortened_and_odd_ones_escaped),
        TEST(steps_are_round),
        TEST(axes_have_ticks_inside_at_round_values),
        TEST(numbers_have_a_true_minus_and_no_negative_zero),
        TEST(texts_are_shortened_in_the_middle),
    };

    return cmocka_run_group_tests(tests, NULL, free_page);
}
