/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence that the fine structure was made anew, though the envelope stayed:
 * vocoders, neural codecs, generative enhancement. */
#include "views.h"

#include "base/select.h"

#include <math.h>

#define NB           OPINE_EAR_BANDS
#define LOW_HZ       80.0
#define HIGH_HZ      8000.0
#define ACTIVE_SHARE 1e-3 /* blocks within 30 dB of the loudest */
#define WEIGHT       0.1F /* exponent of power; 0.3 separates less */
/* What is made anew is so nearly everywhere; a lost packet is not, though its
 * concealment is. The median takes 20 % lost speech for a vocoder's. */
#define PERCENTILE   0.3
#define WEIGHT_FLOOR 1e-7 /* of the largest power of a band */

/* Powers of a block, band by band; their sum inside of the range */
static double block_powers(const struct opine_ear *ear, const float *power,
                           int block, double *sum)
{
    double total = 0;

    for (int b = 0; b < NB; b++) {
        sum[b] = 0;
        for (int i = 0; i < OPINE_EAR_BLOCK; i++) {
            ptrdiff_t t = (ptrdiff_t)block * OPINE_EAR_BLOCK + i;
            sum[b] += (double)power[t * NB + b];
        }
        if (ear->band[b].centre_hz > LOW_HZ && ear->band[b].centre_hz < HIGH_HZ)
            total += sum[b];
    }
    return total;
}

/* Of one band, with rho = E_ref / E_deg:
 *
 *   m = clip(1 - explained - max(0, 1 - rho), 0, 1) min(1, 1 / rho)^0.5
 *
 * What added noise, an echo or a second talker explains gives 0, as the
 * degraded then has more power; and so do holes and a low-pass.
 */
static double remade(double ref, double deg, double explained)
{
    double rho = ref / fmax(deg, 1e-15);
    double m = 1 - explained - fmax(0, 1 - rho);

    return fmin(fmax(m, 0), 1) * fmin(1, 1 / sqrt(fmax(rho, 1e-9)));
}

static double block_evidence(const struct opine_ear *ear, const double *ref,
                             const double *deg, const float *explained,
                             double gain, double floor)
{
    float power[NB], weight[NB];
    double sum = 0, weights = 0;

    for (int b = 0; b < NB; b++)
        power[b] = (float)ref[b];
    ear->fft.kernels->raise(weight, power, WEIGHT, NB);
    for (int b = 0; b < NB; b++) {
        double hz = ear->band[b].centre_hz, w = (double)weight[b];

        if (hz <= LOW_HZ || hz >= HIGH_HZ || ref[b] <= floor)
            continue;
        sum += w * remade(ref[b], gain * deg[b], (double)explained[b]);
        weights += w;
    }
    return weights > 0 ? sum / weights : 0;
}

void opine_regenerated_survey(const struct opine_ear *ear,
                              const struct opine_heard *heard, int blocks,
                              struct opine_loudest *loudest)
{
    double ref[NB];

    for (int k = 0; k < blocks; k++) {
        loudest->block = fmax(loudest->block,
                              block_powers(ear, heard->power_ref, k, ref));
        for (int b = 0; b < NB; b++)
            loudest->block_band = fmax(loudest->block_band, ref[b]);
    }
}

int opine_regenerated_add(const struct opine_ear *ear,
                          const struct opine_excerpt *x, int channel,
                          const struct opine_loudest *loudest, double *value)
{
    const struct opine_heard *heard = &x->perceived->channel[channel];
    double floor = WEIGHT_FLOOR * loudest->block_band;
    int count = 0;

    for (int k = x->first / OPINE_EAR_BLOCK; k < x->end / OPINE_EAR_BLOCK;
         k++) {
        double ref[NB], deg[NB];

        if (block_powers(ear, heard->power_ref, k, ref) <
            ACTIVE_SHARE * loudest->block)
            continue;
        block_powers(ear, heard->power_deg, k, deg);
        value[count++] = block_evidence(ear, ref, deg,
                                        heard->explained + (ptrdiff_t)k * NB,
                                        x->perceived->level, floor);
    }
    return count;
}

double opine_regenerated_evidence(double *value, int count)
{
    return count ? opine_percentile(value, count, PERCENTILE) : 0;
}
