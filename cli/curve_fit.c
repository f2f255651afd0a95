/* SPDX-License-Identifier: BSD-2-Clause */
/* The maps of statistics.h: least squares, and the cubic that may not fall. */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>

#define TERMS 4

/* Values brought to 0..1, where the polynomial is written in powers */
struct task {
    const double *t;
    const double *y;
    int n;
};

/* A candidate: polynomial a[0] + a[1] t + a[2] t^2 + a[3] t^3, and its error */
struct cubic {
    double a[TERMS];
    double error;
};

static double evaluate(const double *a, double t)
{
    return a[0] + t * (a[1] + t * (a[2] + t * a[3]));
}

/**
 * Solve a symmetric positive system in place by elimination
 * return          0, or -1 when it is singular
 */
static int solve(double m[TERMS][TERMS + 1], int n)
{
    for (int i = 0; i < n; i++) {
        if (!(m[i][i] > 1e-12))
            return -1;
        for (int r = 0; r < n; r++) {
            double f = r == i ? 0 : m[r][i] / m[i][i];

            for (int c = i; c <= n; c++)
                m[r][c] -= f * m[i][c];
        }
    }
    for (int i = 0; i < n; i++)
        m[i][n] /= m[i][i];
    return 0;
}

/**
 * Least squares of polynomials
 * basis           `terms` polynomials; the first is the constant 1
 * allowed         Whether factors of all but the first must be 0 or more
 * best            Replaced when the result is allowed and better
 */
static void try_basis(const struct task *task, double basis[][TERMS], int terms,
                      int allowed, struct cubic *best)
{
    double m[TERMS][TERMS + 1] = { { 0 } };
    struct cubic found = { { 0 }, 0 };

    for (int i = 0; i < task->n; i++) {
        double v[TERMS + 1];

        for (int k = 0; k < terms; k++)
            v[k] = evaluate(basis[k], task->t[i]);
        v[terms] = task->y[i];
        for (int r = 0; r < terms; r++)
            for (int c = 0; c <= terms; c++)
                m[r][c] += v[r] * v[c] / task->n;
    }
    if (solve(m, terms))
        return;
    for (int k = 0; k < terms; k++) {
        if (allowed && k > 0 && m[k][terms] < 0)
            return;
        for (int p = 0; p < TERMS; p++)
            found.a[p] += m[k][terms] * basis[k][p];
    }
    for (int i = 0; i < task->n; i++) {
        double e = task->y[i] - evaluate(found.a, task->t[i]);

        found.error += e * e;
    }
    if (found.error < best->error)
        *best = found;
}

/**
 * Whether a polynomial does not fall between 0 and 1: its slope is not below 0
 * at the ends, and at its lowest point if that lies between
 */
static int is_rising(const double *a)
{
    double lowest = a[3] > 0 ? -a[2] / (3 * a[3]) : 0;
    double slope = a[1] + lowest * (2 * a[2] + 3 * a[3] * lowest);

    return a[1] >= 0 && a[1] + 2 * a[2] + 3 * a[3] >= 0 &&
           (lowest <= 0 || lowest >= 1 || slope >= 0);
}

/**
 * Try the cubic whose slope touches 0 at `root` alone
 */
static double try_root(const struct task *task, double root, struct cubic *best)
{
    double basis[2][TERMS] = { { 1 }, { 0, root * root, -root, 1.0 / 3 } };
    struct cubic here = { { 0 }, (double)INFINITY };

    try_basis(task, basis, 2, 1, &here);
    if (here.error < best->error)
        *best = here;
    return here.error;
}

/**
 * Least squares on the border of what is allowed: a slope of 0 at an end, or
 * touching 0 between them. The problem is convex, so that when the best of all
 * cubics falls somewhere, the best allowed one lies there.
 */
static void fit_border(const struct task *task, struct cubic *best)
{
    const int steps = 64;
    double at = 0, least = (double)INFINITY;

    /* Slopes t(1-t), t^2 and (1-t)^2 span what is 0 at an end and rises */
    double start[3][TERMS] = { { 1 },
                               { 0, 0, 1.0 / 2, -1.0 / 3 },
                               { 0, 0, 0, 1.0 / 3 } };
    double end[3][TERMS] = { { 1 },
                             { 0, 0, 1.0 / 2, -1.0 / 3 },
                             { 0, 1, -1, 1.0 / 3 } };

    try_basis(task, start, 1, 1, best);
    try_basis(task, start, 2, 1, best);
    try_basis(task, start, 3, 1, best);
    try_basis(task, end, 3, 1, best);
    for (int i = 0; i <= steps; i++) {
        double error = try_root(task, (double)i / steps, best);

        if (error < least) {
            least = error;
            at = (double)i / steps;
        }
    }
    for (double width = 0.5 / steps; width > 1e-7; width /= 2) {
        double left = try_root(task, fmax(at - width, 0), best);
        double right = try_root(task, fmin(at + width, 1), best);

        if (left < least) {
            least = left;
            at = fmax(at - width, 0);
        }
        if (right < least) {
            least = right;
            at = fmin(at + width, 1);
        }
    }
}

int statistics_fit(enum statistics_map map, const double *from,
                   const double *to, int n, double *mapped)
{
    static const int numbers[STATISTICS_MAPS] = { 0, 2, 4 };
    double powers[TERMS][TERMS] = {
        { 1 }, { 0, 1 }, { 0, 0, 1 }, { 0, 0, 0, 1 }
    };
    struct task task = { mapped, to, n };
    struct cubic best = { { 0 }, (double)INFINITY };
    double low = (double)INFINITY, high = -(double)INFINITY;

    for (int i = 0; i < n; i++) {
        low = fmin(low, from[i]);
        high = fmax(high, from[i]);
    }
    if (n <= numbers[map] || (map != STATISTICS_NONE && !(high > low)))
        return -1;
    for (int i = 0; i < n; i++)
        mapped[i] = map == STATISTICS_NONE ? from[i]
                                           : (from[i] - low) / (high - low);
    if (map == STATISTICS_NONE)
        return 0;
    try_basis(&task, powers, numbers[map], 0, &best);
    if (map == STATISTICS_CUBIC &&
        !(isfinite(best.error) && is_rising(best.a))) {
        best.error = (double)INFINITY;
        fit_border(&task, &best);
    }
    for (int i = 0; i < n; i++)
        mapped[i] = evaluate(best.a, mapped[i]);
    return numbers[map];
}
