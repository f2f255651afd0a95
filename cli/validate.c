/* SPDX-License-Identifier: BSD-2-Clause */
#include "validate.h"

#include "model.h"
#include "output.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 1000 /* of the bootstrap */

/* --------------------------------------------------------------- judge */

static int judge_unit(const struct ratings *r, const double *score,
                      enum unit unit, int family, int is_mos, int rounds,
                      struct figures *figures)
{
    struct points points;

    if (points_collect(r, score, unit, family, &points))
        return -1;
    *figures = judge(&points, is_mos, rounds);
    points_free(&points);
    return 0;
}

static int find_residuals(struct verdict *v)
{
    const struct ratings *r = v->ratings;
    enum statistics_map map = r->is_mos ? STATISTICS_NONE : STATISTICS_CUBIC;
    struct points p;

    for (int i = 0; i < r->count; i++)
        v->residual[i] = (double)NAN;
    if (points_collect(r, NULL, UNIT_FILES, -1, &p))
        return -1;
    if (statistics_fit(map, p.score, p.heard, p.count, p.score) >= 0)
        for (int i = 0; i < p.count; i++)
            v->residual[p.which[i]] = p.score[i] - p.heard[i];
    points_free(&p);
    return 0;
}

/**
 * Choose the rows with the largest residuals, most first
 */
static void find_worst(struct verdict *v, int most)
{
    while (v->worst_count < most && v->worst_count < v->ratings->count) {
        int worst = -1;

        for (int i = 0; i < v->ratings->count; i++) {
            int is_taken = isnan(v->residual[i]);

            for (int k = 0; k < v->worst_count; k++)
                is_taken |= v->worst[k] == i;
            if (!is_taken &&
                (worst < 0 || fabs(v->residual[i]) > fabs(v->residual[worst])))
                worst = i;
        }
        if (worst < 0)
            return;
        v->worst[v->worst_count++] = worst;
    }
}

static int judge_table(struct verdict *v, int most)
{
    const struct ratings *r = v->ratings;

    for (int i = 0; i < r->count; i++)
        v->failed += !r->rating[i].is_scored;
    v->family = calloc((size_t)r->families.count + 1, sizeof(*v->family));
    v->worst = calloc((size_t)r->count, sizeof(*v->worst));
    v->residual = calloc((size_t)r->count, sizeof(*v->residual));
    if (!v->family || !v->worst || !v->residual ||
        judge_unit(r, NULL, UNIT_FILES, -1, r->is_mos, ROUNDS, &v->files) ||
        judge_unit(r, NULL, UNIT_GROUPS, -1, r->is_mos, ROUNDS, &v->groups) ||
        find_residuals(v))
        return -1;
    for (int f = 0; f < r->families.count; f++)
        if (judge_unit(r, NULL, UNIT_FILES, f, r->is_mos, ROUNDS,
                       &v->family[f]))
            return -1;
    v->coverage = judge_coverage(r);
    find_worst(v, most);
    return 0;
}

/* --------------------------------------------------------------- peers */

/**
 * The values of a metric for each row, NAN where it has none
 */
static void find_values(const struct verdict *v, int column, double *value)
{
    const struct table *t = &v->peer_table;
    const struct ratings *r = v->ratings;
    int ref = table_find(t, "ref");
    int deg = table_find(t, "deg");
    int own_ref = table_find(&r->table, "ref");

    for (int i = 0; i < r->count; i++) {
        value[i] = (double)NAN;
        for (int row = 0; row < t->rows; row++) {
            if (!strcmp(table_field(t, row, deg), r->rating[i].deg) &&
                !strcmp(table_field(t, row, ref),
                        table_field(&r->table, i, own_ref))) {
                if (csv_parse_number(table_field(t, row, column), &value[i]))
                    value[i] = (double)NAN;
                break;
            }
        }
    }
}

/**
 * Judge a metric, and opine where that has a value
 */
static int judge_peer(struct verdict *v, int column, struct peer *peer)
{
    const struct ratings *r = v->ratings;
    double *value = calloc(2 * (size_t)r->count, sizeof(*value));
    double *own = value + r->count;
    int failed;

    if (!value)
        return -1;
    peer->name = v->peer_table.header[column];
    find_values(v, column, value);
    for (int i = 0; i < r->count; i++)
        own[i] = isnan(value[i]) ? value[i] : r->rating[i].mos;
    failed = judge_unit(r, value, UNIT_FILES, -1, 0, 0, &peer->files) ||
             judge_unit(r, value, UNIT_GROUPS, -1, 0, 0, &peer->groups) ||
             judge_unit(r, own, UNIT_FILES, -1, 0, 0, &peer->opine_files) ||
             judge_unit(r, own, UNIT_GROUPS, -1, 0, 0, &peer->opine_groups);
    free(value);
    return failed ? -1 : 0;
}

