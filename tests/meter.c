/* SPDX-License-Identifier: BSD-2-Clause */
#include "meter.h"

#include <stdlib.h>
#include <string.h>

#define HEADER 64 /* bytes before a block, where its size is */

static void *take(void *opaque, size_t bytes)
{
    struct meter *meter = opaque;
    char *block = malloc(bytes + HEADER);

    if (!block)
        return NULL;
    memcpy(block, &bytes, sizeof bytes);
    meter->now += bytes;
    if (meter->now > meter->peak)
        meter->peak = meter->now;
    return block + HEADER;
}

static void give(void *opaque, void *memory)
{
    struct meter *meter = opaque;
    size_t bytes;

    if (!memory)
        return;
    memcpy(&bytes, (char *)memory - HEADER, sizeof bytes);
    meter->now -= bytes;
    free((char *)memory - HEADER);
}

void meter_install(struct meter *meter, struct opine_config *config)
{
    config->alloc = take;
    config->free = give;
    config->opaque = meter;
}
