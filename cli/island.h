/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Data in a page of HTML
 */

#ifndef OPINE_CLI_ISLAND_H
#define OPINE_CLI_ISLAND_H

#include <jansson.h>
#include <stdio.h>

/**
 * Write the page of cli/html/ with data in it
 * return          0, or -1 when memory could not be had; whether it could be
 *                 written shows when the stream is flushed
 *
 * In the JSON < > and & stand as \u003c and so on: nothing in it can end the
 * element that it stands in, or begin another.
 */
int island_write(FILE *stream, const json_t *data);

#endif /* OPINE_CLI_ISLAND_H */
