/* SPDX-License-Identifier: BSD-2-Clause */
#include "folders.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* What may follow the name of a reference in that of a degraded recording */
#define SEPARATORS "_-.+@ "

/* Folders below folders below folders are a loop of links */
#define MAX_DEPTH 32

/* What libsndfile reads by these names */
static const char *const extensions[] = { "wav",  "flac", "ogg", "oga",
                                          "opus", "mp3",  "aif", "aiff",
                                          "aifc", "caf",  "au",  "snd",
                                          "w64",  "rf64", "wv",  NULL };

/* --------------------------------------------------------------- listing */

/**
 * Paths below a folder
 */
struct listing {
    char **paths;
    int count;
    int room;
};

static void free_listing(struct listing *listing)
{
    for (int i = 0; i < listing->count; i++)
        free(listing->paths[i]);
    free(listing->paths);
}

/**
 * Join two parts of a path; an empty first one is left out
 * return          To be freed, or NULL
 */
static char *join(const char *folder, const char *name)
{
    size_t length = strlen(folder) + strlen(name) + 2;
    char *path = malloc(length);

    if (path)
        snprintf(path, length, "%s%s%s", folder, *folder ? "/" : "", name);
    return path;
}

/**
 * Find the extension of a name, with its dot
 * return          Its end when there is none
 */
static const char *find_extension(const char *name)
{
    const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    const char *dot = strrchr(base, '.');

    return dot && dot > base ? dot : name + strlen(name);
}

static int is_recording(const char *name)
{
    const char *extension = find_extension(name);

    for (int i = 0; *extension && extensions[i]; i++)
        if (!strcasecmp(extension + 1, extensions[i]))
            return 1;
    return 0;
}

static int add_path(struct listing *listing, char *path)
{
    if (listing->count == listing->room) {
        int room = listing->room ? 2 * listing->room : 64;
        char **paths = realloc(listing->paths, (size_t)room * sizeof(*paths));

        if (!paths)
            return -1;
        listing->paths = paths;
        listing->room = room;
    }
    listing->paths[listing->count++] = path;
    return 0;
}

static int list(const char *root, const char *below, int depth,
                struct listing *listing, struct reason *reason);

/**
 * Take in one entry of a folder: a recording, or a folder with more
 * path            Below the root, to be owned or freed here
 */
static int list_entry(const char *root, char *path, int depth,
                      struct listing *listing, struct reason *reason)
{
    struct stat status;
    char *full = path ? join(root, path) : NULL;
    int result = 0;

    if (!full) {
        free(path);
        return refuse(reason, "out of memory");
    }
    if (!stat(full, &status) && S_ISDIR(status.st_mode)) {
        result = list(root, path, depth + 1, listing, reason);
    } else if (is_recording(path)) {
        result = add_path(listing, path);
        if (!result)
            path = NULL;
        else
            refuse(reason, "out of memory");
    }
    free(full);
    free(path);
    return result;
}

/**
 * List the recordings of a folder
 * below           Path of it below the root, "" for the root itself
 */
static int list(const char *root, const char *below, int depth,
                struct listing *listing, struct reason *reason)
{
    char *full = *below ? join(root, below) : join("", root);
    DIR *folder = full ? opendir(full) : NULL;
    int result = 0;

