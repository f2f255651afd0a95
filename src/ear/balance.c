/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds for the whole of a pair: levels and mean spectra, where there is
 * sound. */
#include "ear.h"

#include <math.h>
#include <string.h>

#define LEVEL_LIMIT                                                            \
    1e6 /* of level matching, a power: what is 60 dB                           \
           down is not a quiet copy */

double opine_frame_power(const struct opine_kernels *kernels,
                         const float *pattern, int frame)
{
    return (double)kernels->sum(pattern + (ptrdiff_t)frame * OPINE_EAR_BANDS,
                                OPINE_EAR_BANDS);
}

void opine_sum_spectrum(const float *pattern, int frame, double *spectrum)
{
    const float *power = pattern + (ptrdiff_t)frame * OPINE_EAR_BANDS;

    for (int b = 0; b < OPINE_EAR_BANDS; b++)
        spectrum[b] += (double)power[b];
}

void opine_match_level(const struct opine_config *config, double ref,
                       double deg, int frames, struct opine_perceived *p)
{
    double level = fmin(ref / fmax(deg, 1e-20), LEVEL_LIMIT);

    p->level_db = -10 * log10(level);
    p->level = config->level == OPINE_LEVEL_KEEP ? 1 : level;
    for (int c = 0; c < p->channels; c++)
        for (int b = 0; b < OPINE_EAR_BANDS; b++) {
            p->channel[c].spectrum_ref[b] /= frames;
            p->channel[c].spectrum_deg[b] *= p->level / frames;
        }
}

void opine_balance(const struct opine_kernels *kernels,
                   const struct opine_config *config, struct opine_perceived *p)
{
    double *power = p->channel[0].level_ref; /* free until loudness is known */
    double loudest = 0, ref = 0, deg = 0;
    int frames = 0;

    for (int t = 0; t < p->frames; t++) {
        power[t] = 0;
        for (int c = 0; c < p->channels; c++)
            power[t] += opine_frame_power(kernels, p->channel[c].power_ref, t);
        loudest = fmax(loudest, power[t]);
    }
    for (int c = 0; c < p->channels; c++) {
        memset(p->channel[c].spectrum_ref, 0, OPINE_EAR_BANDS * sizeof(double));
        memset(p->channel[c].spectrum_deg, 0, OPINE_EAR_BANDS * sizeof(double));
    }
    for (int t = 0; t < p->frames; t++) {
        if (power[t] < loudest * OPINE_ACTIVE_SHARE)
            continue;
        frames++;
        ref += power[t];
        for (int c = 0; c < p->channels; c++) {
            const struct opine_heard *h = &p->channel[c];

            deg += opine_frame_power(kernels, h->power_deg, t);
            opine_sum_spectrum(h->power_ref, t, h->spectrum_ref);
            opine_sum_spectrum(h->power_deg, t, h->spectrum_deg);
        }
    }
    opine_match_level(config, ref, deg, frames, p);
}
