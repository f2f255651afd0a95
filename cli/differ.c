/* SPDX-License-Identifier: BSD-2-Clause */
/* Comparisons as text, Markdown, annotations and JUnit XML */
#include "comparison.h"

#include "json.h"

#include <math.h>
#include <string.h>
#include <time.h>

static const char *or_none(const char *group)
{
    return *group ? group : "(none)";
}

static const char *id_of(const struct change *c)
{
    return c->after ? c->after->id : c->before->id;
}

static const char *group_of(const struct change *c)
{
    return c->after ? c->after->group : c->before->group;
}

/* ------------------------------------------------------------------- text */

static void print_counts(FILE *stream, const struct comparison *all)
{
    if (all->is_alone)
        fprintf(stream, "%d of %d passed", all->counts[STATE_PASSED],
                all->changes);
    else
        fprintf(stream, "%d better, %d worse, %d alike", all->wins, all->losses,
                all->ties);
    for (int s = STATE_DROPPED; s < STATES; s++)
        if (all->counts[s])
            fprintf(stream, ", %d %s", all->counts[s],
                    state_name((enum state)s));
    putc('\n', stream);
}

static void print_worst(FILE *stream, const struct comparison *all)
{
    for (int i = 0; i < all->worst_count; i++) {
        const struct change *c = &all->change[all->worst[i]];

        fputs(i               ? "            "
              : all->is_alone ? "lowest      "
                              : "worst       ",
              stream);
        if (!all->is_alone)
            fprintf(stream, "%+.4f  ", c->difference);
        fprintf(stream, "%.2f  ", c->after->mos);
        print_name(stream, c->after->id);
        if (!isnan(c->after->tail.worst_mos))
            fprintf(stream, ", worst %.2f at %.1f s", c->after->tail.worst_mos,
                    c->after->tail.worst_s);
        putc('\n', stream);
    }
}

void comparison_text(FILE *stream, const struct comparison *all,
                     const char *before, const char *after)
{
    const struct statistics_paired *p = &all->paired;

    if (all->is_alone) {
        print_counts(stream, all);
        print_worst(stream, all);
        return;
    }
    if (p->n)
        fprintf(stream,
                "%+.4f MOS on average over %d rows, 95 %% %+.4f to %+.4f\n",
                p->mean, p->n, p->interval.low, p->interval.high);
    else
        fputs("nothing to compare\n", stream);
    print_counts(stream, all);
    fputs("from ", stream);
    print_name(stream, before);
    fputs(" to ", stream);
    print_name(stream, after);
    putc('\n', stream);
    if (!p->n)
        return;
    if (isfinite(p->wilcoxon)) /* else all are equal */
        fprintf(stream, "Wilcoxon    signed-rank sum %g, p %.4g\n", p->wilcoxon,
                p->p);
    fprintf(stream,
            "tail        10th percentile %.2f, was %.2f; below 3.5 %d, was "
            "%d\n",
            all->p10_after, all->p10_before, all->bad_after, all->bad_before);
    if (all->tails)
        fprintf(stream,
                "seconds     10th percentile %+.4f on average; below 3.5 %.0f, "
                "was %.0f\n",
                all->seconds_p10, all->seconds_after, all->seconds_before);
    for (int g = 0; g < all->groups; g++) {
        const struct group_change *group = &all->group[g];

        fprintf(stream, "%s%+.4f  %.2f  %5d rows  ",
                g ? "            " : "groups      ",
                group->after - group->before, group->after, group->rows);
        print_name(stream, or_none(group->name));
        fputs(group->has_dropped ? ", dropped\n" : "\n", stream);
    }
    print_worst(stream, all);
}

/* --------------------------------------------------------------- Markdown */

/**
 * Print text in a cell of a table, so that none of it is markup
 */
static void print_cell(FILE *stream, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < ' ' || c == 127)
            putc(' ', stream);
        else if (c == '<')
            fputs("&lt;", stream);
        else if (c == '&')
            fputs("&amp;", stream);
        else if (strchr("\\`*_{}[]()#+-.!|~@>", c))
            fprintf(stream, "\\%c", c);
        else
            putc(c, stream);
    }
}

