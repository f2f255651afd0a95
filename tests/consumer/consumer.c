/* SPDX-License-Identifier: BSD-2-Clause */
/* Someone else's program: scores a signal against itself. */
#include <opine.h>
#include <stdio.h>

#define RATE_HZ 16000
#define FRAMES  (2 * RATE_HZ)

int main(void)
{
    static float samples[FRAMES];
    struct opine_audio audio = { samples, FRAMES, 1, RATE_HZ, 0, 0 };
    struct opine_result result;
    enum opine_status status;
    unsigned chance = 1;

    for (int i = 0; i < FRAMES; i++) {
        chance = chance * 1664525u + 1013904223u; /* Numerical Recipes */
        samples[i] = (float)(chance >> 16) / 65536.0f * 0.2f - 0.1f;
    }
    status = opine_score_once(NULL, &audio, &audio, &result);
    if (status) {
        fprintf(stderr, "%s\n", opine_status_text((int)status));
        return 1;
    }
    printf("%s: %.2f %s\n", opine_version(), result.mos,
           opine_acr_text(result.mos));
    return result.mos < 4.7;
}
