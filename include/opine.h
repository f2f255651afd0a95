/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * opine - rate a degraded recording against its clean reference
 *
 * Given two recordings of the same material, the library answers how a listener
 * would rate the second one: a mean opinion score on a scale from 1 (bad) to 5
 * (excellent), and what it was lost to. It aligns the two in time, models what
 * the ear makes of each, measures the disturbance between them and maps it to
 * the score. The scale is "opine MOS-LQO"; it claims conformance to no
 * standard.
 *
 *   score   verdict        how to read it
 *   4.75    excellent      the top: nothing differs (4.50 in the narrow band)
 *   4.3     excellent      differences that few listeners would notice
 *   3.5     acceptable     audible, not annoying
 *   2.5     unacceptable   annoying
 *   1       unacceptable   the bottom: nothing of the reference is left
 *
 * Limits
 *
 *   sampling rate    8000 to 192000 Hz, each file its own
 *   channels         1 to 64
 *   duration         0.25 s to 4 h; scores mean most on 5 to 15 s
 *   memory           about 1 MB a second of a 48 kHz mono pair
 *   sample values    finite; full scale is -1 to 1, values beyond are kept
 *
 * How to use it
 *
 *   struct opine_audio ref = { ref_samples, ref_frames, 1, 48000, 0, 0 };
 *   struct opine_audio deg = { deg_samples, deg_frames, 1, 48000, 0, 0 };
 *   struct opine_result result;
 *   enum opine_status status = opine_score_once(NULL, &ref, &deg, &result);
 *
 *   if (status)
 *       fprintf(stderr, "%s\n", opine_status_text(status));
 *   else
 *       printf("%.2f %s\n", result.mos, opine_acr_text(result.mos));
 *
 * To score many pairs make a context with opine_create() and give it to
 * opine_score() each time: transforms and tables are then made once.
 *
 * Rules that hold for the whole library
 *
 *   - It opens no file, prints nothing, reads no environment and keeps no
 *     mutable global state. It never takes ownership of the caller's memory.
 *   - A context may be used by one thread at a time; different contexts are
 *     independent, and any number of threads may use one each.
 *   - The same input gives the same result, whatever was scored before.
 *   - On failure outputs are left as they were, except where said otherwise.
 *   - Texts that functions return are static, in English, never NULL.
 */

#ifndef OPINE_H
#define OPINE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
#if defined(OPINE_STATIC)
#  define OPINE_API
#elif defined(_WIN32) && defined(OPINE_BUILD)
#  define OPINE_API __declspec(dllexport)
#elif defined(_WIN32)
#  define OPINE_API __declspec(dllimport)
#elif defined(__GNUC__)
#  define OPINE_API __attribute__((visibility("default")))
#else
#  define OPINE_API
#endif

#if defined(__GNUC__)
#  define OPINE_MUST_CHECK __attribute__((warn_unused_result))
#else
#  define OPINE_MUST_CHECK
#endif
/* clang-format on */

/* ------------------------------------------------------------- version */

#define OPINE_VERSION_MAJOR 0
#define OPINE_VERSION_MINOR 1
#define OPINE_VERSION_PATCH 0

/**
 * Version of the library in use
 * return          "MAJOR.MINOR.PATCH", or MAJOR * 10000 + MINOR * 100 + PATCH
 */
OPINE_API const char *opine_version(void);
OPINE_API int opine_version_number(void);

/**
 * Version of the model that makes the scores
 * return          A text without blanks, such as "1"
 *
 * Scores of unlike versions must not be compared; it changes when scores do.
 */
OPINE_API const char *opine_model_version(void);

/* -------------------------------------------------------------- status */

/**
 * What a function returns: success, or the condition that prevented it
 * Numbers are never reused.
 */
