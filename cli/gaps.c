/* SPDX-License-Identifier: BSD-2-Clause */
#include "gaps.h"

#include "place.h"

#include <math.h>
#include <stdlib.h>

/* Four frames fit into the shortest packet in use, 10 ms, wherever it lies */
#define FRAME_S 0.002
#define LEAST   4

/* Against the mean of the reference; the level of the degraded is taken out.
   Within 20 dB is what P.56 counts as active, about: its margin is 15.9 dB. No
   codec that we know leaves 45 dB between what sounds and what it makes of it;
   comfort noise lies above. */
#define SOUNDING 1e-2
#define SILENT   3.2e-5

/**
 * Energies, a frame each
 */
struct frames {
    int count;
    float *ref;
    float *deg; /* NAN: not in the recording */
    double mean;
    double gain; /* of the degraded over the reference */
};

/**
 * Mean square over time and channels
 * return          NAN when nothing is there
 */
static float energy(const struct recording *audio, double from_s)
{
    struct recording part = place_slice(audio, from_s, from_s + FRAME_S);
    size_t count = part.view.frames * (size_t)part.view.channels;
    float room[AUDIO_ROOM];
    const float *x;
    double sum = 0;

    if (from_s < 0 || !count)
        return NAN;
    x = audio_view(&part, 0, part.view.frames, room);
    for (size_t i = 0; x && i < count; i++)
        sum += (double)x[i] * (double)x[i];
    return (float)(sum / (double)count);
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;

    return (x > y) - (x < y);
}

static int is_sounding(const struct frames *f, int t)
{
    return (double)f->ref[t] > SOUNDING * f->mean;
}

static int is_silent(const struct frames *f, int t)
{
    return (double)f->deg[t] <= SILENT * f->mean * f->gain;
}

/**
 * Find the gain: the median of the quotients, which half of the recording may
 * not disturb
 * return          0, or -1 when memory could not be had
 */
static int find_gain(struct frames *f)
{
    float *quotient = malloc(((size_t)f->count + 1) * sizeof(*quotient));
    size_t used = 0;

    if (!quotient)
        return -1;
    for (int t = 0; t < f->count; t++)
        if (is_sounding(f, t) && !isnan(f->deg[t]))
            quotient[used++] = f->deg[t] / f->ref[t];
    qsort(quotient, used, sizeof(*quotient), by_size);
    f->gain = used ? (double)quotient[used / 2] : 0;
    free(quotient);
    return 0;
}

static void measure(struct frames *f, const struct recording *ref,
                    const struct recording *deg,
                    const struct opine_alignment *a)
{
    int section = 0;
    double sum = 0;

    for (int t = 0; t < f->count; t++) {
        double start_s = t * FRAME_S;
        double place_s = place_find(a, &section, start_s);
        double same_s = start_s + a->section[section].delay_ms / 1000;

        f->ref[t] = energy(ref, start_s);
        f->deg[t] = place_s > same_s + 1e-9 ? NAN : energy(deg, place_s);
        sum += (double)f->ref[t];
    }
    f->mean = sum / fmax(f->count, 1);
}

/**
 * Look for a gap in a run of silent frames
 * gap             Return it: from the first frame that should sound to the last
 * return          1 when there is one
 */
static int look(const struct frames *f, int from, int to, struct gap *gap)
{
    int first = -1;
    int last = -1;
    int sounding = 0;

    for (int t = from; t < to; t++) {
        if (is_sounding(f, t)) {
            first = first < 0 ? t : first;
            last = t;
            sounding++;
        }
    }
    *gap = (struct gap){ first * FRAME_S, (last + 1) * FRAME_S };
    return sounding >= LEAST;
}

static void search(const struct frames *f, int first, int end,
                   struct gaps *gaps)
{
    for (int t = first; t < end; t++) {
        int from = t;

        while (t < end && is_silent(f, t))
            t++;
        if (look(f, from, t, &gaps->gap[gaps->count]))
            gaps->count++;
    }
}

int gaps_find(const struct recording *reference,
              const struct recording *degraded,
              const struct opine_alignment *alignment, double from_s,
              double to_s, struct gaps *gaps)
{
    int count = (int)((double)reference->view.frames / reference->view.rate_hz /
                      FRAME_S);
    float *memory = calloc(2 * (size_t)count + 1, sizeof(*memory));
    struct frames f = { .count = count, .ref = memory };
    int result = -1;

    *gaps = (struct gaps){ 0, calloc((size_t)count / LEAST + 1,
                                     sizeof(*gaps->gap)) };
    if (memory && gaps->gap) {
        f.deg = memory + count;
        measure(&f, reference, degraded, alignment);
        result = find_gain(&f);
    }
    if (!result)
        search(&f, (int)ceil(from_s / FRAME_S - 1e-6),
               (int)fmin(to_s / FRAME_S + 1e-6, count), gaps);
    free(memory);
    return result;
}

void gaps_free(struct gaps *gaps)
{
    free(gaps->gap);
    *gaps = (struct gaps){ 0, NULL };
}
