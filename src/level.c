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
    double p, q, decay;      /* the two averages */
    long hangover;           /* in blocks */
    long last[THRESHOLDS];   /* block when threshold j was last reached */
    long active[THRESHOLDS]; /* blocks active at j but not at j - 1 */
    long block;
    double energy; /* sum of the blocks' mean squares */
};

static void meter_block(struct meter *m, double magnitude, double square)
{
    int reached = THRESHOLDS;

    m->energy += square;
    m->p = m->decay * m->p + (1 - m->decay) * magnitude;
    m->q = m->decay * m->q + (1 - m->decay) * m->p;
    if (m->q > 0) {
        reached = -ilogb(m->q);
        reached = reached < 0 ? 0 : reached;
    }
    /* Thresholds fall with j: what reaches one reaches all after it. */
    for (int j = reached; j < THRESHOLDS; j++)
        m->last[j] = m->block;
    for (int j = 0; j < THRESHOLDS; j++)
        if (m->block - m->last[j] <= m->hangover) {
            m->active[j]++;
            break;
        }
    m->block++;
}

/* Find where level and threshold lie the margin apart, between two powers of
 * two by interpolation in dB. */
static double meter_level(const struct meter *m)
{
    double above_db = 0, above_margin = 0;
    long active = 0;

    if (m->energy <= 0)
        return -INFINITY;
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
    return above_db;
}

/* Mean square over channels of one sample, behind the filters */
static double channel_square(float *const *x, size_t i, int channels,
                             struct section (*filters)[2], int used)
{
    double square = 0;

    for (int c = 0; c < channels; c++) {
        double y = (double)x[c][i];
        if (used) {
            y = filter(&filters[c][0], y);
            y = filter(&filters[c][1], y);
        }
        square += y * y;
    }
    return square / channels;
}

double opine_active_level(float *const *x, size_t n, int channels, int rate_hz,
                          enum opine_band band)
{
    struct opine_edges edges = opine_band_edges(band);
    int used = band != OPINE_BAND_FB && edges.high_hz < 0.45 * rate_hz;
    struct section filters[64][2];
    struct meter m = { 0 };
    size_t size = (size_t)rate_hz / BLOCKS_A_SECOND;

    m.decay = exp(-1 / (AVERAGE_S * BLOCKS_A_SECOND));
    m.hangover = lround(HANGOVER_S * BLOCKS_A_SECOND);
    for (int j = 0; j < THRESHOLDS; j++)
        m.last[j] = -m.hangover - 1;
    for (int c = 0; c < channels; c++) {
        filters[c][0] = design(edges.low_hz, rate_hz, 1);
        filters[c][1] = design(edges.high_hz, rate_hz, 0);
    }
    for (size_t i = 0; i + size <= n; i += size) {
        double magnitude = 0, energy = 0;
        for (size_t k = i; k < i + size; k++) {
            double square = channel_square(x, k, channels, filters, used);
            magnitude += sqrt(square);
            energy += square;
        }
        meter_block(&m, magnitude / (double)size, energy / (double)size);
    }
    return meter_level(&m);
}

/* ---------------------------------------------------------- flat tops */

#define FLAT_EDGE   0.985 /* chosen by exploration, as are 40 dB and 10 ms */
#define FLAT_ACTIVE 1e-4

static double frame_power(const float *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum / (double)n;
}

static double flat_share(const float *x, size_t n, size_t size)
{
    float high = x[0], low = x[0];
    double loudest = 0;
    size_t flat = 0, counted = 0;

    for (size_t i = 0; i < n; i++) {
        high = x[i] > high ? x[i] : high;
        low = x[i] < low ? x[i] : low;
    }
    for (size_t i = 0; i + size <= n; i += size)
        loudest = fmax(loudest, frame_power(x + i, size));
    high *= (float)FLAT_EDGE;
    low *= (float)FLAT_EDGE;
    for (size_t i = 0; i + size <= n; i += size) {
        int before = 0;

        if (frame_power(x + i, size) <= loudest * FLAT_ACTIVE)
            continue;
        counted += size;
        for (size_t k = i; k < i + size; k++) {
            int beyond = x[k] > high || x[k] < low;
            /* The first of a run counts once its second is seen. */
            flat += beyond && before ? (before == 1 ? 2 : 1) : 0;
            before = beyond ? before + 1 : 0;
        }
    }
    return counted ? (double)flat / (double)counted : 0;
}

double opine_flat_share(float *const *x, size_t n, int channels, int rate_hz)
{
    double sum = 0;

    for (int c = 0; c < channels; c++)
        sum += n ? flat_share(x[c], n, (size_t)rate_hz / 100) : 0;
    return sum / channels;
}