static void print_failures(FILE *stream, const struct comparison *all)
{
    int rows = 0;

    for (int i = 0; i < all->changes; i++) {
        const struct change *c = &all->change[i];

        if (c->is_allowed)
            continue;
        if (!rows++)
            fputs("\n| row | group | why |\n|---|---|---|\n", stream);
        fputs("| ", stream);
        print_cell(stream, id_of(c));
        fputs(" | ", stream);
        print_cell(stream, group_of(c));
        fputs(" | ", stream);
        print_cell(stream, comparison_explain(c).text);
        fputs(" |\n", stream);
    }
}

void comparison_markdown(FILE *stream, const struct comparison *all,
                         const char *before, const char *after)
{
    const struct statistics_paired *p = &all->paired;

    fputs("### opine: ", stream);
    if (!all->is_alone) {
        print_cell(stream, before);
        fputs(" → ", stream);
    }
    print_cell(stream, after);
    fputs("\n\n", stream);
    if (p->n)
        fprintf(stream,
                "**%+.4f MOS** on average over %d rows (95 %% %+.4f to "
                "%+.4f; Wilcoxon p %.4g)\n\n",
                p->mean, p->n, p->interval.low, p->interval.high, p->p);
    print_counts(stream, all);
    if (all->tails)
        fprintf(stream,
                "\nSeconds: 10th percentile %+.4f on average; below 3.5 %.0f, "
                "was %.0f\n",
                all->seconds_p10, all->seconds_after, all->seconds_before);
    print_failures(stream, all);
    if (all->groups)
        fputs("\n| group | rows | before | after | change |\n"
              "|---|--:|--:|--:|--:|\n",
              stream);
    for (int g = 0; g < all->groups; g++) {
        const struct group_change *group = &all->group[g];

        fputs("| ", stream);
        print_cell(stream, or_none(group->name));
        fprintf(stream, " | %d | %.2f | %.2f | %+.4f%s |\n", group->rows,
                group->before, group->after, group->after - group->before,
                group->has_dropped ? " **dropped**" : "");
    }
}

/* ------------------------------------------------------------ annotations */

/**
 * Print the value of a workflow command, where % and line ends must be written
 * as %25, %0D and %0A, and in a property : and , too
 */
static void print_value(FILE *stream, const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            fprintf(stream, "%%%02X", (unsigned)(unsigned char)*text);
        else
            putc(*text, stream);
    }
}

void comparison_annotate(FILE *stream, const struct comparison *all,
                         const char *manifest)
{
    for (int i = 0; i < all->changes; i++) {
        const struct change *c = &all->change[i];

        if (c->is_allowed)
            continue;
        fputs("::error file=", stream);
        print_value(stream, manifest, "%\r\n:,");
        if (c->after && c->after->line)
            fprintf(stream, ",line=%d", c->after->line);
        fputs(",title=opine::", stream);
        print_value(stream, id_of(c), "%\r\n");
        fputs(": ", stream);
        print_value(stream, comparison_explain(c).text, "%\r\n");
        putc('\n', stream);
    }
    for (int g = 0; g < all->groups; g++)
        if (all->group[g].has_dropped) {
            fputs("::error file=", stream);
            print_value(stream, manifest, "%\r\n:,");
            fputs(",title=opine::group ", stream);
            print_value(stream, or_none(all->group[g].name), "%\r\n");
            fprintf(stream, ": mean %+.4f MOS\n",
                    all->group[g].after - all->group[g].before);
        }
}

/* ------------------------------------------------------------------ JUnit */

/**
 * Print text as XML 1.0 can hold it: bytes that are no UTF-8 and control
 * characters are replaced
 */
static void print_xml(FILE *stream, const char *text)
{
    json_t *string = json_text(text);
    const char *c = string ? json_string_value(string) : "";

    for (; *c; c++) {
        if (*c == '<')
            fputs("&lt;", stream);
        else if (*c == '&')
            fputs("&amp;", stream);
        else if (*c == '>')
            fputs("&gt;", stream);
        else if (*c == '"')
            fputs("&quot;", stream);
        else if (*c == '\n')
            fputs("&#10;", stream);
        else
            putc((unsigned char)*c < ' ' ? '?' : *c, stream);
    }
    json_decref(string);
}

