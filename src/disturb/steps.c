/* SPDX-License-Identifier: BSD-2-Clause */
/* How many just noticeable steps of level lie between the two patterns. */
#include "disturb.h"

#include <math.h>

#define LEVEL_LEAST_DB 1.0 /* BS.1387-1: the step is defined from here on */
#define DB_PER_OCTAVE  3.01029995663981195 /* 10 log10 2 */
#define GRID_PER_DB    8                   /* of the table of steps */
#define GRID           (120 * GRID_PER_DB + 1)

/* BS.1387-1, detection probability: the level difference that is just
 * noticeable at an excitation level of l dB, 1 or more */
static double step_db(double l)
{
    return 5.95072 * pow(6.39468 / l, 1.71332) + 9.01033e-11 * l * l * l * l +
           5.05622e-6 * l * l * l - 0.00102438 * l * l + 0.0550197 * l -
           0.198719;
}

static void fill_steps(double *per_db)
{
    for (int i = 0; i < GRID; i++)
        per_db[i] = 1 / step_db(fmax((double)i / GRID_PER_DB, LEVEL_LEAST_DB));
}

static double steps_per_db(const double *per_db, double l)
{
    double at = (l > LEVEL_LEAST_DB ? l : LEVEL_LEAST_DB) * GRID_PER_DB;
    int i;

    at = at < GRID - 2 ? at : GRID - 2;
    i = (int)at;
    return per_db[i] + (at - i) * (per_db[i + 1] - per_db[i]);
}

/* BS.1387-1: the level that counts leans on the degraded; whole decibels only
 *
 *   L = 0.3 max(L_ref, L_deg) + 0.7 L_deg     steps = trunc |L_deg - L_ref| / s
 */
static double frame_steps(const struct opine_ear *ear, const double *per_db,
                          const float *ref, const float *deg)
{
    const struct opine_kernels *kernels = ear->fft.kernels;
    float r[OPINE_EAR_BANDS], d[OPINE_EAR_BANDS];
    double sum = 0;

    kernels->logarithm(r, ref, OPINE_EAR_BANDS);
    kernels->logarithm(d, deg, OPINE_EAR_BANDS);
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        double level_r = DB_PER_OCTAVE * (double)r[b];
        double level_d = DB_PER_OCTAVE * (double)d[b];
        double more = level_r > level_d ? level_r : level_d;
        int apart = (int)fabs(level_d - level_r);

        if (apart)
            sum += apart * ear->band[b].width_cam *
                   steps_per_db(per_db, 0.3 * more + 0.7 * level_d);
    }
    return sum;
}

void opine_steps(const struct opine_ear *ear, const struct opine_heard *heard,
                 int frames, struct opine_frame *frame)
{
    double per_db[GRID];

    fill_steps(per_db);
    for (int t = 0; t < frames; t++) {
        ptrdiff_t at = (ptrdiff_t)t * OPINE_EAR_BANDS;

        frame[t].steps = (float)frame_steps(ear, per_db,
                                            heard->excited_ref + at,
                                            heard->excited_deg + at);
    }
}
