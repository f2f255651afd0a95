/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "base/fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

/* By the definition, in double */
static void slow_forward(const float *x, int n, int k, double *re, double *im)
{
    *re = *im = 0;
    for (int i = 0; i < n; i++) {
        double phase = -2 * PI * (double)((long)i * k % n) / n;
        *re += (double)x[i] * cos(phase);
        *im += (double)x[i] * sin(phase);
    }
}

static float *take(int floats)
{
    float *x = aligned_alloc(64, (size_t)floats * sizeof *x);

    assert_non_null(x);
    return x;
}

/* Add up what a spectrum misses the definition by, and what there is */
static void compare(const float *x, int n, const float *spectrum, double *error,
                    double *energy)
{
    for (int k = 0; k <= n / 2; k++) {
        double re, im;

        slow_forward(x, n, k, &re, &im);
        *error += pow((double)spectrum[2 * k] - re, 2) +
                  pow((double)spectrum[2 * k + 1] - im, 2);
        *energy += re * re + im * im;
    }
}

static void draw(struct random *random, float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = (float)random_gauss(random);
}

static void forward_is_the_definition(void **state)
{
    const int sizes[] = { 2, 256, 352, 512, 720, 768, 1024, 1440, 1536 };
    struct random random = random_seed(1);
    struct opine_kernels kernels;

    (void)state;
    assert_int_equal(opine_kernels_init(&kernels, OPINE_CPU_BEST), 0);
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int n = sizes[i];
        double error = 0, energy = 0;
        struct opine_fft fft = { 0 };
        float *x, *spectrum, kept[1536];

        assert_int_equal(opine_fft_create(&fft, &kernels, n), 0);
        assert_int_equal(fft.real_step % 16, 0);
        assert_int_equal(fft.spectrum_step % 16, 0);
        x = take(fft.real_step);
        spectrum = take(fft.spectrum_step);
        draw(&random, x, n);
        memcpy(kept, x, (size_t)n * sizeof *x);
        opine_fft_run(&fft, x, spectrum);
        compare(kept, n, spectrum, &error, &energy);
        assert_true(10 * log10(energy / error) > 120);
        free(x);
        free(spectrum);
        opine_fft_destroy(&fft);
        opine_fft_destroy(&fft);
    }
}

/* Each to itself, though the first has a million times the power */
static void a_pair_is_two_signals(void **state)
{
    const int sizes[] = { 2, 256, 720, 1440, 1536 };
    struct random random = random_seed(2);
    struct opine_kernels kernels;

    (void)state;
    assert_int_equal(opine_kernels_init(&kernels, OPINE_CPU_BEST), 0);
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int n = sizes[i];
        double error[2] = { 0 }, energy[2] = { 0 };
        struct opine_fft fft = { 0 };
        float *both, *work, *spectrum[2], x[2][1536];

        assert_int_equal(opine_fft_create_pair(&fft, &kernels, n), 0);
        both = take(2 * fft.real_step);
        work = take(2 * fft.real_step);
        for (int s = 0; s < 2; s++) {
            spectrum[s] = take(fft.spectrum_step);
            draw(&random, x[s], n);
        }
        for (int k = 0; k < n; k++) {
            both[2 * k] = x[0][k];
            both[2 * k + 1] = x[1][k] *= 1e-3F;
        }
        opine_fft_run_pair(&fft, both, work, spectrum[0], spectrum[1]);
        for (int s = 0; s < 2; s++) {
            compare(x[s], n, spectrum[s], &error[s], &energy[s]);
            free(spectrum[s]);
        }
        assert_true(10 * log10(energy[0] / error[0]) > 120);
        assert_true(10 * log10(energy[0] / error[1]) > 120);
        assert_true(10 * log10(energy[1] / error[1]) > 60);
        free(both);
        free(work);
        opine_fft_destroy(&fft);
    }
}

static void the_way_back_undoes_the_way_there(void **state)
{
    const int sizes[] = { 2, 4, 1024, 1440, 262144 };

    (void)state;
    for (int s = 0; s < 5; s++) {
        struct random random = random_seed(5);
        struct opine_kernels kernels;
        struct opine_fft fft = { 0 };
        int n = sizes[s];
        float *x, *y, *spectrum;

        assert_int_equal(opine_kernels_init(&kernels, OPINE_CPU_BEST), 0);
        assert_int_equal(opine_fft_create(&fft, &kernels, n), 0);
        x = take(fft.real_step);
        y = take(fft.real_step);
        spectrum = take(fft.spectrum_step);
        for (int i = 0; i < n; i++)
            x[i] = y[i] = (float)random_gauss(&random);
        opine_fft_run(&fft, y, spectrum);
        opine_fft_run_back(&fft, spectrum, y);
        for (int i = 0; i < n; i++)
            assert_close((double)y[i] / n, (double)x[i], 1e-5, 0);
        free(x);
        free(y);
        free(spectrum);
        opine_fft_destroy(&fft);
    }
}

static void good_sizes_are_even_and_smooth(void **state)
{
    (void)state;
    assert_int_equal(opine_fft_good_size(1411), 1440);
    assert_int_equal(opine_fft_good_size(1536), 1536);
    assert_int_equal(opine_fft_good_size(1), 2);
    for (int n = 1; n < 3000; n++) {
        int size = opine_fft_good_size(n), rest = size;

        assert_true(size >= n && size % 2 == 0 && size < n + n / 8 + 8);
        for (int p = 2; p <= 7; p++)
            while (rest % p == 0)
                rest /= p;
        assert_int_equal(rest, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_the_definition),
        cmocka_unit_test(a_pair_is_two_signals),
        cmocka_unit_test(the_way_back_undoes_the_way_there),
        cmocka_unit_test(good_sizes_are_even_and_smooth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
