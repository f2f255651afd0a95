/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Meter: how much memory the library holds, by the callbacks of opine_config
 */
#ifndef OPINE_TESTS_METER_H
#define OPINE_TESTS_METER_H

#include "opine.h"

#include <stddef.h>

struct meter {
    size_t now, peak; /* bytes; start from 0 */
};

/**
 * Let a context take its memory through a meter, which must outlive it
 */
void meter_install(struct meter *meter, struct opine_config *config);

#endif
