/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"
#include "gate.h"
#include "output.h"
#include "report.h"
#include "results.h"

#include <math.h>
#include <stdlib.h>

/**
 * One of the two tables
 */
struct side {
    struct table table;
    int count;
    struct entry *entries;
};

static void close_side(struct side *side)
{
    free(side->entries);
    table_free(&side->table);
}

/**
 * Read a table
 * return          0, or -1 after saying what is wrong
 */
static int open_side(const char *path, struct side *side)
{
    struct result *results = NULL;

    side->count = results_read(path, &side->table, &results);
    if (side->count < 0)
        return -1;
    side->entries = calloc((size_t)side->count + 1, sizeof(struct entry));
    for (int i = 0; side->entries && i < side->count; i++)
        side->entries[i] = (struct entry){ .id = results[i].id,
                                           .group = results[i].group,
                                           .error = "has no score",
                                           .basis = "",
                                           .mos = results[i].mos,
                                           .tail = results[i].tail,
                                           .weight = results[i].weight,
                                           .min_mos = (double)NAN,
                                           .max_drop = (double)NAN };
    free(results);
    if (side->entries)
        return 0;
    complain(NULL, "out of memory");
    return -1;
}

static enum outcome report(const struct options *o,
                           const struct comparison *comparison)
{
    struct output markdown;

    if (output_open(&markdown, o->markdown))
        return OUTCOME_FAILED;
    if (markdown.stream)
        comparison_markdown(markdown.stream, comparison, o->operands[0],
                            o->operands[1]);
    if (output_finish(&markdown))
        return OUTCOME_FAILED;
    if (!o->quiet && markdown.stream != stdout)
        comparison_text(stdout, comparison, o->operands[0], o->operands[1]);
    return OUTCOME_PASSED;
}

enum outcome compare_run(const struct options *options)
{
    struct options without_gates = *options;
    const struct options *o = &without_gates;
    struct side before = { .count = 0 };
    struct side after = { .count = 0 };
    struct comparison comparison;
    enum outcome outcome = OUTCOME_FAILED;

    without_gates.max_drop = without_gates.max_mean_drop = 4;
    without_gates.max_p10_drop = without_gates.max_worst_drop = (double)NAN;
    without_gates.max_bad_seconds = (double)NAN;
    if (o->operand_count != 2) {
        complain(NULL, "needs two tables of results; opine compare --help "
                       "tells more");
        return OUTCOME_USAGE;
    }
    if (!open_side(o->operands[0], &before) &&
        !open_side(o->operands[1], &after) &&
        !comparison_make(o, before.entries, before.count, after.entries,
                         after.count, &comparison)) {
        outcome = report(o, &comparison);
        comparison_free(&comparison);
    }
    close_side(&before);
    close_side(&after);
    return outcome;
}