enum opine_status {
    OPINE_OK = 0,
    OPINE_ERR_MEMORY = -1,           /* memory could not be had */
    OPINE_ERR_ARGUMENT = -2,         /* NULL, or a setting out of its range */
    OPINE_ERR_RATE = -3,             /* sampling rate out of 8000..192000 Hz */
    OPINE_ERR_CHANNELS = -4,         /* channel count out of 1..64 */
    OPINE_ERR_SHORT = -5,            /* less than 0.25 s to compare */
    OPINE_ERR_LONG = -6,             /* more than 4 h */
    OPINE_ERR_REFERENCE_SILENT = -7, /* active level below -80 dBov */
    OPINE_ERR_REFERENCE_VALUE = -8,  /* NaN or infinite sample in it */
    OPINE_ERR_DEGRADED_VALUE = -9,   /* NaN or infinite sample in it */
    OPINE_ERR_CPU = -10,  /* this machine lacks the CPU level asked for */
    OPINE_ERR_READ = -11, /* opine_config.read() returned too few samples */
};

/* What any of them means, in a few words */
OPINE_API const char *opine_status_text(int status);

/* --------------------------------------------------------------- input */

/**
 * A recording in memory, or one that is read on demand: nothing is owned
 */
struct opine_audio {
    const float *data;      /* first sample of the first channel; or NULL, and
                               opine_config.read() fetches them */
    size_t frames;          /* samples per channel */
    int channels;           /* 1 to 64 */
    int rate_hz;            /* 8000 to 192000 */
    ptrdiff_t frame_step;   /* from a sample to the next of its channel and */
    ptrdiff_t channel_step; /* to the next channel, in floats; both 0 mean
                               interleaved: `channels` and 1 */
};

/**
 * What the listener was promised
 *
 * In the full band a telephone codec is penalised for its missing highs and
 * lows; in the narrow band both recordings are limited first, and it is not.
 */
enum opine_band {
    OPINE_BAND_FB = 0,  /* full band, 20-20000 Hz */
    OPINE_BAND_SWB = 1, /* super-wideband, 50-14000 Hz */
    OPINE_BAND_WB = 2,  /* wideband, 50-7000 Hz */
    OPINE_BAND_NB = 3   /* narrow band, 100-3500 Hz */
};

/**
 * What kind of material the reference is
 */
enum opine_mode {
    OPINE_MODE_AUTO = 0, /* decide from the reference, and report it */
    OPINE_MODE_SPEECH = 1,
    OPINE_MODE_AUDIO = 2
};

/**
 * What becomes of a difference in level between the recordings
 */
enum opine_level {
    OPINE_LEVEL_MATCH = 0, /* taken out before they are compared */
    OPINE_LEVEL_KEEP = 1   /* left in, as if nobody touched the volume */
};

/**
 * Instruction sets, in ascending order on each kind of machine
 */
enum opine_cpu {
    OPINE_CPU_BEST = 0, /* the best that this machine has */
    OPINE_CPU_C = 1,    /* plain C */
    OPINE_CPU_AVX2 = 2  /* x86-64 with AVX2 */
};

/**
 * The curve from a disturbance D to a score:
 * 1 + (top - 1) 2^-((D / x50)^slope)
 */
struct opine_curve {
    double x50;   /* disturbance of the middle of the scale, 0.001 to 1000 */
    double slope; /* 0.05 to 20 */
};

#define OPINE_CALIBRATION_SETS    32
#define OPINE_CALIBRATION_VERSION 64

/**
 * The last step of the model, fitted to listening tests of one's own, as
 * `opine fit` does it; everything before stays as it is
 */
struct opine_calibration {
    size_t size;                             /* of this struct */
    char version[OPINE_CALIBRATION_VERSION]; /* opine_model_version(), "+" and
                              a name of letters, digits, dots, dashes and
                              underscores: "1+headsets" */
    struct opine_curve curve;
    double spread; /* of ratings about scores, tests left out in turn:
                      standard deviation in MOS, 0 to 4 */
    double range;  /* largest disturbance among what was fitted */
    int sets;      /* 0 to 32 curves of resampled tests: how far they */
    struct opine_curve set[OPINE_CALIBRATION_SETS]; /* differ widens mos_low
                              to mos_high */
};

/**
 * How to score; initialise with opine_config_init(), then change what matters
 */
