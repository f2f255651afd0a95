/* SPDX-License-Identifier: BSD-2-Clause */
#include "prepare.h"

#include "base/resample.h"
#include "base/try.h"
#include "known.h"
#include "level.h"

#include <math.h>
#include <string.h>

#define RATE_AUDIBLE_HZ       48000 /* holds all that the ear model looks at */
#define RATE_FULL_BAND_HZ     44100 /* still holds 20 kHz */
#define SHORTEST_S            0.25
#define LONGEST_S             (4 * 3600.0)
#define LEVEL_DBOV            (-26.0) /* nominal active level of speech, P.56 */
#define REFERENCE_SILENT_DBOV (-80.0)
#define SHORT_S               2.0 /* below it a score says little */
#define LENGTH_DIFFERS_S      1.0
#define LENGTH_DIFFERS_SHARE  0.05
#define CLIPPED_SHARE         0.002 /* least flat share of clipped files ... */
#define CLIPPED_PEAK          0.98  /* ... that pure tones have, too */

#define LOUD_DBOV (-60.0) /* not silent, however measured */

#define BLOCK ((size_t)4096) /* samples at once */

/* Longer pairs are scored in parts, in memory that hardly grows. A song or a
 * call stays whole, and takes 75 MiB in stereo. */
const struct opine_limits opine_limits = { 300, 120 };

/* Around a part: more than half of the resampler's filter */
#define AROUND 512
#define TRIED  50000 /* samples at which a part may begin, to be in phase */

/* --------------------------------------------------------------- check */

static enum opine_status check(const struct opine_config *config,
                               const struct opine_audio *a)
{
    double seconds;

    if (!a || (!a->data && a->frames && !config->read))
        return OPINE_ERR_ARGUMENT;
    if (a->rate_hz < OPINE_RATE_MIN_HZ || a->rate_hz > OPINE_RATE_MAX_HZ)
        return OPINE_ERR_RATE;
    if (a->channels < 1 || a->channels > OPINE_CHANNELS_MAX)
        return OPINE_ERR_CHANNELS;
    seconds = (double)a->frames / a->rate_hz;
    if (seconds < SHORTEST_S)
        return OPINE_ERR_SHORT;
    return seconds > LONGEST_S ? OPINE_ERR_LONG : OPINE_OK;
}

/* A rate that loses nothing audible of either signal, at the least cost */
static int common_rate(int a, int b)
{
    int lower = a < b ? a : b, higher = a < b ? b : a;

    if (lower == higher || higher <= RATE_AUDIBLE_HZ)
        return higher;
    return lower >= RATE_FULL_BAND_HZ ? lower : RATE_AUDIBLE_HZ;
}

/* ---------------------------------------------------------------- view */

static int block_at(size_t n, size_t first)
{
    return n - first < BLOCK ? (int)(n - first) : (int)BLOCK;
}

/* One signal as the caller has it; its means stay, or are not known yet */
static enum opine_status place(struct opine_arena *arena,
                               const struct opine_config *config,
                               const struct opine_audio *audio,
                               struct opine_planes *planes)
{
    int is_plain = !audio->frame_step && !audio->channel_step;
    ptrdiff_t step = is_plain ? 1 : audio->channel_step;

    planes->n = audio->frames;
    planes->channels = audio->channels;
    planes->fetch = NULL;
    planes->shift = 0;
    planes->from = 0;
    if (!audio->data)
        return opine_fetch_create(arena, config, audio, &planes->fetch);
    planes->step = is_plain ? audio->channels : audio->frame_step;
    for (int c = 0; c < audio->channels; c++)
        planes->x[c] = audio->data + c * step;
    return OPINE_OK;
}

static enum opine_status
look(struct opine_arena *arena, const struct opine_kernels *kernels,
     const struct opine_audio *audio, enum opine_status not_finite,
     struct opine_planes *planes, struct opine_survey *survey)
{
    TRY(opine_look(arena, kernels, planes, audio->rate_hz, survey));
    if (opine_fetch_failed(planes->fetch))
        return OPINE_ERR_READ;
    for (int c = 0; c < audio->channels; c++)
        if (!isfinite(planes->means[c]))
            return not_finite;
    return OPINE_OK;
}

/* --------------------------------------------------- channels and rate */

