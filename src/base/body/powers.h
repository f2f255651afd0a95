/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels of levels and loudness; part of kernels_body.h. */

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
