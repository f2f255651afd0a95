/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Prepare: both signals at one rate, with one channel layout, and their levels
 */
#ifndef OPINE_SRC_PREPARE_H
#define OPINE_SRC_PREPARE_H

#include "base/arena.h"
#include "base/kernels.h"
#include "level.h"
#include "opine.h"
#include "planes.h"

/* One of the two signals */
struct opine_prepared_signal {
    struct opine_planes planes;
    size_t n;                  /* samples per channel */
    double level_dbov;         /* active level in the band, as it came */
    double flat;               /* share of flat tops, 0 to 1, as it came */
    double peak;               /* greatest magnitude, as it came */
    struct opine_fetch *fetch; /* where it is read on demand, or NULL */
    double ratio; /* of a long pair: from the planes' rate to the pair's, to
                     which `n` belongs */
};

/* What of a reference depends on its degraded version */
struct opine_layout {
    int rate_hz, channels; /* of the pair; 0: none */
    int is_mixed;          /* channels were mixed to one */
};

struct opine_known; /* what is kept of the reference: known.h */

/* From when on a pair is scored in parts, and their length; tests have others
 */
struct opine_limits {
    double whole_s, part_s; /* seconds */
};

extern const struct opine_limits opine_limits;

struct opine_prepared {
    struct opine_known *known; /* NULL: nothing */
    struct opine_prepared_signal ref, deg;
    int rate_hz;
    int channels;
    int is_long;    /* its planes are as they came: see opine_prepare_part() */
    double part_s;  /* of which length its parts are */
    double gain;    /* brings the reference to -26 dBov */
    unsigned flags; /* set of enum opine_flag */
};

/**
 * Check and prepare a pair
 * arena, kernels  Where the signals are kept; of the context
 * config          Band and part; checked by opine_create()
 * limits          From when on it is long
 * known           What is known of this reference, and is kept for the next
 *                 time; NULL for nothing
 * pair            Return both signals
 *
 * Signals of one rate stay at it. Unlike ones are brought to the higher rate,
 * so that neither loses band; a rate above 48 kHz holds nothing audible, so
 * then to the lower, or to 48 kHz if that is below 44.1 kHz. Unlike channel
 * counts are mixed to mono. Channels that are all equal become one. The signals
 * keep their levels: `gain` is applied to their spectra. Where neither rate nor
 * layout changes, what is returned looks at the caller's samples. Of a pair
 * over 5 min nothing is copied: it is looked at part by part.
 */
OPINE_MUST_CHECK enum opine_status
opine_prepare(struct opine_arena *arena, const struct opine_kernels *kernels,
              const struct opine_config *config,
              const struct opine_limits *limits, struct opine_known *known,
              const struct opine_audio *ref, const struct opine_audio *deg,
              struct opine_prepared *pair);

/**
 * Whether a pair is scored in parts
 */
int opine_is_long(const struct opine_limits *limits,
                  const struct opine_audio *ref, const struct opine_audio *deg);

/**
 * Make a part of one signal of a long pair
 * signal          Of the pair
 * first, end      Samples of it, at the pair's rate
 * planes          Return the signal, of which only the part may be looked at
 */
OPINE_MUST_CHECK enum opine_status
opine_prepare_part(struct opine_arena *arena,
                   const struct opine_kernels *kernels,
                   const struct opine_prepared *pair,
                   const struct opine_prepared_signal *signal, ptrdiff_t first,
                   ptrdiff_t end, struct opine_planes *planes);

/* What the alignment looks at, both at one rate */
struct opine_pair {
    struct opine_known *known; /* NULL: nothing */
    struct opine_planes ref, deg;
    int rate_hz;
};

/**
 * View a pair as it came, which saves a copy of it
 * possible        Return 0 when it has to be prepared: the rates differ, or the
 *                 reference is so quiet that its level must be measured
 *
 * Reports the errors that opine_prepare() would.
 */
OPINE_MUST_CHECK enum opine_status
opine_pair_raw(struct opine_arena *arena, const struct opine_kernels *kernels,
               const struct opine_config *config, const struct opine_audio *ref,
               const struct opine_audio *deg, struct opine_pair *pair,
               int *possible);

/**
 * View a prepared pair
 */
void opine_pair_prepared(const struct opine_prepared *prepared,
                         struct opine_pair *pair);

/**
 * Take the drift of its clock out of the degraded
 * speed           Factor, which makes it last this much longer
 */
OPINE_MUST_CHECK enum opine_status
opine_prepare_speed(struct opine_arena *arena,
                    const struct opine_kernels *kernels, double speed,
                    struct opine_prepared *pair);

#endif
