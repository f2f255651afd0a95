/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include "report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* opine_verdict_text(): "unacceptable" is below */
#define BAD_MOS 3.5

/* Scores have four decimals; what they add up to may not. */
#define ROUNDING 1e-9

const char *state_name(enum state state)
{
    static const char *const names[STATES] = { "passed",  "tie",     "win",
                                               "loss",    "dropped", "tail",
                                               "below",   "failed",  "new",
                                               "missing", "changed" };

    return names[state];
}

struct comparison_words comparison_explain(const struct change *c)
{
    struct comparison_words w = { "" };
    size_t size = sizeof(w.text);

    switch (c->state) {
    case STATE_FAILED:
        snprintf(w.text, size, "failed: %s", c->after->error);
        break;
    case STATE_NEW:
        snprintf(w.text, size, "new: MOS %.4f, not in the baseline",
                 c->after->mos);
        break;
    case STATE_MISSING:
        snprintf(w.text, size, "missing: MOS %.4f in the baseline alone",
                 c->before->mos);
        break;
    case STATE_CHANGED:
        snprintf(w.text, size,
                 "changed: another reference or other settings "
                 "than in the baseline");
        break;
    case STATE_BELOW:
        snprintf(w.text, size, "below: MOS %.4f is below %g", c->after->mos,
                 c->after->min_mos);
        break;
    case STATE_TAIL:
        snprintf(w.text, size,
                 "tail: worst second %.2f at %.1f s, was %.2f; 10th percentile "
                 "%.2f, was %.2f; %.0f s bad, was %.0f; MOS %.4f, %+.4f",
                 c->after->tail.worst_mos, c->after->tail.worst_s,
                 c->before->tail.worst_mos, c->after->tail.p10,
                 c->before->tail.p10, c->after->tail.bad, c->before->tail.bad,
                 c->after->mos, c->difference);
        break;
    case STATE_PASSED:
        snprintf(w.text, size, "passed: MOS %.4f", c->after->mos);
        break;
    case STATE_TIE:
    case STATE_WIN:
    case STATE_LOSS:
    case STATE_DROPPED:
    case STATES:
        snprintf(w.text, size, "%s: MOS %.4f, was %.4f, %+.4f",
                 state_name(c->state), c->after->mos, c->before->mos,
                 c->difference);
        break;
    }
    return w;
}

/* ----------------------------------------------------------------- states */

/**
 * Whether the worse seconds are worse than they may be; what is not known, or
 * has no tolerance, is not
 * max_drop        Of the row: its seconds may drop by as much, too; or NAN
 */
static int has_tail(const struct options *o, const struct tail *before,
                    const struct tail *after, double max_drop)
{
    double worst = before->worst_mos - after->worst_mos;

    return (worst > o->max_worst_drop + ROUNDING &&
            !(worst <= max_drop + ROUNDING)) ||
           before->p10 - after->p10 > o->max_p10_drop + ROUNDING ||
           after->bad - before->bad > o->max_bad_seconds + ROUNDING;
}

static enum state judge(const struct options *o, int is_alone,
                        const struct change *c)
{
    const struct entry *after = c->after;
    double drop = isnan(after->max_drop) ? o->max_drop : after->max_drop;

    if (isnan(after->mos))
        return STATE_FAILED;
    if (after->mos < after->min_mos)
        return STATE_BELOW;
    if (is_alone)
        return STATE_PASSED;
    if (!c->before || isnan(c->before->mos))
        return STATE_NEW;
    if (*after->basis && strcmp(after->basis, c->before->basis) != 0)
        return STATE_CHANGED;
    if (c->difference < -drop - ROUNDING)
        return STATE_DROPPED;
    if (has_tail(o, &c->before->tail, &after->tail, after->max_drop))
        return STATE_TAIL;
    if (fabs(c->difference) <= o->dead_band + ROUNDING)
        return STATE_TIE;
    return c->difference > 0 ? STATE_WIN : STATE_LOSS;
}

static int is_allowed(const struct options *o, enum state state)
{
    return state < STATE_DROPPED || (state == STATE_NEW && o->allow_new) ||
           (state == STATE_MISSING && o->allow_missing) ||
           (state == STATE_CHANGED && o->allow_changed);
}

static void settle(const struct options *o, struct comparison *all,
                   struct change *c)
{
    c->is_allowed = is_allowed(o, c->state);
    if (!c->is_allowed || c->state < STATE_DROPPED)
        all->counts[c->state]++;
}

/**
 * Whether both scores are there and mean the same
 */
static int can_compare(const struct entry *before, const struct entry *after)
{
    return before && !isnan(before->mos) && !isnan(after->mos) &&
           (!*after->basis || !strcmp(after->basis, before->basis));
}

/**
 * Find the other side of each row
 */
static int match(const struct options *o, const struct entry *before,
                 int before_count, const struct entry *after, int after_count,
                 struct comparison *all)
{
    json_t *places = json_object();
    char *is_met = calloc((size_t)before_count + 1, 1);
    int has_failed = !places || !is_met;

