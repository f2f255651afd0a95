/* SPDX-License-Identifier: BSD-2-Clause */
#include "level.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* P.56 method B: two exponential averages of 30 ms in a row, activity hangs
 * over for 200 ms, the threshold lies 15.9 dB below the level. */
#define AVERAGE_S  0.03
#define HANGOVER_S 0.2
#define MARGIN_DB  15.9
#define THRESHOLDS 24 /* 2^0, 2^-1, ... full scale: down to -138 dBov */

/* The envelope moves by 30 ms, so it is computed once a block of this length
 * from the mean magnitude; against every sample that is below 0.02 dB. */
#define BLOCKS_A_SECOND 1000

struct opine_edges opine_band_edges(enum opine_band band)
{
    switch (band) {
    case OPINE_BAND_SWB:
        return (struct opine_edges){ 50, 14000 };
    case OPINE_BAND_WB:
        return (struct opine_edges){ 50, 7000 };
    case OPINE_BAND_NB:
        return (struct opine_edges){ 100, 3500 };
    case OPINE_BAND_FB:
        break;
    }
    return (struct opine_edges){ 20, 20000 };
}

/* ------------------------------------------------------------- survey */

#define FRAMES_A_SECOND 100

static struct opine_outline *outlines(const struct opine_survey *survey,
                                      int channel)
{
    return survey->frame + (size_t)channel * survey->frames;
}

/* One frame of a channel, its mean still there; returns its sum */
static double outline(const struct opine_kernels *kernels,
                      const struct opine_planes *planes, int channel,
                      size_t first, int n, struct opine_outline *frame)
{
    float x[OPINE_RATE_MAX_HZ / FRAMES_A_SECOND];

    opine_planes_load(planes, kernels, channel, first, n, x);
    kernels->range(x, n, &frame->low, &frame->high);
    frame->sum = kernels->sum(x, n);
    frame->energy = (double)kernels->dot(x, x, n);
    return (double)frame->sum;
}

static void take_mean(double mean, int size, struct opine_outline *frame)
{
    frame->low -= (float)mean;
    frame->high -= (float)mean;
    frame->energy =
        fmax(frame->energy - 2 * mean * (double)frame->sum + size * mean * mean,
             0);
}

enum opine_status opine_look(struct opine_arena *arena,
                             const struct opine_kernels *kernels,
                             struct opine_planes *planes, int rate_hz,
                             struct opine_survey *survey)
{
    size_t size = (size_t)(rate_hz / FRAMES_A_SECOND);
    int rest = (int)(planes->n % size);
    double sum[OPINE_CHANNELS_MAX] = { 0 };

    survey->size = (int)size;
    survey->frames = planes->n / size;
    survey->frame = opine_arena_take(arena,
                                     survey->frames * (size_t)planes->channels,
                                     sizeof *survey->frame);
    if (!survey->frame)
        return OPINE_ERR_MEMORY;
    memset(planes->means, 0, sizeof planes->means);
    for (size_t i = 0; i < survey->frames; i++)
        for (int c = 0; c < planes->channels; c++)
            sum[c] += outline(kernels, planes, c, i * size, (int)size,
                              &outlines(survey, c)[i]);
    for (int c = 0; c < planes->channels; c++) {
        struct opine_outline last;

        if (rest)
            sum[c] += outline(kernels, planes, c, planes->n - (size_t)rest,
                              rest, &last);
        sum[c] /= (double)planes->n;
        planes->means[c] = (float)sum[c];
        for (size_t i = 0; i < survey->frames; i++)
            take_mean(sum[c], (int)size, &outlines(survey, c)[i]);
    }
    return OPINE_OK;
}

double opine_peak(const struct opine_survey *survey, int channels)
{
    float peak = 0;

    for (size_t i = 0; i < survey->frames * (size_t)channels; i++)
        peak = fmaxf(peak, fmaxf(-survey->frame[i].low, survey->frame[i].high));
    return (double)peak;
}

double opine_mean_square(const struct opine_survey *survey, int channels)
{
    size_t frames = survey->frames * (size_t)channels;
    double sum = 0;

    for (size_t i = 0; i < frames; i++)
        sum += survey->frame[i].energy;
    return sum / (double)frames / survey->size;
}

/* ------------------------------------------------------- band filter */

/* Second-order section, transposed direct form II */
struct section {
    double b0, b1, b2, a1, a2;
    double s1, s2;
};

