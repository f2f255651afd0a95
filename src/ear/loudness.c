/* SPDX-License-Identifier: BSD-2-Clause */
/* From band powers to specific loudness, one frame after the other. */
#include "ear.h"

#include <math.h>
#include <string.h>

/* Slope towards high frequencies, BS.1387-1: 24 + 230 / f - 0.2 L dB/Bark; its
 * filter-bank version bounds it below. */
#define RISE_PER_DB 0.2
#define RISE_LEAST  4.0

/* Zwicker's specific loudness, constants as in PESQ: sone/Bark */
#define LOUDNESS_SCALE    0.1866
#define LOUDNESS_EXPONENT 0.23 /* 0.18 to 0.23 score alike, 0.30 -0.012 */

#define LOG2_10 3.32192809488736234787

/* Spread a frame over bands. With a = 0.4, x = p^a, and r[i] what is left of a
 * contribution one band further up:
 *
 *   y[j] = sum over i <= j of x[i] r[i]^(j - i)
 *        + sum over i >  j of x[i] down^(i - j)
 *   e[j] = (y[j] / norm[j])^(1 / a)
 */
static void spread(const struct opine_ear *ear, const double *p, double *e)
{
    double y[OPINE_EAR_BANDS], x[OPINE_EAR_BANDS], r[OPINE_EAR_BANDS];
    double from_above = 0;

    memset(y, 0, sizeof y);
    for (int i = 0; i < OPINE_EAR_BANDS; i++) {
        double l = log2(p[i]);
        double level_db = 10 / LOG2_10 * l;
        double slope = fmax(ear->rise[i] - RISE_PER_DB * level_db, RISE_LEAST);

        r[i] = exp2(-OPINE_EAR_ADD * LOG2_10 / 10 * slope * ear->step_bark);
        x[i] = e[i] = exp2(OPINE_EAR_ADD * l);
    }
    /* All contributions one band further at a time: no loop depends on itself,
     * so that compilers vectorise it. */
    for (int away = 0; away < OPINE_EAR_BANDS; away++)
        for (int i = 0; i < OPINE_EAR_BANDS - away; i++) {
            y[i + away] += x[i];
            x[i] *= r[i];
        }
    for (int j = OPINE_EAR_BANDS - 1; j >= 0; j--) {
        double own = e[j];
        double q = (y[j] + from_above) / ear->norm[j];

        e[j] = q * q * sqrt(q); /* q^(1 / 0.4) */
        from_above = (from_above + own) * ear->down;
    }
}

/* N = 0.1866 (2 Et)^0.23 ((0.5 + 0.5 E / Et)^0.23 - 1), 0 below threshold */
static void specific_loudness(const struct opine_ear *ear, const double *e,
                              const double *scale, float *n)
{
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        double over = 0.5 + 0.5 * e[b] / ear->threshold[b];

        n[b] = over <= 1
                   ? 0
                   : (float)(scale[b] * (pow(over, LOUDNESS_EXPONENT) - 1));
    }
}

void opine_ear_loudness(const struct opine_ear *ear, float *pattern, int frames,
                        float *loudness)
{
    double scale[OPINE_EAR_BANDS], mean[OPINE_EAR_BANDS];

    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        scale[b] = LOUDNESS_SCALE *
                   pow(2 * ear->threshold[b], LOUDNESS_EXPONENT);
        mean[b] = 0;
    }
    for (int t = 0; t < frames; t++) {
        float *frame = pattern + (ptrdiff_t)t * OPINE_EAR_BANDS;
        double p[OPINE_EAR_BANDS], e[OPINE_EAR_BANDS];

        for (int b = 0; b < OPINE_EAR_BANDS; b++)
            p[b] = (double)frame[b] * ear->outer[b] + ear->noise[b];
        spread(ear, p, e);
        /* Forward masking, BS.1387-1: what lingers of a recursive mean */
        for (int b = 0; b < OPINE_EAR_BANDS; b++) {
            mean[b] = ear->decay[b] * mean[b] + (1 - ear->decay[b]) * e[b];
            e[b] = fmax(e[b], mean[b]);
            frame[b] = (float)e[b];
        }
        specific_loudness(ear, e, scale,
                          loudness + (ptrdiff_t)t * OPINE_EAR_BANDS);
    }
}
