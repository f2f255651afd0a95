/* SPDX-License-Identifier: BSD-2-Clause */
#include "map.h"

#include <math.h>

#define TOP          4.75 /* of every band but the narrow one */
#define TOP_NARROW   4.5  /* as in ITU-T P.862 and P.863 for narrow band */
#define TWO_SIDED_95 1.96

/* Evidence of relation: below the first value there is none, above the second
 * no doubt. 650 pairs of unlike speech and music stay below 0.43 in 99 % of
 * cases, 0.57 at most; listening tests and ladders above 0.65 except for shifts
 * of pitch by a semitone. */
#define RELATED_LEAST 0.40
#define RELATED_SURE  0.65

const struct opine_model opine_model = {
#include "model.def"
};

double opine_map_top(enum opine_band band)
{
    return band == OPINE_BAND_NB ? TOP_NARROW : TOP;
}

static double smoothstep(double x, double low, double high)
{
    double t = fmin(fmax((x - low) / (high - low), 0), 1);

    return t * t * (3 - 2 * t);
}

static double clamp_mos(double mos, double top)
{
    return fmin(fmax(mos, 1), top);
}

static double heard_at(const struct opine_curve *curve, double top,
                       double disturbance)
{
    return 1 + (top - 1) / (1 + pow(disturbance / curve->x50, curve->slope));
}

/* Standard deviation of ratings about a score: that of the tests, and how far
 * the curves of resampled tests lie from the one used */
static double uncertainty(const struct opine_model *model, double top,
                          double disturbance, double heard)
{
    double square = 0;

    for (int i = 0; i < model->sets; i++) {
        double miss = heard_at(&model->set[i], top, disturbance) - heard;

        square += miss * miss / model->sets;
    }
    return sqrt(model->spread * model->spread + square);
}

void opine_map(const struct opine_model *model, enum opine_band band,
               double confidence, const struct opine_disturbed *d,
               struct opine_mapped *m)
{
    double top = opine_map_top(band);
    const struct opine_curve curve = { model->x50, model->slope };
    double heard = heard_at(&curve, top, d->total);
    double reach = TWO_SIDED_95 * uncertainty(model, top, d->total, heard);
    double evidence = 1 - (1 - d->similarity) * (1 - confidence);
    double related = smoothstep(evidence, RELATED_LEAST, RELATED_SURE);

    *m = (struct opine_mapped){ 0 };
    m->mos = 1 + (heard - 1) * related;
    m->low = clamp_mos(m->mos - reach, top);
    m->high = clamp_mos(m->mos + reach, top);
    m->unrelated = related < 0.5;
    m->out_of_range = d->total > model->range;
    for (int c = 0; c < OPINE_CELL_CAUSES; c++)
        m->cost[c] = d->share[c] * (top - heard);
    m->cost[OPINE_UNRELATED] = heard - m->mos;
}
