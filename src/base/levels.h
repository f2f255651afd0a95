/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * What each CPU level offers: fill the table if the machine has the level
 * return          1 when it has; 0, with the table untouched, when it or the
 *                 build lacks it
 */
#ifndef OPINE_SRC_LEVELS_H
#define OPINE_SRC_LEVELS_H

struct opine_kernels;

int opine_kernels_avx2(struct opine_kernels *kernels);

#endif
