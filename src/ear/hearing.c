/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts of hearing: the bands, and what the ear does in each. */
#include "ear.h"

#include <math.h>
#include <stdlib.h>

/* Bands are equally wide on the scale that the slopes of spreading are given
 * on, Schroeder's (ITU-R BS.1387-1), which makes spreading a geometric series.
 * Loudness adds over Zwicker's scale, which his loudness is given on. */
#define LOW_HZ  20.0
#define HIGH_HZ 20000.0

/* BS.1387-1: forward masking decays with 8 ms, and 22 ms more at 100 Hz */
#define MASK_S     0.008
#define MASK_LOW_S 0.030

/* BS.1387-1: slope towards low frequencies */
#define DOWN_DB_BARK 27.0

static double schroeder_bark(double hz)
{
    return 7 * asinh(hz / 650);
}

static double schroeder_hz(double bark)
{
    return 650 * sinh(bark / 7);
}

static double zwicker_bark(double hz)
{
    return 13 * atan(0.76e-3 * hz) + 3.5 * atan(pow(hz / 7500, 2));
}

/* Number of ERBs below a frequency (Moore and Glasberg 1983) */
static double cam(double hz)
{
    return 21.366 * log10(1 + 0.004368 * hz);
}

static double from_db(double db)
{
    return pow(10, db / 10);
}

/* Threshold in quiet, dB SPL (Terhardt 1979) */
static double threshold_db(double khz)
{
    return 3.64 * pow(khz, -0.8) - 6.5 * exp(-0.6 * pow(khz - 3.3, 2)) +
           1e-3 * pow(khz, 4);
}

/* Outer and middle ear, dB (BS.1387-1) */
static double outer_ear_db(double khz)
{
    return -0.6 * 3.64 * pow(khz, -0.8) + 6.5 * exp(-0.6 * pow(khz - 3.3, 2)) -
           1e-3 * pow(khz, 3.6);
}

/* Internal noise, dB (BS.1387-1) */
static double internal_noise_db(double khz)
{
    return 0.4 * 3.64 * pow(khz, -0.8);
}

static double bark_step(void)
{
    return (schroeder_bark(HIGH_HZ) - schroeder_bark(LOW_HZ)) / OPINE_EAR_BANDS;
}

/* Response of spreading to bands that all hold 1 (0 dB), per band: what the
 * result is divided by, so that a flat spectrum keeps its level */
static void spreading_norm(struct opine_ear *ear)
{
    for (int j = 0; j < OPINE_EAR_BANDS; j++) {
        ear->norm[j] = 0;
        for (int i = 0; i < OPINE_EAR_BANDS; i++) {
            double slope = i <= j ? ear->rise[i] : DOWN_DB_BARK;
            double away = abs(i - j) * ear->step_bark;
            ear->norm[j] += pow(from_db(-slope * away), OPINE_EAR_ADD);
        }
    }
}

void opine_ear_hearing(struct opine_ear *ear)
{
    double low = schroeder_bark(LOW_HZ), step = bark_step();
    double hop_s = ear->hop / ear->rate_hz;

    ear->step_bark = step;
    ear->down = pow(from_db(-DOWN_DB_BARK * step), OPINE_EAR_ADD);
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        struct opine_ear_band *band = &ear->band[b];
        double khz, tau;

        band->low_hz = schroeder_hz(low + b * step);
        band->centre_hz = schroeder_hz(low + (b + 0.5) * step);
        band->high_hz = schroeder_hz(low + (b + 1) * step);
        band->width_bark = zwicker_bark(band->high_hz) -
                           zwicker_bark(band->low_hz);
        band->width_cam = cam(band->high_hz) - cam(band->low_hz);
        khz = band->centre_hz / 1000;
        ear->outer[b] = from_db(outer_ear_db(khz));
        ear->noise[b] = from_db(internal_noise_db(khz));
        ear->threshold[b] = from_db(threshold_db(khz));
        ear->rise[b] = 24 + 230 / band->centre_hz;
        tau = MASK_S + fmin(0.1 / khz, 1) * (MASK_LOW_S - MASK_S);
        ear->decay[b] = exp(-hop_s / tau);
    }
    spreading_norm(ear);
}
