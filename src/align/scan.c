/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan.h"

#include "base/try.h"

#include <math.h>
#include <string.h>

#define MOST   (OPINE_RATE_MAX_HZ / 50) /* samples of a hop, at most */
#define AROUND 31   /* hops either way whose mean is taken out, 0.5 s */
#define FLOOR  1e-5 /* of the mean energy: below there is silence */

/* ------------------------------------------------------------- levels */

/* Energy of the sum of channels in a hop, and that of its differences */
static void measure(const struct opine_kernels *kernels,
                    const struct opine_planes *planes, size_t first, int n,
                    float *energy)
{
    float x[MOST], other[MOST];

    opine_planes_load(planes, kernels, 0, first, n, x);
    for (int c = 1; c < planes->channels; c++) {
        opine_planes_load(planes, kernels, c, first, n, other);
        kernels->add(x, other, n);
    }
    energy[0] = kernels->dot(x, x, n);
    for (int i = n - 1; i > 0; i--)
        x[i] -= x[i - 1];
    energy[1] = kernels->dot(x + 1, x + 1, n - 1);
}

/* Logarithms of energies less their mean around */
static void flatten(float *row, int n, float *copy)
{
    double mean = 0, sum = 0;
    int count = 0;

    for (int i = 0; i < n; i++)
        mean += (double)row[i] / n;
    for (int i = 0; i < n; i++)
        copy[i] = (float)log((double)row[i] + FLOOR * mean + 1e-30);
    for (int i = -AROUND; i < n; i++) {
        if (i + AROUND < n) {
            sum += (double)copy[i + AROUND];
            count++;
        }
        if (i - AROUND > 0) {
            sum -= (double)copy[i - AROUND - 1];
            count--;
        }
        if (i >= 0)
            row[i] = (float)((double)copy[i] - sum / count);
    }
}

static enum opine_status make_levels(struct opine_arena *arena,
                                     const struct opine_kernels *kernels,
                                     const struct opine_prepared *pair,
                                     const struct opine_prepared_signal *signal,
                                     struct opine_levels *levels)
{
    double hop = OPINE_SCAN_HOP_S * pair->rate_hz / signal->ratio;
    const struct opine_planes *planes = &signal->planes;
    int n = levels->n = (int)((double)planes->n / hop);
    struct opine_arena_mark mark;
    float *copy;

    for (int r = 0; r < OPINE_SCAN_ROWS; r++) {
        levels->row[r] = opine_arena_take(arena, (size_t)n, sizeof(float));
        if (!levels->row[r])
            return OPINE_ERR_MEMORY;
    }
    for (int i = 0; i < n; i++) {
        float energy[OPINE_SCAN_ROWS];

        measure(kernels, planes, (size_t)(i * hop), (int)hop, energy);
        for (int r = 0; r < OPINE_SCAN_ROWS; r++)
            levels->row[r][i] = energy[r];
    }
    mark = opine_arena_mark(arena);
    copy = opine_arena_take(arena, (size_t)n, sizeof *copy);
    if (!copy)
        return OPINE_ERR_MEMORY;
    for (int r = 0; r < OPINE_SCAN_ROWS; r++)
        flatten(levels->row[r], n, copy);
    opine_arena_release(arena, mark);
    return OPINE_OK;
}

/* ---------------------------------------------------------------- scan */

/* Spectrum of some levels, zeros behind them */
static void transform(struct opine_scan *scan, const float *row, int n,
                      float *spectrum)
{
    memcpy(scan->x, row, (size_t)n * sizeof *row);
    memset(scan->x + n, 0, (size_t)(scan->fft.size - n) * sizeof *row);
    opine_fft_run(&scan->fft, scan->x, spectrum);
}

enum opine_status opine_scan_create(struct opine_scan *scan,
                                    struct opine_arena *arena,
                                    const struct opine_kernels *kernels,
                                    const struct opine_prepared *pair)
{
    size_t bins;

    memset(scan, 0, sizeof *scan);
    TRY(make_levels(arena, kernels, pair, &pair->ref, &scan->ref));
    TRY(make_levels(arena, kernels, pair, &pair->deg, &scan->deg));
    TRY(opine_fft_create(&scan->fft, kernels,
                         opine_fft_good_size(scan->ref.n + scan->deg.n)));
    bins = (size_t)scan->fft.spectrum_step;
    scan->x = opine_arena_take(arena, (size_t)scan->fft.real_step,
                               sizeof(float));
    scan->spectrum = opine_arena_take(arena, bins, sizeof(float));
    scan->sum = opine_arena_take(arena, bins, sizeof(float));
    for (int r = 0; r < OPINE_SCAN_ROWS; r++)
        scan->deg_spectrum[r] = opine_arena_take(arena, bins, sizeof(float));
    if (!scan->x || !scan->spectrum || !scan->sum || !scan->deg_spectrum[0] ||
        !scan->deg_spectrum[1]) {
        opine_scan_destroy(scan);
        return OPINE_ERR_MEMORY;
    }
    for (int r = 0; r < OPINE_SCAN_ROWS; r++)
        transform(scan, scan->deg.row[r], scan->deg.n, scan->deg_spectrum[r]);
    return OPINE_OK;
}

void opine_scan_destroy(struct opine_scan *scan)
{
    opine_fft_destroy(&scan->fft);
}

/* Correlation with the whole degraded:
 *
 *   c[lag] = sum over rows and i of deg[i + lag] part[i]
 */
static void correlate(struct opine_scan *scan, int first, int n)
{
    int floats = scan->fft.size + 2;

    memset(scan->sum, 0, (size_t)floats * sizeof(float));
    for (int r = 0; r < OPINE_SCAN_ROWS; r++) {
        const float *d = scan->deg_spectrum[r], *p = scan->spectrum;

        transform(scan, scan->ref.row[r] + first, n, scan->spectrum);
        for (int k = 0; k < floats; k += 2) {
            scan->sum[k] += d[k] * p[k] + d[k + 1] * p[k + 1];
            scan->sum[k + 1] += d[k + 1] * p[k] - d[k] * p[k + 1];
        }
    }
    opine_fft_run_back(&scan->fft, scan->sum, scan->x);
}

double opine_scan_find(struct opine_scan *scan, double first_s, double end_s)
{
    int first = (int)fmax(first_s / OPINE_SCAN_HOP_S, 0);
    int n = (int)fmin(end_s / OPINE_SCAN_HOP_S, scan->ref.n) - first;
    int best = 0;

    if (n <= 0)
        return 0;
    correlate(scan, first, n);
    for (int lag = 1 - n; lag < scan->deg.n; lag++) {
        int at = lag < 0 ? lag + scan->fft.size : lag;

        if (scan->x[at] > scan->x[best])
            best = at;
    }
    return ((best < scan->deg.n ? best : best - scan->fft.size) - first) *
           OPINE_SCAN_HOP_S;
}
