/* SPDX-License-Identifier: BSD-2-Clause */
#include "curve.h"
#include "json.h"

/* See curve.schema.json; rises when a field goes or changes its meaning */
#define CURVE_SCHEMA 1

/* Memory that cannot be had shows as NULL, which jansson hands upwards */

static json_t *rung_of(const struct rung *rung)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:i}", "kbps",
                     json_number(rung->kbps, 3), "mos",
                     json_number(rung->mos, 4), "mos_low",
                     json_number(rung->low, 4), "mos_high",
                     json_number(rung->high, 4), "rows", rung->rows);
}

static json_t *curve_of(const struct curve *curve)
{
    json_t *points = json_array();

    for (int i = 0; points && i < curve->count; i++)
        if (json_array_append_new(points, rung_of(&curve->rung[i]))) {
            json_decref(points);
            points = NULL;
        }
    return json_pack("{s:o,s:b,s:o,s:o,s:o,s:b,s:o}", "codec",
                     json_text(curve->codec), "monotone",
                     !(curve->reversal > 0), "reversal",
                     json_number(curve->reversal, 4), "reversal_kbps",
                     curve->reversal > 0 ? json_number(curve->reversal_kbps, 3)
                                         : json_null(),
                     "spearman", json_number(curve->spearman, 4), "uneven",
                     curve->is_uneven, "points", points);
}

static json_t *delta_of(const struct bd *bd,
                        const struct statistics_interval *interval,
                        int decimals)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "value",
                     json_number(bd->value, decimals), "value_low",
                     json_number(interval->low, decimals), "value_high",
                     json_number(interval->high, decimals), "low",
                     json_number(bd->low, 4), "high", json_number(bd->high, 4),
                     "overlap", json_number(bd->overlap, 4));
}

static json_t *pair_of(const struct rivals *r)
{
    json_t *doubts = json_array();

    for (int d = 0; d < DOUBTS; d++)
        if (r->doubts & (1u << d))
            json_array_append_new(doubts,
                                  json_string(doubt_name((enum doubt)d)));
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "anchor",
                     json_text(r->anchor->codec), "test",
                     json_text(r->test->codec), "bd_rate",
                     delta_of(&r->rate, &r->rate_95, 3), "bd_mos",
                     delta_of(&r->quality, &r->quality_95, 4), "warnings",
                     doubts);
}

int curve_json(FILE *stream, const struct curves *c)
{
    json_t *curves = json_array();
    json_t *pairs = json_array();
    json_t *report;
    int has_failed = 0;

    for (int i = 0; i < c->count; i++)
        has_failed |= json_array_append_new(curves, curve_of(&c->curve[i]));
    for (int i = 0; i < c->pairs; i++)
        has_failed |= json_array_append_new(pairs, pair_of(&c->pair[i]));
    report = json_pack("{s:i,s:s,s:i,s:i,s:o,s:o}", "schema", CURVE_SCHEMA,
                       "version", opine_version(), "rows", c->rows - c->others,
                       "scored", c->samples, "curves", curves, "pairs", pairs);
    if (report && !has_failed) {
        json_dumpf(report, stream,
                   JSON_INDENT(2) | JSON_PRESERVE_ORDER |
                       JSON_REAL_PRECISION(10));
        putc('\n', stream);
    }
    has_failed |= !report;
    json_decref(report);
    return has_failed ? -1 : 0;
}
