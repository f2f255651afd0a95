/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"
#include "validate.h"

#include <jansson.h>
#include <math.h>

#define VALIDATE_SCHEMA 1

/* Memory that cannot be had shows as NULL, which jansson hands upwards: packing
   a NULL fails, and the report is then NULL as a whole. */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(round(value * 1e6) / 1e6 + 0.0)
                           : json_null();
}

static json_t *interval(struct statistics_interval i)
{
    return isfinite(i.low) ? json_pack("[o,o]", number(i.low), number(i.high))
                           : json_null();
}

static json_t *text(const char *bytes)
{
    json_t *string = json_string(bytes);

    return string ? string : json_string("\xef\xbf\xbd"); /* is no UTF-8 */
}

static json_t *maps(const double *value)
{
    return json_pack("{s:o,s:o,s:o}", "none", number(value[STATISTICS_NONE]),
                     "linear", number(value[STATISTICS_LINEAR]), "cubic",
                     number(value[STATISTICS_CUBIC]));
}

static json_t *figures(const struct figures *f)
{
    return json_pack("{s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "n", f->count,
                     "spearman", number(f->spearman), "spearman_95",
                     interval(f->spearman_95), "kendall", number(f->kendall),
                     "pearson", maps(f->pearson), "pearson_95",
                     interval(f->pearson_95), "rmse", maps(f->rmse), "rmse_95",
                     interval(f->rmse_95), "rmse_star", maps(f->rmse_star),
                     "bias", number(f->bias));
}

static json_t *families(const struct verdict *v)
{
    json_t *all = json_object();

    for (int i = 0; i < v->ratings->families.count; i++)
        json_object_set_new(all, v->ratings->families.name[i],
                            figures(&v->family[i]));
    return all;
}

static json_t *peers(const struct verdict *v)
{
    json_t *all = json_object();

    for (int i = 0; i < v->peers; i++) {
        const struct peer *p = &v->peer[i];

        json_object_set_new(all, p->name,
                            json_pack("{s:o,s:o,s:o,s:o}", "files",
                                      figures(&p->files), "groups",
                                      figures(&p->groups), "opine_files",
                                      figures(&p->opine_files), "opine_groups",
                                      figures(&p->opine_groups)));
    }
    return all;
}

static json_t *row(const struct verdict *v, int i)
{
    const struct rating *r = &v->ratings->rating[i];

    if (!r->is_scored)
        return json_pack("{s:i,s:o,s:o,s:o}", "line", r->line, "deg",
                         text(r->deg), "heard", number(r->heard), "error",
                         text(r->error));
    return json_pack("{s:i,s:o,s:o,s:o,s:o,s:o,s:o}", "line", r->line, "deg",
                     text(r->deg), "heard", number(r->heard), "mos",
                     number(r->mos), "mos_low", number(r->low), "mos_high",
                     number(r->high), "residual", number(v->residual[i]));
}

static json_t *rows(const struct verdict *v, const int *which, int count)
{
    json_t *all = json_array();

    for (int i = 0; i < count; i++)
        json_array_append_new(all, row(v, which ? which[i] : i));
    return all;
}

static json_t *table_object(const struct verdict *v)
{
    const struct ratings *r = v->ratings;

    return json_pack("{s:o,s:o,s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "path",
                     text(r->path), "scale", text(r->scale), "failed",
                     v->failed, "files", figures(&v->files), "groups",
                     figures(&v->groups), "families", families(v), "coverage",
                     number(v->coverage), "worst",
                     rows(v, v->worst, v->worst_count), "peers", peers(v),
                     "rows", rows(v, NULL, r->count));
}

int validate_json(FILE *stream, const struct verdict *v, int count,
                  const char *model)
{
    json_t *tables = json_array();
    json_t *report;

    for (int t = 0; t < count; t++)
        json_array_append_new(tables, table_object(&v[t]));
    report = json_pack("{s:i,s:s,s:s,s:o}", "schema", VALIDATE_SCHEMA,
                       "version", opine_version(), "model", model, "tables",
                       tables);
    if (!report)
        return -1;
    json_dumpf(report, stream,
               JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(10));
    putc('\n', stream);
    json_decref(report);
    return 0;
}
