/* SPDX-License-Identifier: BSD-2-Clause */
/* Speech or audio? Syllables change the spectrum every 64 ms, vowels and
 * fricatives in turn, and loudness swings as widely as it is large; in music
 * notes last, and others sound on. */
#include "ear.h"

#include <math.h>

#define LOUD    0.1    /* of the loudest frame: others are pauses */
#define LOW_HZ  200.0  /* the telephone's range, so that the band asked for */
#define HIGH_HZ 3500.0 /* does not matter */
#define APART   4      /* frames: 64 ms */

/* A linear discriminant of the change of spectrum (speech 0.08 to 0.13, music 0
 * to 0.11: 2nd and 98th percentiles) and the relative deviation of loudness
 * (speech 0.5 to 1, music 0.2 to 0.8). Of 280 references, those of ../shared
 * and testvectors, one of speech comes out as audio and two of music, both
 * drums alone, as speech, in every band. */
#define DEVIATION 0.12
#define SPEECH    0.122

static double frame_level(const struct opine_perceived *p, int t)
{
    double sum = 0;

    for (int c = 0; c < p->channels; c++)
        sum += p->channel[c].level_ref[t];
    return sum;
}

/* The bands that count: `end` is the one after the last */
struct range {
    int first, end;
};

static struct range telephone(const struct opine_ear *ear)
{
    struct range r = { 0, OPINE_EAR_BANDS };

    while (ear->band[r.first].centre_hz <= LOW_HZ)
        r.first++;
    while (ear->band[r.end - 1].centre_hz >= HIGH_HZ)
        r.end--;
    return r;
}

static void spectrum(const struct opine_perceived *p, struct range r, int t,
                     double *loudness)
{
    ptrdiff_t at = (ptrdiff_t)t * OPINE_EAR_BANDS;

    for (int b = r.first; b < r.end; b++) {
        loudness[b] = 0;
        for (int c = 0; c < p->channels; c++)
            loudness[b] += (double)p->channel[c].ref[at + b];
    }
}

/* 1 less the cosine between the spectra of a frame and one before it */
static double change(const struct opine_perceived *p, struct range r, int t)
{
    double now[OPINE_EAR_BANDS], then[OPINE_EAR_BANDS];
    double nn = 0, tt = 0, nt = 0;

    spectrum(p, r, t, now);
    spectrum(p, r, t - APART, then);
    for (int b = r.first; b < r.end; b++) {
        nn += now[b] * now[b];
        tt += then[b] * then[b];
        nt += now[b] * then[b];
    }
    return nn > 0 && tt > 0 ? 1 - nt / sqrt(nn * tt) : 1;
}

/* Standard deviation over mean */
static double deviation(const struct opine_perceived *p)
{
    double sum = 0, squares = 0, mean;

    for (int t = 0; t < p->frames; t++) {
        double level = frame_level(p, t);

        sum += level;
        squares += level * level;
    }
    mean = sum / p->frames;
    return mean > 0 ? sqrt(fmax(squares / p->frames - mean * mean, 0)) / mean
                    : 0;
}

void opine_material_changes(const struct opine_ear *ear,
                            const struct opine_perceived *p, int first, int end,
                            float *changes)
{
    struct range range = telephone(ear);

    for (int t = first; t < end; t++)
        *changes++ = t < APART ? 0 : (float)change(p, range, t);
}

enum opine_mode opine_material(const struct opine_perceived *p,
                               const float *change_of)
{
    double loudest = 0, changes = 0;
    int count = 0;

    for (int t = 0; t < p->frames; t++)
        loudest = fmax(loudest, frame_level(p, t));
    for (int t = APART; t < p->frames; t++)
        if (frame_level(p, t) > LOUD * loudest) {
            changes += (double)change_of[t];
            count++;
        }
    return count && changes / count + DEVIATION * deviation(p) > SPEECH
               ? OPINE_MODE_SPEECH
               : OPINE_MODE_AUDIO;
}
