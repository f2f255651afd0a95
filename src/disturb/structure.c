/* SPDX-License-Identifier: BSD-2-Clause */
/* Structural similarity of the two patterns of levels, as of two pictures. */
#include "views.h"

#include <math.h>

#define NB     OPINE_EAR_BANDS
#define FRAMES 7 /* of the box over which means and variances are taken, */
#define BANDS  5 /* and bands; its edges repeat those of the pattern */
#define EDGE   (BANDS / 2)

#define ROUNDING 1e-6 /* of single precision, and no difference */

#define ACTIVE_SHARE 3.16e-5 /* 45 dB below the loudest */
#define LEVEL_FLOOR  25.0F   /* dB^2; keeps silence alike */
#define SPREAD_FLOOR 4.0F    /* dB^2 */

/* Sums over bands around each band: of levels, squares and products; filled up
 * to a multiple of 32 floats, which are added fastest */
#define SUMS 5
struct row {
    float v[SUMS * NB + 16];
};

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
    sum_bands(r, one, row->v);
    sum_bands(d, one, row->v + NB);
    sum_bands(r, r, row->v + 2 * NB);
    sum_bands(d, d, row->v + 3 * NB);
    sum_bands(r, d, row->v + 4 * NB);
}

static double frame_power(const struct opine_kernels *kernels,
                          const struct opine_heard *heard, int t)
{
    return (double)kernels->sum(heard->power_ref + (ptrdiff_t)t * NB, NB);
}

/* Add up the rows of the frames around one; edges repeat the pattern's */
static void add_rows(const struct opine_kernels *kernels,
                     const struct row *ring, int t, int frames, struct row *sum)
{
    float weight[FRAMES] = { 0 };

    for (int i = t - FRAMES / 2; i <= t + FRAMES / 2; i++) {
        int inside = i < 0 ? 0 : i < frames ? i : frames - 1;

        weight[inside % FRAMES] += 1;
    }
    kernels->combine(sum->v, ring->v, (int)(sizeof *ring / sizeof *ring->v),
                     weight, FRAMES, SUMS * NB + 16);
}

/* Mean over bands of
 *
 *   (2 mr md + 25) / (mr^2 + md^2 + 25)  (cov + 4) / (sr sd + 4)
 */
static double similarity(const struct opine_kernels *kernels,
                         const struct row *sum)
{
    float value[NB];

    kernels->resemble(value, sum->v, 1.0F / (FRAMES * BANDS), LEVEL_FLOOR,
                      SPREAD_FLOOR, NB);
    return (double)kernels->sum(value, NB) / NB;
}

void opine_structure_survey(const struct opine_ear *ear,
                            const struct opine_heard *heard, int frames,
                            struct opine_loudest *loudest)
{
    for (int t = 0; t < frames; t++)
        loudest->frame = fmax(loudest->frame,
                              frame_power(ear->fft.kernels, heard, t));
}

void opine_structure_add(const struct opine_ear *ear,
                         const struct opine_excerpt *x, int channel,
                         const struct opine_loudest *loudest,
                         struct opine_mean *lost)
{
    const struct opine_kernels *kernels = ear->fft.kernels;
    const struct opine_heard *heard = &x->perceived->channel[channel];
    double active = ACTIVE_SHARE * loudest->frame;
    int frames = x->perceived->frames;
    int made = x->first > FRAMES ? x->first - FRAMES : 0;
    struct row ring[FRAMES] = { { { 0 } } };
    struct scale scale;

    make_scale(ear, x->perceived->level, &scale);
    for (int t = x->first; t < x->end; t++) {
        struct row sum;

        for (; made < frames && made <= t + FRAMES / 2; made++)
            make_row(&scale, heard->power_ref + (ptrdiff_t)made * NB,
                     heard->power_deg + (ptrdiff_t)made * NB,
                     &ring[made % FRAMES]);
        if (frame_power(kernels, heard, t) < active)
            continue;
        add_rows(kernels, ring, t, frames, &sum);
        lost->sum += 1 - similarity(kernels, &sum);
        lost->count++;
    }
}

double opine_structure_lost(const struct opine_mean *lost)
{
    return lost->count && lost->sum > ROUNDING * lost->count
               ? lost->sum / lost->count
               : 0;
}
