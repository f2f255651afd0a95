/* SPDX-License-Identifier: BSD-2-Clause */
/* Curves for people, and their points as a table. */
#include "csv.h"
#include "curve.h"
#include "report.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- text */

static void print_rung(FILE *f, const struct rung *rung)
{
    fprintf(f, "  %9.4g  %5.2f", rung->kbps, rung->mos);
    if (isnan(rung->low))
        fprintf(f, "  %12s", "");
    else
        fprintf(f, "  %4.2f to %4.2f", rung->low, rung->high);
    fprintf(f, "  %5d\n", rung->rows);
}

static void print_curve(FILE *f, const struct curve *curve)
{
    print_name(f, curve->codec);
    fputs("\n", f);
    for (int i = 0; i < curve->count; i++)
        print_rung(f, &curve->rung[i]);
    if (curve->reversal > 0)
        fprintf(f, "  not monotone: %.2f MOS lower at %.4g kbit/s\n",
                curve->reversal, curve->reversal_kbps);
}

static void print_delta(FILE *f, double value,
                        const struct statistics_interval *interval,
                        int decimals)
{
    if (isnan(value))
        fprintf(f, "%8s", "-");
    else
        fprintf(f, "%+8.*f", decimals, value);
    if (isnan(interval->low))
        fprintf(f, "%20s", "");
    else
        fprintf(f, "  %+7.*f to %+7.*f", decimals, interval->low, decimals,
                interval->high);
}

static void print_pair(FILE *f, const struct rivals *r)
{
    char marks[DOUBTS + 1] = "    ";

    for (int d = 0; d < DOUBTS; d++)
        if (r->doubts & (1u << d))
            marks[d] = (char)('a' + d);
    print_delta(f, r->rate.value, &r->rate_95, 1);
    print_delta(f, r->quality.value, &r->quality_95, 2);
    fprintf(f, "  %s  ", marks);
    print_name(f, r->test->codec);
    fputs(" against ", f);
    print_name(f, r->anchor->codec);
    putc('\n', f);
}

/**
 * Print deltas, first those that there are
 */
static void print_pairs(FILE *f, const struct curves *c)
{
    unsigned doubts = 0;
    int apart = 0;

    fprintf(f, "\n%9s%11s%16s%12s\n", "BD-rate %", "95 %", "BD-MOS", "95 %");
    for (int i = 0; i < c->pairs; i++) {
        const struct rivals *r = &c->pair[i];

        if (isnan(r->rate.value) && isnan(r->quality.value)) {
            apart++;
            continue;
        }
        print_pair(f, r);
        doubts |= r->doubts;
    }
    if (apart)
        fprintf(f, "%d %s no range in common\n", apart,
                apart == 1 ? "pair has" : "pairs have");
    for (int d = 0; d < DOUBTS; d++)
        if (doubts & (1u << d))
            fprintf(f, "%c: %s\n", 'a' + d, doubt_text((enum doubt)d));
}

int curve_text(FILE *f, const struct curves *c)
{
    fputs("     kbit/s    MOS     95 %       rows\n", f);
    for (int i = 0; i < c->count; i++)
        print_curve(f, &c->curve[i]);
    if (c->pairs)
        print_pairs(f, c);
    return 0;
}

/* ----------------------------------------------------------------- CSV */

int curve_csv(FILE *stream, const struct curves *c)
{
    static const char *const names[] = { "codec",   "bitrate",  "mos",
                                         "mos_low", "mos_high", "rows" };
    struct csv_writer writer = { stream, 0 };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        csv_put_text(&writer, names[i]);
    csv_end_row(&writer);
    for (int i = 0; i < c->count; i++)
        for (int k = 0; k < c->curve[i].count; k++) {
            const struct rung *rung = &c->curve[i].rung[k];

            csv_put_text(&writer, c->curve[i].codec);
            csv_put_number(&writer, rung->kbps, 3);
            csv_put_number(&writer, rung->mos, 4);
            csv_put_number(&writer, rung->low, 4);
            csv_put_number(&writer, rung->high, 4);
            csv_put_number(&writer, rung->rows, 0);
            csv_end_row(&writer);
        }
    return 0;
}
