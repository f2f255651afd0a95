/* SPDX-License-Identifier: BSD-2-Clause */
/* The flow: prepare, align, perceive, disturb, map, report. */
#include "opine.h"

#include "align/align.h"
#include "base/try.h"
#include "disturb/disturb.h"
#include "ear/ear.h"
#include "known.h"
#include "level.h"
#include "map/map.h"
#include "parts.h"
#include "prepare.h"

#include <math.h>
#include <string.h>

#define DEGRADED_SILENT_DBOV (-90.0) /* the noise of 16 bits lies below */
#define CONFIDENCE_LOW       0.3
#define BAND_FILLED          0.75 /* of the band's upper edge */

struct opine_context {
    struct opine_config config;
    struct opine_limits limits; /* of what is long */
    struct opine_model model;
    struct opine_kernels kernels;
    struct opine_ear ear;       /* for the rate scored last; rate 0: none */
    struct opine_arena tables;  /* of the ear */
    struct opine_arena scratch; /* of the pair being scored */
    struct opine_known known;   /* of the reference scored last */
};

/* What the stages hand on */
struct stages {
    struct opine_prepared prepared;
    struct opine_pair pair; /* views of it */
    struct opine_aligned aligned;
    struct opine_alignment alignment; /* the same for the caller */
    struct opine_perceived perceived;
    struct opine_disturbed disturbed;
    struct opine_mapped mapped;
};

/* ------------------------------------------------------------- context */

void opine_config_init(struct opine_config *config)
{
    *config = (struct opine_config){ .size = sizeof *config,
                                     .align = 1,
                                     .keep_reference = 1 };
}

/* Settings of a caller that may be older and know fewer fields */
static enum opine_status read_config(const struct opine_config *given,
                                     struct opine_config *config)
{
    opine_config_init(config);
    if (!given)
        return OPINE_OK;
    if (given->size < sizeof given->size || given->size > sizeof *config)
        return OPINE_ERR_ARGUMENT;
    memcpy(config, given, given->size);
    config->size = sizeof *config;
    if ((unsigned)config->band > OPINE_BAND_NB ||
        (unsigned)config->mode > OPINE_MODE_AUDIO ||
        (unsigned)config->level > OPINE_LEVEL_KEEP ||
        (unsigned)config->cpu > OPINE_CPU_AVX2)
        return OPINE_ERR_ARGUMENT;
    if (!config->alloc != !config->free)
        return OPINE_ERR_ARGUMENT;
    if (!(config->from_s >= 0) || !(config->to_s >= 0) ||
        (config->to_s > 0 && config->to_s <= config->from_s))
        return OPINE_ERR_ARGUMENT;
    return OPINE_OK;
}

enum opine_status opine_create(struct opine_context **context,
                               const struct opine_config *given)
{
    struct opine_config config;
    struct opine_model model = opine_model;
    struct opine_kernels kernels;
    struct opine_allocator from;
    struct opine_arena first;
    struct opine_context *made;

    if (!context)
        return OPINE_ERR_ARGUMENT;
    *context = NULL;
    TRY(read_config(given, &config));
    if (config.calibration)
        TRY(opine_calibrate(config.calibration, &model));
    TRY(opine_kernels_init(&kernels, config.cpu));
    from = (struct opine_allocator){ config.alloc, config.free, config.opaque };
    opine_arena_init(&first, &from);
    made = first.from.alloc(first.from.opaque, sizeof *made);
    if (!made)
        return OPINE_ERR_MEMORY;
    memset(made, 0, sizeof *made);
    made->config = config;
    made->config.calibration = NULL;
    made->limits = opine_limits;
    made->model = model;
    made->kernels = kernels;
    opine_arena_init(&made->tables, &from);
    opine_arena_init(&made->scratch, &from);
    opine_known_init(&made->known, &from);
    *context = made;
    return OPINE_OK;
}

void opine_limit(struct opine_context *context,
                 const struct opine_limits *limits)
{
    context->limits = *limits;
}

void opine_destroy(struct opine_context *context)
{
    struct opine_allocator from;

    if (!context)
        return;
    from = context->tables.from;
    opine_ear_destroy(&context->ear);
    opine_known_free(&context->known);
    opine_arena_free(&context->scratch);
    opine_arena_free(&context->tables);
    from.free(from.opaque, context);
}

/* -------------------------------------------------------------- report */

