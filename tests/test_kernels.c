/* SPDX-License-Identifier: BSD-2-Clause */
/* Every CPU level against plain C, bit for bit, at all lengths and offsets, on
 * the numbers that real signals hold and on extreme ones. */
#include "support.h"

#include "base/kernels.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST    2048
#define OFFSETS 8
#define GUARD   12345.0f

enum kind { UNIFORM, TINY, HUGE_VALUES, ZEROS, DENORMAL, ALTERNATING, KINDS };

static float draw(struct random *random, enum kind kind, int i)
{
    switch (kind) {
    case TINY:
        return (float)random_uniform(random, -1e-12, 1e-12);
    case HUGE_VALUES:
        return (float)random_uniform(random, -1e18, 1e18);
    case ZEROS:
        return i % 2 ? -0.0f : 0.0f;
    case DENORMAL:
        return FLT_MIN * (float)random_uniform(random, -1, 1);
    case ALTERNATING:
        return i % 2 ? -1.0f : 1.0f;
    case UNIFORM:
    case KINDS:
        break;
    }
    return (float)random_uniform(random, -1, 1);
}

struct buffers {
    float x[2 * MOST + OFFSETS], y[2 * MOST + OFFSETS];
    float a[MOST + OFFSETS + 1], b[MOST + OFFSETS + 1];
};

static void fill(struct buffers *s, enum kind kind, struct random *random)
{
    for (int i = 0; i < 2 * MOST + OFFSETS; i++) {
        s->x[i] = draw(random, kind, i);
        s->y[i] = draw(random, kind, i + 1);
    }
    for (int i = 0; i < MOST + OFFSETS + 1; i++)
        s->a[i] = s->b[i] = GUARD;
}

static void check(const struct opine_kernels *c, const struct opine_kernels *k,
                  struct buffers *s, int n, int offset)
{
    uint32_t words_c[OPINE_DIGEST], words_k[OPINE_DIGEST];
    float sum_c, sum_k, low_c, low_k;

