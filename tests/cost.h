/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Cost: time and memory of the alignment
 */
#ifndef OPINE_TESTS_COST_H
#define OPINE_TESTS_COST_H

#include "corpus.h"
#include "tally.h"

/**
 * Time opine_align() on 10 s, one delay and ten steps
 * quick           Fewer runs
 * return          0, or -1 after saying what went wrong
 *
 * Of each recording the median counts, and of these the greatest. The context
 * is used again, as one does who has many pairs. clock() counts the CPU time of
 * the process.
 */
int cost_time(struct tally *tally, const struct corpus *corpus, int quick);

/**
 * Measure the memory for stereo with a step each second
 * minutes         Of the recording; the figure is scaled to 10
 *
 * Counts what the library asks for by the callbacks of opine_config at most at
 * one time: not the buffers of the caller, and not what FFTW takes itself.
 */
int cost_memory(struct tally *tally, const struct corpus *corpus, int minutes);

#endif
