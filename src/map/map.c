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

/* From here on nothing but the coarse view counts */
#define REGENERATED_SURE 0.15

/* The fine disturbance: a product of views, so that each counts in proportion
 * to what the others find. Exponents by reason and round: without the second
 * chop ranks 0.89 instead of 0.90, without both mdct_coder 0.89 instead of
 * 0.92; up to 0.15 all alike. */
#define DENSITY_FLOOR   0.03
#define STEPS_FLOOR     0.1
#define STRUCTURE_FLOOR 0.005
#define VIEW_EXPONENT   0.1

/* A change of coherence that nobody hears, and the density that more of it is
 * worth: that of whole stereo made mono is 2 to 7 */
#define IMAGE_LEAST   0.01
#define IMAGE_DENSITY 17.0

/* Clipping is heard by its flat tops: the share of them replaces, from the
 * first value on and wholly from the second, three quarters of the density (in
 * logarithms; design.md) */
#define FLAT_LEAST  5e-4
#define FLAT_SURE   2e-3
#define FLAT_WEIGHT 0.75
#define FLAT_OFFSET 1.98
#define FLAT_SLOPE  0.95

/* What density flat tops can be the reason of, beside what they are heard as:
 * in 69 clipped files of two tests never more. The rest has other reasons, and
 * a few flat tops must not hide it. */
#define FLAT_EXPLAINS 4.5
#define FLAT_ALWAYS   0.1

const struct opine_model opine_model = {
#include "model.def"
};

double opine_map_top(enum opine_band band)
{
    return band == OPINE_BAND_NB ? TOP_NARROW : TOP;
}

static double clip(double x, double low, double high)
{
    return fmin(fmax(x, low), high);
}

static double smoothstep(double x, double low, double high)
{
    double t = clip((x - low) / (high - low), 0, 1);

    return t * t * (3 - 2 * t);
}

/* ----------------------------------------------------------- fine view */

/* How far flat tops replace the density, 0 to 0.75 */
static double flat_weight(double flat)
{
    return FLAT_WEIGHT * clip(log(fmax(flat, 1e-6) / FLAT_LEAST) /
                                  log(FLAT_SURE / FLAT_LEAST),
                              0, 1);
}

/* Heard instead of the density, but for what flat tops cannot explain */
struct flat {
    double heard; /* of the part that they explain */
    double other;
};

static struct flat with_clipping(double density, double flat)
{
    double weight = flat_weight(flat);
    double tops = exp(FLAT_OFFSET + FLAT_SLOPE * log(fmax(flat, 1e-4)));
    double explained = fmin(density, FLAT_EXPLAINS * tops + FLAT_ALWAYS);

    return (struct flat){ exp((1 - weight) * log(explained) +
                              weight * log(fmax(tops, DENSITY_FLOOR))),
                          density - explained };
}

/* Clipping's part in all that is heard */
static double clipping_share(double density, double flat)
{
    struct flat f = with_clipping(density, flat);

    return flat_weight(flat) * f.heard / (f.heard + f.other);
}

static double image_density(const struct opine_disturbed *d)
{
    return IMAGE_DENSITY * fmax(d->view.image - IMAGE_LEAST, 0);
}

/* 0 when nothing differs */
static double product(double density, double steps, double structure)
{
    return density * pow((steps + STEPS_FLOOR) * (structure + STRUCTURE_FLOOR),
                         VIEW_EXPONENT);
}

static double fine_disturbance(double density, double image, double flat,
                               const struct opine_views *v)
{
    struct flat f = with_clipping(fmax(density, image) + DENSITY_FLOOR, flat);

    return fmax(product(f.heard + f.other, v->steps, v->structure) -
                    product(DENSITY_FLOOR, 0, 0),
                0);
}

static double fine_mos(const struct opine_curve *curve, double top, double x)
{
    return 1 + (top - 1) * exp2(-pow(x / curve->x50, curve->slope));
}

/* --------------------------------------------------------- coarse view */

/* Logarithms of the views, with their means and standard deviations over
 * regenerated sound of all kinds; no rating went into them */
struct scale {
    double floor, mean, deviation;
};
static const struct scale modulation_scale = { 0.02, -1.276, 0.347 };
static const struct scale timbre_scale = { 1.0, 2.240, 0.375 };
static const struct scale steps_scale = { 0.1, 4.013, 0.456 };
static const struct scale pitch_scale = { 0.03, -2.071, 0.707 };

static double score_of(const struct scale *s, double x)
{
    return (log(x + s->floor) - s->mean) / s->deviation;
}

/* Mean of the views, the pitch only if there are voices; NAN if they were not
 * looked at */