struct opine_config {
    size_t size;            /* of this struct, set by opine_config_init() */
    enum opine_band band;   /* default OPINE_BAND_FB */
    enum opine_mode mode;   /* default OPINE_MODE_AUTO */
    enum opine_level level; /* default OPINE_LEVEL_MATCH */
    int align;              /* find the delay (default 1), or take it as 0 */
    double from_s;          /* score only this part of the reference, in */
    double to_s;            /* seconds; default 0 and 0: all of it */
    enum opine_cpu cpu;     /* default OPINE_CPU_BEST */
    void *(*alloc)(void *opaque, size_t bytes); /* default NULL: malloc() */
    void (*free)(void *opaque, void *memory);   /* default NULL: free() */
    void *opaque;  /* given to these and to read(); default NULL */
    int all_views; /* measure what the score does not need; default 0 */
    const struct opine_calibration *calibration; /* copied; NULL: shipped */
    int series;         /* return opine_result.series; default 0 */
    int keep_reference; /* up to 64 MiB made of it; default 1 */
    /* Fetch frames of a recording without `data`, interleaved, from anywhere,
       mostly in order, each several times; return how many: all, or it fails.
       `audio` is what the caller gave. Default NULL: all are in memory */
    size_t (*read)(void *opaque, const struct opine_audio *audio, size_t first,
                   size_t frames, float *to);
};

/* Set every field to its default */
OPINE_API void opine_config_init(struct opine_config *config);

/* -------------------------------------------------------------- result */

/**
 * What can be wrong with a recording
 *
 * The first part are causes: each has its share in what the score lost, and
 * their costs add up to the difference between the top of the scale and the
 * score. The others are measured beside it and cost nothing.
 */
enum opine_cause {
    OPINE_NOISE = 0,        /* added noise, under or between the signal */
    OPINE_ECHO = 1,         /* added after offsets: echo, reverberation */
    OPINE_DISTORTION = 2,   /* anything else that was added */
    OPINE_MISSING = 3,      /* lost parts of the sound */
    OPINE_GAPS = 4,         /* silence instead of sound */
    OPINE_BANDWIDTH = 5,    /* lost beyond the edge of the band */
    OPINE_UNRELATED = 6,    /* this is not the reference's material */
    OPINE_PAUSE_NOISE = 7,  /* sound where the reference pauses */
    OPINE_LEVEL = 8,        /* level of the degraded beyond the reference's */
    OPINE_CLIPPING = 9,     /* flat tops that the reference does not have */
    OPINE_IMAGE = 10,       /* change of the stereo image */
    OPINE_REGENERATED = 11, /* fine structure made anew: vocoders */
    OPINE_PITCH = 12,       /* voices off by more than half a semitone */
    OPINE_CAUSES = 13       /* how many there are */
};

/**
 * What is known of a cause beforehand
 */
struct opine_cause_info {
    const char *name; /* as in reports: "noise" */
    const char *unit; /* of its value: "sone", "%", "dB", "Hz" or "" */
    const char *text; /* what it is, in a few words */
    int direction;    /* 1: more is worse, -1: less is, 0: either way */
    int has_cost;     /* 1 when it can cost score */
};

/**
 * Look up a cause
 * cause           OPINE_NOISE to OPINE_CAUSES - 1
 * return          NULL for any other number
 */
OPINE_API const struct opine_cause_info *opine_cause_info(int cause);

/**
 * How much of a cause there is
 */
struct opine_disturbance {
    double value; /* in the unit of the cause, NAN if unknown */
    double cost;  /* in MOS, 0 or more */
};

/**
 * Conditions worth knowing that do not prevent a score; a set of bits
 */
