/* SPDX-License-Identifier: BSD-2-Clause */
/* The spectra of a reference, kept for its next degraded version. */
#include "ear.h"

#include "base/try.h"
#include "known.h"

#include <math.h>
#include <string.h>

#define NB OPINE_EAR_BANDS

enum opine_status opine_ear_remember(const struct opine_ear *ear,
                                     struct opine_arena *scratch,
                                     const struct opine_prepared *pair,
                                     struct opine_ear_memory **memory)
{
    struct opine_known *known = pair->known;
    struct opine_ear_memory made = { 0 };
    size_t each = 2 * ((size_t)ear->spectrum_step + NB), rows, floats;
    struct opine_arena *arena;

    *memory = NULL;
    if (!known)
        return OPINE_OK;
    *memory = &known->spectra;
    if (known->spectra.pairs)
        return OPINE_OK;
    made.pairs = (int)((double)pair->ref.n / ear->hop / 2) + 1;
    made.channels = pair->channels;
    made.step = ear->spectrum_step;
    rows = (size_t)made.pairs * (size_t)made.channels;
    floats = rows * each + 2 * (size_t)made.pairs * NB;
    arena = opine_known_room(known,
                             floats * sizeof(float) +
                                 2 * (size_t)made.pairs * sizeof *made.start,
                             scratch);
    if (arena == scratch) {
        *memory = NULL;
        return OPINE_OK;
    }
    made.start = opine_arena_take(arena, 2 * (size_t)made.pairs,
                                  sizeof *made.start);
    made.spectra = opine_arena_take(arena, rows,
                                    2 * (size_t)made.step * sizeof(float));
    made.power = opine_arena_take(arena, rows, 2 * NB * sizeof(float));
    made.image = opine_arena_take(arena, (size_t)made.pairs,
                                  2 * NB * sizeof(float));
    if (!made.start || !made.spectra || !made.power || !made.image)
        return OPINE_ERR_MEMORY;
    for (int i = 0; i < 2 * made.pairs; i++)
        made.start[i] = -1;
    known->spectra = made;
    return OPINE_OK;
}

int opine_ear_recall(const struct opine_ear *ear,
                     const struct opine_ear_memory *memory,
                     const ptrdiff_t *start, int count, int *is_known)
{
    ptrdiff_t place = llround((double)start[0] / ear->hop) / 2;

    *is_known = 0;
    if (!memory || count < 2 || start[0] < 0 || place >= memory->pairs)
        return -1;
    *is_known = memory->start[2 * place] == start[0] &&
                memory->start[2 * place + 1] == start[1];
    return (int)place;
}

void opine_ear_note(struct opine_ear_memory *memory, int place,
                    const ptrdiff_t *start)
{
    memory->start[2 * place] = start[0];
    memory->start[2 * place + 1] = start[1];
}

float *opine_ear_kept_spectrum(const struct opine_ear_memory *memory, int place,
                               int channel, int frame)
{
    ptrdiff_t row = ((ptrdiff_t)place * memory->channels + channel) * 2 + frame;

    return memory->spectra + row * memory->step;
}

float *opine_ear_kept_power(const struct opine_ear_memory *memory, int place,
                            int channel)
{
    return memory->power +
           ((ptrdiff_t)place * memory->channels + channel) * 2 * NB;
}

float *opine_ear_kept_image(const struct opine_ear_memory *memory, int place)
{
    return memory->image + (ptrdiff_t)place * 2 * NB;
}
