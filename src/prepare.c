/* SPDX-License-Identifier: BSD-2-Clause */
#include "prepare.h"

#include "base/resample.h"
#include "base/try.h"
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
#define SURELY    1e-3    /* of the energy: beyond errors of rounding */

#define BLOCK ((size_t)4096) /* samples copied at once */

/* --------------------------------------------------------------- check */

static enum opine_status check(const struct opine_audio *a)
{
    double seconds;

    if (!a || (!a->data && a->frames))
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

/* ---------------------------------------------------------------- copy */

static float **take_channels(struct opine_arena *arena, int channels, size_t n)
{
    float **x = opine_arena_take(arena, (size_t)channels, sizeof *x);

    for (int c = 0; x && c < channels; c++) {
        x[c] = opine_arena_take(arena, n, sizeof **x);
        if (!x[c])
            return NULL;
    }
    return x;
}

/* The view with its steps spelt out */
static struct opine_audio explicit_steps(const struct opine_audio *a)
{
    struct opine_audio view = *a;

    if (!view.frame_step && !view.channel_step) {
        view.frame_step = a->channels;
        view.channel_step = 1;
    }
    return view;
}

/* Sum in lanes, which compilers vectorise */
static double add_up(const float *x, size_t n)
{
    double sum[8] = { 0 }, all = 0;
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        for (int lane = 0; lane < 8; lane++)
            sum[lane] += (double)x[i + lane];
    for (; i < n; i++)
        all += (double)x[i];
    for (int lane = 0; lane < 8; lane++)
        all += sum[lane];
    return all;
}

/* Some samples of a channel, side by side */
static void copy_block(float *y, const float *x, ptrdiff_t step, size_t n)
{
    if (step == 1)
        memcpy(y, x, n * sizeof *y);
    else
        for (size_t i = 0; i < n; i++)
            y[i] = x[(ptrdiff_t)i * step];
}

/* Copy a channel without its mean; returns 0 when a sample is not finite, since
 * then neither is the sum */
static int copy_channel(float *y, const struct opine_audio *a, int channel)
{
    const float *x = a->data + channel * a->channel_step;
    size_t n = a->frames;
    double sum = 0;
    float mean;

    for (size_t i = 0; i < n; i += BLOCK) {
        size_t count = n - i < BLOCK ? n - i : BLOCK;

        copy_block(y + i, x + (ptrdiff_t)i * a->frame_step, a->frame_step,
                   count);
        sum += add_up(y + i, count);
    }
    mean = (float)(sum / (double)n);
    for (size_t i = 0; i < n; i++)
        y[i] -= mean;
    return isfinite(sum);
}

/* y becomes the mean of all channels */
static void mix(float *const *x, size_t n, int channels, float *y)
{
    const float share = 1.0f / (float)channels;

    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        for (int c = 0; c < channels; c++)
            sum += x[c][i];
        y[i] = sum * share;
    }
}

/* One signal, planar, at its own rate and channel count */
static enum opine_status copy(struct opine_arena *arena,
                              const struct opine_audio *audio,
                              enum opine_status not_finite,
                              struct opine_prepared_signal *s)
{
    struct opine_audio view = explicit_steps(audio);

    s->n = view.frames;
    s->x = take_channels(arena, view.channels, s->n);
    if (!s->x)
        return OPINE_ERR_MEMORY;
    for (int c = 0; c < view.channels; c++)
        if (!copy_channel(s->x[c], &view, c))
            return not_finite;
    return OPINE_OK;
}

/* --------------------------------------------------- channels and rate */

static int channels_equal(const struct opine_prepared_signal *s, int channels)
{
    for (int c = 1; c < channels; c++)
        if (memcmp(s->x[c], s->x[0], s->n * sizeof(float)))
            return 0;
    return 1;
}

static void choose_channels(int ref_channels, int deg_channels,
                            struct opine_prepared *pair)
{
    pair->channels = ref_channels;
    if (ref_channels != deg_channels) {
        mix(pair->ref.x, pair->ref.n, ref_channels, pair->ref.x[0]);
        mix(pair->deg.x, pair->deg.n, deg_channels, pair->deg.x[0]);
        pair->channels = 1;
        pair->flags |= OPINE_FLAG_MIXED_DOWN;
    } else if (channels_equal(&pair->ref, ref_channels) &&
               channels_equal(&pair->deg, deg_channels)) {
        pair->channels = 1;
    }
}

enum opine_status opine_prepare_resample(struct opine_arena *arena,
                                         int channels, double ratio,
                                         struct opine_prepared_signal *s)
{
    size_t n = opine_resample_count(s->n, ratio);
    float **y = take_channels(arena, channels, n);

    if (!y)
        return OPINE_ERR_MEMORY;
    for (int c = 0; c < channels; c++)
        TRY(opine_resample(s->x[c], s->n, y[c], n, ratio));
    s->x = y;
    s->n = n;
    return OPINE_OK;
}

static enum opine_status to_rate(struct opine_arena *arena, int channels,
                                 int from_hz, int to_hz,
                                 struct opine_prepared_signal *s)
{
    if (from_hz == to_hz)
        return OPINE_OK;
    return opine_prepare_resample(arena, channels, (double)to_hz / from_hz, s);
}

