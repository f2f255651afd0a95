/* SPDX-License-Identifier: BSD-2-Clause */
#include "ratings.h"

#include "pool.h"
#include "report.h"
#include "statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCALE_MOS "MOS1-5"

/* --------------------------------------------------------------- fields */

/**
 * Join the folder of a table and a path in it; an absolute path stays
 * return          To be freed; NULL for want of memory
 */
static char *join(const char *table, const char *path)
{
    const char *slash = strrchr(table, '/');
    size_t folder = slash && path[0] != '/' ? (size_t)(slash - table) + 1 : 0;
    char *joined = malloc(folder + strlen(path) + 1);

    if (joined) {
        memcpy(joined, table, folder);
        strcpy(joined + folder, path);
    }
    return joined;
}

/**
 * Find a name, adding it when it is new
 * names           With room for one more
 * return          Its index; -1 for an empty one
 */
static int intern(struct names *names, const char *name)
{
    if (!*name)
        return -1;
    for (int i = 0; i < names->count; i++)
        if (!strcmp(names->name[i], name))
            return i;
    names->name[names->count] = name;
    return names->count++;
}

/**
 * Read a number that may be missing
 * return          0, or -1 with a reason
 */
static int read_number(const struct ratings *r, int row, const char *column,
                       double low, double high, double *value,
                       struct reason *reason)
{
    const char *text = table_field(&r->table, row,
                                   table_find(&r->table, column));

    *value = (double)NAN;
    if (!*text)
        return 0;
    if (!csv_parse_number(text, value) && *value >= low && *value <= high)
        return 0;
    return refuse(reason, "line %d: %s '%.40s' must be a number from %g to %g",
                  r->table.row[row].line, column, text, low, high);
}

static int read_choice(const struct ratings *r, int row, const char *column,
                       const char *(*name)(int), int *value,
                       struct reason *reason)
{
    const char *text = table_field(&r->table, row,
                                   table_find(&r->table, column));

    for (int v = 0; *text && name(v)[0]; v++) {
        if (!strcmp(text, name(v))) {
            *value = v;
            return 0;
        }
    }
    if (!*text)
        return 0;
    return refuse(reason, "line %d: no %s is named '%.40s'",
                  r->table.row[row].line, column, text);
}

static const char *mode_name(int value)
{
    return opine_mode_name((enum opine_mode)value);
}

static const char *band_name(int value)
{
    return opine_band_name((enum opine_band)value);
}

/* ----------------------------------------------------------------- rows */

/**
 * Read what is known of how certain a rating is
 */
static int read_interval(const struct ratings *r, int row,
                         const struct options *o, struct rating *rating,
                         struct reason *reason)
{
    double votes, sd, ci95;

    if (read_number(r, row, "n_votes", 1, 1e9, &votes, reason) ||
        read_number(r, row, "sd", 0, 1e9, &sd, reason) ||
        read_number(r, row, "ci95", 0, 1e9, &ci95, reason))
        return -1;
    rating->ci95 = ci95;
    if (!isnan(ci95) || isnan(votes))
        return 0;
    if (!isnan(sd) && votes >= 2)
        rating->ci95 = statistics_student_95((int)votes - 1) * sd / sqrt(votes);
    else if (isnan(sd) && r->is_mos)
        rating->ci95 = 1.96 * o->vote_sd / sqrt(votes);
    return 0;
}

static int read_row(struct ratings *r, int row, const struct options *o,
                    struct reason *reason)
{
    const struct table *t = &r->table;
    struct rating *rating = &r->rating[row];
    const char *ref = table_field(t, row, table_find(t, "ref"));
    const char *scale = table_field(t, row, table_find(t, "scale"));
    double most = r->is_mos ? 5 : 1e9;
    double least = r->is_mos ? 1 : -1e9;

    rating->line = t->row[row].line;
    rating->deg = table_field(t, row, table_find(t, "deg"));
    rating->mode = o->mode;
    rating->band = o->band;
    if (!*ref || !*rating->deg)
        return refuse(reason, "line %d: ref or deg is empty", rating->line);
    if (strcmp(*scale ? scale : SCALE_MOS, r->scale))
        return refuse(reason,
                      "line %d: scale '%.40s' differs from '%.40s' above; "
                      "ratings on unlike scales need tables of their own",
                      rating->line, scale, r->scale);
    if (read_number(r, row, "mos", least, most, &rating->heard, reason) ||
        read_interval(r, row, o, rating, reason) ||
        read_choice(r, row, "mode", mode_name, &rating->mode, reason) ||
        read_choice(r, row, "band", band_name, &rating->band, reason))
        return -1;
    if (isnan(rating->heard))
        return refuse(reason, "line %d: mos is empty", rating->line);
    rating->group = intern(&r->groups,
                           table_field(t, row, table_find(t, "group")));
    rating->family = intern(&r->families,
                            table_field(t, row, table_find(t, "family")));
    rating->reference_path = join(r->path, ref);
    rating->degraded_path = join(r->path, rating->deg);
    if (!rating->reference_path || !rating->degraded_path)
        return refuse(reason, "%s", opine_status_text(OPINE_ERR_MEMORY));
    return 0;
}

