/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels that add up; part of kernels_body.h. */

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

/* One after the other: gcc takes the three in one loop apart into scalars */
static void match(float *restrict sums, const float *x, const float *y, int n)
{
    sums[0] = dot(x, y, n);
    sums[1] = dot(x, x, n);
    sums[2] = dot(y, y, n);
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
    for (int half = RANGE / 2; half; half /= 2)
        for (int lane = 0; lane < half; lane++) {
            float a = least[lane + half], b = most[lane + half];

            least[lane] = a < least[lane] ? a : least[lane];
            most[lane] = b > most[lane] ? b : most[lane];
        }
    *low = least[0];
    *high = most[0];
}

static inline uint32_t bits_of(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Knuth's multiplier (The Art of Computer Programming, 6.4): 2^32 times the
 * golden ratio, a prime */
static inline uint32_t mix(uint32_t word, float x)
{
    uint32_t mixed = word ^ bits_of(x);

    return (mixed << 13 | mixed >> 19) * 2654435761U;
}

static void digest(uint32_t *words, const float *x, int n)
{
    int i = 0;

    for (; i + OPINE_DIGEST <= n; i += OPINE_DIGEST)
        for (int k = 0; k < OPINE_DIGEST; k++)
            words[k] = mix(words[k], x[i + k]);
    for (int k = 0; i + k < n; k++)
        words[k] = mix(words[k], x[i + k]);
}
