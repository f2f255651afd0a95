/* SPDX-License-Identifier: BSD-2-Clause */
/* The change of the stereo image: of the coherence between the two ears. */
#include "views.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define NB      OPINE_EAR_BANDS
#define LOW_HZ  80.0
#define HIGH_HZ 16000.0
/* Coherence of single frames moves by chance, most of all in a room; listeners
 * hear an image that stands. Single frames: spatial 0.79, 1 s 0.90, this
 * 0.92. */
#define WINDOW_S     2.5
#define ACTIVE_SHARE 1e-4 /* frames within 40 dB of the loudest */
#define FLOOR        1e-6 /* of the loudest frame: what is silent in a band */
#define WEIGHT       0.3F /* exponent of power */
/* Noise of codecs in both channels makes them less coherent, and is heard as
 * noise; a narrowed image makes them more. With 1 tcd_audio14 ranks 0.89
 * instead of 0.91, with 0.2 spatial 0.75 instead of 0.80. */
#define LESS_COHERENT 0.4

static double frame_power(const float *left, const float *right)
{
    double sum = 0;

    for (int b = 0; b < NB; b++)
        sum += (double)left[b] + (double)right[b];
    return sum;
}

static double coherence(float cross, float left, float right, double floor)
{
    double l = (double)left + floor, r = (double)right + floor;
    double c = (double)cross / sqrt(l * r);

    return c < 1 ? c : 1;
}

/* Weighted sums over one window: of the change in each band, and of weights */
struct window {
    double change[NB];
    double weight;
};

static void add_frame(const struct opine_ear *ear,
                      const struct opine_perceived *p, int t, double floor,
                      struct window *w)
{
    ptrdiff_t at = (ptrdiff_t)t * NB;
    const struct opine_heard *left = &p->channel[0], *right = left + 1;
    const float *lr = left->power_ref + at, *rr = right->power_ref + at;
    const float *ld = left->power_deg + at, *rd = right->power_deg + at;
    float lesser[NB], power[NB];

    for (int b = 0; b < NB; b++) {
        float ref = lr[b] + rr[b], deg = (ld[b] + rd[b]) * (float)p->level;

        /* The lesser, or a low-pass would count as a change of image */
        lesser[b] = ref < deg ? ref : deg;
    }
    ear->fft.kernels->raise(power, lesser, WEIGHT, NB);
    for (int b = 0; b < NB; b++) {
        double ref = (double)lr[b] + (double)rr[b];
        double weight = (double)power[b];

        if (ear->band[b].centre_hz <= LOW_HZ ||
            ear->band[b].centre_hz >= HIGH_HZ || ref <= floor)
            continue;
        w->change[b] += weight *
                        (coherence(p->image_deg[at + b], ld[b], rd[b], floor) -
                         coherence(p->image_ref[at + b], lr[b], rr[b], floor));
        w->weight += weight;
    }
}

void opine_image_survey(const struct opine_perceived *p,
                        struct opine_image *image)
{
    for (int t = 0; p->image_ref && t < p->frames; t++)
        image->loudest =
            fmax(image->loudest,
                 frame_power(p->channel[0].power_ref + (ptrdiff_t)t * NB,
                             p->channel[1].power_ref + (ptrdiff_t)t * NB));
}

/* One window of frames */
static void add_window(const struct opine_ear *ear,
                       const struct opine_perceived *p, int first, int end,
                       struct opine_image *image)
{
    struct window w;

    memset(&w, 0, sizeof w);
    for (int t = first; t < end; t++) {
        ptrdiff_t at = (ptrdiff_t)t * NB;

        if (frame_power(p->channel[0].power_ref + at,
                        p->channel[1].power_ref + at) >=
            ACTIVE_SHARE * image->loudest)
            add_frame(ear, p, t, FLOOR * image->loudest, &w);
    }
    for (int b = 0; b < NB; b++)
        image->change += fmax(w.change[b], -LESS_COHERENT * w.change[b]);
    image->weight += w.weight;
}

void opine_image_add(const struct opine_ear *ear, const struct opine_excerpt *x,
                     struct opine_image *image)
{
    int frames = x->end - x->first;
    double hop_s = ear->hop / ear->rate_hz;
    int windows = (int)fmax(1, round(frames * hop_s / WINDOW_S));

    for (int i = 0; x->perceived->image_ref && i < windows; i++)
        add_window(ear, x->perceived,
                   x->first + (int)((int64_t)i * frames / windows),
                   x->first + (int)((int64_t)(i + 1) * frames / windows),
                   image);
}

double opine_image_change(const struct opine_image *image)
{
    return image->weight > 0 ? image->change / image->weight : 0;
}
