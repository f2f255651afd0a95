/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of results as samples of curves. */
#include "curve.h"

#include "report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/**
 * Where things stand in the table; -1: nowhere
 */
struct place {
    int codec;
    int step; /* bit rate, or else the group */
    int encoded;
    int duration;
    int is_rate; /* whether the step is a bit rate */
};

static int find_places(const struct options *o, const struct curves *c,
                       struct place *p)
{
    const char *codec = o->codec ? o->codec : "codec";
    const char *bitrate = o->bitrate ? o->bitrate : "bitrate";

    p->codec = table_find(&c->table, codec);
    p->step = table_find(&c->table, bitrate);
    p->is_rate = p->step >= 0;
    p->encoded = o->encoded ? table_find(&c->table, o->encoded) : -1;
    p->duration = table_find(&c->table, "duration_s");
    if (!p->is_rate && o->encoded && !o->bitrate)
        p->step = table_find(&c->table, "group");
    if (p->codec < 0)
        complain(c->path,
                 "line 1: has no column %s, which names the curves; "
                 "--codec names another one",
                 codec);
    else if (o->encoded && p->encoded < 0)
        complain(c->path, "line 1: has no column %s", o->encoded);
    else if (o->encoded && p->duration < 0)
        complain(c->path, "line 1: has no column duration_s, without which the "
                          "size of a file is no rate");
    else if (p->step < 0)
        complain(c->path,
                 "line 1: has no column %s; --bitrate names another "
                 "one, --encoded one with the encoded files",
                 bitrate);
    else
        return 0;
    return -1;
}

/**
 * Check that all rows were scored alike
 * return          0, or -1 after saying what differs
 */
static int check_column(const struct curves *c, const char *name)
{
    int column = table_find(&c->table, name);
    int first = -1;

    for (int row = 0; column >= 0 && row < c->table.rows; row++) {
        const char *value = table_field(&c->table, row, column);

        if (!*value)
            continue;
        if (first < 0)
            first = row;
        if (strcmp(value, table_field(&c->table, first, column)) == 0)
            continue;
        complain(c->path,
                 "line %d: %s is %s, in line %d %s: such scores cannot "
                 "be compared",
                 c->table.row[row].line, name, value, c->table.row[first].line,
                 table_field(&c->table, first, column));
        return -1;
    }
    return 0;
}

/**
 * Read a number above 0 from a field
 */
static int read_positive(const struct curves *c, int row, int column,
                         double *number)
{
    const char *text = table_field(&c->table, row, column);

    if (!csv_parse_number(text, number) && *number > 0)
        return 0;
    complain(c->path, "line %d: %s: '%s' is no number above 0",
             c->table.row[row].line, c->table.header[column], text);
    return -1;
}

/**
 * Find the size of an encoded file, beside the table unless the path is
 * absolute
 */
static int measure(const struct curves *c, int row, int column, double *kbit)
{
    const char *name = table_field(&c->table, row, column);
    const char *slash = strrchr(c->path, '/');
    size_t folder = slash && *name != '/' ? (size_t)(slash - c->path) + 1 : 0;
    char *path = malloc(folder + strlen(name) + 1);
    struct stat status;
    int has_failed = 1;

    if (!path) {
        complain(NULL, "out of memory");
        return -1;
    }
    memcpy(path, c->path, folder);
    strcpy(path + folder, name);
    errno = 0;
    if (stat(path, &status))
        complain(c->path, "line %d: %s: %s", c->table.row[row].line, path,
                 strerror(errno));
    else if (!S_ISREG(status.st_mode) || !status.st_size)
        complain(c->path, "line %d: %s: is empty, or no file",
                 c->table.row[row].line, path);
    else
        has_failed = 0;
    free(path);
    *kbit = has_failed ? 0 : 0.008 * (double)status.st_size;
    return has_failed ? -1 : 0;
}

static int take_sample(struct curves *c, const struct place *p, int row,
                       const struct result *result)
{
    struct curve_row *s = &c->sample[c->samples];

    *s = (struct curve_row){ .codec = table_field(&c->table, row, p->codec),
                             .step = table_field(&c->table, row, p->step),
                             .ref = result->ref,
                             .mos = result->mos,
                             .weight = result->weight,
                             .seconds = 1,
                             .row = row };
    if (p->is_rate && read_positive(c, row, p->step, &s->nominal))
        return -1;
    s->kbit = s->nominal;
    if (p->encoded >= 0 && (measure(c, row, p->encoded, &s->kbit) ||
                            read_positive(c, row, p->duration, &s->seconds)))
        return -1;
    c->samples++;
    return 0;
}

/**
 * Say what was left out
 * return          0, or -1 when nothing is left
 */
static int report_missing(const struct curves *c)
{
    int failed = c->rows - c->others - c->samples;

    if (!c->samples) {
        complain(c->path, "has no row with a codec and a score");
        return -1;
    }
    if (failed)
        complain(c->path, "%d of %d rows have no score and are left out",
                 failed, c->rows - c->others);
    return 0;
}

static int take_all(const struct options *o, struct curves *c,
                    const struct result *results)
{
    static const char *const alike[] = { "model", "band", "level" };
    struct place place;

    if (find_places(o, c, &place))
        return -1;
    for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
        if (check_column(c, alike[i]))
            return -1;
    c->sample = calloc((size_t)c->rows + 1, sizeof(*c->sample));
    if (!c->sample) {
        complain(NULL, "out of memory");
        return -1;
    }
    for (int row = 0; row < c->rows; row++) {
        if (!*table_field(&c->table, row, place.codec))
            c->others++;
        else if (!isnan(results[row].mos) &&
                 take_sample(c, &place, row, &results[row]))
            return -1;
    }
    return report_missing(c);
}

int curve_read(const struct options *o, struct curves *c)
{
    struct result *results = NULL;
    int has_failed;

    c->path = o->operands[0];
    c->rows = results_read(c->path, &c->table, &results);
    if (c->rows < 0)
        return -1;
    has_failed = take_all(o, c, results);
    free(results);
    return has_failed;
}
