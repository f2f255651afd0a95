/* SPDX-License-Identifier: BSD-2-Clause */
/* Two views of the envelope that do not mind phase and fine timing. */
#include "views.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

#define NB OPINE_EAR_BANDS
#define PI 3.14159265358979323846

/* Slow modulation, the rate of words, and its energy over 250 ms */
#define MODULATION_LOW_HZ  1.0
#define MODULATION_HIGH_HZ 3.0
#define MODULATION_S       0.25
#define MODULATION_FLOOR   0.01
#define LOUDNESS_EXPONENT  0.23

/* Timbre: cepstrum of levels above the threshold and above 40 dB below the
 * loudest band, powers averaged over 80 ms */
#define TIMBRE_LOW_HZ 80.0
#define TIMBRE_FRAMES 5
#define TIMBRE_FLOOR  1e-4
#define COEFFICIENTS  12

/* ---------------------------------------------------------- modulation */

/* Second-order band-pass: Butterworth's of first order, by bilinear transform
 *
 *   y[t] = g (x[t] - x[t-2]) - a1 y[t-1] - a2 y[t-2]
 */
struct band_pass {
    double g, a1, a2;
};

static struct band_pass design(double hop_s)
{
    double low = tan(PI * MODULATION_LOW_HZ * hop_s);
    double high = tan(PI * MODULATION_HIGH_HZ * hop_s);
    double width = high - low, middle = low * high;
    double a0 = 1 + width + middle;

    return (struct band_pass){ width / a0, 2 * (middle - 1) / a0,
                               (1 - width + middle) / a0 };
}

/* Loudness of one band over time, 0 at threshold, filtered */
static void filter_band(const struct opine_ear *ear,
                        const struct band_pass *filter, const float *power,
                        double gain, int band, int frames, double *y)
{
    double scale = gain * ear->outer[band] / (4 * ear->threshold[band]);
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;

    for (int t = 0; t < frames; t++) {
        double e = (double)power[(ptrdiff_t)t * NB + band] * scale;
        double x = pow(1 + e, LOUDNESS_EXPONENT) - 1;
        double now = filter->g * (x - x2) - filter->a1 * y1 - filter->a2 * y2;

        x2 = x1;
        x1 = x;
        y2 = y1;
        y1 = now;
        y[t] = now * now;
    }
}

/* Sum over a window of `size` values around each; zeros beyond the ends */
static void smooth(const double *x, int n, int size, double *y)
{
    double sum = 0;
    int half = size / 2;

    for (int t = -half; t < n; t++) {
        sum += t + half < n ? x[t + half] : 0;
        sum -= t - half - 1 >= 0 ? x[t - half - 1] : 0;
        if (t >= 0)
            y[t] = fmax(sum, 0) / (2 * half + 1);
    }
}

