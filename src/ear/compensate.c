/* SPDX-License-Identifier: BSD-2-Clause */
/* What listeners do not hold against a recording, taken out of band powers:
 * its level, its linear frequency response, and slow changes of gain. */
#include "ear.h"

#include <math.h>

/* Figures in brackets are Spearman correlations with listeners, on tcd_voip
 * and on music (design.md). */
#define RESPONSE_LIMIT_DB 15.0   /* none: -0.017, -0.03; 10 to 20 alike */
#define RESPONSE_FLOOR_DB 30.0   /* dB SPL added to both sides, as in PESQ */
#define GAIN_LOW_HZ       300.0  /* over the full band, car noise would drag */
#define GAIN_HIGH_HZ      4000.0 /* the speech down by 0.5 MOS */
#define GAIN_FLOOR_DB     37.0   /* dB SPL added to both sides, as in PESQ */
#define GAIN_SMOOTH_S     0.010  /* time constant; PESQ: 0.2 a 16 ms frame */
#define GAIN_LEAST        0.7    /* power ratios: -1.5 dB to +7 dB */
#define GAIN_MOST         5.0

static double band_sum(const float *frame, int first, int end)
{
    double sum = 0;

    for (int b = first; b < end; b++)
        sum += (double)frame[b];
    return sum;
}

static void scale(float *pattern, int frames, double factor)
{
    for (ptrdiff_t i = 0; i < (ptrdiff_t)frames * OPINE_EAR_BANDS; i++)
        pattern[i] = (float)((double)pattern[i] * factor);
}

static void match_response(float *ref, int frames,
                           const struct opine_heard *heard)
{
    double floor = pow(10, RESPONSE_FLOOR_DB / 10);
    double limit = pow(10, RESPONSE_LIMIT_DB / 10);
    double response[OPINE_EAR_BANDS];

    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        double ratio = (heard->spectrum_deg[b] + floor) /
                       (heard->spectrum_ref[b] + floor);
        response[b] = fmin(fmax(ratio, 1 / limit), limit);
    }
    for (int t = 0; t < frames; t++) {
        float *r = ref + (ptrdiff_t)t * OPINE_EAR_BANDS;
        for (int b = 0; b < OPINE_EAR_BANDS; b++)
            r[b] = (float)((double)r[b] * response[b]);
    }
}

/* Smoothed per-frame gain of the degraded, measured where speech lives */
static void match_gain(const struct opine_ear *ear, const float *ref,
                       float *deg, int frames)
{
    double floor = pow(10, GAIN_FLOOR_DB / 10);
    double keep = exp(-ear->hop / ear->rate_hz / GAIN_SMOOTH_S);
    double gain = 1;
    int first = 0, end;

    while (ear->band[first].centre_hz < GAIN_LOW_HZ)
        first++;
    end = first;
    while (ear->band[end].centre_hz < GAIN_HIGH_HZ)
        end++;
    for (int t = 0; t < frames; t++) {
        const float *r = ref + (ptrdiff_t)t * OPINE_EAR_BANDS;
        float *d = deg + (ptrdiff_t)t * OPINE_EAR_BANDS;
        double now = (band_sum(r, first, end) + floor) /
                     (band_sum(d, first, end) + floor);

        gain = keep * gain + (1 - keep) * now;
        now = fmin(fmax(gain, GAIN_LEAST), GAIN_MOST);
        for (int b = 0; b < OPINE_EAR_BANDS; b++)
            d[b] = (float)((double)d[b] * now);
    }
}

void opine_compensate(const struct opine_ear *ear,
                      const struct opine_heard *heard, double level,
                      int keep_level, int frames, float *ref, float *deg)
{
    scale(deg, frames, level);
    match_response(ref, frames, heard);
    if (!keep_level)
        match_gain(ear, ref, deg, frames);
}
