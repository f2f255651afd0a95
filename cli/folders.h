/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Manifests made of two folders, paired by name
 */

#ifndef OPINE_CLI_FOLDERS_H
#define OPINE_CLI_FOLDERS_H

#include "csv.h"

/**
 * Pair the recordings in two folders, and in those below them
 * table           Return id, ref, deg, group and error of each degraded one,
 *                 sorted by id; to be given to table_free()
 * return          0, or -1 with a reason
 *
 * A degraded recording belongs to the reference whose name, without its
 * extension, is its own or begins it before one of _ - . + @ or a blank; the
 * longest such name counts. The id is its path below the folder. Its group is
 * the folder that it lies in there, or else what follows the reference's name.
 * Without a reference the row holds an error.
 */
int folders_pair(const char *ref_folder, const char *deg_folder,
                 struct table *table, struct reason *reason);

#endif /* OPINE_CLI_FOLDERS_H */
