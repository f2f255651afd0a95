/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernels' one body; see kernels.h. Include it once per level, inside of
 * that level's target attribute. */
#include "kernels.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LANES OPINE_LANES

/* The lanes' sum, as a balanced tree */
static float add_lanes(const float *sum)
{
    float eight[8], four[4];

    for (int lane = 0; lane < 8; lane++)
        eight[lane] = sum[lane] + sum[lane + 8];
    for (int lane = 0; lane < 4; lane++)
        four[lane] = eight[lane] + eight[lane + 4];
    return (four[0] + four[2]) + (four[1] + four[3]);
}

static void multiply(float *restrict y, const float *restrict x,
                     const float *restrict w, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * w[i];
}

/* Mono and stereo apart, since only known steps are vectorised */
static void load(float *restrict y, const float *restrict x, ptrdiff_t step,
                 float mean, int n)
{
    if (step == 1)
        for (int i = 0; i < n; i++)
            y[i] = x[i] - mean;
    else if (step == 2)
        for (int i = 0; i < n; i++)
            y[i] = x[2 * i] - mean;
    else
        for (int i = 0; i < n; i++)
            y[i] = x[i * step] - mean;
}

/* Known factors apart, as above */
static void deal(float *restrict y, const float *restrict x, int factor,
                 int step, int n)
{
    if (factor == 2)
        for (int i = 0; i < n; i++) {
            y[i] = x[2 * i];
            y[step + i] = x[2 * i + 1];
        }
    else if (factor == 3)
        for (int i = 0; i < n; i++) {
            y[i] = x[3 * i];
            y[step + i] = x[3 * i + 1];
            y[2 * step + i] = x[3 * i + 2];
        }
    else
        for (int p = 0; p < factor; p++)
            for (int i = 0; i < n; i++)
                y[p * step + i] = x[factor * i + p];
}

static float sum(const float *x, int n)
{
    float sum[LANES] = { 0 };
    int i = 0;

    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sum[lane] += x[i + lane];
    for (int lane = 0; i + lane < n; lane++)
        sum[lane] += x[i + lane];
    return add_lanes(sum);
}

static void power(float *restrict p, const float *restrict s, int n)
{
    for (int k = 0; k < n; k++)
        p[k] = s[2 * k] * s[2 * k] + s[2 * k + 1] * s[2 * k + 1];
}

static void add(float *restrict y, const float *restrict x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] += x[i];
}

static void weave(float *restrict y, const float *restrict a,
                  const float *restrict b, const float *restrict w, int n)
{
    for (int i = 0; i < n; i++) {
        y[2 * i] = a[i] * w[i];
        y[2 * i + 1] = b[i] * w[i];
    }
}

static void cohere(float *restrict straight, float *restrict crossed,
                   float *restrict square, const float *restrict x,
                   const float *restrict y, int n)
{
    for (int k = 0; k < n; k++) {
        straight[2 * k] += x[2 * k] * y[2 * k];
        straight[2 * k + 1] += x[2 * k + 1] * y[2 * k + 1];
        crossed[2 * k] += x[2 * k + 1] * y[2 * k];
        crossed[2 * k + 1] += x[2 * k] * y[2 * k + 1];
        square[2 * k] += y[2 * k] * y[2 * k];
        square[2 * k + 1] += y[2 * k + 1] * y[2 * k + 1];
    }
}

static void explain(float *restrict x, float *restrict y,
                    const float *restrict straight,
                    const float *restrict crossed, const float *restrict square,
                    int n)
{
    for (int k = 0; k < n; k++) {
        float re = straight[2 * k] + straight[2 * k + 1];
        float im = crossed[2 * k] - crossed[2 * k + 1];
        float power = square[2 * k] + square[2 * k + 1] + 1e-20F;

        x[2 * k] = re;
        x[2 * k + 1] = im;
        y[2 * k] = re / power;
        y[2 * k + 1] = im / power;
    }
}

static void turn(float *restrict y, const float *restrict x, int n)
{
    for (int k = 0; k < n; k++) {
        y[2 * k] = x[2 * k + 1];
        y[2 * k + 1] = -x[2 * k];
    }
}

static float dot(const float *x, const float *y, int n)
{
    float sum[LANES] = { 0 };
    int i = 0;

    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sum[lane] += x[i + lane] * y[i + lane];
    for (int lane = 0; i + lane < n; lane++)
        sum[lane] += x[i + lane] * y[i + lane];
    return add_lanes(sum);
}

