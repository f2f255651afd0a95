/* SPDX-License-Identifier: BSD-2-Clause */
#include "curve.h"

#include "output.h"
#include "report.h"

#include <string.h>

static int check_usage(const struct options *o)
{
    if (o->operand_count != 1)
        complain(NULL, "needs one table of results; opine curve --help tells "
                       "more");
    else
        return output_check(o);
    return -1;
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

    if (output_is_stdout(path) || output_open(&output, path))
        return output_is_stdout(path) ? 0 : -1;
    if (output.stream && print_report(output.stream, c)) {
        complain(NULL, "out of memory");
        output_drop(&output);
        return -1;
    }
    return output_finish(&output);
}

static int print_reports(const struct options *o, const struct curves *c)
{
    print *main_report = output_is_stdout(o->csv)   ? curve_csv
                         : output_is_stdout(o->svg) ? curve_picture
                         : o->json                  ? curve_json
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
        else if (!curve_compare(o, &curves) && !print_reports(o, &curves))
            outcome = OUTCOME_PASSED;
        if (outcome == OUTCOME_PASSED)
            warn(&curves);
    }
    curve_free(&curves);
    return outcome;
}
