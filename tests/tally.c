/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whether more is better */
enum sense { AT_MOST = -1, AT_LEAST = 1 };

/* The bars are those of the issue. The floors are what the quick subset
 * reached when they were last raised, less a little; ./run bench-align --quick
 * prints what it reaches now. */
#define NO_BAR   ((double)NAN)
#define NO_FLOOR ((double)NAN)

/* clang-format off */
static const struct {
    const char *name, *key, *unit;
    enum sense sense;
    double bar, floor;
} rules[ROWS] = {
    [ROW_CONSTANT] = {
        "one delay within 0.1 ms, clean or coded",
        "constant", "%", AT_LEAST, 100, 100 },
    [ROW_CONSTANT_HARD] = {
        "one delay within 1 ms, 0 dB, MNRU 10, rooms, talker",
        "constant_hard", "%", AT_LEAST, 99, 99 },
    [ROW_CONSTANT_NOISE] = {
        "  the same in noise at 10 and 20 dB, MNRU 20",
        "constant_noise", "%", AT_LEAST, NO_BAR, NO_FLOOR },
    [ROW_POLARITY] = {
        "polarity right, all files of one delay",
        "polarity", "%", AT_LEAST, NO_BAR, NO_FLOOR },
    [ROW_TRACK] = {
        "track: frames within 2 ms, clean or coded",
        "track", "%", AT_LEAST, 98, 98.5 },
    [ROW_PAUSES] = {
        "  of which steps in pauses",
        "track_pauses", "%", AT_LEAST, NO_BAR, NO_FLOOR },
    [ROW_ACTIVE] = {
        "  of which steps in active signal",
        "track_active", "%", AT_LEAST, NO_BAR, NO_FLOOR },
    [ROW_LOST] = {
        "  of which deletions of 10-80 ms",
        "track_lost", "%", AT_LEAST, NO_BAR, NO_FLOOR },
    [ROW_REPEATED] = {
        "  of which repeats of 10-80 ms",
        "track_repeated", "%", AT_LEAST, NO_BAR, NO_FLOOR },
    [ROW_JITTER] = {
        "  of which jitter of 3-10 ms",
        "track_jitter", "%", AT_LEAST, NO_BAR, 94 },
    [ROW_TRACK_NOISE] = {
        "track: frames within 2 ms, noise at 10 dB",
        "track_noise", "%", AT_LEAST, 95, 96 },
    [ROW_FALSE_JUMPS] = {
        "no false jump, files of one delay",
        "no_false_jump", "%", AT_LEAST, 99, 99 },
    [ROW_DRIFT] = {
        "drift within 2 ppm or 2 %, speech",
        "drift", "%", AT_LEAST, 98, 100 },
    [ROW_DRIFT_NOISE] = {
        "  the same under noise, codecs, rooms",
        "drift_noise", "%", AT_LEAST, NO_BAR, NO_FLOOR },
    [ROW_TEMPO] = {
        "tempo: frames within 5 ms",
        "tempo", "%", AT_LEAST, 95, 95 },
    [ROW_TEMPO_NOISE] = {
        "  the same under noise, codecs, rooms",
        "tempo_noise", "%", AT_LEAST, NO_BAR, 88 },
    [ROW_TIME_SCALE] = {
        "  time_scale within 1 %",
        "time_scale", "%", AT_LEAST, NO_BAR, 100 },
    [ROW_MEMORY] = {
        "memory, 10 min of stereo, less a copy of it",
        "memory", "MiB", AT_MOST, 64, 64 },
    [ROW_MEMORY_ALL] = {
        "  all that is allocated, beside the caller's samples",
        "memory_all", "MiB", AT_MOST, NO_BAR, 300 },
    [ROW_CPU_TRACK] = {
        "CPU of opine_align(), 10 s with a track",
        "cpu_track", "ms", AT_MOST, 10, NO_FLOOR },
    [ROW_CPU_ONE] = {
        "CPU of opine_align(), 10 s of one delay",
        "cpu_one", "ms", AT_MOST, 3, NO_FLOOR },
    [ROW_CPU_REST] = {
        "  of both, with .align = 0: preparing, at most",
        "cpu_preparing", "ms", AT_MOST, NO_BAR, NO_FLOOR },
};
/* clang-format on */

/* --------------------------------------------------------------- count */

void tally_free(struct tally *tally)
{
    free(tally->miss);
    *tally = (struct tally){ 0 };
}

