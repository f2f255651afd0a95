/* SPDX-License-Identifier: BSD-2-Clause */
#include "distort.h"

#include "support.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static float *allocate(int n)
{
    float *memory = calloc((size_t)n + 1, sizeof *memory);

    if (!memory)
        abort();
    return memory;
}

static double energy(const float *x, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

/* ---------------------------------------------------------------- noises */

void distort_mix(float *x, int n, const float *noise, double snr_db)
{
    double gain =
        sqrt(energy(x, n) / (energy(noise, n) + 1e-20) * pow(10, -snr_db / 10));

    for (int i = 0; i < n; i++)
        x[i] = (float)((double)x[i] + gain * (double)noise[i]);
}

void distort_modulate(float *x, int n, double q_db, uint64_t seed)
{
    struct random random = random_seed(seed);
    double gain = pow(10, -q_db / 20);

    for (int i = 0; i < n; i++)
        x[i] = (float)((double)x[i] * (1 + gain * random_gauss(&random)));
}

/* From anywhere in a sound, and around */
static void loop(float *y, int n, const float *x, int x_n,
                 struct random *random)
{
    int at = random_below(random, x_n);

    for (int i = 0; i < n; i++)
        y[i] = x[(at + i) % x_n];
}

/* Traffic: pink noise that comes and goes within seconds, and a few clatters
 * a second */
static void make_street(float *y, int n, int rate_hz,
                        const struct backdrop *backdrop, struct random *random)
{
    double slow_hz = random_uniform(random, 0.2, 0.5);
    double phase = random_uniform(random, 0, 2 * PI);
    int clatters = 3 * n / rate_hz;

    loop(y, n, backdrop->pink, backdrop->pink_n, random);
    for (int i = 0; i < n; i++) {
        double t = (double)i / rate_hz;
        double wave = sin(2 * PI * slow_hz * t + phase);

        y[i] = (float)((double)y[i] * (0.6 + 0.4 * wave));
    }
    for (int c = 0; c < clatters; c++) {
        int at = random_below(random, n), length = rate_hz / 25;
        double amplitude = random_uniform(random, 0.05, 0.4);

        for (int i = 0; i < length && at + i < n; i++) {
            double decay = exp(-6.0 * i / length);

            y[at + i] += (float)(amplitude * decay * random_gauss(random));
        }
    }
}

/* ------------------------------------------------------------- low-pass */

#define BLOCK 4096 /* samples: they stay in the cache for all taps */

/* Add `x` `later` samples late to a block of `y` */
static void add_later(float *y, const float *x, int n, int later, double gain,
                      int start)
{
    int from = start > later ? start : later, to = start + BLOCK;
    float factor = (float)gain;

    if (to > n)
        to = n;
    if (to > n + later)
        to = n + later;
    for (int i = from; i < to; i++)
        y[i] += factor * x[i - later];
}

/* y = x * h, h symmetric around tap `reach` */
static void filter(const float *x, float *y, int n, const float *h, int reach)
{
    make_silence(y, n);
    for (int start = 0; start < n; start += BLOCK)
        for (int k = -reach; k <= reach; k++)
            add_later(y, x, n, k, (double)h[k + reach], start);
}

/* Sine cardinal under a Blackman window; the transition is 5.5 / length wide */
static float *design(int rate_hz, double edge_hz, int *reach)
{
    double share = 2 * edge_hz / rate_hz;
    float *h;

    *reach = (int)(5.5 * rate_hz / (0.2 * edge_hz) / 2);
    h = allocate(2 * *reach + 1);
    for (int k = -*reach; k <= *reach; k++) {
        double turn = PI * k / (*reach + 1);
        double window = 0.42 + 0.5 * cos(turn) + 0.08 * cos(2 * turn);

        h[k + *reach] =
            (float)(window * (k ? sin(PI * k * share) / (PI * k) : share));
    }
    return h;
}

void distort_lowpass(float *x, int n, int rate_hz, double edge_hz)
{
    float *y = allocate(n), *h;
    int reach;

    h = design(rate_hz, edge_hz, &reach);
    filter(x, y, n, h, reach);
    memcpy(x, y, (size_t)n * sizeof *x);
    free(h);
    free(y);
}

/* ------------------------------------------------------------- telephone */

#define PHONE_HZ 8000
#define EDGE_HZ  3600

/* ITU-T G.711, mu-law as a formula: 15 linear segments, each twice as steep as
 * the next, of 16 steps */
static float quantise_mulaw(float x)
{
    double level = fmin(fabs((double)x) * 8192, 8158) + 33;
    int exponent = (int)floor(log2(level)) - 5;
    double step = ldexp(2, exponent);
    double middle = (floor(level / step) + 0.5) * step - 33;

    return (float)copysign(middle / 8192, (double)x);
}

static void code_mulaw(float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = quantise_mulaw(x[i]);
}

/* Lines of a modified discrete cosine transform in 20 ms, in bands of 8: each
 * line becomes a multiple of 1.5 times the band's RMS, mostly 0. */
#define LINES  160
#define BAND   8
#define COARSE 1.5

static void quantise_lines(double *line)
{
    for (int b = 0; b < LINES; b += BAND) {
        double sum = 1e-20, step;

        for (int k = b; k < b + BAND; k++)
            sum += line[k] * line[k];
        step = COARSE * sqrt(sum / BAND);
        for (int k = b; k < b + BAND; k++)
            line[k] = step * round(line[k] / step);
    }
}

/* Princen and Bradley's transform under a sine window, by its definition:
 * line k of sample i weighs cos(2 pi (2 i + 1 + LINES) (2 k + 1) / TURN). */
#define TURN (8 * LINES)

static double window(int i)
{
    return sin(PI * (i + 0.5) / (2 * LINES));
}

static void code_frame(const double *wave, double *x)
{
    double line[LINES];

    for (int k = 0; k < LINES; k++) {
        int at = (1 + LINES) * (2 * k + 1) % TURN;

        line[k] = 0;
        for (int i = 0; i < 2 * LINES; i++) {
            line[k] += x[i] * wave[at];
            at = (at + 4 * k + 2) % TURN;
        }
    }
    quantise_lines(line);
    for (int i = 0; i < 2 * LINES; i++) {
        int step = 2 * i + 1 + LINES, at = step % TURN;

        x[i] = 0;
        for (int k = 0; k < LINES; k++) {
            x[i] += line[k] * wave[at] * 2 / LINES;
            at = (at + 2 * step) % TURN;
        }
    }
}

static void code_lines(float *x, int n)
{
    float *y = allocate(n);
    double *wave = calloc(TURN, sizeof *wave), frame[2 * LINES];

    if (!wave)
        abort();
    for (int i = 0; i < TURN; i++)
        wave[i] = cos(2 * PI * i / TURN);
    for (int start = -LINES; start < n; start += LINES) {
        int from = start < 0 ? -start : 0;
        int to = start + 2 * LINES > n ? n - start : 2 * LINES;

        for (int i = 0; i < 2 * LINES; i++)
            frame[i] = i >= from && i < to ? window(i) * (double)x[start + i]
                                           : 0;
        code_frame(wave, frame);
        for (int i = from; i < to; i++)
            y[start + i] += (float)(window(i) * frame[i]);
    }
    memcpy(x, y, (size_t)n * sizeof *x);
    free(wave);
    free(y);
}

/* Code at 8 kHz what fits there */
static void telephone(float *x, int n, int rate_hz,
                      void (*code)(float *x, int n))
{
    int factor = rate_hz / PHONE_HZ, count = (n + factor - 1) / factor;
    float *low = allocate(count);

    assert(rate_hz % PHONE_HZ == 0);
    distort_lowpass(x, n, rate_hz, EDGE_HZ);
    for (int i = 0; i < count; i++)
        low[i] = x[i * factor];
    code(low, count);
    make_silence(x, n);
    for (int i = 0; i < count; i++)
        x[i * factor] = (float)factor * low[i];
    distort_lowpass(x, n, rate_hz, EDGE_HZ);
    free(low);
}

/* ----------------------------------------------------------------- rooms */

/* Reflections at random, 1500 a second, from 3 ms on: as dense as an ear can
 * tell from noise (Karjalainen and Jarvelainen, AES 30th Conf., 2007) */
static void add_room(float *y, const float *x, int n, int rate_hz,
                     struct random *random)
{
    enum { TAPS = 600 };
    double gain[TAPS], sum = 0;
    int later[TAPS];

    for (int k = 0; k < TAPS; k++) {
        double t = 0.003 + (k + random_uniform(random, 0, 1)) / 1500;

        later[k] = (int)(t * rate_hz);
        gain[k] = pow(10, -3 * t / 0.4) * (random_below(random, 2) ? 1 : -1);
        sum += gain[k] * gain[k];
    }
    for (int start = 0; start < n; start += BLOCK)
        for (int k = 0; k < TAPS; k++)
            add_later(y, x, n, later[k], gain[k] / sqrt(sum), start);
}

static void add_echoes(float *y, const float *x, int n, int rate_hz,
                       struct random *random)
{
    double late_s = random_uniform(random, 0.06, 0.15);

    for (int start = 0; start < n; start += BLOCK) {
        add_later(y, x, n, (int)(late_s * rate_hz), 0.56, start);
        add_later(y, x, n, (int)(late_s / 2 * rate_hz), 0.35, start);
    }
}

static void reflect(float *x, int n, int rate_hz,
                    void (*add)(float *y, const float *x, int n, int rate_hz,
                                struct random *random),
                    struct random *random)
{
    float *dry = allocate(n);

    memcpy(dry, x, (size_t)n * sizeof *dry);
    add(x, dry, n, rate_hz, random);
    free(dry);
}

/* --------------------------------------------------------------- amounts */

static void clip(float *x, int n)
{
    float top = (float)sqrt(energy(x, n) / (n + 1e-9));

    for (int i = 0; i < n; i++)
        x[i] = fminf(fmaxf(x[i], -top), top);
}

static void make_quiet(float *x, int n)
{
    amplify(x, n, -40);
    for (int i = 0; i < n; i++)
        x[i] = roundf(x[i] * 32768.0f) / 32768.0f;
}

/* ------------------------------------------------------------------ all */

enum kind {
    NOTHING,
    QUIET,
    INVERTED,
    CLIPPED,
    LOW,
    MULAW,
    CODEC,
    WHITE,
    BABBLE,
    STREET,
    MODULATED,
    ECHO,
    REVERB,
    TALKER
};

static const struct {
    const char *name;
    enum kind kind;
    double snr_db;
} table[DISTORTIONS] = {
    [DISTORT_NONE] = { "clean", NOTHING, 0 },
    [DISTORT_LEVEL] = { "level-40", QUIET, 0 },
    [DISTORT_INVERT] = { "inverted", INVERTED, 0 },
    [DISTORT_CLIP] = { "clipped", CLIPPED, 0 },
    [DISTORT_LOWPASS] = { "lowpass-2k", LOW, 0 },
    [DISTORT_MULAW] = { "mulaw", MULAW, 0 },
    [DISTORT_CODEC] = { "codec-8k", CODEC, 0 },
    [DISTORT_WHITE_20] = { "white-20", WHITE, 20 },
    [DISTORT_WHITE_10] = { "white-10", WHITE, 10 },
    [DISTORT_WHITE_0] = { "white-0", WHITE, 0 },
    [DISTORT_BABBLE_20] = { "babble-20", BABBLE, 20 },
    [DISTORT_BABBLE_10] = { "babble-10", BABBLE, 10 },
    [DISTORT_BABBLE_0] = { "babble-0", BABBLE, 0 },
    [DISTORT_STREET_20] = { "street-20", STREET, 20 },
    [DISTORT_STREET_10] = { "street-10", STREET, 10 },
    [DISTORT_STREET_0] = { "street-0", STREET, 0 },
    [DISTORT_MNRU_20] = { "mnru-20", MODULATED, 20 },
    [DISTORT_MNRU_10] = { "mnru-10", MODULATED, 10 },
    [DISTORT_ECHO] = { "echo", ECHO, 0 },
    [DISTORT_REVERB] = { "reverb", REVERB, 0 },
    [DISTORT_TALKER_10] = { "talker-10", TALKER, 10 },
    [DISTORT_TALKER_5] = { "talker-5", TALKER, 5 },
    [DISTORT_TALKER_0] = { "talker-0", TALKER, 0 },
};

const char *distortion_name(enum distortion distortion)
{
    return distortion < DISTORTIONS ? table[distortion].name : NULL;
}

static void add_backdrop(float *x, int n, int rate_hz,
                         enum distortion distortion,
                         const struct backdrop *backdrop, struct random *random)
{
    float *noise = allocate(n);
    enum kind kind = table[distortion].kind;

    if (kind == WHITE)
        make_white(noise, n, random_bits(random));
    else if (kind == STREET)
        make_street(noise, n, rate_hz, backdrop, random);
    else if (kind == BABBLE)
        loop(noise, n, backdrop->babble, backdrop->babble_n, random);
    else
        loop(noise, n, backdrop->talker, backdrop->talker_n, random);
    distort_mix(x, n, noise, table[distortion].snr_db);
    free(noise);
}

void distort(float *x, int n, int rate_hz, enum distortion distortion,
             const struct backdrop *backdrop, uint64_t seed)
{
    struct random random = random_seed(seed);

    switch (table[distortion].kind) {
    case NOTHING:
        break;
    case QUIET:
        make_quiet(x, n);
        break;
    case INVERTED:
        for (int i = 0; i < n; i++)
            x[i] = -x[i];
        break;
    case CLIPPED:
        clip(x, n);
        break;
    case LOW:
        distort_lowpass(x, n, rate_hz, 2000);
        break;
    case MULAW:
        telephone(x, n, rate_hz, code_mulaw);
        break;
    case CODEC:
        telephone(x, n, rate_hz, code_lines);
        break;
    case MODULATED:
        distort_modulate(x, n, table[distortion].snr_db, seed);
        break;
    case ECHO:
        reflect(x, n, rate_hz, add_echoes, &random);
        break;
    case REVERB:
        reflect(x, n, rate_hz, add_room, &random);
        break;
    case WHITE:
    case BABBLE:
    case STREET:
    case TALKER:
        add_backdrop(x, n, rate_hz, distortion, backdrop, &random);
        break;
    }
}