enum opine_flag {
    OPINE_FLAG_RESAMPLED = 1 << 0,       /* their sampling rates differ */
    OPINE_FLAG_MIXED_DOWN = 1 << 1,      /* their channel counts differ: both
                                            were mixed to mono */
    OPINE_FLAG_LENGTH_DIFFERS = 1 << 2,  /* by more than 5 % or 1 s */
    OPINE_FLAG_LOW_CONFIDENCE = 1 << 3,  /* the delay may be wrong */
    OPINE_FLAG_UNRELATED = 1 << 4,       /* nothing in common was found */
    OPINE_FLAG_DEGRADED_SILENT = 1 << 5, /* the degraded holds no sound */
    OPINE_FLAG_SHORT = 1 << 6,           /* under 2 s were compared */
    OPINE_FLAG_BAND_LIMITED = 1 << 7,    /* the reference does not fill the
                                            band that was asked for */
    OPINE_FLAG_POLARITY = 1 << 8,        /* the polarity is inverted */
    OPINE_FLAG_CLIPPED = 1 << 9,         /* the reference is clipped itself */
    OPINE_FLAG_OUT_OF_RANGE = 1 << 10    /* disturbed more than anything that
                                            the model was fitted on */
};

/* Name of one flag, for reports: "resampled"; NULL when there is no such one */
OPINE_API const char *opine_flag_name(unsigned flag);

/**
 * One of the two recordings, as it was found
 */
struct opine_signal {
    int rate_hz;
    int channels;
    double duration_s;
    double level_dbov; /* active level (ITU-T P.56) in the band; a
                          full-scale sine has -3.01; -INFINITY when
                          silent */
};

/**
 * A stretch of the degraded with one delay
 */
struct opine_section {
    double start_s; /* on the time axis of the degraded */
    double end_s;
    double delay_ms; /* positive when the degraded is late */
};

/**
 * A change of delay within the degraded
 */
struct opine_jump {
    double time_s;  /* on the time axis of the degraded */
    double size_ms; /* of the delay: positive when sound was inserted, negative
                       when some was lost */
};

/**
 * Where the degraded lies in the reference
 *
 * The arrays belong to the context and last until it is used again; after
 * opine_score_once() they are NULL.
 */
struct opine_alignment {
    double delay_ms;        /* of the most of it; positive when it is late */
    double confidence;      /* of that: 0 (a guess) to 1 (certain) */
    int polarity;           /* 1, or -1 when inverted */
    double trimmed_head_ms; /* of the reference before the degraded begins */
    double trimmed_tail_ms; /* of the reference after the degraded ends */
    double clock_ppm;       /* by which the degraded's clock is the faster, so
                               that the delay shrinks; 0 when below 2 */
    double time_scale;      /* duration of the degraded over that of the same
                               sound in the reference, by all jumps together */
    double lost_ms;         /* sums of the jumps either way, 0 or more */
    double inserted_ms;
    int sections; /* in order, without gaps, all of the degraded */
    const struct opine_section *section;
    int jumps;
    const struct opine_jump *jump;
};

/**
 * Views of the difference beside the density of disturbance, for those who
 * study scores
 */
struct opine_views {
    double steps;       /* just noticeable steps of level, a frame (BS.1387) */
    double structure;   /* structural similarity lost, 0 to 1 */
    double image;       /* change of the coherence between the ears, 0 to 1 */
    double regenerated; /* evidence of fine structure made anew, 0 to 1 */
    /* NAN without such evidence, 0.09 or more, unless asked for: */
    double modulation; /* change of slow modulation, |ln| of its energy */
    double timbre;     /* distance of cepstra, dB */
    double pitch;      /* share of voiced moments off by half a semitone; NAN
                          when too few are voiced */
};

#define OPINE_SERIES_COLUMNS 600 /* at most, none shorter than 16 ms */
#define OPINE_SERIES_BANDS   24  /* about 1 Bark wide, 20 Hz to 20 kHz */

/**
 * The difference over time and frequency, channels by their loudness
 * Columns are means over equal stretches of what was compared of the degraded;
 * what it skips counts where it does. Level, response and slow gain are taken
 * out. Missing sound differs by below 0. A second has the score that all would
 * have if it were like that second. Arrays last as the alignment's.
 */
