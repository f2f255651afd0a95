/* SPDX-License-Identifier: BSD-2-Clause */
/* Features of the delay track: log spectra in 1.5-Cam bands every 8 ms. */
#include "track.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

#define PI       3.14159265358979323846
#define FRAME_S  0.0213
#define LOW_HZ   80.0
#define HIGH_HZ  8000.0
#define FLOOR_DB 60.0 /* below the file's greatest level */
#define SOFT     8.0f /* added to norms: silence resembles nothing */
#define CLIP     OPINE_TRACK_CLIP
#define ACTIVE_DB                                                              \
    45.0f             /* weight: from 0.02 this far below the loudest hop ... */
#define RAMP_DB 30.0f /* ... to 1 this far above that */

#define NB   OPINE_TRACK_BANDS
#define EDGE OPINE_TRACK_EDGE

const int opine_track_offsets[OPINE_TRACK_OFFSETS] = { -3, -1, 0, 1, 3 };
#define offsets opine_track_offsets
#define OFFSETS OPINE_TRACK_OFFSETS

/* ------------------------------------------------------------- spectra */

struct analyser {
    struct opine_fft fft;
    int size; /* of a frame */
    float *window, *frame, *spectrum, *power;
    int first[NB], count[NB]; /* bins */
};

static double cam(double hz)
{
    return 21.366 * log10(1 + 0.004368 * hz); /* Moore and Glasberg */
}

static double cam_to_hz(double c)
{
    return (pow(10, c / 21.366) - 1) / 0.004368;
}

static void design(struct analyser *a, double rate_hz)
{
    double bin_hz = rate_hz / a->fft.size;
    double low = cam(LOW_HZ), step = (cam(HIGH_HZ) - low) / NB;
    int bins = a->fft.size / 2;

    for (int i = 0; i < a->size; i++)
        a->window[i] = (float)(0.5 - 0.5 * cos(2 * PI * i / a->size));
    for (int b = 0; b < NB; b++) {
        int first = (int)lround(cam_to_hz(low + b * step) / bin_hz);
        int end = (int)lround(cam_to_hz(low + (b + 1) * step) / bin_hz);

        /* At least one bin; above the Nyquist frequency none */
        end = end > first ? end : first + 1;
        end = end < bins ? end : bins;
        a->first[b] = first;
        a->count[b] = end > first ? end - first : 0;
    }
}

static enum opine_status begin(struct analyser *a, struct opine_arena *arena,
                               const struct opine_kernels *kernels,
                               double rate_hz)
{
    a->size = (int)lround(FRAME_S * rate_hz);
    TRY(opine_fft_create(&a->fft, kernels, opine_fft_good_size(a->size)));
    a->window = opine_arena_take(arena, (size_t)a->size, sizeof(float));
    a->frame = opine_arena_take(arena, (size_t)a->fft.real_step, sizeof(float));
    a->spectrum = opine_arena_take(arena, (size_t)a->fft.spectrum_step,
                                   sizeof(float));
    a->power = opine_arena_take(arena, (size_t)a->fft.size / 2 + 1,
                                sizeof(float));
    if (!a->window || !a->frame || !a->spectrum || !a->power) {
        opine_fft_destroy(&a->fft);
        return OPINE_ERR_MEMORY;
    }
    design(a, rate_hz);
    return OPINE_OK;
}

/* Band levels in dB of the frame at a sample; returns the total power in dB */
static float analyse(const struct analyser *a,
                     const struct opine_kernels *kernels,
                     const struct opine_mono *mono, int start, float *level)
{
    int n = mono->n - start < a->size ? mono->n - start : a->size;
    float total = 0;

    memset(a->frame, 0, (size_t)a->fft.size * sizeof(float));
    kernels->multiply(a->frame, mono->x + start, a->window, n);
    opine_fft_run(&a->fft, a->frame, a->spectrum);
    kernels->power(a->power, a->spectrum, a->fft.size / 2 + 1);
    for (int b = 0; b < NB; b++) {
        float sum = 0;
        for (int k = 0; k < a->count[b]; k++)
            sum += a->power[a->first[b] + k];
        total += sum;
        level[b] = 10 * log10f(sum + 1e-12f);
    }
    return 10 * log10f(total + 1e-12f);
}

/* ------------------------------------------------------------ features */