/**
 * Read the table of other metrics; a name without a folder is looked for
 * beside the ratings
 * return          0, or -1 after saying what is wrong
 */
static int read_peers(struct verdict *v, const char *name)
{
    const char *slash = strrchr(v->ratings->path, '/');
    int folder = strchr(name, '/') || !slash
                     ? 0
                     : (int)(slash - v->ratings->path) + 1;
    char *path = malloc((size_t)folder + strlen(name) + 1);
    struct reason reason;
    int result = -1;

    if (!path)
        return -1;
    sprintf(path, "%.*s%s", folder, v->ratings->path, name);
    if (table_read(path, &v->peer_table, &reason))
        complain(path, "%s", reason.text);
    else if (table_find(&v->peer_table, "ref") < 0 ||
             table_find(&v->peer_table, "deg") < 0)
        complain(path, "has no columns 'ref' and 'deg'");
    else
        result = 0;
    free(path);
    return result;
}

static int judge_peers(struct verdict *v)
{
    const struct table *t = &v->peer_table;

    if (t->columns < 3)
        return 0;
    v->peer = calloc((size_t)t->columns, sizeof(*v->peer));
    if (!v->peer)
        return -1;
    for (int c = 0; c < t->columns; c++)
        if (*t->header[c] && strcmp(t->header[c], "ref") &&
            strcmp(t->header[c], "deg") &&
            judge_peer(v, c, &v->peer[v->peers++]))
            return -1;
    return 0;
}

/* -------------------------------------------------------------- report */

static int draw(const struct options *o, const struct verdict *v, int count)
{
    struct output output;

    if (output_open(&output, o->svg))
        return -1;
    if (!output.stream || !validate_picture(output.stream, v, count))
        return output_finish(&output);
    output_drop(&output);
    return -1;
}

static int print_report(const struct options *o, const struct verdict *v,
                        int count, const char *model)
{
    if (draw(o, v, count))
        return -1;
    if (output_is_stdout(o->svg))
        return 0;
    return o->json ? validate_json(stdout, v, count, model)
                   : validate_text(stdout, v, count, model);
}

/* ----------------------------------------------------------------- run */

static enum outcome judge_all(const struct options *o, struct ratings *ratings,
                              struct verdict *v, int count)
{
    struct opine_calibration model;
    int failed;

    if (model_load(o->model, &model))
        return OUTCOME_FAILED;
    for (int t = 0; t < count; t++) {
        struct reason reason;

        v[t].ratings = &ratings[t];
        if (ratings_read(o->operands[t], o, &ratings[t], &reason)) {
            complain(o->operands[t], "%s", reason.text);
            return OUTCOME_FAILED;
        }
        if (o->peers && read_peers(&v[t], o->peers))
            return OUTCOME_FAILED;
    }
    failed = ratings_score(ratings, count, o, o->model ? &model : NULL);
    for (int t = 0; failed >= 0 && t < count; t++)
        if (judge_table(&v[t], o->worst) || judge_peers(&v[t]))
            failed = -1;
    if (failed < 0) {
        complain(NULL, "%s", opine_status_text(OPINE_ERR_MEMORY));
        return OUTCOME_FAILED;
    }
    if (print_report(o, v, count, model.version))
        return OUTCOME_FAILED;
    return failed ? OUTCOME_PARTIAL : OUTCOME_PASSED;
}

enum outcome validate_run(const struct options *o)
{
    size_t count = (size_t)o->operand_count;
    struct ratings *ratings = calloc(count + 1, sizeof(*ratings));
    struct verdict *verdict = calloc(count + 1, sizeof(*verdict));
    enum outcome outcome = OUTCOME_USAGE;

    if (!count)
        complain(NULL, "needs a table of ratings; opine validate --help tells "
                       "more");
    else if (o->json && o->svg && !strcmp(o->svg, "-"))
        complain("--svg", "cannot be - together with --json");
    else if (!ratings || !verdict)
        outcome = OUTCOME_FAILED;
    else
        outcome = judge_all(o, ratings, verdict, (int)count);
    for (size_t t = 0; ratings && verdict && t < count; t++) {
        free(verdict[t].family);
        free(verdict[t].worst);
        free(verdict[t].residual);
        free(verdict[t].peer);
        table_free(&verdict[t].peer_table);
        ratings_free(&ratings[t]);
    }
    free(ratings);
    free(verdict);
    return outcome;
}
