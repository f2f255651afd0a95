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

#define OPINE_TAPS  16 /* of a filter */
#define OPINE_LANES 16 /* of sums, and frames that are spread at once */

/* Arrays that are written overlap no other. */
struct opine_kernels {
    /* y[i] = x[i] w[i] */
    void (*multiply)(float *y, const float *x, const float *w, int n);
    /* y[i] = x[i step] - mean */
    void (*load)(float *y, const float *x, ptrdiff_t step, float mean, int n);
    /* p[k] = |s[k]|^2 of n complex numbers */
    void (*power)(float *p, const float *s, int n);
    /* y[i] += x[i] */
    void (*add)(float *y, const float *x, int n);
    /* re[k] + i im[k] += x[k] y[k]* of n complex numbers */
    void (*cohere)(float *re, float *im, const float *x, const float *y, int n);
    /* Sum of x[i] y[i] */
    float (*dot)(const float *x, const float *y, int n);
    /* y[i] += sum of taps[j] x[i + j] over OPINE_TAPS taps, in order */
    void (*filter)(float *y, const float *x, const float *taps, int n);
    /* y[i] = sum of w[k] x[k step + i] over `count` rows, in order */
    void (*combine)(float *y, const float *x, int step, const float *w,
                    int count, int n);
    /* Sum of |x[i]| */
    float (*magnitude)(const float *x, int n);
    /* Least and greatest of x[i] and 0 */
    void (*range)(const float *x, int n, float *low, float *high);
    /* sum[k] += x[k] y[k]* of n complex numbers, all real parts before all
       imaginary ones */
    void (*cross)(float *sum, const float *x, const float *y, int n);
    /* y[k] = x[n - k] for 0 < k < n, complex */
    void (*reverse)(float *y, const float *x, int n);
    /* What remains of a real transform of 2 n samples after the complex one of
       n, in place, and before the one back; r reversed, w twiddles; see fft.c.
       The first and the last number are left to the caller. */
    void (*split)(float *z, const float *r, const float *w, int n);
    void (*join)(float *x, const float *r, const float *w, int n);
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
