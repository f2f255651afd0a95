/* SPDX-License-Identifier: BSD-2-Clause */
#include "island.h"

/* Made by CMake of cli/html/: what stands before the data, and behind it */
extern const unsigned char page_head[], page_tail[];
extern const size_t page_head_size, page_tail_size;

static int put(const char *text, size_t size, void *user)
{
    FILE *stream = user;

    for (size_t i = 0; i < size; i++)
        if (text[i] == '<' || text[i] == '>' || text[i] == '&')
            fprintf(stream, "\\u%04x", (unsigned)text[i]);
        else
            putc(text[i], stream);
    return 0;
}

int island_write(FILE *stream, const json_t *data)
{
    fwrite(page_head, 1, page_head_size, stream);
    if (json_dump_callback(data, put, stream,
                           JSON_COMPACT | JSON_PRESERVE_ORDER |
                               JSON_REAL_PRECISION(10)))
        return -1;
    fwrite(page_tail, 1, page_tail_size, stream);
    return 0;
}
