/* SPDX-License-Identifier: BSD-2-Clause */
/* The public header needs nothing before it, and may come twice. That it meets
 * no name of other headers is seen with them before it: -DOPINE_LATE. */
#ifdef OPINE_LATE
#include <complex.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tgmath.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include <fftw3.h>
#include <jansson.h>
#include <samplerate.h>
#include <sndfile.h>
#endif

#include "opine.h"

int main(void)
{
    struct opine_config config;

    opine_config_init(&config);
    return opine_version_number() != OPINE_VERSION_MAJOR * 10000 +
                                         OPINE_VERSION_MINOR * 100 +
                                         OPINE_VERSION_PATCH;
}
