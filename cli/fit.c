/* SPDX-License-Identifier: BSD-2-Clause */
#include "fit.h"

#include "model.h"
#include "output.h"
#include "ratings.h"
#include "report.h"
#include "statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_LEAST 20
#define FOLDS      10 /* when one table must do, and has no groups */
#define TOP        4.75
#define TOP_NARROW 4.5

/* All rows of all tables, one after another */
struct job {
    const struct ratings *ratings;
    int tables;
    int count;
    struct sample *sample;
    struct sample *part; /* room for as many */
    int *table;          /* which each row is from */
    int *block;          /* what is left out or drawn as one: its group, or
                            itself, numbered over all tables */
    int blocks;
};

/* -------------------------------------------------------------- samples */

/**
 * Number the blocks of a table, from job->blocks on
 */
static int number_block(struct job *job, int table, int row)
{
    const struct ratings *r = &job->ratings[table];
    int is_grouped = r->groups.count > 1;

    if (is_grouped && r->rating[row].group >= 0)
        return job->blocks + r->groups.count - 1 - r->rating[row].group;
    return job->blocks + r->groups.count + row;
}

static int collect(struct job *job)
{
    size_t room = 1;
    int at = 0;

    for (int t = 0; t < job->tables; t++)
        room += (size_t)job->ratings[t].count;
    job->sample = calloc(room, sizeof(*job->sample));
    job->part = calloc(room, sizeof(*job->part));
    job->table = calloc(room, sizeof(*job->table));
    job->block = calloc(room, sizeof(*job->block));
    if (!job->sample || !job->part || !job->table || !job->block)
        return -1;
    for (int t = 0; t < job->tables; t++) {
        const struct ratings *r = &job->ratings[t];

        for (int i = 0; i < r->count; i++, at++) {
            const struct rating *rating = &r->rating[i];

            job->sample[at] = (struct sample){
                rating->disturbance, rating->heard,
                rating->band == OPINE_BAND_NB ? TOP_NARROW : TOP, 1.0 / r->count
            };
            job->table[at] = t;
            job->block[at] = number_block(job, t, i);
        }
        job->blocks += r->groups.count + r->count;
    }
    job->count = at;
    return 0;
}

/* ------------------------------------------------------------- left out */

/**
 * What is left out with a row: its table, or of one table alone its group, or
 * one of ten parts
 */
static int fold(const struct job *job, int row)
{
    if (job->tables > 1)
        return job->table[row];
    return job->ratings[0].groups.count > 2 ? job->block[row] : row % FOLDS;
}

/**
 * Fit without what is left out with a row, and predict that
 * miss            Return score - rating of each row
 */
static void leave_out(struct job *job, double *miss)
{
    for (int i = 0; i < job->count; i++)
        miss[i] = (double)NAN;
    for (int i = 0; i < job->count; i++) {
        struct opine_curve curve;
        int n = 0;

        if (!isnan(miss[i]))
            continue;
        for (int k = 0; k < job->count; k++)
            if (fold(job, k) != fold(job, i))
                job->part[n++] = job->sample[k];
        curve = curve_fit(job->part, n);
        for (int k = i; k < job->count; k++)
            if (fold(job, k) == fold(job, i))
                miss[k] = curve_at(&curve, job->sample[k].top,
                                   job->sample[k].disturbance) -
                          job->sample[k].heard;
    }
}

/**
 * Sum up the misses of each table
 * return          Root of the mean of their mean squares
 */
static double sum_up(const struct job *job, const double *miss,
                     struct model_source *source, double *bias)
{
    double mean_square = 0;
    int at = 0;

    for (int t = 0; t < job->tables; t++) {
        const struct ratings *r = &job->ratings[t];
        double square = 0;

        bias[t] = 0;
        for (int i = 0; i < r->count; i++, at++) {
            square += miss[at] * miss[at] / r->count;
            bias[t] += miss[at] / r->count;
        }
        source[t] = (struct model_source){ r->path, r->count, sqrt(square) };
        mean_square += square / job->tables;
    }
    return sqrt(mean_square);
}