static int channels_equal(const struct opine_kernels *kernels,
                          const struct opine_planes *p)
{
    float first[BLOCK], other[BLOCK];

    for (size_t i = 0; p->channels > 1 && i < p->n; i += BLOCK) {
        int count = block_at(p->n, i);

        opine_planes_load(p, kernels, 0, i, count, first);
        for (int c = 1; c < p->channels; c++) {
            opine_planes_load(p, kernels, c, i, count, other);
            if (memcmp(first, other, (size_t)count * sizeof *first))
                return 0;
        }
    }
    return 1;
}

/* Become the mean of all channels */
static enum opine_status mix(struct opine_arena *arena,
                             const struct opine_kernels *kernels,
                             struct opine_planes *p)
{
    const float share = 1.0f / (float)p->channels;
    float *y = opine_arena_take(arena, p->n, sizeof *y);

    if (!y)
        return OPINE_ERR_MEMORY;
    for (size_t i = 0; i < p->n; i += BLOCK) {
        int count = block_at(p->n, i);
        float x[BLOCK];

        opine_planes_load(p, kernels, 0, i, count, y + i);
        for (int c = 1; c < p->channels; c++) {
            opine_planes_load(p, kernels, c, i, count, x);
            kernels->add(y + i, x, count);
        }
        for (size_t k = i; k < i + (size_t)count; k++)
            y[k] *= share;
    }
    *p = (struct opine_planes){
        .x = { y }, .step = 1, .channels = 1, .n = p->n
    };
    return OPINE_OK;
}

static enum opine_status choose_channels(struct opine_arena *arena,
                                         const struct opine_kernels *kernels,
                                         struct opine_prepared *pair)
{
    struct opine_planes *ref = &pair->ref.planes, *deg = &pair->deg.planes;

    if (ref->channels != deg->channels) {
        pair->flags |= OPINE_FLAG_MIXED_DOWN;
        pair->channels = 1;
        if (pair->is_long)
            return OPINE_OK;
        TRY(mix(arena, kernels, ref));
        TRY(mix(arena, kernels, deg));
    } else if (channels_equal(kernels, ref) && channels_equal(kernels, deg)) {
        ref->channels = deg->channels = 1;
    }
    pair->channels = ref->channels;
    return OPINE_OK;
}