/* Butterworth by the bilinear transform; `high` for a high-pass. */
static struct section design(double corner_hz, double rate_hz, int high)
{
    double k = tan(PI * corner_hz / rate_hz);
    double norm = 1 / (1 + sqrt(2.0) * k + k * k);
    double b = high ? norm : k * k * norm;

    return (struct section){ b,
                             high ? -2 * b : 2 * b,
                             b,
                             2 * (k * k - 1) * norm,
                             (1 - sqrt(2.0) * k + k * k) * norm,
                             0,
                             0 };
}

static double filter(struct section *f, double x)
{
    double y = f->b0 * x + f->s1;

    f->s1 = f->b1 * x - f->a1 * y + f->s2;
    f->s2 = f->b2 * x - f->a2 * y;
    return y;
}

/* --------------------------------------------------------- P.56 meter */

struct meter {
    double p, q, decay; /* the two averages */
    int hangover;       /* in blocks */
    /* Of the last blocks, a ring: the first threshold that each reached, and
     * the least of them with its block */
    signed char reached[BLOCKS_A_SECOND];
    int least;
    long least_block;
    long active[THRESHOLDS]; /* blocks active at j but not at j - 1 */
    long block;
    double energy; /* sum of the blocks' mean squares */
};

static void begin_meter(struct meter *m)
{
    memset(m, 0, sizeof *m);
    m->decay = exp(-1 / (AVERAGE_S * BLOCKS_A_SECOND));
    m->hangover = (int)lround(HANGOVER_S * BLOCKS_A_SECOND);
    m->least = THRESHOLDS;
}

/* The first threshold that is active: the least reached within the hangover.
 * Thresholds fall with j, so what reaches one reaches all after it. */
static int first_active(struct meter *m, int reached)
{
    m->reached[m->block % BLOCKS_A_SECOND] = (signed char)reached;
    if (reached <= m->least) {
        m->least = reached;
        m->least_block = m->block;
    } else if (m->block - m->least_block > m->hangover) {
        m->least = THRESHOLDS;
        for (long i = m->block - m->hangover; i <= m->block; i++)
            if (m->reached[i % BLOCKS_A_SECOND] <= m->least) {
                m->least = m->reached[i % BLOCKS_A_SECOND];
                m->least_block = i;
            }
    }
    return m->least;
}

static void meter_block(struct meter *m, double magnitude, double square)
{
    int reached = THRESHOLDS, first;

    m->energy += square;
    m->p = m->decay * m->p + (1 - m->decay) * magnitude;
    m->q = m->decay * m->q + (1 - m->decay) * m->p;
    if (m->q > 0) {
        reached = -ilogb(m->q);
        reached = reached < 0 ? 0 : reached;
        reached = reached < THRESHOLDS ? reached : THRESHOLDS;
    }
    first = first_active(m, reached);
    if (first < THRESHOLDS)
        m->active[first]++;
    m->block++;
}

/* Find where level and threshold lie the margin apart, between two powers of
 * two by interpolation in dB. */
static double meter_level(const struct meter *m)
{
    double above_db = 0, above_margin = 0;
    long active = 0;

    if (m->energy <= 0)
        return -(double)INFINITY;
    for (int j = 0; j < THRESHOLDS; j++) {
        double level_db, margin;
        int first = active == 0;

        active += m->active[j];
        if (!active)
            continue;
        level_db = 10 * log10(m->energy / (double)active);
        margin = level_db + 20 * log10(2) * j - MARGIN_DB;
        if (margin >= 0) {
            double share = first ? 1 : above_margin / (above_margin - margin);
            return above_db + share * (level_db - above_db);
        }
        above_db = level_db;
        above_margin = margin;
    }
    return active ? above_db : -(double)INFINITY;
}

/* What blocks of a second / 1000 are measured on, some at once */
#define BLOCKS 16

struct blocks {
    struct section filters[OPINE_CHANNELS_MAX][2];
    int is_filtered;
    float value[BLOCKS * (OPINE_RATE_MAX_HZ / BLOCKS_A_SECOND)];
};

static void begin_blocks(struct blocks *blocks, int channels, int rate_hz,
                         enum opine_band band)
{
    struct opine_edges edges = opine_band_edges(band);

