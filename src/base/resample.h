/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Sampling rate conversion: the only door to libsamplerate
 */
#ifndef OPINE_SRC_RESAMPLE_H
#define OPINE_SRC_RESAMPLE_H

#include "opine.h"

/**
 * Number of samples after a conversion
 * ratio           Output rate over input rate, 1/256 to 256
 */
size_t opine_resample_count(size_t count, double ratio);

/**
 * Convert one channel
 * x, nx           Signal
 * y, ny           Return it at the new rate, opine_resample_count() samples;
 *                 no delay, zeros at the end if the converter gives fewer
 */
OPINE_MUST_CHECK enum opine_status
opine_resample(const float *x, size_t nx, float *y, size_t ny, double ratio);

#endif
