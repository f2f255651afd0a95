/* SPDX-License-Identifier: BSD-2-Clause */
/* The change of pitch: what regenerated voices get wrong, and codecs that
 * follow the waveform never do. */
#include "views.h"

#include "align/mono.h"
#include "base/try.h"

#include <math.h>

#define RATE_HZ  8000
#define HOP_S    0.010
#define WINDOW_S 0.040
#define LEAST_HZ 60.0
#define MOST_HZ  400.0
/* The first peak that is nearly the highest, or octaves are taken for it */
#define NEARLY 0.9

/* Voiced: the reference clearly, the degraded at all, above -30 dB */
#define REF_VOICED   0.75
#define DEG_VOICED   0.6
#define ACTIVE_SHARE 1e-3
#define VOICED_LEAST 10
#define OFF          0.5 /* semitones; less is no wrong note */

struct period {
    double samples;
    double correlation; /* of the signal with itself a period later */
};

/* Energy of the window that begins at each lag, from that of the one before */
static double next_energy(const float *x, int size, int lag, double energy)
{
    double leaves = (double)x[lag], enters = (double)x[lag + size];

    return energy - leaves * leaves + enters * enters;
}

/* Period of the voice around a sample; the signal goes on for size + most */
static struct period find_period(const struct opine_kernels *kernels,
                                 const float *x, int size, int least, int most,
                                 double *r)
{
    double own = (double)kernels->dot(x, x, size), energy = own, highest = 0;
    struct period p = { 0, 0 };

    for (int lag = 1; lag <= most; lag++) {
        energy = fmax(next_energy(x, size, lag - 1, energy), 0);
        r[lag] = lag < least - 1 ? 0
                                 : (double)kernels->dot(x, x + lag, size) /
                                       sqrt(own * energy + 1e-20);
        highest = lag < least ? 0 : fmax(highest, r[lag]);
    }
    for (int lag = least; lag < most; lag++) {
        double left = r[lag - 1], here = r[lag], right = r[lag + 1];
        double bend = left - 2 * here + right;

        if (here < NEARLY * highest || here < left || here < right)
            continue;
        p.samples = lag + (bend < 0 ? (left - right) / (2 * bend) : 0);
        p.correlation = here;
        break;
    }
    return p;
}

/* Loudest window of the signal */
static double loudest(const struct opine_kernels *kernels,
                      const struct opine_mono *x, int size, int hop)
{
    double most = 0;

    for (int i = 0; i + size <= x->n; i += hop)
        most = fmax(most, (double)kernels->dot(x->x + i, x->x + i, size));
    return most;
}

enum opine_status opine_pitch_add(struct opine_arena *arena,
                                  const struct opine_kernels *kernels,
                                  const struct opine_pair *views,
                                  const struct opine_aligned *aligned,
                                  ptrdiff_t ref_at, ptrdiff_t deg_at,
                                  struct opine_voices *voices)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    struct opine_mono ref, deg;
    int size, hop, least, most;
    double *r;

    TRY(opine_mono_make(arena, kernels, &views->ref, views->rate_hz, RATE_HZ,
                        &ref));
    TRY(opine_mono_make(arena, kernels, &views->deg, views->rate_hz, RATE_HZ,
                        &deg));
    size = (int)lround(WINDOW_S * ref.rate_hz);
    hop = (int)lround(HOP_S * ref.rate_hz);
    least = (int)(ref.rate_hz / MOST_HZ);
    most = (int)(ref.rate_hz / LEAST_HZ);
    r = opine_arena_take(arena, (size_t)most + 1, sizeof *r);
    if (!r)
        return OPINE_ERR_MEMORY;
    voices->loudest = fmax(voices->loudest, loudest(kernels, &ref, size, hop));
    for (int i = 0; i + size + most < deg.n; i += hop) {
        double delay = opine_delay_at(aligned,
                                      (double)i * deg.factor + (double)deg_at) -
                       (double)(deg_at - ref_at);
        ptrdiff_t there = i - (ptrdiff_t)llround(delay / deg.factor);
        struct period pr, pd;

        if (there < 0 || there + size + most >= ref.n ||
            (double)kernels->dot(ref.x + there, ref.x + there, size) <=
                ACTIVE_SHARE * voices->loudest)
            continue;
        pr = find_period(kernels, ref.x + there, size, least, most, r);
        if (pr.correlation <= REF_VOICED)
            continue;
        pd = find_period(kernels, deg.x + i, size, least, most, r);
        if (pd.correlation <= DEG_VOICED)
            continue;
        voices->voiced++;
        voices->off += fabs(12 * log2(pr.samples / pd.samples)) > OFF;
    }
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

double opine_pitch_share(const struct opine_voices *voices)
{
    return voices->voiced >= VOICED_LEAST ? (double)voices->off / voices->voiced
                                          : (double)NAN;
}