/* ------------------------------------------------------------ bootstrap */

/**
 * Fit to tests drawn with repetition: of several tables tables, and within
 * each groups, or rows where it has none
 * times           Room for tables and blocks
 * pick            As much
 */
static struct opine_curve resample(struct job *job, unsigned long long *state,
                                   int *times, int *pick)
{
    int *block_times = times + job->tables;
    int n = 0;

    memset(times, 0, (size_t)(job->tables + job->blocks) * sizeof(*times));
    statistics_draw(state, pick, job->tables);
    for (int t = 0; t < job->tables; t++)
        times[pick[t]]++;
    for (int first = 0, last; first < job->count; first = last) {
        int used = 0;

        /* The blocks of a table, each once, then as many draws of them */
        for (last = first;
             last < job->count && job->table[last] == job->table[first];
             last++) {
            int is_new = 1;

            for (int k = 0; k < used; k++)
                is_new &= pick[k] != job->block[last];
            if (is_new)
                pick[used++] = job->block[last];
        }
        statistics_draw(state, pick + used, used);
        for (int k = 0; k < used; k++)
            block_times[pick[pick[used + k]]]++;
    }
    for (int i = 0; i < job->count; i++) {
        job->part[n] = job->sample[i];
        job->part[n].weight *= times[job->table[i]] *
                               block_times[job->block[i]];
        n += job->part[n].weight > 0;
    }
    return curve_fit(job->part, n);
}

static int bootstrap(struct job *job, struct opine_calibration *c)
{
    size_t room = 2 * (size_t)(job->tables + job->blocks) + 2;
    int *times = calloc(room, sizeof(*times));
    int *pick = calloc(room, sizeof(*pick));
    unsigned long long state = 1;

    if (times && pick)
        for (c->sets = 0; c->sets < OPINE_CALIBRATION_SETS; c->sets++)
            c->set[c->sets] = resample(job, &state, times, pick);
    free(times);
    free(pick);
    return times && pick ? 0 : -1;
}

/* --------------------------------------------------------------- report */

/**
 * Name a model after its numbers (FNV-1a), so that unlike ones never share it
 */
static void name_version(struct opine_calibration *c)
{
    const double number[] = { c->curve.x50, c->curve.slope, c->spread,
                              c->range };
    unsigned hash = 2166136261u;

    for (int i = 0; i < 4; i++) {
        char text[40];

        snprintf(text, sizeof(text), "%.10g ", number[i]);
        for (const char *p = text; *p; p++)
            hash = (hash ^ (unsigned char)*p) * 16777619u;
    }
    snprintf(c->version, sizeof(c->version), "%.40s+%08x",
             opine_model_version(), hash);
}

static void print_figures(FILE *f, const struct opine_calibration *c,
                          const struct model_source *source, const double *bias,
                          int tables)
{
    fprintf(f, "%.3f  RMSE in MOS with %s left out in turn\n\n", c->spread,
            tables > 1 ? "each table" : "each group or part");
    for (int t = 0; t < tables; t++) {
        fprintf(f, "%6.3f  bias %+.3f, %d rows, ", source[t].rmse, bias[t],
                source[t].rows);
        print_name(f, source[t].path);
        putc('\n', f);
    }
    fprintf(f, "\nx50 %.4f, slope %.4f, up to disturbance %.2f; model %s\n",
            c->curve.x50, c->curve.slope, c->range, c->version);
}

static int write_model(const struct options *o,
                       const struct opine_calibration *c,
                       const struct model_source *source, int tables)
{
    struct output output;

    if (output_open(&output, o->out ? o->out : "-"))
        return -1;
    if (!model_write(output.stream, c, source, tables))
        return output_finish(&output);
    output_drop(&output);
    return -1;
}

