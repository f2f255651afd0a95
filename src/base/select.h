/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Select: the k-th smallest of many, without sorting them all
 */
#ifndef OPINE_SRC_SELECT_H
#define OPINE_SRC_SELECT_H

/**
 * x, n            At least one number, none NAN; they change their order: what
 *                 comes after place k is not smaller, what comes before not
 *                 larger
 * k               0 to n - 1
 * return          What would be at place k, were they sorted
 */
double opine_select(double *x, int n, int k);

/**
 * What a share of them lies below: between the two nearest, in proportion
 * share           0 to 1
 */
double opine_percentile(double *x, int n, double share);

#endif
