/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Known: what a context keeps of the reference that it saw last
 *
 * A reference is mostly followed by another degraded version of it. It is
 * recognised by all of its samples, wherever they lie, and what each stage
 * makes of it alone is then not made again: its levels, its copy at another
 * rate, what the alignment looks at, and its spectra. Results do not depend on
 * it by a bit.
 *
 * Some 500 KB a second and channel are kept, at 48 kHz, and up to 64 MiB; what
 * does not fit is made again.
 */
#ifndef OPINE_SRC_KNOWN_H
#define OPINE_SRC_KNOWN_H

#include "align/align.h"
#include "base/arena.h"
#include "ear/ear.h"
#include "prepare.h"

struct opine_known {
    struct opine_arena arena; /* of all that depends on the layout */
    size_t left;              /* bytes that may still be kept there */
    uint32_t digest[OPINE_DIGEST];
    size_t frames;
    int rate_hz, channels;
    int has_signal; /* its levels are known */
    struct opine_prepared_signal signal;
    struct opine_layout layout;
    struct opine_planes planes;      /* at another rate; no channels: none */
    struct opine_outset outset;      /* of the alignment */
    struct opine_ear_memory spectra; /* of the ear */
};

/**
 * Begin knowing nothing
 */
void opine_known_init(struct opine_known *known,
                      const struct opine_allocator *from);
void opine_known_free(struct opine_known *known);

/**
 * Forget everything; for what went wrong half way
 */
void opine_known_forget(struct opine_known *known);

/**
 * Look whether a reference is the known one, and forget that if it is not
 *
 * Two references are taken for one if they have equal length, rate, channels
 * and digest: 1024 bits that mix all samples, not proof against malice.
 */
void opine_known_recognise(struct opine_known *known,
                           const struct opine_kernels *kernels,
                           const struct opine_audio *reference);

/**
 * Forget what was made at another rate or of other channels
 */
void opine_known_fit(struct opine_known *known,
                     const struct opine_layout *layout);

/**
 * Where to put something of the reference
 * known           NULL: nothing is kept
 * otherwise       Returned where it is not to be kept
 */
struct opine_arena *opine_known_room(struct opine_known *known, size_t bytes,
                                     struct opine_arena *otherwise);

#endif