    blocks->is_filtered = band != OPINE_BAND_FB &&
                          edges.high_hz < 0.45 * rate_hz;
    for (int c = 0; c < channels; c++) {
        blocks->filters[c][0] = design(edges.low_hz, rate_hz, 1);
        blocks->filters[c][1] = design(edges.high_hz, rate_hz, 0);
    }
}

/* Magnitudes: the root of the mean square over channels. One channel that needs
 * no filter stands for itself. */
static void take_values(struct blocks *blocks,
                        const struct opine_kernels *kernels,
                        const struct opine_planes *planes, size_t first, int n)
{
    const float share = 1.0f / (float)planes->channels;
    float x[sizeof blocks->value / sizeof *blocks->value];

    if (planes->channels == 1 && !blocks->is_filtered) {
        opine_planes_load(planes, kernels, 0, first, n, blocks->value);
        return;
    }
    memset(blocks->value, 0, (size_t)n * sizeof *blocks->value);
    for (int c = 0; c < planes->channels; c++) {
        struct section *filters = blocks->filters[c];

        opine_planes_load(planes, kernels, c, first, n, x);
        for (int i = 0; i < n && blocks->is_filtered; i++)
            x[i] = (float)filter(&filters[1],
                                 filter(&filters[0], (double)x[i]));
        for (int i = 0; i < n; i++)
            blocks->value[i] += x[i] * x[i];
    }
    for (int i = 0; i < n; i++)
        blocks->value[i] = sqrtf(blocks->value[i] * share);
}

double opine_active_level(const struct opine_kernels *kernels,
                          const struct opine_planes *planes, int rate_hz,
                          enum opine_band band)
{
    int size = rate_hz / BLOCKS_A_SECOND;
    size_t count = planes->n / (size_t)size;
    struct blocks blocks;
    struct meter m;

    begin_blocks(&blocks, planes->channels, rate_hz, band);
    begin_meter(&m);
    for (size_t i = 0; i < count; i += BLOCKS) {
        int n = count - i < BLOCKS ? (int)(count - i) : BLOCKS;
        float magnitude[BLOCKS], square[BLOCKS];

        take_values(&blocks, kernels, planes, i * (size_t)size, n * size);
        kernels->extents(magnitude, square, blocks.value, size, n);
        for (int k = 0; k < n; k++)
            meter_block(&m, (double)magnitude[k] / size,
                        (double)square[k] / size);
    }
    return meter_level(&m);
}

/* ---------------------------------------------------------- flat tops */

#define FLAT_EDGE   0.985f /* chosen by exploration, as are 40 dB and 10 ms */
#define FLAT_ACTIVE 1e-4

/* Samples of a frame beyond both thresholds that have such a neighbour */
static int flat_samples(const float *x, int n, float low, float high)
{
    int flat = 0, run = 0;

    for (int i = 0; i < n; i++) {
        int beyond = x[i] > high || x[i] < low;

        /* The first of a run counts once its second is seen. */
        if (beyond && run)
            flat += run == 1 ? 2 : 1;
        run = beyond ? run + 1 : 0;
    }
    return flat;
}

static double flat_share(const struct opine_kernels *kernels,
                         const struct opine_planes *planes, int channel,
                         const struct opine_survey *survey)
{
    const struct opine_outline *frame = outlines(survey, channel);
    float low = 0, high = 0, x[OPINE_RATE_MAX_HZ / FRAMES_A_SECOND];
    double loudest = 0;
    long flat = 0, counted = 0;

    for (size_t i = 0; i < survey->frames; i++) {
        low = fminf(frame[i].low, low);
        high = fmaxf(frame[i].high, high);
        loudest = fmax(frame[i].energy, loudest);
    }
    low *= FLAT_EDGE;
    high *= FLAT_EDGE;
    for (size_t i = 0; i < survey->frames; i++) {
        if (frame[i].energy <= loudest * FLAT_ACTIVE)
            continue;
        counted += survey->size;
        if (frame[i].low >= low && frame[i].high <= high)
            continue;
        opine_planes_load(planes, kernels, channel, i * (size_t)survey->size,
                          survey->size, x);
        flat += flat_samples(x, survey->size, low, high);
    }
    return counted ? (double)flat / (double)counted : 0;
}

double opine_flat_share(const struct opine_kernels *kernels,
                        const struct opine_planes *planes,
                        const struct opine_survey *survey)
{
    double sum = 0;

    for (int c = 0; c < planes->channels; c++)
        sum += flat_share(kernels, planes, c, survey);
    return sum / planes->channels;
}
