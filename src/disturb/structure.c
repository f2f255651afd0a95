/* SPDX-License-Identifier: BSD-2-Clause */
/* Structural similarity of the two patterns of levels, as of two pictures. */
#include "disturb.h"

#include <math.h>
#include <string.h>

#define NB     OPINE_EAR_BANDS
#define FRAMES 7 /* of the box over which means and variances are taken, */
#define BANDS  5 /* and bands; its edges repeat those of the pattern */
#define EDGE   (BANDS / 2)

#define ROUNDING 1e-7 /* of sums in single precision, and no difference */

#define ACTIVE_SHARE 3.16e-5 /* 45 dB below the loudest */
#define LEVEL_FLOOR  25.0    /* dB^2; keeps silence alike */
#define SPREAD_FLOOR 4.0     /* dB^2 */

/* Sums over bands around each band: of levels, squares and products */
struct row {
    float r[NB], d[NB], rr[NB], dd[NB], rd[NB];
};

static int clamp(int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/* What makes levels above the threshold in quiet of powers */
struct scale {
    const struct opine_kernels *kernels;
    float ref[NB], deg[NB];
};

static void make_scale(const struct opine_ear *ear, double gain,
                       struct scale *scale)
{
    scale->kernels = ear->fft.kernels;
    for (int b = 0; b < NB; b++) {
        double ref = ear->outer[b] / ear->threshold[b];

        scale->ref[b] = (float)ref;
        scale->deg[b] = (float)(ref * gain);
    }
}

/* A frame's levels in dB, with its edges repeated */
static void levels(const struct opine_kernels *kernels, const float *scale,
                   const float *power, float *level)
{
    float over[NB];

    for (int b = 0; b < NB; b++)
        over[b] = power[b] * scale[b] + 1;
    kernels->logarithm(level + EDGE, over, NB);
    for (int b = EDGE; b < NB + EDGE; b++)
        level[b] *= 3.01029996F; /* 10 log10 2 */
    for (int i = 0; i < EDGE; i++) {
        level[i] = level[EDGE];
        level[NB + EDGE + i] = level[NB + EDGE - 1];
    }
}

/* y[b] = sum over bands around b of x times w */
static void sum_bands(const float *x, const float *w, float *y)
{
    float xw[NB + 2 * EDGE];

    for (int b = 0; b < NB + 2 * EDGE; b++)
        xw[b] = x[b] * w[b];
    for (int b = 0; b < NB; b++) {
        float sum = xw[b];

        for (int i = 1; i < BANDS; i++)
            sum += xw[b + i];
        y[b] = sum;
    }
}

static void make_row(const struct scale *scale, const float *ref,
                     const float *deg, struct row *row)
{
    float r[NB + 2 * EDGE], d[NB + 2 * EDGE], one[NB + 2 * EDGE];

    for (int b = 0; b < NB + 2 * EDGE; b++)
        one[b] = 1;
    levels(scale->kernels, scale->ref, ref, r);
    levels(scale->kernels, scale->deg, deg, d);
    sum_bands(r, one, row->r);
    sum_bands(d, one, row->d);
    sum_bands(r, r, row->rr);
    sum_bands(d, d, row->dd);
    sum_bands(r, d, row->rd);
}

static void add_row(struct row *sum, const struct row *row)
{
    for (int b = 0; b < NB; b++) {
        sum->r[b] += row->r[b];
        sum->d[b] += row->d[b];
        sum->rr[b] += row->rr[b];
        sum->dd[b] += row->dd[b];
        sum->rd[b] += row->rd[b];
    }
}

/* Mean over bands of
 *
 *   (2 mr md + 25) / (mr^2 + md^2 + 25)  (cov + 4) / (sr sd + 4)
 */
static double similarity(const struct row *sum)
{
    const double share = 1.0 / (FRAMES * BANDS);
    double value[NB], total = 0;

    for (int b = 0; b < NB; b++) {
        double r = (double)sum->r[b] * share, d = (double)sum->d[b] * share;
        double vr = (double)sum->rr[b] * share - r * r;
        double vd = (double)sum->dd[b] * share - d * d;
        double cov = (double)sum->rd[b] * share - r * d;
        double both = (vr > 0 ? vr : 0) * (vd > 0 ? vd : 0);

        value[b] =
            (2 * r * d + LEVEL_FLOOR) * (cov + SPREAD_FLOOR) /
            ((r * r + d * d + LEVEL_FLOOR) * (sqrt(both) + SPREAD_FLOOR));
    }
    for (int b = 0; b < NB; b++)
        total += value[b];
    return total / NB;
}

static double frame_power(const float *power)
{
    double sum = 0;

    for (int b = 0; b < NB; b++)
        sum += (double)power[b];
    return sum;
}

double opine_structure(const struct opine_ear *ear,
                       const struct opine_heard *heard, int frames, double gain)
{
    struct row ring[FRAMES];
    double loudest = 0, lost = 0;
    struct scale scale;
    int count = 0, made = 0;

    make_scale(ear, gain, &scale);
    for (int t = 0; t < frames; t++)
        loudest = fmax(loudest,
                       frame_power(heard->power_ref + (ptrdiff_t)t * NB));
    for (int t = 0; t < frames; t++) {
        struct row sum;

        for (; made < frames && made <= t + FRAMES / 2; made++)
            make_row(&scale, heard->power_ref + (ptrdiff_t)made * NB,
                     heard->power_deg + (ptrdiff_t)made * NB,
                     &ring[made % FRAMES]);
        if (frame_power(heard->power_ref + (ptrdiff_t)t * NB) <
            ACTIVE_SHARE * loudest)
            continue;
        memset(&sum, 0, sizeof sum);
        for (int i = -FRAMES / 2; i <= FRAMES / 2; i++)
            add_row(&sum, &ring[clamp(t + i, frames) % FRAMES]);
        lost += 1 - similarity(&sum);
        count++;
    }
    return count && lost > ROUNDING * count ? lost / count : 0;
}
