/* SPDX-License-Identifier: BSD-2-Clause */
/* Structural similarity of the two patterns of levels, as of two pictures. */
#include "disturb.h"

#include <math.h>
#include <string.h>

#define NB     OPINE_EAR_BANDS
#define FRAMES 7 /* of the box over which means and variances are taken, */
#define BANDS  5 /* and bands; its edges repeat those of the pattern */

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

/* Levels above the threshold in quiet, dB */
static void levels(const struct opine_ear *ear, const float *power, double gain,
                   float *level)
{
    for (int b = 0; b < NB; b++)
        level[b] = 10 * log10f((float)((double)power[b] * gain * ear->outer[b] /
                                       ear->threshold[b]) +
                               1);
}

static void make_row(const struct opine_ear *ear, const float *ref,
                     const float *deg, double gain, struct row *row)
{
    float r[NB], d[NB];

    levels(ear, ref, 1, r);
    levels(ear, deg, gain, d);
    memset(row, 0, sizeof *row);
    for (int b = 0; b < NB; b++)
        for (int i = -BANDS / 2; i <= BANDS / 2; i++) {
            int k = clamp(b + i, NB);

            row->r[b] += r[k];
            row->d[b] += d[k];
            row->rr[b] += r[k] * r[k];
            row->dd[b] += d[k] * d[k];
            row->rd[b] += r[k] * d[k];
        }
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
    double total = 0;

    for (int b = 0; b < NB; b++) {
        double n = FRAMES * BANDS;
        double r = (double)sum->r[b] / n, d = (double)sum->d[b] / n;
        double vr = fmax((double)sum->rr[b] / n - r * r, 0);
        double vd = fmax((double)sum->dd[b] / n - d * d, 0);
        double cov = (double)sum->rd[b] / n - r * d;

        total += (2 * r * d + LEVEL_FLOOR) / (r * r + d * d + LEVEL_FLOOR) *
                 (cov + SPREAD_FLOOR) / (sqrt(vr * vd) + SPREAD_FLOOR);
    }
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
    int count = 0, made = 0;

    for (int t = 0; t < frames; t++)
        loudest = fmax(loudest,
                       frame_power(heard->power_ref + (ptrdiff_t)t * NB));
    for (int t = 0; t < frames; t++) {
        struct row sum;

        for (; made < frames && made <= t + FRAMES / 2; made++)
            make_row(ear, heard->power_ref + (ptrdiff_t)made * NB,
                     heard->power_deg + (ptrdiff_t)made * NB, gain,
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
    return count ? fmax(lost / count, 0) : 0;
}
