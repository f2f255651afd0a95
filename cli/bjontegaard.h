/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Bjoentegaard's deltas: how far one curve of quality over bit rate lies from
 * another, on average where both are known
 *
 * G. Bjontegaard, Calculation of average PSNR differences between RD-curves,
 * ITU-T VCEG-M33, 2001; between the points a piecewise cubic that keeps their
 * monotony (PCHIP), as the JCT-VC took it up, instead of one cubic through
 * four.
 */

#ifndef OPINE_CLI_BJONTEGAARD_H
#define OPINE_CLI_BJONTEGAARD_H

/**
 * A point of a curve
 */
struct bd_point {
    double rate; /* above 0 */
    double quality;
};

/**
 * A delta, and where both curves are known
 */
struct bd {
    double value;     /* NAN when there is none */
    double low, high; /* the common range; NAN when there is none */
    double overlap;   /* it over the lesser range of the two, 0 to 1 */
};

/**
 * Change of the rate at equal quality, in %: -50 is half of the bits
 * anchor, test    Points by rising rate, from 2 on
 * return          With the common range of quality
 *
 * Of each curve only the front counts, see bd_front().
 */
struct bd bd_rate(const struct bd_point *anchor, int anchor_count,
                  const struct bd_point *test, int test_count);

/**
 * Change of the quality at equal rate
 * return          With the common range of rates
 *
 * Of points with equal rates the best counts.
 */
struct bd bd_quality(const struct bd_point *anchor, int anchor_count,
                     const struct bd_point *test, int test_count);

/**
 * Leave out points that are no better than one with a lower rate
 * points          By rising rate; the front is left at the beginning
 * return          How many are left
 */
int bd_front(struct bd_point *points, int count);

/**
 * Integrate the monotone piecewise cubic through points
 * x, y            n values each, from 2 on; x rises
 * from, to        Within x
 * return          NAN when memory could not be had
 */
double bd_integrate(const double *x, const double *y, int n, double from,
                    double to);

#endif /* OPINE_CLI_BJONTEGAARD_H */
