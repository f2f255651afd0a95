/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels of samples; part of kernels_body.h. */

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

static void multiply(float *restrict y, const float *restrict x,
                     const float *restrict w, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * w[i];
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

static void soften(float *restrict y, const float *restrict x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = 0.0625f * (x[i] + x[i + 4]) + 0.25f * (x[i + 1] + x[i + 3]) +
               0.375f * x[i + 2];
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
