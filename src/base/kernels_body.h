/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernels' one body; see kernels.h. Include it once per level, inside of
 * that level's target attribute. */
#include "kernels.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LANES OPINE_LANES

#include "body/sums.h"

#include "body/powers.h"
#include "body/samples.h"
#include "body/spectra.h"

static void fill(struct opine_kernels *kernels, enum opine_cpu cpu)
{
    kernels->multiply = multiply;
    kernels->load = load;
    kernels->deal = deal;
    kernels->sum = sum;
    kernels->power = power;
    kernels->add = add;
    kernels->weave = weave;
    kernels->cohere = cohere;
    kernels->explain = explain;
    kernels->turn = turn;
    kernels->bands = bands;
    kernels->dot = dot;
    kernels->filter = filter;
    kernels->combine = combine;
    kernels->match = match;
    kernels->soften = soften;
    kernels->magnitude = magnitude;
    kernels->extents = extents;
    kernels->digest = digest;
    kernels->range = range;
    kernels->cross = cross;
    kernels->reverse = reverse;
    kernels->separate = separate;
    kernels->split = split;
    kernels->join = join;
    kernels->resemble = resemble;
    kernels->logarithm = logarithm;
    kernels->exponential = exponential;
    kernels->raise = raise;
    kernels->spread = spread;
    kernels->cpu = cpu;
}
