/* SPDX-License-Identifier: BSD-2-Clause */
/* The helpers of the other tests; canary.c shows that they can fail. */
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define RATE_HZ 16000
#define N       (2 * RATE_HZ)

static void close_numbers_are_close(void **state)
{
    (void)state;
    assert_close(1.0, 1.0, 0, 0);
    assert_close(1.5, 1.0, 0.5, 0);
    assert_close(-101.0, -100.0, 0, 0.01);
    assert_close(INFINITY, INFINITY, 0, 0);
}

static void chance_repeats_from_its_seed(void **state)
{
    struct random a = random_seed(7), b = random_seed(7), c = random_seed(8);

    (void)state;
    for (int i = 0; i < 100; i++)
        assert_true(random_bits(&a) == random_bits(&b));
    assert_true(random_bits(&a) != random_bits(&c));
}

/* From the reference implementation, seed 1234567 */
static void chance_is_splitmix64(void **state)
{
    struct random random = random_seed(1234567);

    (void)state;
    assert_true(random_bits(&random) == 6457827717110365317u);
    assert_true(random_bits(&random) == 3203168211198807973u);
}

static void chance_keeps_to_its_range(void **state)
{
    struct random random = random_seed(1);
    double sum = 0, squares = 0;
    int seen[3] = { 0 };

    (void)state;
    for (int i = 0; i < 10000; i++) {
        double g = random_gauss(&random);
        double u = random_uniform(&random, -2, 3);

        assert_true(u >= -2 && u < 3);
        seen[random_below(&random, 3)]++;
        sum += g;
        squares += g * g;
    }
    assert_close(sum / 10000, 0, 0.05, 0);
    assert_close(squares / 10000, 1, 0, 0.05);
    for (int i = 0; i < 3; i++)
        assert_close(seen[i], 3333, 200, 0);
}

static void sine_has_its_level(void **state)
{
    static float x[N];

    (void)state;
    make_sine(x, N, RATE_HZ, 1000);
    assert_close(rms_dbov(x, N), -3.0103, 1e-3, 0);
    amplify(x, N, -20);
    assert_close(rms_dbov(x, N), -23.0103, 1e-3, 0);
    make_silence(x, N);
    assert_close(rms_dbov(x, N), -INFINITY, 0, 0);
}

static void assert_level(const float *x, double level_dbov, double error_db)
{
    assert_close(rms_dbov(x, N), level_dbov, error_db, 0);
    for (int i = 0; i < N; i++)
        assert_close(x[i], 0, 0.999, 0);
}

static void signals_are_about_as_loud(void **state)
{
    static float x[N];

    (void)state;
    make_speech(x, N, RATE_HZ, 7000, 1);
    assert_level(x, -27, 2); /* a quarter is pause */
    make_music(x, N, RATE_HZ, 7000, 1);
    assert_level(x, -26, 2);
    make_white(x, N, 1);
    assert_level(x, -26, 0.2);
    make_pink(x, N, RATE_HZ, 1);
    assert_level(x, -26, 2);
}

static void signals_are_the_same_at_every_rate(void **state)
{
    static float x[N], y[3 * N];

    (void)state;
    make_speech(x, N, RATE_HZ, 7000, 3);
    make_speech(y, 3 * N, 3 * RATE_HZ, 7000, 3);
    for (int i = 0; i < N; i++)
        assert_close(x[i], y[3 * i], 1e-5, 0);
    make_music(x, N, RATE_HZ, 7000, 3);
    make_music(y, 3 * N, 3 * RATE_HZ, 7000, 3);
    for (int i = 0; i < N; i++)
        assert_close(x[i], y[3 * i], 1e-5, 0);
}

static void speech_pauses(void **state)
{
    static float x[N];
    int pause = RATE_HZ / 2;

    (void)state;
    make_speech(x, N, RATE_HZ, 7000, 5);
    assert_close(rms_dbov(x + N - pause, pause), -INFINITY, 0, 0);
}

static void pink_falls_with_frequency(void **state)
{
    static float x[N];
    double low = 0, high = 0;

    (void)state;
    make_pink(x, N, RATE_HZ, 1);
    /* Of white noise sums and differences of neighbours are alike */
    for (int i = 1; i < N; i++) {
        low += pow((double)(x[i] + x[i - 1]), 2);
        high += pow((double)(x[i] - x[i - 1]), 2);
    }
    assert_true(low > 5 * high);
}

static void whole_delay_copies(void **state)
{
    static float x[N], y[N];

    (void)state;
    make_speech(x, N, RATE_HZ, 7000, 2);
    delay_by(y, x, N, 100);
    assert_memory_equal(y + 100, x, (N - 100) * sizeof *x);
    assert_close(rms_dbov(y, 100), -INFINITY, 0, 0);
    delay_by(y, x, N, -100);
    assert_memory_equal(y, x + 100, (N - 100) * sizeof *x);
    delay_by(y, x, N, N + 1000);
    assert_close(rms_dbov(y, N), -INFINITY, 0, 0);
}

static void fractional_delay_shifts_a_sine(void **state)
{
    static float x[N], y[N];
    double hz = 0.45 * RATE_HZ, delay = 10.3;

    (void)state;
    make_sine(x, N, RATE_HZ, hz);
    delay_by(y, x, N, delay);
    for (int i = 100; i < N - 100; i++)
        assert_close(y[i], sin(2 * acos(-1) * hz * (i - delay) / RATE_HZ),
                     3.2e-4, 0);
}

static void noise_has_its_snr(void **state)
{
    static float x[N], y[N];

    (void)state;
    make_speech(x, N, RATE_HZ, 7000, 2);
    memcpy(y, x, sizeof x);
    add_noise(y, N, 13, 4);
    for (int i = 0; i < N; i++)
        y[i] -= x[i];
    assert_close(rms_dbov(x, N) - rms_dbov(y, N), 13, 1e-3, 0);
    make_silence(y, N);
    add_noise(y, N, 13, 4);
    assert_close(rms_dbov(y, N), -INFINITY, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(close_numbers_are_close),
        cmocka_unit_test(chance_repeats_from_its_seed),
        cmocka_unit_test(chance_is_splitmix64),
        cmocka_unit_test(chance_keeps_to_its_range),
        cmocka_unit_test(sine_has_its_level),
        cmocka_unit_test(signals_are_about_as_loud),
        cmocka_unit_test(signals_are_the_same_at_every_rate),
        cmocka_unit_test(speech_pauses),
        cmocka_unit_test(pink_falls_with_frequency),
        cmocka_unit_test(whole_delay_copies),
        cmocka_unit_test(fractional_delay_shifts_a_sine),
        cmocka_unit_test(noise_has_its_snr),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