int ratings_read(const char *path, const struct options *options,
                 struct ratings *r, struct reason *reason)
{
    static const char *const needed[] = { "ref", "deg", "mos" };
    size_t rows;

    *r = (struct ratings){ .path = path };
    if (table_read(path, &r->table, reason))
        return -1;
    for (int i = 0; i < 3; i++)
        if (table_find(&r->table, needed[i]) < 0)
            return refuse(reason, "has no column '%s'", needed[i]);
    if (r->table.rows < 1)
        return refuse(reason, "has no rows");
    rows = (size_t)r->table.rows;
    r->rating = calloc(rows, sizeof(*r->rating));
    r->groups.name = calloc(rows, sizeof(*r->groups.name));
    r->families.name = calloc(rows, sizeof(*r->families.name));
    if (!r->rating || !r->groups.name || !r->families.name)
        return refuse(reason, "%s", opine_status_text(OPINE_ERR_MEMORY));
    r->count = r->table.rows;
    r->scale = table_field(&r->table, 0, table_find(&r->table, "scale"));
    if (!*r->scale)
        r->scale = SCALE_MOS;
    r->is_mos = !strcmp(r->scale, SCALE_MOS);
    for (int i = 0; i < r->count; i++)
        if (read_row(r, i, options, reason))
            return -1;
    return 0;
}

static void free_rating(struct rating *rating)
{
    free(rating->reference_path);
    free(rating->degraded_path);
}

int ratings_drop_coarse(struct ratings *r)
{
    int kept = 0, all = r->count;

    for (int i = 0; i < all; i++) {
        if (r->rating[i].is_coarse)
            free_rating(&r->rating[i]);
        else
            r->rating[kept++] = r->rating[i];
    }
    r->count = kept;
    return all - kept;
}

void ratings_free(struct ratings *r)
{
    for (int i = 0; i < r->count; i++)
        free_rating(&r->rating[i]);
    free(r->rating);
    free(r->groups.name);
    free(r->families.name);
    table_free(&r->table);
}

/* ---------------------------------------------------------------- score */

struct task {
    struct ratings *ratings;
    const struct options *options;
    const struct opine_calibration *calibration;
};

static struct rating *find_job(const struct task *task, int job)
{
    int t = 0;

    while (job >= task->ratings[t].count)
        job -= task->ratings[t++].count;
    return &task->ratings[t].rating[job];
}

static void fail_row(struct rating *rating, const char *path, const char *why)
{
    snprintf(rating->error, sizeof(rating->error), "%.60s: %.90s", path, why);
}

/**
 * Score what was read
 */
static void score_read(const struct task *task, struct rating *rating,
                       const struct recording *ref, const struct recording *deg)
{
    const struct options *o = task->options;
    struct opine_config config;
    struct opine_result result;
    enum opine_status status;

    opine_config_init(&config);
    config.mode = (enum opine_mode)rating->mode;
    config.band = (enum opine_band)rating->band;
    config.level = (enum opine_level)o->level;
    config.cpu = (enum opine_cpu)o->cpu;
    config.align = !o->no_align;
    config.calibration = task->calibration;
    config.read = audio_fetch;
    status = opine_score_once(&config, &ref->view, &deg->view, &result);
    if (status) {
        fail_row(rating, rating->deg, opine_status_text((int)status));
        return;
    }
    rating->is_scored = 1;
    rating->mos = result.mos;
    rating->low = result.mos_low;
    rating->high = result.mos_high;
    rating->disturbance = result.disturbance;
    rating->is_coarse = !isnan(result.coarse_disturbance);
}

static void score_row(void *user, int job, int thread)
{
    const struct task *task = user;
    const struct raw_format no_raw = { 0, 0, 0 };
    struct rating *rating = find_job(task, job);
    struct recording ref = { .samples = NULL };
    struct recording deg = { .samples = NULL };
    struct reason reason;

    (void)thread;
    if (audio_read(rating->reference_path, &no_raw, &ref, &reason))
        fail_row(rating, rating->reference_path, reason.text);
    else if (audio_read(rating->degraded_path, &no_raw, &deg, &reason))
        fail_row(rating, rating->degraded_path, reason.text);
    else
        score_read(task, rating, &ref, &deg);
    audio_free(&ref);
    audio_free(&deg);
}

int ratings_score(struct ratings *ratings, int tables,
                  const struct options *options,
                  const struct opine_calibration *calibration)
{
    struct task task = { ratings, options, calibration };
    struct pool pool = { .threads = options->jobs,
                         .user = &task,
                         .work = score_row };
    int failed = 0;

    for (int t = 0; t < tables; t++)
        pool.jobs += ratings[t].count;
    if (pool.threads == 0)
        pool.threads = pool_processors();
    if (pool_run(&pool) != pool.jobs)
        return -1;

    /* Not from the threads: while files are read stderr is silent */
    for (int job = 0; job < pool.jobs; job++) {
        const struct rating *rating = find_job(&task, job);

        failed += !rating->is_scored;
        if (!rating->is_scored)
            complain(NULL, "line %d: %s", rating->line, rating->error);
    }
    return failed;
}
