/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers beside the disturbance, for reports and for the map. */
#include "disturb.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

#define BAND_LOSS    0.0316227766 /* 15 dB: as much as a response is forgiven */
#define BAND_LEAST   1.0          /* 0 dB SPL in a band is silence */
#define BAND_DEPTH   1e-8         /* 80 dB below the strongest, too */
#define PAUSES_LEAST 5

void opine_band_range(const double *spectrum, const double *reference,
                      int *first, int *end)
{
    double strongest = 0;

    for (int b = 0; b < OPINE_EAR_BANDS; b++)
        strongest = fmax(strongest, reference[b]);
    *first = OPINE_EAR_BANDS;
    *end = 0;
    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        double least = fmax(BAND_LEAST, BAND_DEPTH * strongest);

        if (spectrum[b] < fmax(least, BAND_LOSS * reference[b]))
            continue;
        *first = b < *first ? b : *first;
        *end = b + 1;
    }
}

/* ---------------------------------------------------------- similarity */

/* A frame without its own mean: its shape */
static void shape(const struct opine_kernels *kernels, const float *frame,
                  float *x)
{
    float own = kernels->sum(frame, OPINE_EAR_BANDS) / OPINE_EAR_BANDS;

    for (int b = 0; b < OPINE_EAR_BANDS; b++)
        x[b] = frame[b] - own;
}

void opine_likeness_add(const struct opine_kernels *kernels,
                        const struct opine_excerpt *x, int channel,
                        struct opine_likeness *like)
{
    const struct opine_heard *h = &x->perceived->channel[channel];

    for (int t = x->first; t < x->end; t++) {
        float r[OPINE_EAR_BANDS], d[OPINE_EAR_BANDS], sums[3];
        ptrdiff_t at = (ptrdiff_t)t * OPINE_EAR_BANDS;

        shape(kernels, h->ref + at, r);
        shape(kernels, h->deg + at, d);
        kernels->match(sums, r, d, OPINE_EAR_BANDS);
        like->rd += (double)sums[0];
        like->rr += (double)sums[1];
        like->dd += (double)sums[2];
        for (int b = 0; b < OPINE_EAR_BANDS; b++) {
            like->ref[b] += (double)r[b];
            like->deg[b] += (double)d[b];
        }
    }
    like->frames += x->end - x->first;
}

/* Correlation about the bands' means: those of shapes are the shapes of the
 * means */
double opine_similarity(const struct opine_likeness *likeness, int channels)
{
    double rr = 0, dd = 0, rd = 0;

    for (int c = 0; c < channels; c++) {
        const struct opine_likeness *l = &likeness[c];

        rr += l->rr;
        dd += l->dd;
        rd += l->rd;
        for (int b = 0; b < OPINE_EAR_BANDS; b++) {
            rr -= l->ref[b] * l->ref[b] / l->frames;
            dd -= l->deg[b] * l->deg[b] / l->frames;
            rd -= l->ref[b] * l->deg[b] / l->frames;
        }
    }
    return rr > 0 && dd > 0 ? fmax(rd / sqrt(rr * dd), 0) : 0;
}

/* ------------------------------------------------------------- measures */

/* Where the degraded's band ends: inside of its last band at the share of the
 * reference's power that it holds */
static double cutoff_hz(const struct opine_ear *ear,
                        const struct opine_heard *heard)
{
    const struct opine_ear_band *last;
    double ref, deg;
    int first, end;

    opine_band_range(heard->spectrum_deg, heard->spectrum_ref, &first, &end);
    if (!end)
        return 0;
    last = &ear->band[end - 1];
    ref = heard->spectrum_ref[end - 1];
    deg = heard->spectrum_deg[end - 1];
    return last->low_hz +
           (deg < ref ? deg / ref : 1) * (last->high_hz - last->low_hz);
}

enum opine_status opine_measure(struct opine_arena *arena,
                                const struct opine_ear *ear,
                                const struct opine_heard *heard, int frames,
                                const struct opine_frame *frame, double *value)
{
    double loud, pause, pause_noise = 0;
    int loud_frames = 0, pauses = 0;

    memset(value, 0, OPINE_CAUSES * sizeof *value);
    TRY(opine_pause_level(arena, heard->level_ref, frames, &loud, &pause));
    for (int t = 0; t < frames; t++) {
        double added = heard->level_deg[t] - heard->level_ref[t];

        if (heard->level_ref[t] <= pause) {
            pause_noise += fmax(added, 0);
            pauses++;
            continue;
        }
        for (int c = 0; c < OPINE_GAPS; c++)
            value[c] += (double)frame[t].sone[c];
        value[OPINE_GAPS] += 100 * frame[t].silent;
        loud_frames++;
    }
    for (int c = 0; c <= OPINE_GAPS; c++)
        value[c] /= loud_frames;
    value[OPINE_PAUSE_NOISE] = pauses >= PAUSES_LEAST ? pause_noise / pauses
                                                      : (double)NAN;
    value[OPINE_BANDWIDTH] = cutoff_hz(ear, heard);
    return OPINE_OK;
}
