/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Sampling rate conversion: the only door to libsamplerate
 */
#ifndef OPINE_SRC_RESAMPLE_H
#define OPINE_SRC_RESAMPLE_H

#include "opine.h"

/**
 * Number of samples after a conversion
 */
size_t opine_resample_count(size_t count, int from_hz, int to_hz);

/**
 * Convert one channel
 * x, nx           Signal at from_hz
 * y, ny           Return the signal at to_hz, opine_resample_count() samples;
 *                 no delay, zeros at the end if the converter gives fewer
 */
OPINE_MUST_CHECK enum opine_status opine_resample(const float *x, size_t nx,
                                                  int from_hz, float *y,
                                                  size_t ny, int to_hz);

#endif
