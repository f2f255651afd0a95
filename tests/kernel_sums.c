/* SPDX-License-Identifier: BSD-2-Clause */
/* Print a number for what each kernel makes of many lists, so that builds for
 * unlike machines can be compared; neon.sh does. Needs no library. */
#include "base/kernels.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MOST 1024

struct lists {
    float x[4 * MOST], y[4 * MOST], size[4 * MOST], left[4 * MOST];
    float out[4 * MOST], more[4 * MOST], third[4 * MOST];
};

/* FNV-1a, 64 bits */
static uint64_t hash(uint64_t sum, const float *x, int n)
{
    const unsigned char *bytes = (const unsigned char *)x;

    for (size_t i = 0; i < (size_t)n * sizeof *x; i++)
        sum = (sum ^ bytes[i]) * 1099511628211U;
    return sum;
}

/* Numbers from tiny to large that repeat; xorshift64 */
static void fill(struct lists *s, int kind)
{
    static const float scale[] = { 1, 1e-12F, 1e12F, 1e-38F };
    uint64_t state = 88172645463325252U + (uint64_t)kind;

    for (int i = 0; i < 4 * MOST; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        s->x[i] = scale[kind] * ((float)(state >> 40) / 8388608.0F - 1);
        s->y[i] = (float)(state >> 20 & 0xffff) / 32768.0F - 1;
        s->size[i] = fabsf(s->x[i]);
        s->left[i] = fabsf(s->y[i]);
        s->out[i] = s->more[i] = s->third[i] = 0;
    }
}

static uint64_t run(const struct opine_kernels *k, struct lists *s, int n,
                    uint64_t sum)
{
    const int first[] = { 0, 5, 70 }, groups[] = { 2, 0, n / OPINE_LANES };
    const struct opine_weights weights = { 3, first, groups, s->left };
    uint32_t words[OPINE_DIGEST] = { 0 };
    float number[4];

    k->multiply(s->out, s->x, s->y, n);
    sum = hash(sum, s->out, n);
    for (int step = 1; step <= 3; step++) {
        k->load(s->out, s->x, step, s->y[0], n);
        sum = hash(sum, s->out, n);
    }
    k->digest(words, s->x, n);
    for (int i = 0; i < OPINE_DIGEST; i++)
        sum = (sum ^ words[i]) * 1099511628211U;
    k->power(s->out, s->x, n);
    k->add(s->out, s->y, n);
    sum = hash(sum, s->out, n);
    k->cohere(s->out, s->out + 2 * MOST, s->more, s->x, s->y, n);
    sum = hash(hash(sum, s->out, 4 * MOST), s->more, 2 * n);
    k->explain(s->third, s->third + 2 * MOST, s->out, s->out + 2 * MOST,
               s->more, n);
    sum = hash(sum, s->third, 4 * MOST);
    k->weave(s->out, s->x, s->y, s->left, n);
    k->turn(s->more, s->out, n);
    k->separate(s->third, s->third + 2 * MOST, s->out, s->more, n);
    sum = hash(hash(sum, s->more, 2 * n), s->third, 4 * MOST);
    k->bands(s->out, s->x, s->y, &weights);
    sum = hash(sum, s->out, 3);
    number[0] = k->dot(s->x, s->y, n);
    number[1] = k->magnitude(s->x, n);
    k->range(s->x, n, &number[2], &number[3]);
    sum = hash(sum, number, 4);
    k->filter(s->out, s->x, s->y, n);
    k->combine(s->more, s->x, 7, s->y, 20, n);
    sum = hash(hash(sum, s->out, n), s->more, n);
    k->cross(s->out, s->x, s->y, n);
    k->reverse(s->more, s->out, n, n);
    k->split(s->out, s->more, s->y, n);
    k->join(s->out, s->more, s->y, n);
    sum = hash(sum, s->out, 2 * n);
    k->logarithm(s->out, s->size, n);
    k->exponential(s->more, s->y, n);
    sum = hash(hash(sum, s->out, n), s->more, n);
    k->raise(s->out, s->size, 0.4F, n);
    memcpy(s->more, s->x, sizeof s->more);
    sum = hash(sum, s->out, n);
    k->spread(s->out, s->more, s->left, n / OPINE_LANES);
    return hash(sum, s->out, n / OPINE_LANES * OPINE_LANES);
}

int main(void)
{
    static struct lists lists;
    struct opine_kernels kernels;

    if (opine_kernels_init(&kernels, OPINE_CPU_C))
        return 1;
    for (int kind = 0; kind < 4; kind++) {
        uint64_t sum = 14695981039346656037U;

        fill(&lists, kind);
        for (int n = 0; n <= MOST; n += 1 + n / 16)
            sum = run(&kernels, &lists, n, sum);
        printf("%d %016llx\n", kind, (unsigned long long)sum);
    }
    return 0;
}
