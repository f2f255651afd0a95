/* SPDX-License-Identifier: BSD-2-Clause */
/* What `opine timeline` is made of: events, places and gaps, made up. */
#include "../cli/events.h"
#include "../cli/gaps.h"
#include "../cli/place.h"

#include "support.h"

#include <math.h>
#include <string.h>

#define RATE 16000

/* --------------------------------------------------------------- events */

/**
 * Find events in scores of 2 s each
 * scores          A digit each; ? is unknown
 */
static int find(const char *scores, double raise_s, double clear_s,
                struct event_span span[16])
{
    const struct event_rule rule = { 3.5, raise_s, clear_s };
    struct moment moment[31];
    int count = (int)strlen(scores);

    assert_in_range(count, 0, 31);
    for (int i = 0; i < count; i++)
        moment[i] = (struct moment){ 2.0 * i, 2.0 * i + 2,
                                     scores[i] == '?' ? (double)NAN
                                                      : scores[i] - '0' };
    return events_find(moment, count, &rule, span);
}

/**
 * Check that there is one event, and where
 */
static void expect(const char *scores, double raise_s, double clear_s,
                   int first, int last, int is_open)
{
    struct event_span span[16];

    assert_int_equal(find(scores, raise_s, clear_s, span), 1);
    assert_int_equal(span[0].first, first);
    assert_int_equal(span[0].last, last);
    assert_int_equal(span[0].is_open, is_open);
}

static void event_is_raised_only_after_its_time(void **state)
{
    struct event_span span[16];

    (void)state;
    assert_int_equal(find("", 4, 4, span), 0);
    assert_int_equal(find("44444", 0, 0, span), 0);
    assert_int_equal(find("4424444", 4, 4, span), 0);
    expect("4422444", 4, 4, 2, 3, 0);
    expect("4424444", 2, 4, 2, 2, 0);
    expect("4424444", 0, 0, 2, 2, 0);
    assert_int_equal(find("4224422444", 6, 4, span), 0);
    assert_int_equal(find("4242424242", 4, 4, span), 0);
}

static void event_is_cleared_only_after_its_time(void **state)
{
    struct event_span span[16];

    (void)state;
    expect("42242244", 4, 4, 1, 5, 0);
    expect("422424244", 4, 4, 1, 6, 0);
    assert_int_equal(find("42244224444", 4, 4, span), 2);
    assert_int_equal(span[0].first, 1);
    assert_int_equal(span[0].last, 2);
    assert_int_equal(span[1].first, 5);
    assert_int_equal(span[1].last, 6);
    assert_int_equal(find("424242", 0, 0, span), 3);
}

static void event_may_last_to_the_end(void **state)
{
    (void)state;
    expect("4422", 4, 4, 2, 3, 1);
    expect("44224", 4, 4, 2, 3, 1);
    expect("2222", 4, 4, 0, 3, 1);
    expect("442244", 4, 4, 2, 3, 0);
}

static void unknown_scores_change_nothing(void **state)
{
    struct event_span span[16];

    (void)state;
    assert_int_equal(find("????", 0, 0, span), 0);
    assert_int_equal(find("4?2?44", 4, 4, span), 0);
    expect("4?2?2?44", 4, 4, 2, 4, 0);
    expect("422???????4?", 4, 4, 1, 2, 1);
    expect("422?4?2?44", 4, 4, 1, 6, 0);
}

static void threshold_itself_is_not_low(void **state)
{
    const struct event_rule rule = { 3.5, 0, 0 };
    const struct moment moment[] = { { 0, 1, 3.5 }, { 1, 2, 3.4999 } };
    struct event_span span[1];

    (void)state;
    assert_int_equal(events_find(moment, 2, &rule, span), 1);
    assert_int_equal(span[0].first, 1);
}

/* ----------------------------------------------------- places and gaps */

/* 100 ms late, 60 ms lost at 3 s, 200 ms inserted at 5 s of the reference */
static struct opine_section sections[] = { { 0, 3.1, 100 },
                                           { 3.1, 5.04, 40 },
                                           { 5.04, 9.24, 240 } };
static struct opine_jump jumps[] = { { 3.1, -60 }, { 5.04, 200 } };
static const struct opine_alignment warped = {
    .sections = 3, .section = sections, .jumps = 2, .jump = jumps
};

static void places_follow_the_sections(void **state)
{
    int section = 0;

    (void)state;
    assert_close(place_find(&warped, &section, -1), 0, 1e-9, 0);
    assert_close(place_find(&warped, &section, 1), 1.1, 1e-9, 0);
    assert_close(place_find(&warped, &section, 3.03), 3.1, 1e-9, 0);
    assert_close(place_find(&warped, &section, 3.2), 3.24, 1e-9, 0);
    assert_close(place_find(&warped, &section, 5.5), 5.74, 1e-9, 0);
    assert_close(place_find(&warped, &section, 20), 20.24, 1e-9, 0);
    assert_int_equal(section, 2);
    assert_close(place_jump(&warped, 0), 3.06, 1e-9, 0);
    assert_close(place_jump(&warped, 1), 4.8, 1e-9, 0);
}

static void gaps_are_found_where_the_reference_sounds(void **state)
{
    static float ref[2 * RATE];
    static float deg[2 * RATE];
    struct opine_section section = { 0, 1.9, -100 };
    const struct opine_alignment early = { .sections = 1, .section = &section };
    const struct recording r = { .view = { ref, RATE, 2, RATE, 0, 0 } };
    struct recording d = { .view = { deg, RATE * 9 / 10, 2, RATE, 0, 0 } };
    struct gaps gaps;

    (void)state;
    make_white(ref, 2 * RATE, 1);
    /* A pause, in the reference, from 0.6 to 0.7 s */
    memset(ref + 2 * RATE * 6 / 10, 0, 2 * RATE / 10 * sizeof(ref[0]));
    memcpy(deg, ref + 2 * RATE / 10, 2 * d.view.frames * sizeof(deg[0]));
    amplify(deg, 2 * (int)d.view.frames, -12);
    assert_int_equal(gaps_find(&r, &d, &early, 0, 1e9, &gaps), 0);
    assert_int_equal(gaps.count, 0);
    gaps_free(&gaps);

    /* 20 ms at 0.3 s of the reference, and 4 ms, too short, at 0.4 s */
    memset(deg + 2 * RATE / 5, 0, 2 * RATE / 50 * sizeof(deg[0]));
    memset(deg + 2 * RATE * 3 / 10, 0, 2 * RATE / 250 * sizeof(deg[0]));
    assert_int_equal(gaps_find(&r, &d, &early, 0, 1e9, &gaps), 0);
    assert_int_equal(gaps.count, 1);
    assert_close(gaps.gap[0].start_s, 0.3, 0.002, 0);
    assert_close(gaps.gap[0].end_s, 0.32, 0.002, 0);
    gaps_free(&gaps);
}

/* ----------------------------------------------------------------- main */

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(event_is_raised_only_after_its_time),
        TEST(event_is_cleared_only_after_its_time),
        TEST(event_may_last_to_the_end),
        TEST(unknown_scores_change_nothing),
        TEST(threshold_itself_is_not_low),
        TEST(places_follow_the_sections),
        TEST(gaps_are_found_where_the_reference_sounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
