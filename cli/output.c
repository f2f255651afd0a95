/* SPDX-License-Identifier: BSD-2-Clause */
#include "output.h"

#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int output_is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

int output_check(const struct options *o)
{
    if (output_is_stdout(o->csv) && (o->json || output_is_stdout(o->svg)))
        complain("--csv", "cannot go to standard output together with %s",
                 o->json ? "--json" : "--svg");
    else if (output_is_stdout(o->svg) && o->json)
        complain("--svg", "cannot go to standard output together with --json");
    else
        return 0;
    return -1;
}

static int fail(const char *path)
{
    complain(path, "%s", errno ? strerror(errno) : "could not be written");
    return -1;
}

/**
 * Whether a path is something that another file must not replace
 */
static int is_special(const char *path)
{
    struct stat status;

    return !stat(path, &status) && !S_ISREG(status.st_mode);
}

int output_open(struct output *output, const char *path)
{
    size_t room = path ? strlen(path) + sizeof(".part") : 0;

    *output = (struct output){ NULL, path, NULL };
    if (!path)
        return 0;
    if (output_is_stdout(path)) {
        output->stream = stdout;
        return 0;
    }
    errno = 0;
    if (!is_special(path)) {
        output->part = malloc(room);
        if (!output->part)
            return fail(path);
        snprintf(output->part, room, "%s.part", path);
    }
    output->stream = fopen(output->part ? output->part : path, "w");
    if (output->stream)
        return 0;
    free(output->part);
    output->part = NULL;
    return fail(path);
}

int output_finish(struct output *output)
{
    int has_failed;

    if (!output->stream || output->stream == stdout)
        return 0;
    errno = 0;
    has_failed = ferror(output->stream) | fflush(output->stream);
    if (!has_failed && output->part)
        has_failed = fsync(fileno(output->stream));
    has_failed |= fclose(output->stream);
    output->stream = NULL;
    if (!has_failed && output->part)
        has_failed = rename(output->part, output->path);
    if (has_failed) {
        fail(output->path);
        if (output->part)
            unlink(output->part);
    }
    free(output->part);
    output->part = NULL;
    return has_failed ? -1 : 0;
}

void output_drop(struct output *output)
{
    if (output->stream && output->stream != stdout)
        fclose(output->stream);
    if (output->part)
        unlink(output->part);
    free(output->part);
    *output = (struct output){ NULL, NULL, NULL };
}
