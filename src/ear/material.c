/* SPDX-License-Identifier: BSD-2-Clause */
#include "ear.h"

/* Speech has many frames much quieter than its mean, as syllables and words
 * part; music that lasts has few (Scheirer and Slaney 1997, "percentage of
 * low-energy frames"). */
#define LOW 0.5
#define SPEECH_SHARE 0.3

enum opine_mode opine_material(const struct opine_perceived *p)
{
    double mean = 0;
    int low = 0;

    for (int c = 0; c < p->channels; c++)
        for (int t = 0; t < p->frames; t++)
            mean += p->channel[c].level_ref[t];
    mean /= p->frames;
    for (int t = 0; t < p->frames; t++) {
        double level = 0;
        for (int c = 0; c < p->channels; c++)
            level += p->channel[c].level_ref[t];
        low += level < LOW * mean;
    }
    return low > SPEECH_SHARE * p->frames ? OPINE_MODE_SPEECH
                                          : OPINE_MODE_AUDIO;
}