/* One channel at another rate */
static enum opine_status resample(struct opine_arena *arena,
                                  const struct opine_kernels *kernels,
                                  const struct opine_planes *p, int channel,
                                  double ratio, float *y, size_t n)
{
    struct opine_arena_mark mark = opine_arena_mark(arena);
    float *x = opine_arena_take(arena, p->n, sizeof *x);

    if (!x)
        return OPINE_ERR_MEMORY;
    for (size_t i = 0; i < p->n; i += BLOCK)
        opine_planes_load(p, kernels, channel, i, block_at(p->n, i), x + i);
    TRY(opine_resample(x, p->n, y, n, ratio));
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

static enum opine_status resample_signal(struct opine_arena *arena,
                                         const struct opine_kernels *kernels,
                                         double ratio,
                                         struct opine_prepared_signal *s)
{
    struct opine_planes to = { .step = 1, .channels = s->planes.channels };

    to.n = opine_resample_count(s->n, ratio);
    for (int c = 0; c < to.channels; c++) {
        float *y = opine_arena_take(arena, to.n, sizeof *y);

        if (!y)
            return OPINE_ERR_MEMORY;
        TRY(resample(arena, kernels, &s->planes, c, ratio, y, to.n));
        to.x[c] = y;
    }
    s->planes = to;
    s->n = to.n;
    return OPINE_OK;
}

/* The sample from which on a part is resampled: one that falls on a sample of
 * the result, nearly, so that parts fit together */
static size_t in_phase(size_t latest, double ratio)
{
    size_t best = latest;
    double least = 1;

    for (size_t k = 0; k < TRIED && k <= latest && least > 1e-6; k++) {
        double at = (double)(latest - k) * ratio;

        if (fabs(at - round(at)) < least) {
            least = fabs(at - round(at));
            best = latest - k;
        }
    }
    return best;
}

enum opine_status opine_prepare_part(struct opine_arena *arena,
                                     const struct opine_kernels *kernels,
                                     const struct opine_prepared *pair,
                                     const struct opine_prepared_signal *signal,
                                     ptrdiff_t first, ptrdiff_t end,
                                     struct opine_planes *planes)
{
    struct opine_prepared_signal s = *signal;
    int is_mixed = pair->flags & OPINE_FLAG_MIXED_DOWN;
    double ratio = s.ratio, around = AROUND * fmax(1, 1 / ratio);
    double from = fmax((double)first / ratio - around, 0);
    double to = fmin((double)end / ratio + around, (double)s.planes.n);
    size_t start;

    *planes = s.planes;
    planes->channels = pair->channels;
    planes->n = s.n;
    if (ratio == 1 && !is_mixed)
        return OPINE_OK;
    start = in_phase((size_t)from, ratio);
    s.n = (size_t)fmax(to - (double)start, 1);
    s.planes = opine_planes_part(&s.planes, start, s.n);
    if (is_mixed)
        TRY(mix(arena, kernels, &s.planes));
    s.planes.channels = pair->channels;
    if (ratio != 1)
        TRY(resample_signal(arena, kernels, ratio, &s));
    s.planes.from = (size_t)llround((double)start * ratio);
    s.planes.n += s.planes.from;
    s.planes.n = s.planes.n < planes->n ? s.planes.n : planes->n;
    s.planes.shift -= (ptrdiff_t)s.planes.from;
    *planes = s.planes;
    return OPINE_OK;
}

enum opine_status opine_prepare_speed(struct opine_arena *arena,
                                      const struct opine_kernels *kernels,
                                      double speed, struct opine_prepared *pair)
{
    struct opine_prepared_signal *deg = &pair->deg;

    if (speed == 1)
        return OPINE_OK;
    if (!pair->is_long)
        return resample_signal(arena, kernels, speed, deg);
    deg->ratio *= speed;
    deg->n = opine_resample_count(deg->n, speed);
    return OPINE_OK;
}

static enum opine_status to_rate(struct opine_arena *arena,
                                 const struct opine_kernels *kernels,
                                 int from_hz, int to_hz,
                                 struct opine_prepared_signal *s)
{
    if (from_hz == to_hz)
        return OPINE_OK;
    return resample_signal(arena, kernels, (double)to_hz / from_hz, s);
}

/* The reference to the pair's rate, unless it is known there */
static enum opine_status bring_reference(struct opine_arena *arena,
                                         const struct opine_kernels *kernels,
                                         int from_hz,
                                         struct opine_prepared *pair)
{
    struct opine_prepared_signal *ref = &pair->ref;
    struct opine_known *known = pair->known;
    struct opine_layout layout = { pair->rate_hz, pair->channels,
                                   !!(pair->flags & OPINE_FLAG_MIXED_DOWN) };

    if (known)
        opine_known_fit(known, &layout);
    if (known && known->planes.channels) {
        ref->planes = known->planes;
        ref->n = known->planes.n;
        return OPINE_OK;
    }
    if (known && from_hz != pair->rate_hz) {
        size_t n = opine_resample_count(ref->n,
                                        (double)pair->rate_hz / from_hz);
        size_t bytes = n * (size_t)ref->planes.channels * sizeof(float);

        arena = opine_known_room(known, bytes, arena);
    }
    TRY(to_rate(arena, kernels, from_hz, pair->rate_hz, ref));
    if (known && arena == &known->arena)
        known->planes = ref->planes;
    return OPINE_OK;
}

/* ------------------------------------------------------------ the stage */

/* What is measured of a signal as it came */
static enum opine_status
take(struct opine_arena *arena, const struct opine_kernels *kernels,
     const struct opine_config *config, const struct opine_audio *audio,
     enum opine_status not_finite, struct opine_prepared_signal *s)
{
    struct opine_arena_mark mark;
    struct opine_survey survey;

    TRY(place(arena, config, audio, &s->planes));
    s->fetch = s->planes.fetch;
    s->n = audio->frames;
    mark = opine_arena_mark(arena);
    TRY(look(arena, kernels, audio, not_finite, &s->planes, &survey));
    s->level_dbov = opine_active_level(kernels, &s->planes, audio->rate_hz,
                                       config->band);
    s->flat = opine_flat_share(kernels, &s->planes, &survey);
    s->peak = opine_peak(&survey, audio->channels);
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

/* The same of the reference, unless it is known */
static enum opine_status take_reference(struct opine_arena *arena,
                                        const struct opine_kernels *kernels,
                                        const struct opine_config *config,
                                        const struct opine_audio *audio,
                                        struct opine_known *known,
                                        struct opine_prepared_signal *s)
{
    if (known && known->has_signal) {
        *s = known->signal;
        return place(arena, config, audio, &s->planes);
    }
    TRY(take(arena, kernels, config, audio, OPINE_ERR_REFERENCE_VALUE, s));
    if (known) {
        known->signal = *s;
        known->has_signal = 1;
    }
    return OPINE_OK;
}

int opine_is_long(const struct opine_limits *limits,
                  const struct opine_audio *ref, const struct opine_audio *deg)
{
    return fmax((double)ref->frames / ref->rate_hz,
                (double)deg->frames / deg->rate_hz) > limits->whole_s;
}

/* What a long pair is resampled by, part by part */
static void set_ratio(int from_hz, int to_hz, struct opine_prepared_signal *s)
{
    s->ratio = (double)to_hz / from_hz;
    s->n = opine_resample_count(s->n, s->ratio);
}

static unsigned length_flags(const struct opine_audio *ref,
                             const struct opine_audio *deg)
{
    double a = (double)ref->frames / ref->rate_hz;
    double b = (double)deg->frames / deg->rate_hz;
    double apart = fabs(a - b);
    unsigned flags = 0;

    if (apart > LENGTH_DIFFERS_S || apart > LENGTH_DIFFERS_SHARE * fmax(a, b))
        flags |= OPINE_FLAG_LENGTH_DIFFERS;
    if (fmin(a, b) < SHORT_S)
        flags |= OPINE_FLAG_SHORT;
    return flags;
}

enum opine_status
opine_prepare(struct opine_arena *arena, const struct opine_kernels *kernels,
              const struct opine_config *config,
              const struct opine_limits *limits, struct opine_known *known,
              const struct opine_audio *ref, const struct opine_audio *deg,
              struct opine_prepared *pair)
{
    memset(pair, 0, sizeof *pair);
    TRY(check(config, ref));
    TRY(check(config, deg));
    pair->is_long = opine_is_long(limits, ref, deg);
    pair->part_s = limits->part_s;
    known = pair->known = pair->is_long ? NULL : known;
    if (known)
        opine_known_recognise(known, kernels, ref);
    TRY(take_reference(arena, kernels, config, ref, known, &pair->ref));
    TRY(take(arena, kernels, config, deg, OPINE_ERR_DEGRADED_VALUE,
             &pair->deg));
    if (pair->ref.level_dbov < REFERENCE_SILENT_DBOV)
        return OPINE_ERR_REFERENCE_SILENT;
    pair->gain = pow(10, (LEVEL_DBOV - pair->ref.level_dbov) / 20);
    if (pair->ref.flat > CLIPPED_SHARE && pair->ref.peak > CLIPPED_PEAK)
        pair->flags |= OPINE_FLAG_CLIPPED;

    TRY(choose_channels(arena, kernels, pair));
    pair->rate_hz = common_rate(ref->rate_hz, deg->rate_hz);
    if (pair->is_long) {
        set_ratio(ref->rate_hz, pair->rate_hz, &pair->ref);
        set_ratio(deg->rate_hz, pair->rate_hz, &pair->deg);
    } else {
        TRY(bring_reference(arena, kernels, ref->rate_hz, pair));
        TRY(to_rate(arena, kernels, deg->rate_hz, pair->rate_hz, &pair->deg));
    }
    pair->flags |= length_flags(ref, deg);
    if (ref->rate_hz != deg->rate_hz)
        pair->flags |= OPINE_FLAG_RESAMPLED;
    return OPINE_OK;
}

/* --------------------------------------------------------------- views */

enum opine_status opine_pair_raw(struct opine_arena *arena,
                                 const struct opine_kernels *kernels,
                                 const struct opine_config *config,
                                 const struct opine_audio *ref,
                                 const struct opine_audio *deg,
                                 struct opine_pair *pair, int *possible)
{
    struct opine_survey survey;
    double square;

    *possible = 0;
    pair->known = NULL;
    TRY(check(config, ref));
    TRY(check(config, deg));
    if (ref->rate_hz != deg->rate_hz || config->band != OPINE_BAND_FB)
        return OPINE_OK;
    TRY(place(arena, config, deg, &pair->deg));
    TRY(place(arena, config, ref, &pair->ref));
    TRY(look(arena, kernels, deg, OPINE_ERR_DEGRADED_VALUE, &pair->deg,
             &survey));
    TRY(look(arena, kernels, ref, OPINE_ERR_REFERENCE_VALUE, &pair->ref,
             &survey));
    pair->rate_hz = ref->rate_hz;
    square = opine_mean_square(&survey, ref->channels);
    *possible = 10 * log10(square + 1e-30) > LOUD_DBOV;
    return OPINE_OK;
}

void opine_pair_prepared(const struct opine_prepared *prepared,
                         struct opine_pair *pair)
{
    pair->known = prepared->known;
    pair->ref = prepared->ref.planes;
    pair->deg = prepared->deg.planes;
    pair->rate_hz = prepared->rate_hz;
}
