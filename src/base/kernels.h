/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Kernels: the loops that take most of the time, one table per CPU level
 *
 * The order of arithmetic is part of each kernel's contract: sums run in 16
 * lanes (element i in lane i % 16) that are added as a balanced tree, nothing
 * is contracted to fused operations. So every level gives equal bits.
 *
 * There is one body, kernels_body.h, compiled once per level under that level's
 * target attribute; the compiler vectorises it.
 */
#ifndef OPINE_SRC_KERNELS_H
#define OPINE_SRC_KERNELS_H

#include "opine.h"

#include <stddef.h>
#include <stdint.h>

#define OPINE_TAPS   16 /* of a filter */
#define OPINE_LANES  16 /* of sums, and frames that are spread at once */
#define OPINE_DIGEST 32 /* words */

/* Bands of a spectrum, as weights of its floats */
struct opine_weights {
    int bands;
    const int *first;  /* float of the spectrum */
    const int *groups; /* of OPINE_LANES floats; filled up with weights of 0 */
    const float *weight;
};

/* Arrays that are written overlap no other. */
struct opine_kernels {
    /* y[i] = x[i] w[i] */
    void (*multiply)(float *y, const float *x, const float *w, int n);
    /* y[i] = x[i step] - mean */
    void (*load)(float *y, const float *x, ptrdiff_t step, float mean, int n);
    /* y[p step + i] = x[i factor + p], p below factor, i below n */
    void (*deal)(float *y, const float *x, int factor, int step, int n);
    /* Sum of x[i] */
    float (*sum)(const float *x, int n);
    /* p[k] = |s[k]|^2 of n complex numbers */
    void (*power)(float *p, const float *s, int n);
    /* y[i] += x[i] */
    void (*add)(float *y, const float *x, int n);
    /* y[2 i] = a[i] w[i], y[2 i + 1] = b[i] w[i] */
    void (*weave)(float *y, const float *a, const float *b, const float *w,
                  int n);
    /* Of n complex numbers, real and imaginary parts left to be added:
       straight[k] += re re, im im and crossed[k] += im re, re im of x[k] and
       y[k], square[k] += re re, im im of y[k] */
    void (*cohere)(float *straight, float *crossed, float *square,
                   const float *x, const float *y, int n);
    /* From such sums, of n complex numbers:
       x[k] = sum of x y*, y[k] = the same over the sum of |y|^2 + 1e-20 */
    void (*explain)(float *x, float *y, const float *straight,
                    const float *crossed, const float *square, int n);
    /* y[k] = -i x[k] of n complex numbers */
    void (*turn)(float *y, const float *x, int n);
    /* sums[b] = sum of w x[i] y[i] from i = first[b] on, over OPINE_LANES
       groups[b] weights, which are those that follow the band's before */
    void (*bands)(float *sums, const float *x, const float *y,
                  const struct opine_weights *weights);
    /* Sum of x[i] y[i] */
    float (*dot)(const float *x, const float *y, int n);
    /* Sums of x[i] y[i], of x[i]^2 and of y[i]^2, the three of them */
    void (*match)(float *sums, const float *x, const float *y, int n);
    /* y[i] = (x[i] + 4 x[i + 1] + 6 x[i + 2] + 4 x[i + 3] + x[i + 4]) / 16 */
    void (*soften)(float *y, const float *x, int n);
    /* y[i] += sum of taps[j] x[i + j] over OPINE_TAPS taps, in order */
    void (*filter)(float *y, const float *x, const float *taps, int n);
    /* y[i] = sum of w[k] x[k step + i] over `count` rows, in order */
    void (*combine)(float *y, const float *x, int step, const float *w,
                    int count, int n);
    /* Sum of |x[i]| */
    float (*magnitude)(const float *x, int n);
    /* Sums of |x[i]| and of x[i]^2, of n blocks of `each` */
    void (*extents)(float *size, float *square, const float *x, int each,
                    int n);
    /* Mix the bits of n floats into OPINE_DIGEST words: word i mod OPINE_DIGEST
       becomes ((word ^ bits) rotated up by 13) 2654435761 */
    void (*digest)(uint32_t *words, const float *x, int n);
    /* Least and greatest of x[i], n at least 1 */
    void (*range)(const float *x, int n, float *low, float *high);
    /* sum[k] += x[k] y[k]* of n complex numbers, all real parts before all
       imaginary ones */
    void (*cross)(float *sum, const float *x, const float *y, int n);
    /* y[k] = x[n - k] for 0 < k < end, complex */
    void (*reverse)(float *y, const float *x, int n, int end);
    /* The spectra x, y of two real signals, n complex numbers each, from z,
       that of x + i y, and r, z reversed: x[k] = (z[k] + r[k]*) / 2, y[k] =
       (z[k] - r[k]*) / 2i */
    void (*separate)(float *x, float *y, const float *z, const float *r, int n);
    /* What remains of a real transform of 2 n samples after the complex one of
       n, in place, and before the one back; r reversed, w twiddles; see fft.c.
       The first and the last number are left to the caller. */
    void (*split)(float *z, const float *r, const float *w, int n);
    void (*join)(float *x, const float *r, const float *w, int n);
    /* Structural similarity from sums: n of x, n of y, of x^2, of y^2, of x y;
       with means m (sums times share), variances v and covariance c,
       value[i] = (2 mx my + a) (c + b) / ((mx^2 + my^2 + a) (sqrt(vx vy) + b))
     */
    void (*resemble)(float *value, const float *sums, float share, float a,
                     float b, int n);
    /* y[i] = log2 x[i], to 1e-6 of it or of 1, for x not negative; below
       FLT_MIN about -127 */
    void (*logarithm)(float *y, const float *x, int n);
    /* y[i] = 2^x[i], to 1e-6 of it; x from -126 to 126 */
    void (*exponential)(float *y, const float *x, int n);
    /* y[i] = x[i]^p, to 1e-6 of it, for |p| up to 0.9; x as above */
    void (*raise)(float *y, const float *x, float p, int n);
    /* y[j] = sum over i <= j of x[i] r[i]^(j - i), of n rows of OPINE_LANES;
       x becomes scratch */
    void (*spread)(float *y, float *x, const float *r, int n);
    enum opine_cpu cpu; /* the level of this table */
};

/**
 * Fill the table for a level
 * return          OPINE_ERR_CPU when this machine or build lacks the level
 */
OPINE_MUST_CHECK enum opine_status
opine_kernels_init(struct opine_kernels *kernels, enum opine_cpu cpu);

#endif