static void print_case(FILE *stream, const struct change *c)
{
    const char *element = c->state == STATE_FAILED ? "error" : "failure";
    struct comparison_words words = comparison_explain(c);

    fputs("    <testcase classname=\"", stream);
    print_xml(stream, or_none(group_of(c)));
    fputs("\" name=\"", stream);
    print_xml(stream, id_of(c));
    fputs("\" time=\"0\">", stream);
    if (c->is_allowed && c->state >= STATE_DROPPED) {
        fputs("<skipped message=\"", stream);
        print_xml(stream, words.text);
        fputs("\"/>", stream);
    } else if (!c->is_allowed) {
        fprintf(stream, "<%s type=\"%s\" message=\"", element,
                state_name(c->state));
        print_xml(stream, words.text);
        fputs("\"/>", stream);
    }
    fputs("</testcase>\n", stream);
}

static void print_group_case(FILE *stream, const struct group_change *group)
{
    fputs("    <testcase classname=\"mean of group\" name=\"", stream);
    print_xml(stream, or_none(group->name));
    fputs("\" time=\"0\">", stream);
    if (group->has_dropped)
        fprintf(stream,
                "<failure type=\"dropped\" message=\"mean %+.4f MOS\"/>",
                group->after - group->before);
    fputs("</testcase>\n", stream);
}

/**
 * Print what became of rows and groups that passed, which the cases do not say:
 * Ant's schema has no place for it there
 */
static void print_passed(FILE *stream, const struct comparison *all)
{
    fputs("    <system-out>", stream);
    for (int i = 0; i < all->changes; i++) {
        const struct change *c = &all->change[i];

        if (c->state >= STATE_DROPPED)
            continue;
        print_xml(stream, id_of(c));
        fputs(": ", stream);
        print_xml(stream, comparison_explain(c).text);
        putc('\n', stream);
    }
    for (int g = 0; g < all->groups; g++) {
        fputs("mean of group ", stream);
        print_xml(stream, or_none(all->group[g].name));
        fprintf(stream, ": %+.4f MOS\n",
                all->group[g].after - all->group[g].before);
    }
    fputs("</system-out>\n    <system-err/>\n", stream);
}

/**
 * Print the beginning of the suite, with all that one of the schemas in use
 * requires: see tests/junit.xsd
 */
static void begin_suite(FILE *stream, const struct comparison *all,
                        int failures, int skipped)
{
    char now[32] = "1970-01-01T00:00:00";
    time_t seconds = time(NULL);
    struct tm utc;

    if (gmtime_r(&seconds, &utc))
        strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%S", &utc);
    fprintf(stream,
            "  <testsuite name=\"opine gate\" package=\"opine\" id=\"0\" "
            "timestamp=\"%s\" hostname=\"localhost\" time=\"0\" "
            "tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\">\n"
            "    <properties><property name=\"opine\" value=\"%s\"/>"
            "</properties>\n",
            now, all->changes + all->groups, failures,
            all->counts[STATE_FAILED], skipped, opine_version());
}

void comparison_junit(FILE *stream, const struct comparison *all)
{
    int failures = all->dropped_groups;
    int skipped = 0;

    for (int s = STATE_DROPPED; s < STATES; s++)
        failures += s == STATE_FAILED ? 0 : all->counts[s];
    for (int i = 0; i < all->changes; i++)
        skipped += all->change[i].is_allowed &&
                   all->change[i].state >= STATE_DROPPED;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", stream);
    begin_suite(stream, all, failures, skipped);
    for (int i = 0; i < all->changes; i++)
        print_case(stream, &all->change[i]);
    for (int g = 0; g < all->groups; g++)
        print_group_case(stream, &all->group[g]);
    print_passed(stream, all);
    fputs("  </testsuite>\n</testsuites>\n", stream);
}