static enum opine_status modulation(struct opine_arena *arena,
                                    const struct opine_ear *ear,
                                    const struct opine_excerpt *x, int channel,
                                    double pause, struct opine_mean *change)
{
    const struct opine_heard *heard = &x->perceived->channel[channel];
    int frames = x->perceived->frames;
    struct opine_arena_mark mark = opine_arena_mark(arena);
    double hop_s = ear->hop / ear->rate_hz;
    struct band_pass filter = design(hop_s);
    double *y = opine_arena_take(arena, (size_t)frames, sizeof *y);
    double *ref = opine_arena_take(arena, (size_t)frames, sizeof *ref);
    double *deg = opine_arena_take(arena, (size_t)frames, sizeof *deg);
    int size = (int)lround(MODULATION_S / hop_s);

    if (!y || !ref || !deg)
        return OPINE_ERR_MEMORY;
    for (int b = 0; b < NB; b++) {
        filter_band(ear, &filter, heard->power_ref, 1, b, frames, y);
        smooth(y, frames, size, ref);
        filter_band(ear, &filter, heard->power_deg, x->perceived->level, b,
                    frames, y);
        smooth(y, frames, size, deg);
        for (int t = x->first; t < x->end; t++) {
            if (heard->level_ref[t] <= pause)
                continue;
            change->sum += fabs(
                log((deg[t] + MODULATION_FLOOR) / (ref[t] + MODULATION_FLOOR)));
            change->count++;
        }
    }
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

/* -------------------------------------------------------------- timbre */

static double loudest_band(const struct opine_ear *ear, const float *power,
                           int frames)
{
    double most = 0;

    for (int t = 0; t < frames; t++)
        for (int b = 0; b < NB; b++)
            most = fmax(most,
                        (double)power[(ptrdiff_t)t * NB + b] * ear->outer[b]);
    return most;
}

/* Cepstrum 1 to 12 of the mean powers around frame t */
static void cepstrum(const struct opine_ear *ear, const float *power,
                     int frames, double gain, double floor, int t, int first,
                     double (*cosine)[NB], double *c)
{
    double level[NB];

    for (int b = first; b < NB; b++) {
        double sum = 0;

        for (int i = -TIMBRE_FRAMES / 2; i <= TIMBRE_FRAMES / 2; i++) {
            int k = t + i < 0 ? 0 : t + i >= frames ? frames - 1 : t + i;
            sum += (double)power[(ptrdiff_t)k * NB + b];
        }
        level[b] = 10 * log10(sum / TIMBRE_FRAMES * gain * ear->outer[b] +
                              6 * ear->threshold[b] + floor);
    }
    for (int k = 0; k < COEFFICIENTS; k++) {
        c[k] = 0;
        for (int b = first; b < NB; b++)
            c[k] += level[b] * cosine[k][b];
    }
}

/* Mean distance of the two cepstra; orthonormal cosines, so in dB */
static void timbre(const struct opine_ear *ear, const struct opine_excerpt *x,
                   int channel, const struct opine_loudest *loudest,
                   double pause, struct opine_mean *apart)
{
    const struct opine_heard *heard = &x->perceived->channel[channel];
    int frames = x->perceived->frames;
    double gain = x->perceived->level, cosine[COEFFICIENTS][NB];
    double ref_floor = TIMBRE_FLOOR * loudest->ref;
    double deg_floor = TIMBRE_FLOOR * gain * loudest->deg;
    int first = 0;

    while (ear->band[first].centre_hz <= TIMBRE_LOW_HZ)
        first++;
    for (int k = 0; k < COEFFICIENTS; k++)
        for (int b = first; b < NB; b++)
            cosine[k][b] = sqrt(2.0 / (NB - first)) *
                           cos(PI * (k + 1) * (b - first + 0.5) / (NB - first));
    for (int t = x->first; t < x->end; t++) {
        double r[COEFFICIENTS], d[COEFFICIENTS], distance = 0;

        if (heard->level_ref[t] <= pause)
            continue;
        cepstrum(ear, heard->power_ref, frames, 1, ref_floor, t, first, cosine,
                 r);
        cepstrum(ear, heard->power_deg, frames, gain, deg_floor, t, first,
                 cosine, d);
        for (int k = 0; k < COEFFICIENTS; k++)
            distance += (r[k] - d[k]) * (r[k] - d[k]);
        apart->sum += sqrt(distance);
        apart->count++;
    }
}

void opine_envelope_survey(const struct opine_ear *ear,
                           const struct opine_heard *heard, int frames,
                           struct opine_loudest *loudest)
{
    loudest->ref = fmax(loudest->ref,
                        loudest_band(ear, heard->power_ref, frames));
    loudest->deg = fmax(loudest->deg,
                        loudest_band(ear, heard->power_deg, frames));
}

enum opine_status opine_envelope_add(struct opine_arena *arena,
                                     const struct opine_ear *ear,
                                     const struct opine_excerpt *x, int channel,
                                     const struct opine_loudest *loudest,
                                     double pause,
                                     struct opine_mean *modulation_change,
                                     struct opine_mean *timbre_change)
{
    TRY(modulation(arena, ear, x, channel, pause, modulation_change));
    timbre(ear, x, channel, loudest, pause, timbre_change);
    return OPINE_OK;
}
