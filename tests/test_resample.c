/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "base/resample.h"

#include <math.h>
#include <stdlib.h>

/* SNR in dB of a resampled sine against the sine made at the other rate, away
 * from the ends; so without delay */
static double sine_snr(int from_hz, int to_hz, double frequency_hz)
{
    double ratio = (double)to_hz / from_hz;
    int nx = 2 * from_hz;
    int ny = (int)opine_resample_count((size_t)nx, ratio);
    float *x = malloc((size_t)nx * sizeof *x);
    float *y = malloc((size_t)ny * sizeof *y);
    float *z = malloc((size_t)ny * sizeof *z);
    double error = 0, energy = 0;

    assert_true(x && y && z);
    make_sine(x, nx, from_hz, frequency_hz);
    make_sine(z, ny, to_hz, frequency_hz);
    assert_int_equal(opine_resample(x, (size_t)nx, y, (size_t)ny, ratio),
                     OPINE_OK);
    for (int i = ny / 4; i < ny * 3 / 4; i++) {
        error += pow((double)y[i] - (double)z[i], 2);
        energy += pow((double)z[i], 2);
    }
    free(x);
    free(y);
    free(z);
    return 10 * log10(energy / error);
}

static void sines_come_out_as_sines_in_place(void **state)
{
    (void)state;
    assert_true(sine_snr(8000, 48000, 997) > 90);
    assert_true(sine_snr(16000, 48000, 997) > 90);
    assert_true(sine_snr(44100, 48000, 997) > 90);
    assert_true(sine_snr(44100, 48000, 15000) > 80);
    assert_true(sine_snr(96000, 48000, 997) > 90);
    assert_true(sine_snr(192000, 48000, 997) > 90);
    assert_true(sine_snr(11025, 44100, 997) > 90);
}

static void counts_are_rounded(void **state)
{
    (void)state;
    assert_int_equal(opine_resample_count(441, 480.0 / 441), 480);
    assert_int_equal(opine_resample_count(1, 6), 6);
    assert_int_equal(opine_resample_count(5, 1.0 / 6), 1);
    assert_int_equal(opine_resample_count(2000000000, 6), 12000000000);
}

static void missing_samples_are_zeros(void **state)
{
    float x[8000], y[200000];

    (void)state;
    make_sine(x, 8000, 8000, 440);
    for (int i = 0; i < 200000; i++)
        y[i] = 9;
    assert_int_equal(opine_resample(x, 8000, y, 200000, 6), 0);
    for (int i = 49000; i < 200000; i++)
        assert_true(y[i] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sines_come_out_as_sines_in_place),
        cmocka_unit_test(counts_are_rounded),
        cmocka_unit_test(missing_samples_are_zeros),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
