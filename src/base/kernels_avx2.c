/* SPDX-License-Identifier: BSD-2-Clause */
#include "levels.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(OPINE_NO_SIMD)

/* Before the attribute, so that declarations stay plain */
#include "kernels.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Without FMA, so that results equal those of plain C. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))),                  \
                             apply_to = function)
#include "kernels_body.h"
#pragma clang attribute pop
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#include "kernels_body.h"
#pragma GCC pop_options
#endif

int opine_kernels_avx2(struct opine_kernels *kernels)
{
    if (!__builtin_cpu_supports("avx2"))
        return 0;
    fill(kernels, OPINE_CPU_AVX2);
    return 1;
}

#else

int opine_kernels_avx2(struct opine_kernels *kernels)
{
    (void)kernels;
    return 0;
}

#endif