static double coarse_disturbance(const struct opine_views *v)
{
    double sum = score_of(&modulation_scale, v->modulation) +
                 score_of(&timbre_scale, v->timbre) +
                 score_of(&steps_scale, v->steps);

    return isnan(v->pitch) ? sum / 3
                           : (sum + score_of(&pitch_scale, v->pitch)) / 4;
}

static double coarse_mos(const struct opine_model *model, double top, double x)
{
    return 1 + (top - 1) /
                   (1 + exp((x - model->coarse_middle) * model->coarse_slope));
}

/* The fine score gives way to the coarse one as evidence of regenerated sound
 * grows; no better than what the image allows */
static double blend(const struct opine_model *model, double top, double fine,
                    const struct opine_disturbed *d, double coarse)
{
    double share = smoothstep(d->view.regenerated, OPINE_REGENERATED_LEAST,
                              REGENERATED_SURE);
    double image = fine_mos(&model->curve, top,
                            fine_disturbance(0, image_density(d), 0, &d->view));

    if (share <= 0)
        return fine;
    return (1 - share) * fine +
           share * fmin(coarse_mos(model, top, coarse), image);
}

/* -------------------------------------------------------------- causes */

/* Divide what was lost: what the image and the lost fine structure made worse
 * is theirs, flat tops have of the rest what they replaced of the density, and
 * what is left is divided by the density's shares. */
static void divide(const struct opine_model *model, double top, double heard,
                   double fine, const struct opine_disturbed *d, double *cost)
{
    double lost = top - heard, beyond, shares = 0;
    double without = fine_mos(&model->curve, top,
                              fine_disturbance(d->total, 0, d->flat, &d->view));

    cost[OPINE_IMAGE] = fmax(without - fine, 0);
    cost[OPINE_REGENERATED] = fmax(fine - heard, 0);
    beyond = cost[OPINE_IMAGE] + cost[OPINE_REGENERATED];
    if (beyond > lost) {
        cost[OPINE_IMAGE] *= lost / beyond;
        cost[OPINE_REGENERATED] *= lost / beyond;
        beyond = lost;
    }
    cost[OPINE_CLIPPING] = clipping_share(d->total + DENSITY_FLOOR, d->flat) *
                           (lost - beyond);
    beyond += cost[OPINE_CLIPPING];
    for (int c = 0; c < OPINE_CELL_CAUSES; c++)
        shares += d->share[c];
    for (int c = 0; c < OPINE_CELL_CAUSES; c++)
        cost[c] = d->share[c] * (lost - beyond);
    /* Where every cell is below its dead zone, only the other views differ. */
    if (shares <= 0)
        cost[OPINE_DISTORTION] = lost - beyond;
}

/* Standard deviation of ratings about a score: that of the tests, and how far
 * the curves of resampled tests lie from the one used */
static double uncertainty(const struct opine_model *model, double top,
                          double disturbance, double fine)
{
    double square = 0;

    for (int i = 0; i < model->sets; i++) {
        double miss = fine_mos(&model->set[i], top, disturbance) - fine;

        square += miss * miss / model->sets;
    }
    return sqrt(model->spread * model->spread + square);
}

void opine_map(const struct opine_model *model, enum opine_band band,
               double confidence, const struct opine_disturbed *d,
               struct opine_mapped *m)
{
    double top = opine_map_top(band);
    double x = fine_disturbance(d->total, image_density(d), d->flat, &d->view);
    double fine = fine_mos(&model->curve, top, x);
    double coarse = coarse_disturbance(&d->view);
    double heard = blend(model, top, fine, d, coarse);
    double reach = TWO_SIDED_95 * uncertainty(model, top, x, fine);
    double evidence = 1 - (1 - d->similarity) * (1 - confidence);
    double related = smoothstep(evidence, RELATED_LEAST, RELATED_SURE);

    *m = (struct opine_mapped){ .fine = x, .coarse = coarse };
    m->mos = 1 + (heard - 1) * related;
    m->low = clip(m->mos - reach, 1, top);
    m->high = clip(m->mos + reach, 1, top);
    m->unrelated = related < 0.5;
    m->out_of_range = x > model->range;
    divide(model, top, heard, fine, d, m->cost);
    m->cost[OPINE_UNRELATED] = heard - m->mos;
}

void opine_map_seconds(const struct opine_model *model, enum opine_band band,
                       double confidence,
                       const struct opine_disturbed *disturbed, double *second,
                       int seconds)
{
    for (int i = 0; i < seconds; i++) {
        struct opine_disturbed here = *disturbed;
        struct opine_mapped mapped;

        if (isnan(second[i]))
            continue;
        here.total = second[i];
        opine_map(model, band, confidence, &here, &mapped);
        second[i] = mapped.mos;
    }
}