/* ------------------------------------------------------------------ run */

static int fit_all(struct job *job, struct opine_calibration *c,
                   struct model_source *source, double *bias)
{
    double *miss;

    if (collect(job))
        return -1;
    miss = calloc((size_t)job->count, sizeof(*miss));
    if (!miss)
        return -1;
    leave_out(job, miss);
    *c = (struct opine_calibration){ .size = sizeof(*c) };
    c->spread = sum_up(job, miss, source, bias);
    free(miss);
    c->curve = curve_fit(job->sample, job->count);
    for (int i = 0; i < job->count; i++)
        c->range = fmax(c->range, job->sample[i].disturbance);
    name_version(c);
    return bootstrap(job, c);
}

static enum outcome run(const struct options *o, struct ratings *ratings,
                        int tables)
{
    struct job job = { .ratings = ratings, .tables = tables };
    struct model_source *source = calloc((size_t)tables, sizeof(*source));
    double *bias = calloc((size_t)tables, sizeof(*bias));
    struct opine_calibration calibration;
    enum outcome outcome = OUTCOME_FAILED;

    if (!source || !bias || fit_all(&job, &calibration, source, bias)) {
        complain(NULL, "%s", opine_status_text(OPINE_ERR_MEMORY));
    } else {
        /* A model on stdout leaves the figures stderr */
        print_figures(o->out ? stdout : stderr, &calibration, source, bias,
                      tables);
        if (!write_model(o, &calibration, source, tables))
            outcome = OUTCOME_PASSED;
    }
    free(job.sample);
    free(job.part);
    free(job.table);
    free(job.block);
    free(source);
    free(bias);
    return outcome;
}

/**
 * Read and score all tables
 */
static enum outcome gather(const struct options *o, struct ratings *ratings)
{
    struct reason reason;
    int rows = 0, coarse = 0, failed;

    for (int t = 0; t < o->operand_count; t++) {
        if (ratings_read(o->operands[t], o, &ratings[t], &reason)) {
            complain(o->operands[t], "%s", reason.text);
            return OUTCOME_FAILED;
        }
        if (!ratings[t].is_mos) {
            complain(o->operands[t],
                     "scale '%.40s': only ratings on MOS1-5 can be fitted",
                     ratings[t].scale);
            return OUTCOME_FAILED;
        }
        rows += ratings[t].count;
    }
    failed = ratings_score(ratings, o->operand_count, o, NULL);
    if (failed < 0)
        complain(NULL, "%s", opine_status_text(OPINE_ERR_MEMORY));
    for (int t = 0; t < o->operand_count && failed >= 0; t++)
        coarse += ratings_drop_coarse(&ratings[t]);
    if (coarse)
        complain(NULL, "%d rows of regenerated sound are left out", coarse);
    if (rows - coarse < ROWS_LEAST) {
        complain(NULL, "%d rows are too few to fit to; at least %d are needed",
                 rows - coarse, ROWS_LEAST);
        return OUTCOME_FAILED;
    }
    return failed < 0 ? OUTCOME_FAILED
           : failed   ? OUTCOME_PARTIAL
                      : OUTCOME_PASSED;
}

enum outcome fit_run(const struct options *o)
{
    size_t tables = (size_t)o->operand_count;
    struct ratings *ratings = calloc(tables + 1, sizeof(*ratings));
    enum outcome outcome;

    if (!ratings)
        return OUTCOME_FAILED;
    if (!tables) {
        complain(NULL, "needs a table of ratings; opine fit --help tells more");
        outcome = OUTCOME_USAGE;
    } else {
        outcome = gather(o, ratings);
        if (outcome == OUTCOME_PASSED)
            outcome = run(o, ratings, (int)tables);
    }
    for (size_t t = 0; t < tables; t++)
        ratings_free(&ratings[t]);
    free(ratings);
    return outcome;
}