/* ------------------------------------------------------------ the stage */

static enum opine_status measure(struct opine_arena *arena,
                                 const struct opine_kernels *kernels,
                                 struct opine_prepared_signal *s, int channels,
                                 int rate_hz, enum opine_band band)
{
    s->level_dbov = opine_active_level(kernels, s->x, s->n, channels, rate_hz,
                                       band);
    return opine_flat_share(arena, kernels, s->x, s->n, channels, rate_hz,
                            &s->flat);
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
              const struct opine_config *config, const struct opine_audio *ref,
              const struct opine_audio *deg, struct opine_prepared *pair)
{
    memset(pair, 0, sizeof *pair);
    TRY(check(ref));
    TRY(check(deg));
    TRY(copy(arena, ref, OPINE_ERR_REFERENCE_VALUE, &pair->ref));
    TRY(copy(arena, deg, OPINE_ERR_DEGRADED_VALUE, &pair->deg));

    TRY(measure(arena, kernels, &pair->ref, ref->channels, ref->rate_hz,
                config->band));
    TRY(measure(arena, kernels, &pair->deg, deg->channels, deg->rate_hz,
                config->band));
    if (pair->ref.level_dbov < REFERENCE_SILENT_DBOV)
        return OPINE_ERR_REFERENCE_SILENT;
    pair->gain = pow(10, (LEVEL_DBOV - pair->ref.level_dbov) / 20);
    if (pair->ref.flat > CLIPPED_SHARE &&
        opine_peak(kernels, pair->ref.x, pair->ref.n, ref->channels) >
            CLIPPED_PEAK)
        pair->flags |= OPINE_FLAG_CLIPPED;

    choose_channels(ref->channels, deg->channels, pair);
    pair->rate_hz = common_rate(ref->rate_hz, deg->rate_hz);
    TRY(to_rate(arena, pair->channels, ref->rate_hz, pair->rate_hz,
                &pair->ref));
    TRY(to_rate(arena, pair->channels, deg->rate_hz, pair->rate_hz,
                &pair->deg));

    pair->flags |= length_flags(ref, deg);
    if (ref->rate_hz != deg->rate_hz)
        pair->flags |= OPINE_FLAG_RESAMPLED;
    return OPINE_OK;
}

/* --------------------------------------------------------------- views */

/* View a signal as it came; returns its mean square beside its mean, 0 where
 * that is too small to tell, or a NaN when a sample is not finite */
static double view_audio(const struct opine_kernels *kernels,
                         const struct opine_audio *audio,
                         struct opine_planes *planes)
{
    struct opine_audio a = explicit_steps(audio);
    double square = 0, n = (double)a.frames;

    *planes = (struct opine_planes){ .step = a.frame_step,
                                     .channels = a.channels,
                                     .n = a.frames };
    for (int c = 0; c < a.channels; c++) {
        double sum = 0, all = 0;

        planes->x[c] = a.data + c * a.channel_step;
        for (size_t i = 0; i < a.frames; i += BLOCK) {
            size_t count = a.frames - i < BLOCK ? a.frames - i : BLOCK;
            const float *x = planes->x[c] + (ptrdiff_t)i * a.frame_step;
            float block[BLOCK];

            if (a.frame_step != 1) {
                copy_block(block, x, a.frame_step, count);
                x = block;
            }
            sum += add_up(x, count);
            all += (double)kernels->dot(x, x, (int)count);
        }
        if (!isfinite(sum))
            return (double)NAN;
        planes->mean += sum / n;
        if (all - sum * sum / n > SURELY * all)
            square += all - sum * sum / n;
    }
    return square / n / a.channels;
}

enum opine_status opine_pair_raw(const struct opine_kernels *kernels,
                                 const struct opine_config *config,
                                 const struct opine_audio *ref,
                                 const struct opine_audio *deg,
                                 struct opine_pair *pair, int *possible)
{
    double square;

    *possible = 0;
    TRY(check(ref));
    TRY(check(deg));
    if (ref->rate_hz != deg->rate_hz || config->band != OPINE_BAND_FB)
        return OPINE_OK;
    square = view_audio(kernels, ref, &pair->ref);
    if (isnan(square))
        return OPINE_ERR_REFERENCE_VALUE;
    if (isnan(view_audio(kernels, deg, &pair->deg)))
        return OPINE_ERR_DEGRADED_VALUE;
    pair->rate_hz = ref->rate_hz;
    *possible = 10 * log10(square + 1e-30) > LOUD_DBOV;
    return OPINE_OK;
}

static void view_prepared(const struct opine_prepared_signal *signal,
                          int channels, struct opine_planes *planes)
{
    *planes = (struct opine_planes){ .step = 1,
                                     .channels = channels,
                                     .n = signal->n };
    for (int c = 0; c < channels; c++)
        planes->x[c] = signal->x[c];
}

void opine_pair_prepared(const struct opine_prepared *prepared,
                         struct opine_pair *pair)
{
    view_prepared(&prepared->ref, prepared->channels, &pair->ref);
    view_prepared(&prepared->deg, prepared->channels, &pair->deg);
    pair->rate_hz = prepared->rate_hz;
}
