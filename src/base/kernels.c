/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernels_body.h"
#include "levels.h"

enum opine_status opine_kernels_init(struct opine_kernels *kernels,
                                     enum opine_cpu cpu)
{
    fill(kernels, OPINE_CPU_C);
    if (cpu == OPINE_CPU_C)
        return OPINE_OK;
    if (opine_kernels_avx2(kernels))
        return OPINE_OK;
    return cpu == OPINE_CPU_BEST ? OPINE_OK : OPINE_ERR_CPU;
}