/* Take each band's mean away: what a filter, a codec's band or steady noise
 * changes throughout says nothing about time. */
static void remove_means(struct opine_features *f)
{
    for (int b = 0; b < NB; b++) {
        float *v = f->level + EDGE * NB + b, mean = 0;

        for (int t = 0; t < f->n; t++)
            mean += v[t * NB];
        mean /= (float)f->n;
        for (int t = 0; t < f->n; t++)
            v[t * NB] -= mean;
    }
}

/* Levels above the floor, edges repeated, sums and norms; weights from power */
static void finish(struct opine_features *f)
{
    float most = -1000, loudest = -1000;

    for (int i = EDGE * NB; i < (f->n + EDGE) * NB; i++)
        most = fmaxf(most, f->level[i]);
    for (int i = EDGE * NB; i < (f->n + EDGE) * NB; i++)
        f->level[i] = fmaxf(f->level[i] - most + (float)FLOOR_DB, 0);
    remove_means(f);
    for (int e = 0; e < EDGE; e++) {
        memcpy(f->level + e * NB, f->level + EDGE * NB, NB * sizeof(float));
        memcpy(f->level + (f->n + EDGE + e) * NB,
               f->level + (f->n + EDGE - 1) * NB, NB * sizeof(float));
    }
    for (int t = 0; t < f->n; t++)
        loudest = fmaxf(loudest, f->weight[t]);
    for (int t = 0; t < f->n; t++) {
        float active = (f->weight[t] - loudest + ACTIVE_DB) / RAMP_DB;
        float sum = 0, square = 0;

        for (int o = 0; o < OFFSETS; o++) {
            const float *v = f->level + (t + EDGE + offsets[o]) * NB;
            for (int b = 0; b < NB; b++) {
                sum += v[b];
                square += v[b] * v[b];
            }
        }
        f->sum[t] = sum;
        f->norm[t] = sqrtf(fmaxf(square - sum * sum / (OFFSETS * NB), 0)) +
                     SOFT;
        f->weight[t] = fminf(fmaxf(active, 0.02f), 1);
    }
}

int opine_features_count(const struct opine_mono *mono)
{
    int n = (int)(mono->n / (OPINE_TRACK_HOP_S * mono->rate_hz));

    return n > 0 ? n : 1;
}

enum opine_status opine_features_make(struct opine_arena *arena,
                                      const struct opine_kernels *kernels,
                                      const struct opine_mono *mono,
                                      struct opine_features *f)
{
    double hop = OPINE_TRACK_HOP_S * mono->rate_hz;
    struct analyser a = { 0 };

    f->n = opine_features_count(mono);
    f->level = opine_arena_take(arena, (size_t)(f->n + 2 * EDGE) * NB,
                                sizeof(float));
    f->sum = opine_arena_take(arena, (size_t)f->n, sizeof(float));
    f->norm = opine_arena_take(arena, (size_t)f->n, sizeof(float));
    f->weight = opine_arena_take(arena, (size_t)f->n, sizeof(float));
    if (!f->level || !f->sum || !f->norm || !f->weight)
        return OPINE_ERR_MEMORY;
    TRY(begin(&a, arena, kernels, mono->rate_hz));
    for (int t = 0; t < f->n; t++)
        f->weight[t] = analyse(&a, kernels, mono, (int)(t * hop),
                               f->level + (t + EDGE) * NB);
    opine_fft_destroy(&a.fft);
    finish(f);
    return OPINE_OK;
}

/* ---------------------------------------------------------------- cost */

float opine_features_cost(const struct opine_features *ref,
                          const struct opine_features *deg, int hop, int lag)
{
    int there = hop - lag;
    float product[NB] = { 0 }, both = 0;

    if (there < 0 || there >= ref->n)
        return CLIP * deg->weight[hop];
    for (int o = 0; o < OFFSETS; o++) {
        const float *r = ref->level + (there + EDGE + offsets[o]) * NB;
        const float *d = deg->level + (hop + EDGE + offsets[o]) * NB;
        for (int b = 0; b < NB; b++)
            product[b] += r[b] * d[b];
    }
    for (int b = 0; b < NB; b++)
        both += product[b];
    both -= ref->sum[there] * deg->sum[hop] / (OFFSETS * NB);
    both /= ref->norm[there] * deg->norm[hop];
    return fminf(1 - both, CLIP) * deg->weight[hop];
}