static void bands(float *restrict sums, const float *x, const float *y,
                  const struct opine_weights *weights)
{
    const float *w = weights->weight;

    for (int b = 0; b < weights->bands; b++) {
        const float *p = x + weights->first[b], *q = y + weights->first[b];
        float sum[LANES] = { 0 };

        for (int i = 0; i < weights->groups[b]; i++) {
            for (int lane = 0; lane < LANES; lane++)
                sum[lane] += w[lane] * (p[lane] * q[lane]);
            w += LANES;
            p += LANES;
            q += LANES;
        }
        sums[b] = add_lanes(sum);
    }
}

static void filter(float *restrict y, const float *restrict x,
                   const float *restrict taps, int n)
{
    int i = 0;

    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        float sum[2 * LANES] = { 0 };

        for (int j = 0; j < OPINE_TAPS; j++)
            for (int lane = 0; lane < 2 * LANES; lane++)
                sum[lane] += taps[j] * x[i + j + lane];
        for (int lane = 0; lane < 2 * LANES; lane++)
            y[i + lane] += sum[lane];
    }
    for (; i < n; i++) {
        float sum = 0;

        for (int j = 0; j < OPINE_TAPS; j++)
            sum += taps[j] * x[i + j];
        y[i] += sum;
    }
}

static void combine(float *restrict y, const float *restrict x, int step,
                    const float *restrict w, int count, int n)
{
    int i = 0;

    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        float sum[2 * LANES] = { 0 };

        for (int k = 0; k < count; k++)
            for (int lane = 0; lane < 2 * LANES; lane++)
                sum[lane] += w[k] * x[(ptrdiff_t)k * step + i + lane];
        for (int lane = 0; lane < 2 * LANES; lane++)
            y[i + lane] = sum[lane];
    }
    for (; i < n; i++) {
        float sum = 0;

        for (int k = 0; k < count; k++)
            sum += w[k] * x[(ptrdiff_t)k * step + i];
        y[i] = sum;
    }
}

static void match(float *restrict sums, const float *x, const float *y, int n)
{
    float xy[LANES] = { 0 }, xx[LANES] = { 0 }, yy[LANES] = { 0 };
    int i = 0;

    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            xy[lane] += x[i + lane] * y[i + lane];
            xx[lane] += x[i + lane] * x[i + lane];
            yy[lane] += y[i + lane] * y[i + lane];
        }
    for (int lane = 0; i + lane < n; lane++) {
        xy[lane] += x[i + lane] * y[i + lane];
        xx[lane] += x[i + lane] * x[i + lane];
        yy[lane] += y[i + lane] * y[i + lane];
    }
    sums[0] = add_lanes(xy);
    sums[1] = add_lanes(xx);
    sums[2] = add_lanes(yy);
}

static void soften(float *restrict y, const float *restrict x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = 0.0625f * (x[i] + x[i + 4]) + 0.25f * (x[i + 1] + x[i + 3]) +
               0.375f * x[i + 2];
}

static float magnitude(const float *x, int n)
{
    float sum[LANES] = { 0 };
    int i = 0;

    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sum[lane] += fabsf(x[i + lane]);
    for (int lane = 0; i + lane < n; lane++)
        sum[lane] += fabsf(x[i + lane]);
    return add_lanes(sum);
}

static void extents(float *restrict size, float *restrict square,
                    const float *restrict x, int each, int n)
{
    for (int i = 0; i < n; i++, x += each) {
        size[i] = magnitude(x, each);
        square[i] = dot(x, x, each);
    }
}

/* In so many lanes that gcc keeps the loop over them, which it vectorises,
 * where it takes 16 apart into scalars */
#define RANGE (2 * LANES)

static void widen(float *restrict least, float *restrict most, const float *x)
{
    for (int lane = 0; lane < RANGE; lane++) {
        least[lane] = x[lane] < least[lane] ? x[lane] : least[lane];
        most[lane] = x[lane] > most[lane] ? x[lane] : most[lane];
    }
}