struct opine_series {
    int columns, bands;
    double column_s;            /* from a column to the next */
    const double *time_s;       /* [columns] middles, in the degraded's time */
    const double *loudness;     /* [columns] of the reference, sone */
    const double *disturbance;  /* [columns] density, sone^0.75 Bark^0.25 */
    const double *difference;   /* [columns][bands] of loudness, sone/Bark */
    const double *band_edge_hz; /* [bands + 1] */
    int seconds;                /* from time_s[0] - column_s / 2 on */
    const double *second_mos;   /* [seconds], NAN where there is but pause */
};

/**
 * The answer
 */
struct opine_result {
    double mos;                /* opine MOS-LQO, 1 to 4.75 (narrow band 4.5) */
    double mos_low;            /* 95 % of listening tests' means are expected */
    double mos_high;           /* between these two */
    double disturbance;        /* what was mapped to the score, 0 or more */
    double coarse_disturbance; /* by envelope and pitch; NAN: not needed */
    int identical;             /* 1 when nothing differs but delay and level */
    unsigned flags;            /* set of enum opine_flag */
    enum opine_band band;      /* as asked for */
    enum opine_mode mode;      /* as asked for, or as decided */
    enum opine_cpu cpu;        /* the level used */
    int rate_hz;               /* rate and channel count at which the two */
    int channels;              /* were compared */
    struct opine_signal reference;
    struct opine_signal degraded;
    struct opine_alignment alignment;
    struct opine_disturbance disturbances[OPINE_CAUSES];
    struct opine_views views;
    const struct opine_series *series; /* or NULL; after opine_score_once() */
};

/**
 * Words for a score or a setting
 *
 * acr             Excellent, Good, Fair, Poor or Bad (ITU-T P.800)
 * verdict         "excellent" from 4.3, "acceptable" from 3.5, else
 *                 "unacceptable"
 * mos_name        by band: MOS-LQOf, s, w or n (ITU-T P.800.1)
 * others          the names the command line uses; "" when there is none
 */
OPINE_API const char *opine_acr_text(double mos);
OPINE_API const char *opine_verdict_text(double mos);
OPINE_API const char *opine_mos_name(enum opine_band band);
OPINE_API const char *opine_band_name(enum opine_band band);
OPINE_API const char *opine_mode_name(enum opine_mode mode);
OPINE_API const char *opine_level_name(enum opine_level level);
OPINE_API const char *opine_cpu_name(enum opine_cpu cpu);

/* ------------------------------------------------------------- scoring */

/**
 * Score one pair
 * config          Settings, or NULL for the defaults
 * reference       The clean recording; may be the same as `degraded`
 * degraded        What became of it
 * result          Return the answer; untouched on failure
 */
OPINE_API OPINE_MUST_CHECK enum opine_status opine_score_once(
    const struct opine_config *config, const struct opine_audio *reference,
    const struct opine_audio *degraded, struct opine_result *result);

/**
 * Make and destroy a context that scores any number of pairs
 * context         Return the context; NULL on failure
 * config          Settings, copied; or NULL for the defaults
 *
 * Making one is cheap. What depends on the rates of the recordings is made at
 * the first pair that needs it and kept. opine_destroy(NULL) does nothing.
 */
struct opine_context;

OPINE_API OPINE_MUST_CHECK enum opine_status
opine_create(struct opine_context **context, const struct opine_config *config);
OPINE_API void opine_destroy(struct opine_context *context);

/**
 * Score one pair with a context; otherwise as opine_score_once()
 */
OPINE_API OPINE_MUST_CHECK enum opine_status
opine_score(struct opine_context *context, const struct opine_audio *reference,
            const struct opine_audio *degraded, struct opine_result *result);

/**
 * Align one pair, without scoring it
 * alignment       Return where things are; untouched on failure
 *
 * Otherwise as opine_score(); band, mode, level and part do not matter.
 */
OPINE_API OPINE_MUST_CHECK enum opine_status
opine_align(struct opine_context *context, const struct opine_audio *reference,
            const struct opine_audio *degraded,
            struct opine_alignment *alignment);

#ifdef __cplusplus
}
#endif

#endif /* OPINE_H */