static struct opine_signal describe(const struct opine_audio *audio,
                                    const struct opine_prepared_signal *s)
{
    return (struct opine_signal){ audio->rate_hz, audio->channels,
                                  (double)audio->frames / audio->rate_hz,
                                  s->level_dbov };
}

static unsigned flags(const struct opine_config *config, const struct stages *s)
{
    double band_hz = opine_band_edges(config->band).high_hz;
    unsigned set = s->prepared.flags;

    if (s->alignment.confidence < CONFIDENCE_LOW)
        set |= OPINE_FLAG_LOW_CONFIDENCE;
    if (s->alignment.polarity < 0)
        set |= OPINE_FLAG_POLARITY;
    if (s->prepared.deg.level_dbov < DEGRADED_SILENT_DBOV)
        set |= OPINE_FLAG_DEGRADED_SILENT;
    if (s->disturbed.reference_cutoff_hz < BAND_FILLED * band_hz)
        set |= OPINE_FLAG_BAND_LIMITED;
    if (s->mapped.unrelated)
        set |= OPINE_FLAG_UNRELATED;
    if (s->mapped.out_of_range)
        set |= OPINE_FLAG_OUT_OF_RANGE;
    return set;
}

static void report(const struct opine_context *context, const struct stages *s,
                   const struct opine_audio *ref, const struct opine_audio *deg,
                   struct opine_result *r)
{
    *r = (struct opine_result){
        .mos = s->mapped.mos,
        .mos_low = s->mapped.low,
        .mos_high = s->mapped.high,
        .disturbance = s->mapped.fine,
        .coarse_disturbance = s->mapped.coarse,
        .identical = s->disturbed.identical,
        .flags = flags(&context->config, s),
        .band = context->config.band,
        .mode = context->config.mode,
        .cpu = context->kernels.cpu,
        .rate_hz = s->prepared.rate_hz,
        .channels = s->prepared.channels,
        .reference = describe(ref, &s->prepared.ref),
        .degraded = describe(deg, &s->prepared.deg),
        .alignment = s->alignment,
        .views = s->disturbed.view,
        .series = s->disturbed.series,
    };
    if (r->mode == OPINE_MODE_AUTO)
        r->mode = s->disturbed.material;
    for (int c = 0; c < OPINE_CAUSES; c++) {
        r->disturbances[c].value = s->disturbed.value[c];
        r->disturbances[c].cost = s->mapped.cost[c];
    }
}

/* ---------------------------------------------------------------- flow */

/* Tables for the rate of the pair, kept while the rate stays */
static enum opine_status tune_ear(struct opine_context *context, int rate_hz)
{
    if (context->ear.rate_hz == rate_hz)
        return OPINE_OK;
    opine_ear_destroy(&context->ear);
    opine_arena_clear(&context->tables);
    return opine_ear_create(&context->ear, &context->tables, &context->kernels,
                            rate_hz, context->config.band);
}

/* Find where the degraded lies in the reference */
static enum opine_status align(struct opine_context *context, struct stages *s)
{
    struct opine_arena *scratch = &context->scratch;
    const struct opine_kernels *kernels = &context->kernels;
    int search = context->config.align;

    if (s->prepared.is_long)
        return opine_chain_track(scratch, kernels, &s->prepared, search,
                                 &s->aligned);
    opine_pair_prepared(&s->prepared, &s->pair);
    return opine_find_track(scratch, kernels, &s->pair, search, &s->aligned);
}

/* Perceive both and measure the disturbance between them */
static enum opine_status compare(struct opine_context *context,
                                 struct stages *s)
{
    struct opine_arena *scratch = &context->scratch;
    const struct opine_config *config = &context->config;
    const struct opine_kernels *kernels = &context->kernels;

    if (s->prepared.is_long)
        return opine_compare_parts(scratch, kernels, &context->ear, config,
                                   &s->prepared, &s->aligned, &s->disturbed);
    TRY(opine_perceive(&context->ear, kernels, scratch, config, &s->prepared,
                       &s->aligned, &s->perceived));
    return opine_disturb(scratch, kernels, &context->ear, config, &s->prepared,
                         &s->aligned, &s->perceived, &s->disturbed);
}

