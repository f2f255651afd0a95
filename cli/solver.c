/* SPDX-License-Identifier: BSD-2-Clause */
#include "fit.h"

#include <math.h>

#define ROUNDS 200
#define LN_2   0.69314718055994531

/* What the library takes: struct opine_curve */
static const struct opine_curve least = { 1e-3, 0.05 };
static const struct opine_curve most = { 1e3, 20 };

double curve_at(const struct opine_curve *curve, double top, double disturbance)
{
    return 1 + (top - 1) * exp2(-pow(disturbance / curve->x50, curve->slope));
}

static double squares(const struct opine_curve *curve, const struct sample *s,
                      int count)
{
    double sum = 0;

    for (int i = 0; i < count; i++) {
        double miss = curve_at(curve, s[i].top, s[i].disturbance) - s[i].heard;

        sum += s[i].weight * miss * miss;
    }
    return sum;
}

/**
 * A damped step of Gauss and Newton, in ln x50 and ln slope
 *
 *   u = (D / x50)^slope     dM/dln(x50)   =  (top - 1) ln(2) 2^-u slope u
 *                           dM/dln(slope) = -(top - 1) ln(2) 2^-u u ln(u)
 */
static struct opine_curve step(const struct opine_curve *c,
                               const struct sample *s, int count, double damp)
{
    double aa = 0, ab = 0, bb = 0, ar = 0, br = 0;

    for (int i = 0; i < count; i++) {
        double u = pow(s[i].disturbance / c->x50, c->slope);
        double f = (s[i].top - 1) * LN_2 * exp2(-u) * u;
        double a = f * c->slope;
        double b = u > 0 ? -f * log(u) : 0;
        double miss = s[i].heard - 1 - (s[i].top - 1) * exp2(-u);

        if (!isfinite(a) || !isfinite(b))
            continue; /* u is beyond all bounds: the curve is flat there */
        aa += s[i].weight * a * a;
        ab += s[i].weight * a * b;
        bb += s[i].weight * b * b;
        ar += s[i].weight * a * miss;
        br += s[i].weight * b * miss;
    }
    aa = aa * (1 + damp) + 1e-12;
    bb = bb * (1 + damp) + 1e-12;

    double det = aa * bb - ab * ab;
    double x50 = c->x50 * exp((ar * bb - br * ab) / det);
    double slope = c->slope * exp((br * aa - ar * ab) / det);

    return (struct opine_curve){ fmin(fmax(x50, least.x50), most.x50),
                                 fmin(fmax(slope, least.slope), most.slope) };
}

struct opine_curve curve_fit(const struct sample *sample, int count)
{
    struct opine_curve best = { 1, 0.67 };
    double error = squares(&best, sample, count);
    double damp = 0.01;

    for (int round = 0; round < ROUNDS && damp < 1e12; round++) {
        struct opine_curve next = step(&best, sample, count, damp);
        double e = squares(&next, sample, count);

        if (e < error) {
            best = next;
            error = e;
            damp /= 10;
        } else {
            damp *= 10;
        }
    }
    return best;
}
