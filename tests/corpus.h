/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Corpus: the clean recordings that benches degrade
 *
 * Speech and music of 9 to 10 s, mono, at about -26 dBov: those of
 * testvectors/ref, again and again at changed speed so that no moment occurs
 * twice; those of support.h; and, if there is such a folder, the recordings
 * there.
 */
#ifndef OPINE_TESTS_CORPUS_H
#define OPINE_TESTS_CORPUS_H

#include "distort.h"

struct source {
    char name[48];
    float *x;
    int n, rate_hz;
    int is_speech;
    int is_own;  /* of the project */
    int backing; /* which backdrop is of other talkers */
};

/* Two at 48 kHz, and the same two at 16 kHz */
enum { CORPUS_BACKDROPS = 4 };

struct corpus {
    int count;
    struct source *source;
    struct backdrop backdrop[CORPUS_BACKDROPS];
};

/**
 * Make or read all
 * folder          Of FLAC files named sp_* and mu_*; NULL: none
 * quick           Make a voice, a dialogue, a piece, and one at another rate
 * return          0, or -1 after saying what went wrong. A folder that is not
 *                 there is no error.
 */
int corpus_open(struct corpus *corpus, const char *folder, int quick);
void corpus_close(struct corpus *corpus);

#endif
