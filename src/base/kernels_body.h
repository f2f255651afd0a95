/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernels' one body; see kernels.h. Include it once per level, inside of
 * that level's target attribute. */
#include "kernels.h"

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

static float dot(const float *x, const float *y, int n)
{
    float sum[LANES] = { 0 };
    int i = 0;

    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sum[lane] += x[i + lane] * y[i + lane];
    for (int lane = 0; i + lane < n; lane++)
        sum[lane] += x[i + lane] * y[i + lane];
    for (int half = LANES / 2; half; half /= 2)
        for (int lane = 0; lane < half; lane++)
            sum[lane] += sum[lane + half];
    return sum[0];
}

static void fill(struct opine_kernels *kernels, enum opine_cpu cpu)
{
    kernels->multiply = multiply;
    kernels->power = power;
    kernels->dot = dot;
    kernels->cpu = cpu;
}