    if (!folder || depth > MAX_DEPTH) {
        result = refuse(reason, "%s: %s", full ? full : root,
                        folder ? "folders too deep" : strerror(errno));
        if (folder)
            closedir(folder);
        free(full);
        return result;
    }
    for (struct dirent *e = readdir(folder); e && !result; e = readdir(folder))
        if (e->d_name[0] != '.')
            result = list_entry(root, join(below, e->d_name), depth, listing,
                                reason);
    closedir(folder);
    free(full);
    return result;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* --------------------------------------------------------------- pairing */

static const char *base_name(const char *path)
{
    return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/**
 * How much of a degraded recording's name is the reference's
 * return          Its length, or 0 when it is another's
 */
static size_t match(const char *ref, const char *deg)
{
    const char *name = base_name(ref);
    size_t length = (size_t)(find_extension(ref) - name);

    deg = base_name(deg);
    if (strncmp(name, deg, length) ||
        (deg[length] && !strchr(SEPARATORS, deg[length])))
        return 0;
    return length;
}

/**
 * Find the reference of a degraded recording
 * length          Return how much of its name is the reference's
 * error           Return why there is none, else ""
 * return          Its path, or NULL
 */
static const char *find_reference(const struct listing *refs, const char *deg,
                                  size_t *length, const char **error)
{
    const char *best = NULL;

    *length = 0;
    *error = "no reference has this name";
    for (int i = 0; i < refs->count; i++) {
        size_t found = match(refs->paths[i], deg);

        if (found && found == *length)
            *error = "several references have this name";
        if (found <= *length)
            continue;
        *length = found;
        *error = "";
        best = refs->paths[i];
    }
    return **error ? NULL : best;
}

/**
 * Find the group of a degraded recording
 * length          How much of its name is the reference's
 * return          To be freed, or NULL
 */
static char *find_group(const char *deg, size_t length)
{
    const char *base = base_name(deg);
    const char *rest = base + length;
    size_t extent = (size_t)(find_extension(deg) - rest);

    if (base > deg) {
        rest = deg;
        extent = (size_t)(base - deg) - 1;
    } else if (!length || rest >= find_extension(deg)) {
        extent = 0;
    } else {
        rest++;
        extent--;
    }
    return strndup(rest, extent);
}

/**
 * Add a row of five fields to a table that has room for it
 * return          0, or -1 when one of them is NULL or memory is short
 */
static int add_row(struct table *table, char *const fields[5])
{
    struct table_row *row = &table->row[table->rows];
    int has_failed = 0;

    row->line = table->rows + 1;
    row->fields = calloc(5, sizeof(char *));
    for (int c = 0; c < 5; c++) {
        has_failed |= !fields[c] || !row->fields;
        if (row->fields)
            row->fields[c] = fields[c];
        else
            free(fields[c]);
    }
    table->rows += row->fields != NULL;
    return has_failed ? -1 : 0;
}

static int set_header(struct table *table, int rows)
{
    static const char *const names[] = { "id", "ref", "deg", "group", "error" };

    table->header = calloc(5, sizeof(char *));
    table->row = calloc((size_t)rows + 1, sizeof(*table->row));
    if (!table->header || !table->row)
        return -1;
    table->columns = 5;
    for (int c = 0; c < 5; c++)
        if (!(table->header[c] = strdup(names[c])))
            return -1;
    return 0;
}

static int pair_all(const char *ref_folder, const struct listing *refs,
                    const char *deg_folder, const struct listing *degs,
                    struct table *table)
{
    int result = set_header(table, degs->count);

    for (int i = 0; i < degs->count && !result; i++) {
        const char *deg = degs->paths[i];
        const char *error;
        size_t length;
        const char *ref = find_reference(refs, deg, &length, &error);
        char *const fields[5] = { strdup(deg),
                                  ref ? join(ref_folder, ref) : strdup(""),
                                  join(deg_folder, deg),
                                  find_group(deg, length), strdup(error) };

        result = add_row(table, fields);
    }
    return result;
}

int folders_pair(const char *ref_folder, const char *deg_folder,
                 struct table *table, struct reason *reason)
{
    struct listing refs = { NULL, 0, 0 };
    struct listing degs = { NULL, 0, 0 };
    int result;

    *table = (struct table){ 0 };
    result = list(ref_folder, "", 0, &refs, reason);
    if (!result)
        result = list(deg_folder, "", 0, &degs, reason);
    if (!result && !refs.count)
        result = refuse(reason, "%s: holds no recordings", ref_folder);
    if (!result && !degs.count)
        result = refuse(reason, "%s: holds no recordings", deg_folder);
    if (!result) {
        qsort(refs.paths, (size_t)refs.count, sizeof(char *), compare_paths);
        qsort(degs.paths, (size_t)degs.count, sizeof(char *), compare_paths);
        result = pair_all(ref_folder, &refs, deg_folder, &degs, table);
        if (result)
            refuse(reason, "out of memory");
    }
    if (result)
        table_free(table);
    free_listing(&refs);
    free_listing(&degs);
    return result;
}