static void map(const struct opine_context *context, struct stages *s)
{
    enum opine_band band = context->config.band;

    opine_map(&context->model, band, s->aligned.confidence, &s->disturbed,
              &s->mapped);
    if (s->disturbed.series)
        opine_map_seconds(&context->model, band, s->aligned.confidence,
                          &s->disturbed, s->disturbed.second,
                          s->disturbed.series->seconds);
}

/* What is read on demand must be there whenever it is needed. */
static enum opine_status check_reads(const struct opine_fetch *ref,
                                     const struct opine_fetch *deg)
{
    return opine_fetch_failed(ref) || opine_fetch_failed(deg) ? OPINE_ERR_READ
                                                              : OPINE_OK;
}

static enum opine_status score(struct opine_context *context,
                               const struct opine_audio *reference,
                               const struct opine_audio *degraded,
                               struct opine_result *result)
{
    struct opine_arena *scratch = &context->scratch;
    const struct opine_config *config = &context->config;
    const struct opine_kernels *kernels = &context->kernels;
    int is_kept = config->keep_reference && reference->data;
    struct opine_known *known = is_kept ? &context->known : NULL;
    struct stages s;

    opine_arena_clear(scratch);
    TRY(opine_prepare(scratch, kernels, config, &context->limits, known,
                      reference, degraded, &s.prepared));
    TRY(align(context, &s));
    TRY(opine_prepare_speed(scratch, kernels, s.aligned.speed, &s.prepared));
    TRY(tune_ear(context, s.prepared.rate_hz));
    TRY(compare(context, &s));
    map(context, &s);
    TRY(opine_describe_track(scratch, &s.aligned, s.prepared.rate_hz,
                             &s.alignment));
    TRY(check_reads(s.prepared.ref.fetch, s.prepared.deg.fetch));
    report(context, &s, reference, degraded, result);
    return OPINE_OK;
}

enum opine_status opine_score(struct opine_context *context,
                              const struct opine_audio *reference,
                              const struct opine_audio *degraded,
                              struct opine_result *result)
{
    enum opine_status status;

    if (!context || !reference || !degraded || !result)
        return OPINE_ERR_ARGUMENT;
    status = score(context, reference, degraded, result);
    if (status)
        opine_known_forget(&context->known); /* it may be half there */
    return status;
}

/* Align as opine_score() does, but without the levels where they are not needed
 */
static enum opine_status locate(struct opine_context *context,
                                const struct opine_audio *reference,
                                const struct opine_audio *degraded,
                                struct stages *s, int *rate_hz)
{
    struct opine_arena *scratch = &context->scratch;
    const struct opine_config *config = &context->config;
    const struct opine_kernels *kernels = &context->kernels;
    int is_raw = 0;

    if (!opine_is_long(&context->limits, reference, degraded))
        TRY(opine_pair_raw(scratch, kernels, config, reference, degraded,
                           &s->pair, &is_raw));
    if (is_raw) {
        *rate_hz = s->pair.rate_hz;
        TRY(opine_find_track(scratch, kernels, &s->pair, config->align,
                             &s->aligned));
        return check_reads(s->pair.ref.fetch, s->pair.deg.fetch);
    }
    TRY(opine_prepare(scratch, kernels, config, &context->limits, NULL,
                      reference, degraded, &s->prepared));
    *rate_hz = s->prepared.rate_hz;
    TRY(align(context, s));
    return check_reads(s->prepared.ref.fetch, s->prepared.deg.fetch);
}

enum opine_status opine_align(struct opine_context *context,
                              const struct opine_audio *reference,
                              const struct opine_audio *degraded,
                              struct opine_alignment *alignment)
{
    struct stages s;
    int rate_hz;

    if (!context || !reference || !degraded || !alignment)
        return OPINE_ERR_ARGUMENT;
    opine_arena_clear(&context->scratch);
    TRY(locate(context, reference, degraded, &s, &rate_hz));
    return opine_describe_track(&context->scratch, &s.aligned, rate_hz,
                                alignment);
}

enum opine_status opine_score_once(const struct opine_config *config,
                                   const struct opine_audio *reference,
                                   const struct opine_audio *degraded,
                                   struct opine_result *result)
{
    struct opine_context *context;
    enum opine_status status;

    TRY(opine_create(&context, config));
    context->config.keep_reference = 0;
    status = opine_score(context, reference, degraded, result);
    opine_destroy(context);
    if (!status) {
        result->alignment.section = NULL;
        result->alignment.jump = NULL;
        result->series = NULL;
    }
    return status;
}
