/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PI         3.14159265358979323846
#define LEVEL_DBOV (-26.0) /* of what is made here, about */

/* ------------------------------------------------------------- compare */

/* Place of a number in the order of all doubles */
static int64_t place(double x)
{
    int64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

/* Steps between two numbers, in double: it may exceed an int64_t */
static double steps_between(double a, double b)
{
    return fabs((double)place(a) - (double)place(b));
}

void support_assert_close(double actual, double expected, double abs_error,
                          double rel_error, const char *text, const char *file,
                          int line)
{
    double difference = actual - expected;
    double allowed = fmax(abs_error, rel_error * fabs(expected));

    /* Of equal infinities the difference is no number. */
    if (actual == expected || (isfinite(expected) && /* NaN never passes */
                               fabs(difference) <= allowed))
        return;
    print_error("%s is %.17g\nexpected %.17g within %.3g\n"
                "difference %.3g, %.0f steps of a double\n",
                text, actual, expected, allowed, difference,
                steps_between(actual, expected));
    _fail(file, line);
}

/* -------------------------------------------------------------- chance */

struct random random_seed(uint64_t seed)
{
    return (struct random){ seed };
}

/* Sebastiano Vigna's public-domain splitmix64.c, 2015 */
uint64_t random_bits(struct random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int random_below(struct random *random, int n)
{
    assert(n > 0);
    return (int)((random_bits(random) >> 33) * (uint64_t)n >> 31);
}

double random_uniform(struct random *random, double low, double high)
{
    double unit = (double)(random_bits(random) >> 11) * 0x1p-53;

    return low + (high - low) * unit;
}

/* Box and Muller's method, one of its two numbers */
double random_gauss(struct random *random)
{
    double u = 1 - random_uniform(random, 0, 1); /* never 0 */
    double v = random_uniform(random, 0, 1);

    return sqrt(-2 * log(u)) * cos(2 * PI * v);
}

/* --------------------------------------------------------------- level */

static double factor(double db)
{
    return pow(10, db / 20);
}

static double energy(const float *x, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

void amplify(float *x, int n, double gain_db)
{
    double gain = factor(gain_db);

    for (int i = 0; i < n; i++)
        x[i] = (float)((double)x[i] * gain);
}

double rms_dbov(const float *x, int n)
{
    return 10 * log10(energy(x, n) / n);
}

/* -------------------------------------------------------- plain signals */

void make_silence(float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = 0;
}

void make_sine(float *x, int n, int rate_hz, double frequency_hz)
{
    assert(frequency_hz < rate_hz / 2.0);
    for (int i = 0; i < n; i++)
        x[i] = (float)sin(2 * PI * fmod(frequency_hz * i / rate_hz, 1));
}

void make_white(float *x, int n, uint64_t seed)
{
    struct random random = random_seed(seed);

    for (int i = 0; i < n; i++)
        x[i] = (float)(factor(LEVEL_DBOV) * random_gauss(&random));
}

/* First-order low-passes of equal power at corners c, two octaves apart, have
 * the spectra c / (f^2 + c^2), which add up to nearly 1 / f. */
void make_pink(float *x, int n, int rate_hz, uint64_t seed)
{
    enum { MOST = 8 }; /* 20 Hz, 80 Hz, ... as far as the rate goes */
    struct random random = random_seed(seed);
    double pole[MOST], y[MOST], corner_hz = 20;
    int poles = 0;

    for (; poles < MOST && corner_hz < rate_hz / 2.0; corner_hz *= 4) {
        pole[poles] = exp(-2 * PI * corner_hz / rate_hz);
        y[poles++] = random_gauss(&random); /* as if it had always been on */
    }
    for (int i = 0; i < n; i++) {
        double sum = 0;

        for (int p = 0; p < poles; p++) {
            double fresh = sqrt(1 - pole[p] * pole[p]);

            y[p] = pole[p] * y[p] + fresh * random_gauss(&random);
            sum += y[p];
        }
        x[i] = (float)(factor(LEVEL_DBOV) / sqrt(poles) * sum);
    }
}

/* ------------------------------------------------------- things that sound */

/* Where to add a sound */
struct canvas {
    float *x;
    int n, rate_hz;
    double top_hz;
};

/* The stretch of samples between two times; 0 when it lies beyond the end */
static int stretch(const struct canvas *c, double from_s, double to_s,
                   int *first, int *end)
{
    *first = (int)ceil(from_s * c->rate_hz);
    *end = (int)fmin(ceil(to_s * c->rate_hz), c->n);
    return *first < *end;
}

/* A tone with harmonics */
struct tone {
    double from_s, to_s;
    double hz, to_hz; /* pitch at both ends */
    double amplitude;
    double attack;       /* share of its time until it is loudest */
    const double *level; /* of each harmonic, from the first */
    int levels;
};

/* How loud at `share` of its time: up along a sine, down along a cosine,
 * without a step at either end */
static double envelope(double share, double attack)
{
    double at = share < attack ? share / attack
                               : 1 - (share - attack) / (1 - attack);

    return 0.5 - 0.5 * cos(PI * at);
}

/* Harmonics by sin((k + 1) p) = 2 cos(p) sin(k p) - sin((k - 1) p) */
static double harmonics(const struct tone *tone, double phase, int count)
{
    double twice = 2 * cos(phase), before = 0, sine = sin(phase), sum = 0;

    for (int k = 0; k < count; k++) {
        double next = twice * sine - before;

        sum += tone->level[k] * sine;
        before = sine;
        sine = next;
    }
    return sum;
}

static void add_tone(const struct canvas *c, const struct tone *tone)
{
    int count = (int)(c->top_hz / fmax(tone->hz, tone->to_hz));
    double length_s = tone->to_s - tone->from_s;
    int first, end;

    if (count > tone->levels)
        count = tone->levels;
    if (!stretch(c, tone->from_s, tone->to_s, &first, &end))
        return;
    for (int i = first; i < end; i++) {
        double t = (double)i / c->rate_hz - tone->from_s;
        double glide = (tone->to_hz - tone->hz) / (2 * length_s);
        double phase = 2 * PI * (tone->hz + glide * t) * t;

        c->x[i] += (float)(tone->amplitude *
                           envelope(t / length_s, tone->attack) *
                           harmonics(tone, phase, count));
    }
}

/* A hiss of sines at random between 2500 Hz and 20 kHz. Those above the top
 * are drawn, too, so that the top changes nothing below it. */
static void add_hiss(const struct canvas *c, double from_s, double to_s,
                     double amplitude, struct random *random)
{
    enum { SINES = 40 };
    int first, end;
    int is_there = stretch(c, from_s, to_s, &first, &end);

    for (int s = 0; s < SINES; s++) {
        double hz = 2500 * pow(8, random_uniform(random, 0, 1));
        double phase = random_uniform(random, 0, 2 * PI);

        if (!is_there || hz > c->top_hz)
            continue;
        for (int i = first; i < end; i++) {
            double t = (double)i / c->rate_hz - from_s;

            c->x[i] += (float)(amplitude * envelope(t / (to_s - from_s), 0.2) *
                               sin(2 * PI * hz * t + phase));
        }
    }
}

static struct canvas blank(float *x, int n, int rate_hz, double top_hz)
{
    assert(top_hz < rate_hz / 2.0);
    make_silence(x, n);
    return (struct canvas){ x, n, rate_hz, top_hz };
}

/* --------------------------------------------------------------- speech */

#define SYLLABLE_S         0.25
#define SYLLABLES_A_PHRASE 8   /* the last two of them are the pause */
#define VOWEL_HARMONICS    250 /* 20 kHz of the lowest voice */

/* Levels of harmonics: three resonances on a slope of 6 dB an octave */
static void draw_vowel(double pitch_hz, struct random *random, double *level)
{
    double formant_hz[3] = { random_uniform(random, 300, 800),
                             random_uniform(random, 900, 2300),
                             random_uniform(random, 2400, 3200) };

    for (int k = 0; k < VOWEL_HARMONICS; k++) {
        double hz = pitch_hz * (k + 1), resonance = 0.03;

        for (int f = 0; f < 3; f++) {
            double away = (hz - formant_hz[f]) / 80; /* half the width */

            resonance += 1 / (1 + away * away);
        }
        level[k] = resonance * 500 / (500 + hz);
    }
}

static void add_syllable(const struct canvas *c, double from_s,
                         struct random *random)
{
    double level[VOWEL_HARMONICS];
    double hz = random_uniform(random, 95, 170);
    struct tone vowel = { .from_s = from_s + 0.2 * SYLLABLE_S,
                          .to_s = from_s + SYLLABLE_S,
                          .hz = hz,
                          .to_hz = hz * random_uniform(random, 0.85, 1.15),
                          .amplitude = random_uniform(random, 0.11, 0.3),
                          .attack = 0.3,
                          .level = level,
                          .levels = VOWEL_HARMONICS };

    draw_vowel(hz, random, level);
    add_hiss(c, from_s, from_s + 0.4 * SYLLABLE_S, 0.003, random);
    add_tone(c, &vowel);
}

void make_speech(float *x, int n, int rate_hz, double top_hz, uint64_t seed)
{
    struct canvas canvas = blank(x, n, rate_hz, top_hz);
    struct random random = random_seed(seed);
    double end_s = (double)n / rate_hz;

    for (int s = 0; s * SYLLABLE_S < end_s; s++)
        if (s % SYLLABLES_A_PHRASE < SYLLABLES_A_PHRASE - 2)
            add_syllable(&canvas, s * SYLLABLE_S, &random);
}

void make_talk(float *x, int n, int rate_hz, double top_hz, uint64_t seed)
{
    struct random random = random_seed(seed);
    double end_s = (double)n / rate_hz, next_s;

    for (double t = 0; t < end_s; t = next_s) {
        int at = (int)(t * rate_hz);

        next_s = fmin(t + 0.1 * (7 + random_below(&random, 13)), end_s);
        make_speech(x + at, (int)(next_s * rate_hz) - at, rate_hz, top_hz,
                    random_bits(&random));
    }
}

/* ---------------------------------------------------------------- music */

#define CHORD_S          0.5
#define NOTES            4
#define STRING_HARMONICS 40

static double pitch_hz(int semitones_from_a4)
{
    return 440 * pow(2, semitones_from_a4 / 12.0);
}

/* A plucked note: quick attack, long decay */
static void add_note(const struct canvas *c, double from_s, double length_s,
                     int semitones, double amplitude)
{
    double level[STRING_HARMONICS];
    double hz = pitch_hz(semitones);

    for (int k = 0; k < STRING_HARMONICS; k++)
        level[k] = 1.0 / (k + 1);
    add_tone(c, &(struct tone){ .from_s = from_s,
                                .to_s = from_s + length_s,
                                .hz = hz,
                                .to_hz = hz,
                                .amplitude = amplitude,
                                .attack = 0.02,
                                .level = level,
                                .levels = STRING_HARMONICS });
}

void make_music(float *x, int n, int rate_hz, double top_hz, uint64_t seed)
{
    /* C, a, F and G, semitones from a': bass and three more */
    static const int chords[4][NOTES] = { { -33, -9, -5, -2 },
                                          { -36, -9, -5, 0 },
                                          { -28, -9, -4, 0 },
                                          { -26, -10, -7, -2 } };
    struct canvas canvas = blank(x, n, rate_hz, top_hz);
    struct random random = random_seed(seed);
    double end_s = (double)n / rate_hz;

    for (int m = 0; m * CHORD_S < end_s; m++) {
        const int *chord = chords[m % 4];

        for (int k = 0; k < NOTES; k++)
            add_note(&canvas, m * CHORD_S, 2 * CHORD_S, chord[k], 0.02);
        for (int half = 0; half < 2; half++) {
            double from_s = (m + half / 2.0) * CHORD_S;
            int note = chord[1 + random_below(&random, NOTES - 1)] + 12;

            add_note(&canvas, from_s, CHORD_S,
                     note + 12 * random_below(&random, 2), 0.037);
            add_hiss(&canvas, from_s, from_s + 0.1, 0.003, &random);
        }
    }
}

/* ---------------------------------------------------------- degradation */

/* Half the length of the interpolator, and the shape of its window (Kaiser),
 * for -70 dB with a transition from 0.45 to 0.55 of the rate */
#define REACH 48
#define SHAPE 7.0

/* Modified Bessel function of order 0, by its power series */
static double bessel(double x)
{
    double sum = 1, term = 1;

    for (int k = 1; term > 1e-12 * sum; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* Interpolator at `away` samples from its centre */
static double kernel(double away)
{
    double edge = 1 - away / REACH * (away / REACH);

    if (away == floor(away)) /* else rounding would blur whole delays */
        return away == 0;
    return edge <= 0 ? 0
                     : sin(PI * away) / (PI * away) *
                           bessel(SHAPE * sqrt(edge)) / bessel(SHAPE);
}

void delay_by(float *y, const float *x, int n, double samples)
{
    double whole = floor(samples);
    double weight[2 * REACH];

    assert(x != y && fabs(samples) < INT_MAX / 2.0);
    for (int k = 0; k < 2 * REACH; k++)
        weight[k] = kernel(k - REACH + 1 - (samples - whole));
    for (int i = 0; i < n; i++) {
        int from = i - (int)whole + REACH - 1; /* of the first weight */
        int first = from < n ? 0 : from - n + 1;
        double sum = 0;

        for (int k = first; k < 2 * REACH && k <= from; k++)
            sum += weight[k] * (double)x[from - k];
        y[i] = (float)sum;
    }
}

void add_noise(float *x, int n, double snr_db, uint64_t seed)
{
    struct random random = random_seed(seed), again = random;
    double noise = 0;

    for (int i = 0; i < n; i++) {
        double g = random_gauss(&random);

        noise += g * g;
    }
    if (n == 0)
        return;

    double amplitude = sqrt(energy(x, n) / noise) / factor(snr_db);

    for (int i = 0; i < n; i++)
        x[i] = (float)((double)x[i] + amplitude * random_gauss(&again));
}
