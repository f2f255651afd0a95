/* SPDX-License-Identifier: BSD-2-Clause */
#include "resample.h"

#include <math.h>
#include <samplerate.h>
#include <string.h>

/* Part of the model, as scores depend on it. Pass band 0.9 of the lower
 * Nyquist frequency (19.8 kHz at 44.1 kHz), 121 dB SNR (libsamplerate's API
 * documentation); the fast converter passes 0.8, which is audible. */
#define CONVERTER SRC_SINC_MEDIUM_QUALITY

#define BLOCK ((size_t)1 << 24) /* samples a call: its counts are `long` */

size_t opine_resample_count(size_t count, double ratio)
{
    return (size_t)llround((double)count * ratio);
}

enum opine_status opine_resample(const float *x, size_t nx, float *y, size_t ny,
                                 double ratio)
{
    int error;
    SRC_STATE *state = src_new(CONVERTER, 1, &error);
    SRC_DATA job = { 0 };

    if (!state)
        return OPINE_ERR_MEMORY;
    job.src_ratio = ratio;
    do {
        job.data_in = x;
        job.input_frames = (long)(nx < BLOCK ? nx : BLOCK);
        job.end_of_input = nx <= BLOCK;
        job.data_out = y;
        job.output_frames = (long)(ny < BLOCK ? ny : BLOCK);
        error = src_process(state, &job);
        x += job.input_frames_used;
        nx -= (size_t)job.input_frames_used;
        y += job.output_frames_gen;
        ny -= (size_t)job.output_frames_gen;
    } while (!error && ny && (job.output_frames_gen || job.input_frames_used));
    src_delete(state);
    memset(y, 0, ny * sizeof *y);
    return error ? OPINE_ERR_MEMORY : OPINE_OK;
}