void tally_count(struct tally *tally, enum row row, double good, double all,
                 const char *name, const char *note)
{
    struct miss *m;

    if (all <= 0)
        return;
    tally->good[row] += good;
    tally->all[row] += all;
    tally->cases[row]++;
    if (good >= all)
        return;
    if (tally->misses == tally->room) {
        struct miss *old = tally->miss;

        tally->room = 2 * tally->room + 64;
        tally->miss = realloc(old, (size_t)tally->room * sizeof *old);
        if (!tally->miss)
            abort();
    }
    m = &tally->miss[tally->misses++];
    *m = (struct miss){ .row = row, .share = good / all };
    snprintf(m->name, sizeof m->name, "%s", name);
    snprintf(m->note, sizeof m->note, "%s", note);
}

void tally_measure(struct tally *tally, enum row row, double figure)
{
    tally->good[row] = fmax(tally->good[row], figure);
    tally->all[row] = 1;
    tally->cases[row]++;
}

/* ---------------------------------------------------------------- judge */

static double figure(const struct tally *tally, enum row row)
{
    double scale = strcmp(rules[row].unit, "%") != 0 ? 1 : 100;

    return tally->all[row] > 0 ? scale * tally->good[row] / tally->all[row]
                               : (double)NAN;
}

/* NaN passes: what was not measured or has no bar */
static int is_missed(double reached, double bar, enum sense sense)
{
    return (double)sense * (reached - bar) < -1e-9;
}

static const char *verdict(double reached, enum row row)
{
    if (isnan(rules[row].bar) || isnan(reached))
        return "";
    return is_missed(reached, rules[row].bar, rules[row].sense) ? "MISS"
                                                                : "pass";
}

int tally_gate(const struct tally *tally, FILE *file)
{
    int failed = 0;

    for (enum row r = 0; r < ROWS; r++) {
        double reached = figure(tally, r);

        if (!is_missed(reached, rules[r].floor, rules[r].sense))
            continue;
        fprintf(file, "below its floor of %g %s: %s: %.2f\n", rules[r].floor,
                rules[r].unit, rules[r].name, reached);
        failed++;
    }
    return failed;
}

/* ---------------------------------------------------------------- print */

/* By row, and the worst first; of equal ones the first by name, so that the
 * order does not depend on the sort */
static int compare_misses(const void *a, const void *b)
{
    const struct miss *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->share < y->share || x->share > y->share)
        return x->share < y->share ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void print_worst(const struct tally *tally, FILE *file, int worst)
{
    enum row row = ROWS;
    int printed = 0;

    for (int i = 0; i < tally->misses; i++) {
        const struct miss *m = &tally->miss[i];

        if (m->row != row) {
            row = m->row;
            printed = 0;
            fprintf(file, "\nworst: %s\n", rules[row].name);
        }
        if (printed++ < worst)
            fprintf(file, "  %5.1f %%  %s: %s\n", 100 * m->share, m->name,
                    m->note);
    }
}

void tally_print(const struct tally *tally, FILE *file, int worst)
{
    fprintf(file, "%-54s %5s %8s %-3s %6s\n", "", "bar", "reached", "",
            "cases");
    for (enum row r = 0; r < ROWS; r++) {
        double reached = figure(tally, r);
        char bar[16] = "";

        if (isnan(reached))
            continue;
        if (!isnan(rules[r].bar))
            snprintf(bar, sizeof bar, "%g", rules[r].bar);
        fprintf(file, "%-54s %5s %8.2f %-3s %6d  %s\n", rules[r].name, bar,
                reached, rules[r].unit, tally->cases[r], verdict(reached, r));
    }
    if (worst <= 0 || !tally->misses)
        return;
    qsort(tally->miss, (size_t)tally->misses, sizeof *tally->miss,
          compare_misses);
    print_worst(tally, file, worst);
}

void tally_print_json(const struct tally *tally, FILE *file)
{
    const char *comma = "";

    fprintf(file, "{\"rows\": [");
    for (enum row r = 0; r < ROWS; r++) {
        double reached = figure(tally, r);

        if (isnan(reached))
            continue;
        fprintf(file, "%s\n  {\"name\": \"%s\", \"reached\": %.6g, ", comma,
                rules[r].key, reached);
        if (!isnan(rules[r].bar))
            fprintf(file, "\"bar\": %g, \"pass\": %s, ", rules[r].bar,
                    is_missed(reached, rules[r].bar, rules[r].sense) ? "false"
                                                                     : "true");
        fprintf(file, "\"unit\": \"%s\", \"cases\": %d}", rules[r].unit,
                tally->cases[r]);
        comma = ",";
    }
    fprintf(file, "\n]}\n");
}
