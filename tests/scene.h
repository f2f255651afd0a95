/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Scene: one recording with one change of its timing, aligned under any number
 * of distortions, and compared with the truth
 */
#ifndef OPINE_TESTS_SCENE_H
#define OPINE_TESTS_SCENE_H

#include "corpus.h"
#include "degrade.h"
#include "distort.h"
#include "opine.h"
#include "tally.h"

/* What a bench has for all its scenes */
struct stage {
    struct corpus corpus;
    struct opine_context *context;
    struct tally tally;
    const char *only;  /* part of the names of the cases wanted, or NULL */
    const char *write; /* folder for the signals, or NULL */
    int show;          /* print all sections, true and found */
    int aligned;       /* cases so far */
};

enum scene_kind { SCENE_CONSTANT, SCENE_STEPS, SCENE_DRIFT, SCENE_TEMPO };

struct scene {
    const struct source *source;
    enum scene_kind kind;
    enum row part;       /* SCENE_STEPS: the row of this kind of steps */
    char name[64];       /* of the change of timing, such as "delay -2 s" */
    struct warp warp;    /* freed by scene_end() */
    const float *filler; /* what is heard outside the reference, or NULL */
    double amount;       /* delay in samples; clock in ppm; duration over that
                            of the reference */
    float *clean;        /* made when first needed */
};

/**
 * Align it under a distortion, and count the result
 * return          0, or -1 after saying what went wrong
 */
int scene_play(struct stage *stage, struct scene *scene,
               enum distortion distortion);
void scene_end(struct scene *scene);

/* --------------------------------------------------------------- its parts */

/**
 * Delay that an alignment tells at a moment of the degraded: that of its
 * section
 */
double scene_delay_ms(const struct opine_alignment *alignment, double time_s);

/**
 * How much of the degraded is aligned well
 * tolerance_ms    Allowed difference of the delay
 * good, all       Return numbers of frames of 8 ms. Those count whose middle
 *                 lies in the reference, where that is active: above -25 dB
 *                 of its RMS. Frames that a true jump cuts count as well.
 */
void scene_compare(const struct scene *scene,
                   const struct opine_alignment *alignment, double tolerance_ms,
                   double *good, double *all);

#endif
