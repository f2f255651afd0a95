/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels of complex numbers; part of kernels_body.h. */

static void power(float *restrict p, const float *restrict s, int n)
{
    for (int k = 0; k < n; k++)
        p[k] = s[2 * k] * s[2 * k] + s[2 * k + 1] * s[2 * k + 1];
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

static void cross(float *restrict sum, const float *restrict x,
                  const float *restrict y, int n)
{
    for (int k = 0; k < n; k++) {
        sum[k] += x[k] * y[k] + x[n + k] * y[n + k];
        sum[n + k] += x[n + k] * y[k] - x[k] * y[n + k];
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
