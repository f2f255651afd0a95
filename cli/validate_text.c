/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"
#include "validate.h"

#include <math.h>
#include <string.h>

static void put(FILE *f, double value)
{
    if (isnan(value))
        fprintf(f, "%7s", "-");
    else
        fprintf(f, "%7.3f", value);
}

static void put_interval(FILE *f, struct statistics_interval i)
{
    if (isnan(i.low))
        fprintf(f, "%14s", "");
    else
        fprintf(f, " %6.3f..%-5.3f", i.low, i.high);
}

static void put_ranks(FILE *f, const char *name, const struct figures *g)
{
    fprintf(f, "%-14.14s%5d", name, g->count);
    put(f, g->spearman);
    put_interval(f, g->spearman_95);
    put(f, g->kendall);
    put(f, g->pearson[STATISTICS_NONE]);
    put_interval(f, g->pearson_95);
    put(f, g->pearson[STATISTICS_CUBIC]);
    putc('\n', f);
}

static void put_errors(FILE *f, const char *name, const struct figures *g)
{
    fprintf(f, "%-14.14s", name);
    put(f, g->bias);
    put(f, g->rmse[STATISTICS_NONE]);
    put_interval(f, g->rmse_95);
    put(f, g->rmse[STATISTICS_LINEAR]);
    put(f, g->rmse[STATISTICS_CUBIC]);
    for (int m = 0; m < STATISTICS_MAPS; m++)
        put(f, g->rmse_star[m]);
    putc('\n', f);
}

/**
 * Print a line for files, groups, and each of several families
 */
static void put_units(FILE *f, const struct verdict *v,
                      void (*line)(FILE *f, const char *name,
                                   const struct figures *figures))
{
    const struct names *families = &v->ratings->families;

    line(f, "files", &v->files);
    if (v->ratings->groups.count)
        line(f, "groups", &v->groups);
    for (int i = 0; families->count > 1 && i < families->count; i++)
        line(f, families->name[i], &v->family[i]);
}

static void put_peers(FILE *f, const struct verdict *v)
{
    fprintf(f, "\n%-20s%6s%9s%9s%9s%7s%8s%9s%9s\n", "other metrics", "files",
            "Spearman", "(opine)", "Pearson", "RMSE", "groups", "Spearman",
            "(opine)");
    for (int p = 0; p < v->peers; p++) {
        const struct peer *peer = &v->peer[p];

        fprintf(f, "%-20.20s%6d  ", peer->name, peer->files.count);
        put(f, peer->files.spearman);
        fputs("  ", f);
        put(f, peer->opine_files.spearman);
        fputs("  ", f);
        put(f, peer->files.pearson[STATISTICS_CUBIC]);
        put(f, peer->files.rmse[STATISTICS_CUBIC]);
        fprintf(f, "%8d  ", peer->groups.count);
        put(f, peer->groups.spearman);
        fputs("  ", f);
        put(f, peer->opine_groups.spearman);
        putc('\n', f);
    }
    if (v->peers)
        fputs("Pearson and RMSE after the rising cubic map; (opine) on the same"
              " files\n",
              f);
}

static void put_worst(FILE *f, const struct verdict *v)
{
    const struct ratings *r = v->ratings;

    if (v->worst_count)
        fprintf(f, "\nlargest residuals%s\n",
                r->is_mos ? ", score - rating" : ", after the cubic map");
    for (int i = 0; i < v->worst_count; i++) {
        const struct rating *rating = &r->rating[v->worst[i]];

        fprintf(f, "%+7.2f  rated %.2f, scored %.2f  ",
                v->residual[v->worst[i]], rating->heard, rating->mos);
        print_name(f, rating->deg);
        putc('\n', f);
    }
}

static void put_table(FILE *f, const struct verdict *v, const char *model)
{
    const struct ratings *r = v->ratings;

    if (isnan(v->files.spearman))
        fputs("-", f);
    else
        fprintf(f, "%.3f", v->files.spearman);
    fprintf(f, "  Spearman over %d files, opine MOS-LQO, model %s\n\n",
            v->files.count, model);
    fputs("table       ", f);
    print_name(f, r->path);
    fprintf(f, ", %d rows", r->count);
    if (v->failed)
        fprintf(f, ", %d without a score", v->failed);
    fputs("\nscale       ", f);
    print_name(f, r->scale);
    fputs(r->is_mos ? "\n" : ": judged by rank, and after maps only\n", f);
    if (!isnan(v->coverage))
        fprintf(f,
                "coverage    %.1f %% of ratings lie in their score's 95 %% "
                "interval\n",
                100 * v->coverage);
    fprintf(f, "\n%19s%9s%8s%11s%8s%9s%13s\n", "n", "Spearman", "95 %",
            "Kendall", "Pearson", "95 %", "cubic");
    put_units(f, v, put_ranks);
    fprintf(f, "\n%21s%7s%9s%12s%7s%7s%7s%7s\n", "bias", "RMSE", "95 %",
            "linear", "cubic", "rmse*", "linear", "cubic");
    put_units(f, v, put_errors);
    if (v->peers)
        put_peers(f, v);
    put_worst(f, v);
}

int validate_text(FILE *f, const struct verdict *v, int count,
                  const char *model)
{
    double spearman = 0, square = 0;
    int judged = 0, on_mos = 0;

    for (int t = 0; t < count; t++) {
        put_table(f, &v[t], model);
        putc('\n', f);
        if (!isnan(v[t].files.spearman)) {
            spearman += v[t].files.spearman;
            judged++;
        }
        if (!isnan(v[t].files.rmse[STATISTICS_NONE])) {
            square += pow(v[t].files.rmse[STATISTICS_NONE], 2);
            on_mos++;
        }
    }
    if (count > 1 && judged)
        fprintf(f, "%.3f  mean Spearman of %d tables\n", spearman / judged,
                judged);
    if (count > 1 && on_mos)
        fprintf(f, "%.3f  RMSE over %d tables on MOS1-5, of equal weight\n",
                sqrt(square / on_mos), on_mos);
    return 0;
}
