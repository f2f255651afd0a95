/* SPDX-License-Identifier: BSD-2-Clause */
#include "summary.h"

#include "report.h"

#include <stdlib.h>
#include <string.h>

/**
 * Rows that belong together
 */
struct group {
    char *name;
    int rows;
    int failed;
    double weight;
    double sum; /* of weight times score */
    double worst;
    char *worst_id; /* NULL before there is any */
};

struct summary {
    struct group all;
    json_t *places; /* of groups, by name */
    int groups;
    int room;
    struct group *group;
    int has_failed;
};

struct summary *summary_new(void)
{
    struct summary *summary = calloc(1, sizeof(*summary));

    if (summary && !(summary->places = json_object())) {
        free(summary);
        return NULL;
    }
    return summary;
}

static void free_group(struct group *group)
{
    free(group->name);
    free(group->worst_id);
}

void summary_free(struct summary *summary)
{
    if (!summary)
        return;
    for (int g = 0; g < summary->groups; g++)
        free_group(&summary->group[g]);
    free_group(&summary->all);
    free(summary->group);
    json_decref(summary->places);
    free(summary);
}

/**
 * Find a group, or begin it
 * return          NULL when memory could not be had
 */
static struct group *find_group(struct summary *s, const char *name)
{
    json_t *place = json_object_get(s->places, name);
    struct group *group;

    if (place)
        return &s->group[json_integer_value(place)];
    if (s->groups == s->room) {
        int room = s->room ? 2 * s->room : 16;

        group = realloc(s->group, (size_t)room * sizeof(*group));
        if (!group)
            return NULL;
        s->group = group;
        s->room = room;
    }
    group = &s->group[s->groups];
    *group = (struct group){ .name = strdup(name) };
    if (!group->name ||
        json_object_set_new_nocheck(s->places, name, json_integer(s->groups))) {
        free(group->name);
        return NULL;
    }
    s->groups++;
    return group;
}

static void add(struct group *group, const struct item *item,
                const struct score *score)
{
    group->rows++;
    if (score->status == STATUS_FAILED) {
        group->failed++;
        return;
    }
    group->weight += item->weight;
    group->sum += item->weight * score->mos;
    if (!group->worst_id || score->mos < group->worst) {
        free(group->worst_id);
        group->worst_id = strdup(item->id);
        group->worst = score->mos;
    }
}

void summary_add(struct summary *summary, const struct item *item,
                 const struct score *score)
{
    struct group *group = find_group(summary, item->group);

    add(&summary->all, item, score);
    if (group)
        add(group, item, score);
    else
        summary->has_failed = 1;
}

/**
 * Name what cost most
 * cost            Return how much, 0 when nothing did
 */
static const char *find_loss(json_t *report, double *cost)
{
    json_t *causes = json_object_get(report, "disturbances");
    const char *name = "";

    *cost = 0;
    for (void *i = json_object_iter(causes); i;
         i = json_object_iter_next(causes, i)) {
        json_t *value = json_object_get(json_object_iter_value(i), "cost");

        if (json_number_value(value) > *cost) {
            *cost = json_number_value(value);
            name = json_object_iter_key(i);
        }
    }
    return name;
}

void summary_print_row(FILE *stream, const struct item *item,
                       const struct score *score)
{
    double cost;
    const char *cause = find_loss(score->report, &cost);

    if (score->status == STATUS_FAILED)
        fputs("   -  ", stream);
    else
        fprintf(stream, "%.2f  ", score->mos);
    if (cost >= 0.005)
        fprintf(stream, "%-12s %4.2f  ", cause, cost);
    else
        fprintf(stream, "%-19s",
                score->status == STATUS_FAILED ? "failed" : "");
    print_name(stream, item->id);
    putc('\n', stream);
}

static void print_group(FILE *stream, const struct group *group,
                        const char *name)
{
    if (group->weight > 0)
        fprintf(stream, "%5.2f  %6.2f", group->sum / group->weight,
                group->worst);
    else
        fputs("    -       -", stream);
    fprintf(stream, "  %5d  %6d  ", group->rows, group->failed);
    print_name(stream, name);
    if (group->worst_id) {
        fputs(", worst ", stream);
        print_name(stream, group->worst_id);
    }
    putc('\n', stream);
}

void summary_print(FILE *stream, const struct summary *summary)
{
    if (!summary->all.rows)
        return;
    fputs(" mean  lowest   rows  failed  group\n", stream);
    if (summary->groups > 1)
        for (int g = 0; g < summary->groups; g++)
            print_group(stream, &summary->group[g],
                        *summary->group[g].name ? summary->group[g].name
                                                : "(none)");
    print_group(stream, &summary->all, "all");
    if (summary->has_failed)
        complain(NULL, "out of memory: some groups are not complete");
}