    for (int i = 0; i < before_count && !has_failed; i++)
        has_failed = json_object_set_new_nocheck(places, before[i].id,
                                                 json_integer(i));
    for (int i = 0; i < after_count && !has_failed; i++) {
        struct change *c = &all->change[all->changes++];
        json_t *place = json_object_get(places, after[i].id);
        int b = place ? (int)json_integer_value(place) : 0;

        *c = (struct change){ .before = place ? &before[b] : NULL,
                              .after = &after[i],
                              .difference = (double)NAN };
        is_met[b] |= place != NULL;
        if (can_compare(c->before, c->after))
            c->difference = c->after->mos - c->before->mos;
        c->state = judge(o, all->is_alone, c);
        settle(o, all, c);
    }
    for (int i = 0; i < before_count && !has_failed; i++) {
        if (is_met[i])
            continue;
        all->change[all->changes] =
            (struct change){ .before = &before[i],
                             .state = STATE_MISSING,
                             .difference = (double)NAN };
        settle(o, all, &all->change[all->changes++]);
    }
    json_decref(places);
    free(is_met);
    return has_failed ? -1 : 0;
}

/* ------------------------------------------------------------- statistics */

static int find_group(struct comparison *all, const char *name)
{
    for (int g = 0; g < all->groups; g++)
        if (!strcmp(all->group[g].name, name))
            return g;
    all->group[all->groups] = (struct group_change){ .name = name };
    return all->groups++;
}

static void compare_groups(const struct options *o, struct comparison *all)
{
    for (int i = 0; i < all->changes; i++) {
        const struct change *c = &all->change[i];
        struct group_change *group;

        if (isnan(c->difference))
            continue;
        group = &all->group[find_group(all, c->after->group)];
        group->rows++;
        group->weight += c->after->weight;
        group->before += c->after->weight * c->before->mos;
        group->after += c->after->weight * c->after->mos;
    }
    for (int g = 0; g < all->groups; g++) {
        struct group_change *group = &all->group[g];

        group->before /= group->weight;
        group->after /= group->weight;
        group->has_dropped = group->after - group->before <
                             -o->max_mean_drop - ROUNDING;
        all->dropped_groups += group->has_dropped;
    }
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static const struct comparison *sorted; /* for compare_losses() */

static double loss_of(const struct change *c)
{
    return sorted->is_alone ? c->after->mos : c->difference;
}

/**
 * Order changes by what was lost, the most first, and then as they were; when
 * alone, by score
 */
static int compare_losses(const void *a, const void *b)
{
    int i = *(const int *)a;
    int j = *(const int *)b;
    double lost_i = loss_of(&sorted->change[i]);
    double lost_j = loss_of(&sorted->change[j]);
    int order = compare_numbers(&lost_i, &lost_j);

    return order ? order : i - j;
}

static void find_worst(const struct options *o, struct comparison *all)
{
    for (int i = 0; i < all->changes; i++)
        if (all->is_alone
                ? !isnan(all->change[i].after->mos)
                : all->change[i].difference < -o->dead_band - ROUNDING)
            all->worst[all->worst_count++] = i;
    sorted = all;
    qsort(all->worst, (size_t)all->worst_count, sizeof(int), compare_losses);
    if (all->worst_count > o->worst)
        all->worst_count = o->worst;
}

static void compare_tails(struct comparison *all)
{
    for (int i = 0; i < all->changes; i++) {
        const struct change *c = &all->change[i];

        if (isnan(c->difference) || isnan(c->before->tail.p10) ||
            isnan(c->after->tail.p10))
            continue;
        all->tails++;
        all->seconds_p10 += c->after->tail.p10 - c->before->tail.p10;
        all->seconds_before += c->before->tail.bad;
        all->seconds_after += c->after->tail.bad;
    }
    if (all->tails)
        all->seconds_p10 /= all->tails;
}

static int take_statistics(const struct options *o, struct comparison *all)
{
    size_t room = (size_t)all->changes + 1;
    double *x = calloc(3 * room, sizeof(double));
    double *before = x + room;
    double *after = before + room;
    int n = 0;

    if (!x)
        return -1;
    for (int i = 0; i < all->changes; i++) {
        const struct change *c = &all->change[i];

        if (isnan(c->difference))
            continue;
        x[n] = c->difference;
        before[n] = c->before->mos;
        after[n++] = c->after->mos;
        all->wins += c->difference > o->dead_band + ROUNDING;
        all->losses += c->difference < -o->dead_band - ROUNDING;
    }
    all->ties = n - all->wins - all->losses;
    compare_tails(all);
    all->paired = statistics_compare(x, n);
    all->bad_before = statistics_count_below(before, n, BAD_MOS);
    all->bad_after = statistics_count_below(after, n, BAD_MOS);
    all->p10_before = statistics_percentile(before, n, 0.1);
    all->p10_after = statistics_percentile(after, n, 0.1);
    free(x);
    return 0;
}

int comparison_make(const struct options *o, const struct entry *before,
                    int before_count, const struct entry *after,
                    int after_count, struct comparison *all)
{
    size_t room = (size_t)before_count + (size_t)after_count + 1;

    *all =
        (struct comparison){ .is_alone = !before,
                             .change = calloc(room, sizeof(struct change)),
                             .group = calloc(room, sizeof(struct group_change)),
                             .worst = calloc(room, sizeof(int)) };
    if (!all->change || !all->group || !all->worst ||
        match(o, before, before_count, after, after_count, all)) {
        complain(NULL, "out of memory");
        comparison_free(all);
        return -1;
    }
    compare_groups(o, all);
    find_worst(o, all);
    if (!take_statistics(o, all))
        return 0;
    complain(NULL, "out of memory");
    comparison_free(all);
    return -1;
}

void comparison_free(struct comparison *all)
{
    free(all->change);
    free(all->group);
    free(all->worst);
    *all = (struct comparison){ 0 };
}