    c->multiply(s->a + offset, s->x + offset, s->y, n);
    k->multiply(s->b + offset, s->x + offset, s->y, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    assert_true(s->b[offset + n] == GUARD);
    for (int step = 1; step <= 3 && step * n <= 2 * MOST; step++) {
        c->load(s->a + offset, s->x + offset, step, s->y[0], n);
        k->load(s->b + offset, s->x + offset, step, s->y[0], n);
        assert_memory_equal(s->a, s->b, sizeof s->a);
        assert_true(s->b[offset + n] == GUARD);
        for (int i = 0; i < n; i++)
            assert_true(s->b[offset + i] == s->x[offset + i * step] - s->y[0]);
    }
    c->power(s->a + offset, s->x + offset, n);
    k->power(s->b + offset, s->x + offset, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    assert_true(s->b[offset + n] == GUARD);
    sum_c = c->dot(s->x + offset, s->y, n);
    sum_k = k->dot(s->x + offset, s->y, n);
    assert_memory_equal(&sum_c, &sum_k, sizeof sum_c);
    c->filter(s->a + offset, s->x + offset, s->y, n);
    k->filter(s->b + offset, s->x + offset, s->y, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->combine(s->a + offset, s->x, 7, s->y + offset, 20, n);
    k->combine(s->b + offset, s->x, 7, s->y + offset, 20, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    assert_true(s->b[offset + n] == GUARD);
    sum_c = c->magnitude(s->x + offset, n);
    sum_k = k->magnitude(s->x + offset, n);
    assert_memory_equal(&sum_c, &sum_k, sizeof sum_c);
    memset(words_c, 1, sizeof words_c);
    memset(words_k, 1, sizeof words_k);
    c->digest(words_c, s->x + offset, n);
    k->digest(words_k, s->x + offset, n);
    assert_memory_equal(words_c, words_k, sizeof words_c);
    c->range(s->x + offset, n, &low_c, &sum_c);
    k->range(s->x + offset, n, &low_k, &sum_k);
    assert_memory_equal(&sum_c, &sum_k, sizeof sum_c);
    assert_memory_equal(&low_c, &low_k, sizeof low_c);
}

/* Logarithms and powers, of what is not negative or not too large */
static void check_powers(const struct opine_kernels *c,
                         const struct opine_kernels *k, struct buffers *s,
                         int n, int offset)
{
    static float size[2 * MOST + OFFSETS], small[2 * MOST + OFFSETS];

    for (int i = 0; i < n + offset; i++) {
        size[i] = fabsf(s->x[i]);
        small[i] = fminf(fmaxf(s->x[i], -126), 126);
    }
    c->logarithm(s->a + offset, size + offset, n);
    k->logarithm(s->b + offset, size + offset, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->raise(s->a + offset, size + offset, 0.4F, n);
    k->raise(s->b + offset, size + offset, 0.4F, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->exponential(s->a + offset, small + offset, n);
    k->exponential(s->b + offset, small + offset, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    assert_true(s->b[offset + n] == GUARD);
}

/* Rows of lanes, what is left of them below 1 */
static void check_spread(const struct opine_kernels *c,
                         const struct opine_kernels *k, struct buffers *s,
                         int rows, int offset)
{
    static float x[MOST], same[MOST], left[MOST + OFFSETS];

    for (int i = 0; i < rows * OPINE_LANES; i++) {
        x[i] = same[i] = s->x[i];
        left[i + offset] = fminf(fabsf(s->y[i]), 1);
    }
    c->spread(s->a + offset, x, left + offset, rows);
    k->spread(s->b + offset, same, left + offset, rows);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    assert_memory_equal(x, same, (size_t)rows * OPINE_LANES * sizeof *x);
    assert_true(s->b[offset + rows * OPINE_LANES] == GUARD);
}

/* Those that work on complex numbers, half as many in the same buffers */
static void check_complex(const struct opine_kernels *c,
                          const struct opine_kernels *k, struct buffers *s,
                          int n, int offset)
{
    n /= 2;
    c->reverse(s->a + offset, s->x, n, n);
    k->reverse(s->b + offset, s->x, n, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->cross(s->a + offset, s->x, s->y, n);
    k->cross(s->b + offset, s->x, s->y, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->weave(s->a + offset, s->x, s->y, s->x + n, n);
    k->weave(s->b + offset, s->x, s->y, s->x + n, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->turn(s->a + offset, s->x, n);
    k->turn(s->b + offset, s->x, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->add(s->a + offset, s->x, 2 * n);
    k->add(s->b + offset, s->x, 2 * n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->split(s->a + offset, s->x, s->y, n);
    k->split(s->b + offset, s->x, s->y, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->reverse(s->a + offset, s->x, n, n / 2 + 1);
    k->reverse(s->b + offset, s->x, n, n / 2 + 1);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->join(s->a + offset, s->y, s->x, n);
    k->join(s->b + offset, s->y, s->x, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    assert_true(s->b[offset + 2 * n] == GUARD);
}

/* Those that fill several arrays, here in one buffer: numbers of 2 n floats */
static void check_spectra(const struct opine_kernels *c,
                          const struct opine_kernels *k, struct buffers *s,
                          int n, int offset)
{
    float *a = s->a + offset, *b = s->b + offset;
    const float *x = s->x + offset, *y = s->y;

    c->separate(a, a + 2 * n, x, y, n);
    k->separate(b, b + 2 * n, x, y, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->cohere(a, a + 2 * n, a + 4 * n, x, y, n);
    k->cohere(b, b + 2 * n, b + 4 * n, x, y, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    c->explain(a, a + 2 * n, x, x + 2 * n, y, n);
    k->explain(b, b + 2 * n, x, x + 2 * n, y, n);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    assert_true(s->b[offset + 6 * n] == GUARD);
}

static void check_bands(const struct opine_kernels *c,
                        const struct opine_kernels *k, struct buffers *s,
                        int offset)
{
    const int first[] = { 0, 3, 40, 41, 100, 900 };
    const int groups[] = { 0, 1, 2, 0, 60, 3 };
    const struct opine_weights weights = { 6, first, groups, s->x + 1000 };

    c->bands(s->a + offset, s->x + offset, s->y, &weights);
    k->bands(s->b + offset, s->x + offset, s->y, &weights);
    assert_memory_equal(s->a, s->b, sizeof s->a);
    assert_true(s->b[offset + 6] == GUARD);
}

static void every_level_equals_c(void **state)
{
    const int more[] = { 128, 769, 1025, 2047, MOST };
    static struct buffers buffers;
    struct opine_kernels c, k;
    int levels = 0;

    (void)state;
    assert_int_equal(opine_kernels_init(&c, OPINE_CPU_C), OPINE_OK);
    assert_int_equal(c.cpu, OPINE_CPU_C);
    for (int level = OPINE_CPU_C + 1; level <= OPINE_CPU_AVX2; level++) {
        struct random random = random_seed(7);

        if (opine_kernels_init(&k, (enum opine_cpu)level))
            continue;
        assert_int_equal(k.cpu, level);
        levels++;
        for (int kind = 0; kind < KINDS; kind++)
            for (int offset = 0; offset < OFFSETS; offset++) {
                fill(&buffers, (enum kind)kind, &random);
                for (int n = 0; n < 68; n++) {
                    check(&c, &k, &buffers, n, offset);
                    check_powers(&c, &k, &buffers, n, offset);
                }
                fill(&buffers, (enum kind)kind, &random);
                for (int rows = 0; rows <= 48; rows++)
                    check_spread(&c, &k, &buffers, rows, offset);
                fill(&buffers, (enum kind)kind, &random);
                for (int n = 0; n < 68; n += 2)
                    check_complex(&c, &k, &buffers, n, offset);
                fill(&buffers, (enum kind)kind, &random);
                check_bands(&c, &k, &buffers, offset);
                fill(&buffers, (enum kind)kind, &random);
                for (int n = 0; n < 68; n++)
                    check_spectra(&c, &k, &buffers, n, offset);
                fill(&buffers, (enum kind)kind, &random);
                for (int i = 0; i < 5; i++)
                    check(&c, &k, &buffers, more[i] - offset, offset);
            }
    }
    print_message("levels compared with C: %d\n", levels);
}

static void best_level_is_never_refused(void **state)
{
    struct opine_kernels k;

    (void)state;
    assert_int_equal(opine_kernels_init(&k, OPINE_CPU_BEST), OPINE_OK);
    assert_true(k.cpu >= OPINE_CPU_C);
}

static void c_computes_what_it_says(void **state)
{
    static struct buffers s;
    struct random random = random_seed(11);
    struct opine_kernels k;
    double sum = 0, size = 0, magnitude = 0, least = 0, most = 0;
    float low, high;

    (void)state;
    assert_int_equal(opine_kernels_init(&k, OPINE_CPU_C), OPINE_OK);
    fill(&s, UNIFORM, &random);
    k.multiply(s.a, s.x, s.y, MOST);
    k.power(s.b, s.x, MOST);
    for (int i = 0; i < MOST; i++) {
        double re = (double)s.x[2 * i], im = (double)s.x[2 * i + 1];

        assert_close((double)s.a[i], (double)s.x[i] * (double)s.y[i], 0, 1e-7);
        assert_close((double)s.b[i], re * re + im * im, 0, 2e-7);
        sum += (double)s.x[i] * (double)s.y[i];
        size += fabs((double)s.x[i] * (double)s.y[i]);
    }
    assert_close((double)k.dot(s.x, s.y, MOST), sum, 1e-6 * size, 0);
    assert_true(k.dot(s.x, s.y, 0) == 0);
    k.range(s.x, MOST, &low, &high);
    for (int i = 0; i < MOST; i++) {
        magnitude += fabs((double)s.x[i]);
        least = fmin(least, (double)s.x[i]);
        most = fmax(most, (double)s.x[i]);
    }
    assert_close((double)k.magnitude(s.x, MOST), magnitude, 0, 1e-6);
    assert_true((double)low == least && (double)high == most);
}

/* Spectra, by the definition: x y* and bands of it */
static void c_compares_spectra(void **state)
{
    enum { N = 40 };
    const int first[] = { 2 }, groups[] = { 2 };
    static struct buffers s;
    const struct opine_weights weights = { 1, first, groups, s.y };
    float *straight = s.a, *crossed = s.a + 100, *square = s.a + 200;
    float *cross = s.b, *share = s.b + 100, *turned = s.b + 200, sum;
    struct random random = random_seed(14);
    struct opine_kernels k;
    double expected = 0;

    (void)state;
    assert_int_equal(opine_kernels_init(&k, OPINE_CPU_C), OPINE_OK);
    fill(&s, UNIFORM, &random);
    memset(s.a, 0, sizeof s.a);
    k.cohere(straight, crossed, square, s.x, s.y, N);
    k.explain(cross, share, straight, crossed, square, N);
    k.turn(turned, s.x, N);
    for (int i = 0; i < N; i++) {
        double a = (double)s.x[2 * i], b = (double)s.x[2 * i + 1];
        double c = (double)s.y[2 * i], d = (double)s.y[2 * i + 1];
        double re = a * c + b * d, im = b * c - a * d, power = c * c + d * d;

        assert_close((double)cross[2 * i], re, 1e-6, 0);
        assert_close((double)cross[2 * i + 1], im, 1e-6, 0);
        assert_close((double)share[2 * i] * power, re, 1e-6, 0);
        assert_close((double)share[2 * i + 1] * power, im, 1e-6, 0);
        assert_true((double)turned[2 * i] == b);
        assert_true((double)turned[2 * i + 1] == -a);
    }
    k.bands(&sum, s.x, s.y, &weights);
    for (int i = 0; i < 2 * OPINE_LANES; i++)
        expected += (double)s.y[i] * (double)s.x[2 + i] * (double)s.y[2 + i];
    assert_close((double)sum, expected, 1e-5, 0);
}

/* Sums of products, against the definition in double */
static void c_filters_and_combines(void **state)
{
    enum { N = 300, ROWS = 20, STEP = 70 };
    static struct buffers s;
    struct random random = random_seed(12);
    struct opine_kernels k;

    (void)state;
    assert_int_equal(opine_kernels_init(&k, OPINE_CPU_C), OPINE_OK);
    fill(&s, UNIFORM, &random);
    memset(s.a, 0, sizeof s.a);
    memset(s.b, 0, sizeof s.b);
    k.filter(s.a, s.x, s.y, N);
    k.combine(s.b, s.x, STEP, s.y, ROWS, N);
    for (int i = 0; i < N; i++) {
        double filtered = 0, combined = 0;

        for (int j = 0; j < OPINE_TAPS; j++)
            filtered += (double)s.y[j] * (double)s.x[i + j];
        for (int j = 0; j < ROWS; j++)
            combined += (double)s.y[j] * (double)s.x[j * STEP + i];
        assert_close((double)s.a[i], filtered, 1e-5, 0);
        assert_close((double)s.b[i], combined, 1e-5, 0);
    }
    memset(s.a, 0, sizeof s.a);
    k.cross(s.a, s.x, s.y, N);
    k.reverse(s.b, s.x, N, N);
    for (int i = 1; i < N; i++) {
        double a = (double)s.x[i], b = (double)s.x[N + i];
        double c = (double)s.y[i], d = (double)s.y[N + i];

        assert_close((double)s.a[i], a * c + b * d, 1e-6, 0);
        assert_close((double)s.a[N + i], b * c - a * d, 1e-6, 0);
        assert_true(s.b[2 * i] == s.x[2 * (N - i)]);
        assert_true(s.b[2 * i + 1] == s.x[2 * (N - i) + 1]);
    }
}

/* x^p and logarithms over the whole range of normal numbers, against libm */
static void powers_are_right_to_a_millionth(void **state)
{
    enum { N = 20000, EXPONENTS = 5 };
    static const float p[EXPONENTS] = { 0.1F, 0.23F, 0.3F, 0.4F, -0.9F };
    static float x[N], l[N], y[N], back[N];
    struct random random = random_seed(13);
    struct opine_kernels k;

    (void)state;
    assert_int_equal(opine_kernels_init(&k, OPINE_CPU_BEST), OPINE_OK);
    for (int i = 0; i < N; i++)
        x[i] = (float)exp2(-126 + 252.0 * i / N +
                           random_uniform(&random, 0, 0.01));
    for (int i = 0; i < 1000; i++) /* around 1 the logarithm crosses 0 */
        x[i * 20] = 1 + (float)(i - 500) * 1e-6F;
    k.logarithm(l, x, N);
    for (int i = 0; i < N; i++) {
        double expected = log2((double)x[i]);
        assert_close((double)l[i], expected, 0, 1e-6);
    }
    for (int e = 0; e < EXPONENTS; e++) {
        k.raise(y, x, p[e], N);
        for (int i = 0; i < N; i++)
            assert_close((double)y[i], pow((double)x[i], (double)p[e]), 0,
                         1e-6);
    }
    k.exponential(back, l, N);
    for (int i = 0; i < N; i++)
        assert_close((double)back[i], exp2((double)l[i]), 0, 1e-6);
}

static void powers_of_nothing_are_finite(void **state)
{
    const float x[4] = { 0, 1e-45F, 1e-40F, 1.2e-38F };
    float l[4], y[4];
    struct opine_kernels k;

    (void)state;
    assert_int_equal(opine_kernels_init(&k, OPINE_CPU_BEST), OPINE_OK);
    k.logarithm(l, x, 4);
    k.raise(y, x, 0.4F, 4);
    for (int i = 0; i < 4; i++) {
        assert_true(l[i] >= -127 && l[i] <= -125);
        assert_true(y[i] > 0 && y[i] < 1e-15F);
    }
}

/* Against the definition */
static void c_spreads(void **state)
{
    enum { ROWS = 48 };
    static float x[ROWS * OPINE_LANES], scratch[ROWS * OPINE_LANES];
    static float r[ROWS * OPINE_LANES], y[ROWS * OPINE_LANES];
    struct random random = random_seed(14);
    struct opine_kernels k;

    (void)state;
    assert_int_equal(opine_kernels_init(&k, OPINE_CPU_C), OPINE_OK);
    for (int i = 0; i < ROWS * OPINE_LANES; i++) {
        scratch[i] = x[i] = (float)random_uniform(&random, 0.1, 100);
        r[i] = (float)random_uniform(&random, 0.01, 0.9);
    }
    k.spread(y, scratch, r, ROWS);
    for (int j = 0; j < ROWS; j++)
        for (int lane = 0; lane < OPINE_LANES; lane++) {
            double sum = 0;

            for (int i = 0; i <= j; i++)
                sum += (double)x[i * OPINE_LANES + lane] *
                       pow((double)r[i * OPINE_LANES + lane], j - i);
            assert_close((double)y[j * OPINE_LANES + lane], sum, 0, 1e-5);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_equals_c),
        cmocka_unit_test(best_level_is_never_refused),
        cmocka_unit_test(c_computes_what_it_says),
        cmocka_unit_test(c_compares_spectra),
        cmocka_unit_test(c_filters_and_combines),
        cmocka_unit_test(powers_are_right_to_a_millionth),
        cmocka_unit_test(powers_of_nothing_are_finite),
        cmocka_unit_test(c_spreads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
