/* SPDX-License-Identifier: BSD-2-Clause */
#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * Find the folder that a file lies in
 * return          Its full path, to be freed; NULL when there is none
 */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *copy = strdup(path);
    char *full = NULL;

    if (copy && slash) {
        copy[slash == path ? 1 : slash - path] = 0;
        full = realpath(copy, NULL);
    } else if (copy) {
        full = realpath(".", NULL);
    }
    free(copy);
    return full;
}

/**
 * Length of the folders that two full paths begin with, with the last slash
 */
static size_t shared_length(const char *folder, const char *file)
{
    size_t shared = 0;
    size_t i = 0;

    for (; folder[i] && folder[i] == file[i]; i++)
        if (folder[i] == '/')
            shared = i + 1;
    return !folder[i] && file[i] == '/' ? i + 1 : shared;
}

static char *put_name(char *at, const char *name)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-._~/";

    for (; *name; name++)
        if (strchr(plain, *name))
            *at++ = *name;
        else
            at += snprintf(at, 4, "%%%02X", (unsigned)(unsigned char)*name);
    *at = 0;
    return at;
}

char *link_to(const char *page, const char *file)
{
    char *folder = folder_of(page);
    char *full = realpath(file, NULL);
    char *link = NULL;

    if (folder && full)
        link = malloc(3 * (strlen(folder) + strlen(full)) + 4);
    if (link) {
        size_t shared = shared_length(folder, full);
        char *at = link;

        if (shared <= strlen(folder))
            for (const char *up = folder + shared; up; up = strchr(up, '/')) {
                up += *up == '/';
                if (*up)
                    at += snprintf(at, 4, "../");
            }
        put_name(at, full + shared);
    }
    free(folder);
    free(full);
    return link;
}
