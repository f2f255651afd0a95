/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Degrade: change the timing of a signal so that the truth stays known
 *
 * A warp says where each sample of the degraded comes from: it is made of parts
 * that each play the reference from somewhere on, at some speed, or something
 * else. It is the truth and the recipe at once, so the two cannot differ.
 *
 * Delays are in samples, positive when the degraded is late, and need not be
 * whole. Memory is had from malloc(); the program ends when there is none.
 */
#ifndef OPINE_TESTS_DEGRADE_H
#define OPINE_TESTS_DEGRADE_H

#include <stddef.h>
#include <stdint.h>

struct warp_part {
    int start;    /* first sample of the degraded */
    double ref;   /* where that lies in the reference; NAN: not in it */
    double speed; /* samples of the reference to one of the degraded */
};

struct warp {
    int n;    /* samples of the degraded */
    int fade; /* samples over which a part gives way to the next, half of them
                 before its start; 0: at once */
    int parts, room;
    struct warp_part *part;
};

void warp_free(struct warp *warp);

/**
 * The truth
 * sample          Of the degraded
 * return          Delay there; NAN where nothing of the reference is
 */
double warp_delay(const struct warp *warp, double sample);

/**
 * How often the delay changes by more than `least` samples from one part of the
 * reference to the next
 */
int warp_jumps(const struct warp *warp, double least);

/**
 * Make the degraded
 * x, n            The reference
 * filler          What is heard where nothing of it is, `warp->n` samples, or
 *                 NULL for silence
 * y               Return `warp->n` samples, interpolated as delay_by() does
 */
void warp_render(const struct warp *warp, const float *x, int n,
                 const float *filler, float *y);

/* --------------------------------------------------------- kinds of warp */

/**
 * One delay
 * n               Samples of the reference
 * tail            Samples that follow its end; negative: missing at its end
 */
void warp_shift(struct warp *warp, int n, double delay, int tail);

/**
 * A clock that is the faster by `ppm`, so that the delay shrinks
 * delay           At the first sample of the reference
 */
void warp_drift(struct warp *warp, int n, double delay, double ppm);

/* Where to change the delay */
enum warp_place {
    WARP_PAUSES, /* at the quietest of some instants: silence is inserted or
                    deleted */
    WARP_ACTIVE  /* at the loudest: sound is heard again or deleted */
};

struct warp_steps {
    int count;
    enum warp_place place;
    int sign;               /* -1: deletions, 1: insertions, 0: either, so that
                               they add up to at most 0.3 s */
    const double *sizes_ms; /* to draw from; */
    int sizes;              /* how many */
};

/**
 * Steps of delay, spread evenly over the file with some chance
 * x, n, rate_hz   The reference
 * delay           Before the first step
 */
void warp_step(struct warp *warp, const float *x, int n, int rate_hz,
               double delay, const struct warp_steps *steps, uint64_t seed);

/**
 * Another tempo without a change of pitch
 * tempo           Above 1: faster, so that the degraded is the shorter
 *
 * WSOLA (Verhelst and Roelands, ICASSP 1993): parts of 20 ms that begin within
 * 7 ms of where they should, where they continue their predecessor best.
 */
void warp_tempo(struct warp *warp, const float *x, int n, int rate_hz,
                double delay, double tempo);

#endif
