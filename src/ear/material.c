/* SPDX-License-Identifier: BSD-2-Clause */
/* Speech or audio? In speech vowels and fricatives take turns: loudness moves
 * between low and high bands, which in music mostly rise and fall together; and
 * speech pauses. */
#include "ear.h"

#include <math.h>

#define LOUD        0.1   /* of the loudest frame: others are pauses */
#define LOW_HZ      300.0 /* where vowels live, ... */
#define LOW_END_HZ  1500.0
#define HIGH_HZ     3000.0 /* ... and fricatives */
#define HIGH_END_HZ 8000.0

/* A linear discriminant of the spread of the centre of loudness (speech 3.3 to
 * 5.7 bands, music 0.3 to 3.6: 5th and 95th percentiles), the correlation of
 * the two ranges (-0.3 to 0.3, 0.1 to 1) and the share of pauses (0.1 to 0.5, 0
 * to 0.4). Of 288 references, those of ../shared and testvectors, six of speech
 * come out as audio, none the other way. */
#define CORRELATION (-5.4)
#define PAUSES      14.8
#define PAUSES_MOST 0.3
#define SPEECH      4.5

/* Sums over frames */
struct movement {
    int frames;
    double low, high, low2, high2, both; /* loudness of the two ranges */
    double centre, centre2;              /* centre of loudness, in bands */
};

static double mean_loudness(const struct opine_perceived *p, int t, int band)
{
    double sum = 0;

    for (int c = 0; c < p->channels; c++)
        sum += (double)p->channel[c].ref[(ptrdiff_t)t * OPINE_EAR_BANDS + band];
    return sum;
}

static double frame_level(const struct opine_perceived *p, int t)
{
    double sum = 0;

    for (int c = 0; c < p->channels; c++)
        sum += p->channel[c].level_ref[t];
    return sum;
}

static void add_frame(const struct opine_ear *ear,
                      const struct opine_perceived *p, int t,
                      struct movement *m)
{
    double low = 0, high = 0, sum = 0, centre = 0;

    for (int b = 0; b < OPINE_EAR_BANDS; b++) {
        double hz = ear->band[b].centre_hz;
        double n = mean_loudness(p, t, b);

        low += hz > LOW_HZ && hz < LOW_END_HZ ? n : 0;
        high += hz > HIGH_HZ && hz < HIGH_END_HZ ? n : 0;
        sum += n;
        centre += b * n;
    }
    centre /= sum;
    m->frames++;
    m->low += low;
    m->high += high;
    m->low2 += low * low;
    m->high2 += high * high;
    m->both += low * high;
    m->centre += centre;
    m->centre2 += centre * centre;
}

/* From sums of x, y and their product over n values to n times the covariance
 */
static double covariance(double xy, double x, double y, int n)
{
    return xy - x * y / n;
}

static double discriminant(const struct movement *m, double pauses)
{
    double low = covariance(m->low2, m->low, m->low, m->frames);
    double high = covariance(m->high2, m->high, m->high, m->frames);
    double both = covariance(m->both, m->low, m->high, m->frames);
    double spread = covariance(m->centre2, m->centre, m->centre, m->frames);
    double correlation = low > 0 && high > 0 ? both / sqrt(low * high) : 0;

    return sqrt(fmax(spread, 0) / m->frames) + CORRELATION * correlation +
           PAUSES * fmin(pauses, PAUSES_MOST);
}

enum opine_mode opine_material(const struct opine_ear *ear,
                               const struct opine_perceived *p)
{
    struct movement m = { 0 };
    double loudest = 0, pauses;

    for (int t = 0; t < p->frames; t++)
        loudest = fmax(loudest, frame_level(p, t));
    for (int t = 0; t < p->frames; t++)
        if (frame_level(p, t) > LOUD * loudest)
            add_frame(ear, p, t, &m);
    if (!m.frames)
        return OPINE_MODE_AUDIO;
    pauses = 1 - (double)m.frames / p->frames;
    return discriminant(&m, pauses) > SPEECH ? OPINE_MODE_SPEECH
                                             : OPINE_MODE_AUDIO;
}