static void range(const float *x, int n, float *low, float *high)
{
    float least[RANGE], most[RANGE];
    int i = 0;

    for (int lane = 0; lane < RANGE; lane++)
        least[lane] = most[lane] = x[0];
    for (; i + RANGE <= n; i += RANGE)
        widen(least, most, x + i);
    if (i && i < n)
        widen(least, most, x + n - RANGE); /* some of it once more */
    for (; n < RANGE && i < n; i++) {
        least[0] = x[i] < least[0] ? x[i] : least[0];
        most[0] = x[i] > most[0] ? x[i] : most[0];
    }
    *low = *high = x[0];
    for (int lane = 0; lane < RANGE; lane++) {
        *low = least[lane] < *low ? least[lane] : *low;
        *high = most[lane] > *high ? most[lane] : *high;
    }
}

static void reverse(float *restrict y, const float *restrict x, int n, int end)
{
    for (int k = 1; k < end; k++) {
        y[2 * k] = x[2 * (n - k)];
        y[2 * k + 1] = x[2 * (n - k) + 1];
    }
}

static void separate(float *restrict x, float *restrict y,
                     const float *restrict z, const float *restrict r, int n)
{
    for (int k = 0; k < n; k++) {
        x[2 * k] = 0.5f * (z[2 * k] + r[2 * k]);
        x[2 * k + 1] = 0.5f * (z[2 * k + 1] - r[2 * k + 1]);
        y[2 * k] = 0.5f * (z[2 * k + 1] + r[2 * k + 1]);
        y[2 * k + 1] = 0.5f * (r[2 * k] - z[2 * k]);
    }
}

/* From the transform Z of the signal taken as size / 2 complex numbers, with
 * r[k] = Z[size / 2 - k] and w[k] the twiddles, in place:
 *
 *   X[k] = (Z[k] + r[k]*) / 2 - i w[k] (Z[k] - r[k]*) / 2
 */
static void split(float *restrict z, const float *restrict r,
                  const float *restrict w, int half)
{
    for (int k = 1; k < half; k++) {
        float even_re = z[2 * k] + r[2 * k];
        float even_im = z[2 * k + 1] - r[2 * k + 1];
        float odd_re = z[2 * k + 1] + r[2 * k + 1];
        float odd_im = r[2 * k] - z[2 * k];
        float re = w[2 * k] * odd_re - w[2 * k + 1] * odd_im;
        float im = w[2 * k] * odd_im + w[2 * k + 1] * odd_re;

        z[2 * k] = 0.5f * (even_re + re);
        z[2 * k + 1] = 0.5f * (even_im + im);
    }
}

/* The way back, with r[k] = X[size / 2 - k]; the result has its parts swapped,
 * since a forward transform of swapped numbers is the inverse one, swapped:
 *
 *   2 Z[k] = X[k] + r[k]* + i w[k]* (X[k] - r[k]*)
 */
static void join(float *restrict x, const float *restrict r,
                 const float *restrict w, int half)
{
    for (int k = 1; k < half; k++) {
        float even_re = x[2 * k] + r[2 * k];
        float even_im = x[2 * k + 1] - r[2 * k + 1];
        float odd_re = x[2 * k] - r[2 * k];
        float odd_im = x[2 * k + 1] + r[2 * k + 1];
        float re = w[2 * k] * odd_re + w[2 * k + 1] * odd_im;
        float im = w[2 * k] * odd_im - w[2 * k + 1] * odd_re;

        x[2 * k] = even_im + re;
        x[2 * k + 1] = even_re - im;
    }
}

static void cross(float *restrict sum, const float *restrict x,
                  const float *restrict y, int n)
{
    for (int k = 0; k < n; k++) {
        sum[k] += x[k] * y[k] + x[n + k] * y[n + k];
        sum[n + k] += x[n + k] * y[k] - x[k] * y[n + k];
    }
}

static void resemble(float *restrict value, const float *restrict sums,
                     float share, float a, float b, int n)
{
    for (int i = 0; i < n; i++) {
        float x = sums[i] * share, y = sums[n + i] * share;
        float vx = sums[2 * n + i] * share - x * x;
        float vy = sums[3 * n + i] * share - y * y;
        float cov = sums[4 * n + i] * share - x * y;
        float both = (vx > 0 ? vx : 0) * (vy > 0 ? vy : 0);

        value[i] = (2 * x * y + a) * (cov + b) /
                   ((x * x + y * y + a) * (sqrtf(both) + b));
    }
}

/* ------------------------------------------------- logarithms and powers */

