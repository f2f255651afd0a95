/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernels' one body; see kernels.h. Include it once per level, inside of
 * that level's target attribute. */
#include "kernels.h"

#include <math.h>

#define LANES 16

static void multiply(float *restrict y, const float *restrict x,
                     const float *restrict w, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * w[i];
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

static void cross(float *restrict re, float *restrict im,
                  const float *restrict x, const float *restrict y, int n)
{
    for (int k = 0; k < n; k++) {
        re[k] += x[2 * k] * y[2 * k] + x[2 * k + 1] * y[2 * k + 1];
        im[k] += x[2 * k + 1] * y[2 * k] - x[2 * k] * y[2 * k + 1];
    }
}

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

static void filter(float *restrict y, const float *restrict x,
                   const float *restrict taps, int count, int step, int n)
{
    for (int i = 0; i < n; i++, x += step) {
        float sum[LANES] = { 0 };

        for (int j = 0; j < count; j += LANES)
            for (int lane = 0; lane < LANES; lane++)
                sum[lane] += taps[j + lane] * x[j + lane];
        y[i] += add_lanes(sum);
    }
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

static void range(const float *x, int n, float *low, float *high)
{
    float least[LANES] = { 0 }, most[LANES] = { 0 };
    int i = 0;

    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            float v = x[i + lane];
            least[lane] = v < least[lane] ? v : least[lane];
            most[lane] = v > most[lane] ? v : most[lane];
        }
    for (; i < n; i++) {
        least[0] = x[i] < least[0] ? x[i] : least[0];
        most[0] = x[i] > most[0] ? x[i] : most[0];
    }
    *low = *high = 0;
    for (int lane = 0; lane < LANES; lane++) {
        *low = least[lane] < *low ? least[lane] : *low;
        *high = most[lane] > *high ? most[lane] : *high;
    }
}

static void fill(struct opine_kernels *kernels, enum opine_cpu cpu)
{
    kernels->multiply = multiply;
    kernels->power = power;
    kernels->add = add;
    kernels->cross = cross;
    kernels->dot = dot;
    kernels->filter = filter;
    kernels->magnitude = magnitude;
    kernels->range = range;
    kernels->cpu = cpu;
}
