/* SPDX-License-Identifier: BSD-2-Clause */
/* From band powers to specific loudness, some frames at a time. */
#include "ear.h"

#include <math.h>
#include <string.h>

/* Slope towards high frequencies, BS.1387-1: 24 + 230 / f - 0.2 L dB/Bark; its
 * filter-bank version bounds it below. */
#define RISE_PER_DB 0.2
#define RISE_LEAST  4.0

/* Zwicker's specific loudness, constants as in PESQ: sone/Bark */
#define LOUDNESS_SCALE    0.1866
#define LOUDNESS_EXPONENT 0.23 /* 0.18 to 0.23 score alike, 0.30 -0.012 */

#define LOG2_10 3.32192809488736234787

#define NB OPINE_EAR_BANDS
#define NT OPINE_LANES /* frames at once */

/* What the loops need, in single precision */
struct tables {
    float outer[NB], noise[NB], rise[NB], norm[NB], decay[NB];
    float half[NB];  /* 0.5 / Et */
    float scale[NB]; /* 0.1866 (2 Et)^0.23 */
    float per_db;    /* log2 of what a slope of 1 dB/Bark leaves a band on */
    float down;
};

static void make_tables(const struct opine_ear *ear, struct tables *t)
{
    t->per_db = (float)(-OPINE_EAR_ADD * LOG2_10 / 10 * ear->step_bark);
    t->down = (float)ear->down;
    for (int b = 0; b < NB; b++) {
        t->outer[b] = (float)ear->outer[b];
        t->noise[b] = (float)ear->noise[b];
        t->rise[b] = (float)ear->rise[b];
        t->norm[b] = (float)(1 / ear->norm[b]);
        t->decay[b] = (float)ear->decay[b];
        t->half[b] = (float)(0.5 / ear->threshold[b]);
        t->scale[b] = (float)(LOUDNESS_SCALE *
                              pow(2 * ear->threshold[b], LOUDNESS_EXPONENT));
    }
}

/* Some frames, band after band: row b holds band b of all of them */
struct wide {
    float v[NB * NT];
};

/* Outer ear and internal noise; frames beyond `count` hold noise alone */
static void take_frames(const struct tables *t, const float *pattern, int count,
                        struct wide *p)
{
    for (int i = 0; i < NT; i++)
        for (int b = 0; b < NB; b++)
            p->v[b * NT + i] = i < count ? pattern[i * NB + b] * t->outer[b] +
                                               t->noise[b]
                                         : t->noise[b];
}

/* What is left of each contribution one band further up */
static void slopes(const struct tables *t, const struct opine_kernels *kernels,
                   const struct wide *p, struct wide *r)
{
    const float db = (float)(RISE_PER_DB * 10 / LOG2_10);
    const float least = (float)RISE_LEAST;
    struct wide l;

    kernels->logarithm(l.v, p->v, NB * NT);
    for (int b = 0; b < NB; b++)
        for (int i = b * NT; i < (b + 1) * NT; i++) {
            float slope = t->rise[b] - db * l.v[i];
            l.v[i] = t->per_db * (slope > least ? slope : least);
        }
    kernels->exponential(r->v, l.v, NB * NT);
}

/* Spread frames over bands. With a = 0.4, x = p^a, and r[i] what is left of a
 * contribution one band further up:
 *
 *   y[j] = sum over i <= j of x[i] r[i]^(j - i)
 *        + sum over i >  j of x[i] down^(i - j)
 *   e[j] = (y[j] / norm[j])^(1 / a)
 */
static void spread(const struct tables *t, const struct opine_kernels *kernels,
                   const struct wide *p, struct wide *e)
{
    struct wide x, y, r;
    float from_above[NT] = { 0 };

    slopes(t, kernels, p, &r);
    kernels->raise(x.v, p->v, (float)OPINE_EAR_ADD, NB * NT);
    *e = x;
    kernels->spread(y.v, x.v, r.v, NB);
    for (int b = NB - 1; b >= 0; b--)
        for (int i = 0; i < NT; i++) {
            float *own = &e->v[b * NT + i];
            float q = (y.v[b * NT + i] + from_above[i]) * t->norm[b];

            from_above[i] = (from_above[i] + *own) * t->down;
            *own = q * q * sqrtf(q); /* q^(1 / 0.4) */
        }
}

/* Forward masking, BS.1387-1: what lingers of a recursive mean; back to frame
 * after frame */
static void mask(const struct tables *t, const struct wide *e, int count,
                 float *mean, float *pattern)
{
    for (int i = 0; i < count; i++, pattern += NB) {
        for (int b = 0; b < NB; b++)
            pattern[b] = e->v[b * NT + i];
        for (int b = 0; b < NB; b++) {
            mean[b] = t->decay[b] * mean[b] + (1 - t->decay[b]) * pattern[b];
            pattern[b] = pattern[b] > mean[b] ? pattern[b] : mean[b];
        }
    }
}

/* N = 0.1866 (2 Et)^0.23 ((0.5 + 0.5 E / Et)^0.23 - 1), 0 below threshold */
static void specific_loudness(const struct tables *t,
                              const struct opine_kernels *kernels,
                              const float *e, float *n)
{
    float over[NB], power[NB];

    for (int b = 0; b < NB; b++)
        over[b] = 0.5F + e[b] * t->half[b];
    kernels->raise(power, over, (float)LOUDNESS_EXPONENT, NB);
    for (int b = 0; b < NB; b++)
        n[b] = power[b] > 1 ? t->scale[b] * (power[b] - 1) : 0;
}

void opine_ear_loudness(const struct opine_ear *ear, float *pattern, int frames,
                        float *loudness)
{
    const struct opine_kernels *kernels = ear->fft.kernels;
    struct tables tables;
    float mean[NB] = { 0 };

    make_tables(ear, &tables);
    for (int t = 0; t < frames; t += NT) {
        int count = frames - t < NT ? frames - t : NT;
        struct wide p, e;

        take_frames(&tables, pattern, count, &p);
        spread(&tables, kernels, &p, &e);
        mask(&tables, &e, count, mean, pattern);
        for (int i = 0; i < count; i++)
            specific_loudness(&tables, kernels, pattern + i * NB,
                              loudness + i * NB);
        pattern += count * NB;
        loudness += count * NB;
    }
}
