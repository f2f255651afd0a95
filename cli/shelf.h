/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * The references of a manifest: read once, however many rows share them, and
 * given back after the last
 *
 * All functions but the first and last may be called by several threads.
 */

#ifndef OPINE_CLI_SHELF_H
#define OPINE_CLI_SHELF_H

#include "digest.h"
#include "manifest.h"

struct shelf;

/**
 * Make a shelf for the items of a manifest
 * raw             What the references hold, if they are headerless
 * order           Return the items in an order in which rows that share a
 *                 reference stand together: manifest->items indices
 * return          NULL when memory could not be had
 */
struct shelf *shelf_open(const struct manifest *manifest,
                         const struct raw_format *raw, int *order);
void shelf_close(struct shelf *shelf);

/**
 * Hash the reference of an item
 * return          0, or -1 with a reason
 */
int shelf_hash(struct shelf *shelf, int item, struct digest *digest,
               struct reason *reason);

/**
 * Get the recording of an item's reference
 * return          It lasts until the item is done; NULL with a reason
 */
const struct recording *shelf_read(struct shelf *shelf, int item,
                                   struct reason *reason);

/**
 * Tell that an item is done; once for each, whatever became of it
 */
void shelf_release(struct shelf *shelf, int item);

#endif /* OPINE_CLI_SHELF_H */
