/* SPDX-License-Identifier: BSD-2-Clause */
#include "curve.h"

#include "output.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Deltas over less than half of the shorter curve, over less MOS than listeners
   hear for sure, or less than an octave of rate say little about a codec */
#define LEAST_OVERLAP 0.5
#define LEAST_MOS     0.3
#define LEAST_RATE    1.5

/* VCEG-M33 asks for four points */
#define FEW_POINTS 4

static int is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

static int check_usage(const struct options *o)
{
    if (o->operand_count != 1)
        complain(NULL, "needs one table of results; opine curve --help tells "
                       "more");
    else if (is_stdout(o->csv) && (o->json || is_stdout(o->svg)))
        complain("--csv", "cannot go to standard output together with %s",
                 o->json ? "--json" : "--svg");
    else if (is_stdout(o->svg) && o->json)
        complain("--svg", "cannot go to standard output together with --json");
    else
        return 0;
    return -1;
}

/* --------------------------------------------------------------- doubts */

const char *doubt_name(enum doubt doubt)
{
    switch (doubt) {
    case DOUBT_REVERSAL:
        return "not_monotone";
    case DOUBT_RANGE:
        return "small_range";
    case DOUBT_POINTS:
        return "few_points";
    case DOUBT_REFERENCES:
        return "unlike_references";
    case DOUBTS:
        break;
    }
    return "";
}

const char *doubt_text(enum doubt doubt)
{
    switch (doubt) {
    case DOUBT_REVERSAL:
        return "a curve is not monotone";
    case DOUBT_RANGE:
        return "the common range is small";
    case DOUBT_POINTS:
        return "a curve has less than 4 points";
    case DOUBT_REFERENCES:
        return "they are of unlike references";
    case DOUBTS:
        break;
    }
    return "";
}

static int has_small_range(const struct rivals *r)
{
    return r->rate.overlap < LEAST_OVERLAP ||
           r->quality.overlap < LEAST_OVERLAP ||
           r->rate.high - r->rate.low < LEAST_MOS ||
           r->quality.high / r->quality.low < LEAST_RATE;
}

/**
 * Whether two curves are of the same references: their first points are, as
 * each curve tells whether its own are
 */
static int has_unlike_references(const struct curves *c, const struct rivals *r)
{
    const struct rung *a = &r->anchor->rung[0];
    const struct rung *b = &r->test->rung[0];

    if (r->anchor->is_uneven || r->test->is_uneven || a->rows != b->rows)
        return 1;
    for (int i = 0; i < a->rows; i++)
        if (strcmp(c->sample[a->first + i].ref, c->sample[b->first + i].ref))
            return 1;
    return 0;
}

/* --------------------------------------------------------------- rivals */

static void compare(const struct curves *c, const struct curve *anchor,
                    const struct curve *test, struct rivals *r)
{
    *r = (struct rivals){ .anchor = anchor, .test = test };
    r->rate = bd_rate(anchor->point, anchor->count, test->point, test->count);
    r->quality = bd_quality(anchor->point, anchor->count, test->point,
                            test->count);
    if (anchor->reversal > 0 || test->reversal > 0)
        r->doubts |= 1u << DOUBT_REVERSAL;
    if (has_small_range(r))
        r->doubts |= 1u << DOUBT_RANGE;
    if (anchor->count < FEW_POINTS || test->count < FEW_POINTS)
        r->doubts |= 1u << DOUBT_POINTS;
    if (has_unlike_references(c, r))
        r->doubts |= 1u << DOUBT_REFERENCES;
}

/**
 * Compare each codec with the anchor, or with those before it
 * return          0, or -1 after saying what is wrong
 */
static int compare_all(const struct options *o, struct curves *c)
{
    int anchor = -1;

    for (int i = 0; o->anchor && i < c->count; i++)
        if (!strcmp(c->curve[i].codec, o->anchor))
            anchor = i;
    if (o->anchor && anchor < 0) {
        complain("--anchor", "%s has no codec '%s'", c->path, o->anchor);
        return -1;
    }
    c->pair = calloc((size_t)c->count * (size_t)c->count, sizeof(*c->pair));
    if (!c->pair) {
        complain(NULL, "out of memory");
        return -1;
    }
    for (int a = 0; a < c->count; a++)
        for (int b = 0; b < c->count; b++)
            if (anchor >= 0 ? a == anchor && b != a : b > a)
                compare(c, &c->curve[a], &c->curve[b], &c->pair[c->pairs++]);
    return 0;
}

/* -------------------------------------------------------------- output */

typedef int print(FILE *stream, const struct curves *curves);

/**
 * Write a report into a file, or what it replaces on stdout
 */
static int write_file(const char *path, print *print_report,
                      const struct curves *c)
{
    struct output output;

    if (is_stdout(path) || output_open(&output, path))
        return is_stdout(path) ? 0 : -1;
    if (output.stream && print_report(output.stream, c)) {
        complain(NULL, "out of memory");
        output_drop(&output);
        return -1;
    }
    return output_finish(&output);
}

static int print_reports(const struct options *o, const struct curves *c)
{
    print *main_report = is_stdout(o->csv)   ? curve_csv
                         : is_stdout(o->svg) ? curve_picture
                         : o->json           ? curve_json
                                             : curve_text;

    if (main_report(stdout, c)) {
        complain(NULL, "out of memory");
        return -1;
    }
    if (write_file(o->csv, curve_csv, c))
        return -1;
    return write_file(o->svg, curve_picture, c);
}

/**
 * Name the curves that are odd
 */
static void warn(const struct curves *c)
{
    for (int i = 0; i < c->count; i++) {
        const struct curve *curve = &c->curve[i];

        if (curve->reversal > 0)
            complain(c->path, "%s: not monotone: %.2f MOS lower at %g kbit/s",
                     curve->codec, curve->reversal, curve->reversal_kbps);
        if (curve->is_uneven)
            complain(c->path, "%s: its points are of unlike references",
                     curve->codec);
    }
}

enum outcome curve_run(const struct options *o)
{
    struct curves curves = { .count = 0 };
    enum outcome outcome = OUTCOME_FAILED;

    if (check_usage(o))
        return OUTCOME_USAGE;
    if (!curve_read(o, &curves)) {
        if (curve_build(&curves))
            complain(NULL, "out of memory");
        else if (!compare_all(o, &curves) && !print_reports(o, &curves))
            outcome = OUTCOME_PASSED;
        if (outcome == OUTCOME_PASSED)
            warn(&curves);
    }
    curve_free(&curves);
    return outcome;
}