/* Of x = 2^e m, m within sqrt(1/2) to sqrt(2), and with s = (m - 1) / (m + 1):
 *
 *   log2 x = e + s (c0 + c1 s^2 + c2 s^4 + c3 s^6)
 *   2^x    = 2^k (d0 + d1 f + ... + d6 f^6), k = round(x), f = x - k
 *
 * Coefficients: Chebyshev fits to both functions, of relative error 7.5e-10 and
 * 2.7e-9; the rest of the error is rounding. */
#define SQRT_HALF 0x3f3504f3U /* bits of sqrt(1/2) */
#define EXPONENT  0xff800000U /* bits of sign and exponent */
#define TO_WHOLE  12582912.0F /* 1.5 2^23: what is added to it is rounded */
#define SPREAD_LEAST                                                           \
    1e-30F /* nothing beside internal noise, and no                            \
              denormal, which would be slow */

static inline uint32_t bits_of(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_of(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* log2 x less the whole number e; 0 and denormals come out as near -127 */
static inline float take_logarithm(float x, float *e)
{
    uint32_t bits = bits_of(x);
    uint32_t above = bits - SQRT_HALF;
    float m = float_of(bits - (above & EXPONENT));
    float s = (m - 1) / (m + 1), z = s * s;

    *e = (float)((int32_t)above >> 23);
    return s * (2.88539008F +
                z * (0.961798980F + z * (0.576699470F + z * 0.432137590F)));
}

/* 2^(k + f) */
static inline float take_power(float k, float f)
{
    float y = 1.54702639e-4F;

    y = y * f + 1.34009694e-3F;
    y = y * f + 9.61802393e-3F;
    y = y * f + 5.55032587e-2F;
    y = y * f + 2.40226512e-1F;
    y = y * f + 6.93147207e-1F;
    y = y * f + 1;
    return y * float_of((uint32_t)((int32_t)k + 127) << 23);
}

static void logarithm(float *restrict y, const float *restrict x, int n)
{
    for (int i = 0; i < n; i++) {
        float e, l = take_logarithm(x[i], &e);

        y[i] = e + l;
    }
}

static void exponential(float *restrict y, const float *restrict x, int n)
{
    for (int i = 0; i < n; i++) {
        float k = (x[i] + TO_WHOLE) - TO_WHOLE;

        y[i] = take_power(k, x[i] - k);
    }
}

/* The upper bits of p times a whole number are exact, so that large exponents
 * cost no digits. */
static void raise(float *restrict y, const float *restrict x, float p, int n)
{
    float upper = float_of(bits_of(p) & 0xfffff000U), lower = p - upper;

    for (int i = 0; i < n; i++) {
        float e, l = take_logarithm(x[i], &e);
        float whole = upper * e, rest = lower * e + p * l;
        float k = (whole + rest + TO_WHOLE) - TO_WHOLE;

        y[i] = take_power(k, (whole - k) + rest);
    }
}

/* ---------------------------------------------------------------- spread */

static void spread(float *restrict y, float *restrict x,
                   const float *restrict r, int n)
{
    for (int j = 0; j < n; j++) {
        float sum[LANES] = { 0 };

        for (int i = 0; i <= j; i++)
            for (int lane = 0; lane < LANES; lane++) {
                int at = i * LANES + lane;
                float next = x[at] * r[at];

                sum[lane] += x[at];
                x[at] = next > SPREAD_LEAST ? next : SPREAD_LEAST;
            }
        for (int lane = 0; lane < LANES; lane++)
            y[j * LANES + lane] = sum[lane];
    }
}

static void fill(struct opine_kernels *kernels, enum opine_cpu cpu)
{
    kernels->multiply = multiply;
    kernels->load = load;
    kernels->deal = deal;
    kernels->sum = sum;
    kernels->power = power;
    kernels->add = add;
    kernels->weave = weave;
    kernels->cohere = cohere;
    kernels->explain = explain;
    kernels->turn = turn;
    kernels->bands = bands;
    kernels->dot = dot;
    kernels->filter = filter;
    kernels->combine = combine;
    kernels->match = match;
    kernels->soften = soften;
    kernels->magnitude = magnitude;
    kernels->extents = extents;
    kernels->range = range;
    kernels->cross = cross;
    kernels->reverse = reverse;
    kernels->separate = separate;
    kernels->split = split;
    kernels->join = join;
    kernels->resemble = resemble;
    kernels->logarithm = logarithm;
    kernels->exponential = exponential;
    kernels->raise = raise;
    kernels->spread = spread;
    kernels->cpu = cpu;
}
