/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Map: from the disturbance to the score, and to what each cause cost
 */
#ifndef OPINE_SRC_MAP_H
#define OPINE_SRC_MAP_H

#include "disturb/disturb.h"

/* The fitted model; its only copy is model.def */
struct opine_model {
    const char *version;
    struct opine_curve curve; /* from fine disturbance to score */
    double coarse_middle;     /* the same for the coarse one */
    double coarse_slope;
    double spread; /* MOS: standard deviation of listening tests' means about
                      the score, data sets left out in turn */
    double range;  /* largest fine disturbance among what it was fitted on */
    int sets;      /* curves of resampled tests; the shipped model has none */
    struct opine_curve set[OPINE_CALIBRATION_SETS];
};

extern const struct opine_model opine_model;

struct opine_mapped {
    double mos, low, high;
    double fine; /* what the two maps were given; coarse is NAN unless there */
    double coarse;             /* is evidence of regenerated sound */
    double cost[OPINE_CAUSES]; /* adding up to top - mos */
    int unrelated;             /* the score was pulled down for it */
    int out_of_range;
};

/**
 * Replace the numbers of a model
 * model           The shipped one; its version stays
 * return          OPINE_ERR_ARGUMENT when the calibration is out of its range
 *                 or was made for another model; `model` is then untouched
 */
enum opine_status opine_calibrate(const struct opine_calibration *calibration,
                                  struct opine_model *model);

/**
 * Highest score of a band, that of identity
 */
double opine_map_top(enum opine_band band);

/**
 * Map a disturbance
 * confidence      Of the alignment: with similarity, evidence of relation
 * mapped          Return the score
 *
 * Fine     x = D ((steps + 0.1) (structure + 0.005))^0.1 - x0, x0 what identity
 *          has; D = the density or, if that is more, the image, with clipping
 *          put in its place
 *          mos = 1 + (top - 1) 2^-((x / x50)^slope)
 * Coarse   k = mean of modulation, timbre, steps and pitch on common scales
 *          mos = 1 + (top - 1) / (1 + exp((k - middle) slope))
 *
 * The second takes over as evidence of regenerated sound grows. Where nothing
 * says that the two recordings are of one material the score falls to 1.
 */
void opine_map(const struct opine_model *model, enum opine_band band,
               double confidence, const struct opine_disturbed *disturbed,
               struct opine_mapped *mapped);

/**
 * Map the densities of seconds, in place: the score of each is that of a
 * recording that is like that second throughout, other views being those of all
 */
void opine_map_seconds(const struct opine_model *model, enum opine_band band,
                       double confidence,
                       const struct opine_disturbed *disturbed, double *second,
                       int seconds);

#endif
