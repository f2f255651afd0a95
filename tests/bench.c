/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the time and the memory go: stage by stage, against the transforms
 * alone and against plain C, and as a process. Signals are made here. */
#include "bench.h"

#include "align/align.h"
#include "base/kernels.h"
#include "base/try.h"
#include "degrade.h"
#include "disturb/disturb.h"
#include "ear/ear.h"
#include "map/map.h"
#include "meter.h"
#include "prepare.h"
#include "support.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static const char help[] = "usage: bench [OPTION...]\n"
                           "\n"
                           "--bin OPINE    time this command, too\n"
                           "--json FILE    write the figures there, too\n"
                           "--only WORD    cases whose names hold it\n"
                           "--runs N       of each case; default 9\n"
                           "--quick        three runs, none of 120 s or more\n";

struct options {
    const char *bin, *json, *only;
    int runs, quick;
};

/* --------------------------------------------------------------- signals */

struct pair {
    float *ref, *deg; /* owned, interleaved */
    struct opine_audio ref_view, deg_view;
};

static float *allocate(size_t n)
{
    float *memory = calloc(n + 1, sizeof *memory);

    if (!memory)
        abort();
    return memory;
}

static const struct recipe recipes[] = {
    { "10 s mono", 10, 1, 48000, 48000, 0 },
    { "10 s stereo", 10, 2, 48000, 48000, 0 },
    { "120 s stereo", 120, 2, 48000, 48000, 0 },
    { "10 s delay track", 10, 1, 48000, 48000, 8 },
    { "10 s 16 kHz", 10, 1, 16000, 16000, 0 },
    { "10 s 44.1 kHz", 10, 1, 44100, 44100, 0 },
    { "10 s 44.1-48 kHz", 10, 1, 44100, 48000, 0 },
    { "1 h stereo", 3600, 2, 48000, 48000, 0 }, /* as a process only */
};

#define MADE_S 120.0 /* of longer ones, which repeat that */

/* Speech alone in mono, with music to its sides in stereo */
static float *make_channel(int n, int rate_hz, int channels, int channel)
{
    float *x = allocate((size_t)n), *y = allocate((size_t)n);

    make_speech(x, n, rate_hz, 7000, 3);
    make_music(y, n, rate_hz, 7000, 5 + (uint64_t)channel);
    for (int i = 0; channels > 1 && i < n; i++)
        x[i] = 0.5f * (x[i] + y[i]);
    free(y);
    return x;
}

/* 7 ms late, 20 dB above noise, and in steps if so asked */
static float *degrade(const struct recipe *r, float *x, int *n)
{
    static const double sizes_ms[] = { 20, 50 };
    struct warp_steps steps = { r->steps, WARP_ACTIVE, 0, sizes_ms, 2 };
    struct warp warp;
    float *y;

    if (r->steps)
        warp_step(&warp, x, *n, r->deg_hz, 0.007 * r->deg_hz, &steps, 5);
    else
        warp_shift(&warp, *n, 0.007 * r->deg_hz, 0);
    y = allocate((size_t)warp.n);
    warp_render(&warp, x, *n, NULL, y);
    *n = warp.n;
    warp_free(&warp);
    add_noise(y, *n, 20, 9);
    return y;
}

static float *interleave(float *const *x, int n, int channels)
{
    float *all = allocate((size_t)n * (size_t)channels);

    for (int i = 0; i < n; i++)
        for (int c = 0; c < channels; c++)
            all[i * channels + c] = x[c][i];
    return all;
}

static void make_pair(const struct recipe *r, struct pair *pair)
{
    double seconds = r->seconds < MADE_S ? r->seconds : MADE_S;
    float *ref[2], *deg[2];
    int n = (int)(seconds * r->ref_hz), m = 0;

    for (int c = 0; c < r->channels; c++) {
        float *x;

        m = (int)(seconds * r->deg_hz);
        ref[c] = make_channel(n, r->ref_hz, r->channels, c);
        x = make_channel(m, r->deg_hz, r->channels, c);
        deg[c] = degrade(r, x, &m);
        free(x);
    }
    pair->ref = interleave(ref, n, r->channels);
    pair->deg = interleave(deg, m, r->channels);
    for (int c = 0; c < r->channels; c++) {
        free(ref[c]);
        free(deg[c]);
    }
    pair->ref_view = (struct opine_audio){ pair->ref, (size_t)n, r->channels,
                                           r->ref_hz, 0,         0 };
    pair->deg_view = (struct opine_audio){ pair->deg, (size_t)m, r->channels,
                                           r->deg_hz, 0,         0 };
}

/* ---------------------------------------------------------------- stages */

/* The flow of opine_score(), with a clock between its stages; the tables of the
 * ear stay from run to run, as a context keeps them. */
struct engine {
    struct opine_config config;
    struct opine_kernels kernels;
    struct opine_ear ear;
    struct opine_arena tables, scratch;
    double ms[STAGES]; /* least of the runs */
};

static enum opine_status engine_begin(struct engine *e, enum opine_cpu cpu)
{
    struct opine_allocator from = { NULL, NULL, NULL };

    memset(e, 0, sizeof *e);
    opine_config_init(&e->config);
    opine_arena_init(&e->tables, &from);
    opine_arena_init(&e->scratch, &from);
    return opine_kernels_init(&e->kernels, cpu);
}

static void engine_end(struct engine *e)
{
    opine_ear_destroy(&e->ear);
    opine_arena_free(&e->scratch);
    opine_arena_free(&e->tables);
}

static double lap(double *since)
{
    double now = bench_now(), ms = now - *since;

    *since = now;
    return ms;
}

static enum opine_status run_stages(struct engine *e, const struct pair *pair,
                                    double *ms)
{
    struct opine_prepared prepared;
    struct opine_pair views;
    struct opine_aligned aligned;
    struct opine_alignment alignment;
    struct opine_perceived perceived;
    struct opine_disturbed disturbed;
    struct opine_mapped mapped;
    double since = bench_now();

    opine_arena_clear(&e->scratch);
    TRY(opine_prepare(&e->scratch, &e->kernels, &e->config, &opine_limits, NULL,
                      &pair->ref_view, &pair->deg_view, &prepared));
    ms[PREPARE] = lap(&since);
    opine_pair_prepared(&prepared, &views);
    TRY(opine_find_track(&e->scratch, &e->kernels, &views, 1, &aligned));
    TRY(opine_prepare_speed(&e->scratch, &e->kernels, aligned.speed,
                            &prepared));
    ms[ALIGN] = lap(&since);
    if (e->ear.rate_hz != prepared.rate_hz)
        TRY(opine_ear_create(&e->ear, &e->tables, &e->kernels, prepared.rate_hz,
                             e->config.band));
    TRY(opine_perceive(&e->ear, &e->kernels, &e->scratch, &e->config, &prepared,
                       &aligned, &perceived));
    ms[PERCEIVE] = lap(&since);
    TRY(opine_disturb(&e->scratch, &e->kernels, &e->ear, &e->config, &prepared,
                      &aligned, &perceived, &disturbed));
    ms[DISTURB] = lap(&since);
    opine_map(&opine_model, e->config.band, aligned.confidence, &disturbed,
              &mapped);
    TRY(opine_describe_track(&e->scratch, &aligned, prepared.rate_hz,
                             &alignment));
    ms[MAP] = lap(&since);
    return OPINE_OK;
}

/* One run, whose least times count; the first makes the tables and does not */
static enum opine_status engine_run(struct engine *e, const struct pair *pair,
                                    int run)
{
    double ms[STAGES];

    TRY(run_stages(e, pair, ms));
    for (int s = 0; s < STAGES; s++)
        if (run == 1 || (run && ms[s] < e->ms[s]))
            e->ms[s] = ms[s];
    return OPINE_OK;
}

static double engine_total(const struct engine *e)
{
    double sum = 0;

    for (int s = 0; s < STAGES; s++)
        sum += e->ms[s];
    return sum;
}

/* ----------------------------------------------------------------- cases */

static void complain(const char *what, enum opine_status status)
{
    fprintf(stderr, "bench: %s: %s\n", what, opine_status_text(status));
}

static void write_pair(const void *recipe)
{
    const struct recipe *r = recipe;
    int times = r->seconds > MADE_S ? (int)(r->seconds / MADE_S) : 1;
    struct pair pair;

    make_pair(r, &pair);
    process_write(&pair.ref_view, times, "ref.wav");
    process_write(&pair.deg_view, times, "deg.wav");
}

/* Levels take turns, run by run, so that the machine's moods hit all alike */
static enum opine_status time_levels(const struct pair *pair, int runs,
                                     struct figures *f)
{
    struct engine engine[LEVELS];
    enum opine_status status = OPINE_OK;
    int is_there[LEVELS];

    for (int level = 0; level < LEVELS; level++)
        is_there[level] = !engine_begin(&engine[level], (enum opine_cpu)level);
    for (int run = 0; run <= runs && !status; run++) {
        for (int level = 0; level < LEVELS && !status; level++) {
            if (level == OPINE_CPU_BEST)
                floor_begin();
            if (is_there[level])
                status = engine_run(&engine[level], pair, run);
            if (level == OPINE_CPU_BEST && run) {
                double ms = floor_run();
                f->floor_ms = run == 1 || ms < f->floor_ms ? ms : f->floor_ms;
                f->transforms = floor_transforms();
            }
        }
    }
    for (int level = 0; level < LEVELS; level++) {
        f->level_ms[level] = is_there[level] ? engine_total(&engine[level]) : 0;
        engine_end(&engine[level]);
    }
    memcpy(f->ms, engine[OPINE_CPU_BEST].ms, sizeof f->ms);
    f->engine_ms = f->level_ms[OPINE_CPU_BEST];
    return status;
}

/* The reference scored for the first time, tables made, and once more */
static enum opine_status time_versions(const struct pair *pair, int runs,
                                       struct figures *f)
{
    enum opine_status status = OPINE_OK;

    for (int run = 0; run < runs && !status; run++) {
        struct opine_context *context;
        double ms[2] = { 0 };

        TRY(opine_create(&context, NULL));
        for (int i = 0; i < 2 && !status; i++) {
            struct opine_result result;
            double since = bench_now();

            status = opine_score(context, &pair->ref_view, &pair->deg_view,
                                 &result);
            ms[i] = lap(&since);
        }
        opine_destroy(context);
        f->first_ms = !run || ms[0] < f->first_ms ? ms[0] : f->first_ms;
        f->next_ms = !run || ms[1] < f->next_ms ? ms[1] : f->next_ms;
    }
    return status;
}

static enum opine_status weigh(const struct pair *pair, double *mib)
{
    struct meter meter = { 0, 0 };
    struct opine_config config;
    struct opine_result result;

    opine_config_init(&config);
    meter_install(&meter, &config);
    TRY(opine_score_once(&config, &pair->ref_view, &pair->deg_view, &result));
    *mib = (double)meter.peak / 1048576;
    return OPINE_OK;
}

/* Before anything large is held here: the kernel counts what a process was
 * forked from as its own. */
static int time_process(const struct options *o, const struct recipe *r,
                        struct process *process)
{
    char bin[400], ref[] = "ref.wav", deg[] = "deg.wav", quiet[] = "--quiet";
    char *arguments[] = { bin, quiet, ref, deg, NULL };
    int runs = r->seconds > MADE_S ? 1 : r->seconds > 60 ? 3 : 2 * o->runs;
    int code = process_begin(write_pair, r);

    snprintf(bin, sizeof bin, "%s", o->bin);
    if (!code)
        code = process_run(arguments, runs, process);
    process_end();
    if (code)
        fprintf(stderr, "bench: %s: %s failed\n", r->name, o->bin);
    return code;
}

static int run_case(const struct options *o, const struct recipe *r,
                    struct figures *f)
{
    struct pair pair;
    enum opine_status status;
    int runs = r->seconds > 60 && o->runs > 3 ? 3 : o->runs;

    make_pair(r, &pair);
    status = time_levels(&pair, runs, f);
    if (!status)
        status = time_versions(&pair, runs, f);
    if (!status)
        status = weigh(&pair, &f->held_mib);
    if (status)
        complain(r->name, status);
    f->real_time = 1000 * r->seconds / f->engine_ms;
    free(pair.ref);
    free(pair.deg);
    return status ? -1 : 0;
}

/* ------------------------------------------------------------------ main */

static int read_options(int argc, char **argv, struct options *o)
{
    *o = (struct options){ .runs = 9 };
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (!strcmp(argv[i], "--quick")) {
            o->quick = 1;
            o->runs = 3;
            continue;
        }
        if (value && !strcmp(argv[i], "--bin"))
            o->bin = value;
        else if (value && !strcmp(argv[i], "--json"))
            o->json = value;
        else if (value && !strcmp(argv[i], "--only"))
            o->only = value;
        else if (value && !strcmp(argv[i], "--runs") && atoi(value) > 0)
            o->runs = atoi(value);
        else
            return -1;
        i++;
    }
    return 0;
}

static int is_wanted(const struct options *o, const struct recipe *r)
{
    return (!o->only || strstr(r->name, o->only)) &&
           !(o->quick && r->seconds > 60);
}

int main(int argc, char **argv)
{
    struct figures figures[COUNT(recipes)];
    struct options o;
    json_t *cases = json_array();
    int failed = 0;

    if (read_options(argc, argv, &o)) {
        fputs(help, stderr);
        return 2;
    }
    for (int i = 0; i < COUNT(recipes); i++) {
        memset(&figures[i], 0, sizeof figures[i]);
        if (o.bin && is_wanted(&o, &recipes[i]))
            failed |= time_process(&o, &recipes[i], &figures[i].process);
    }
    report_head();
    for (int i = 0; i < COUNT(recipes); i++) {
        if (!is_wanted(&o, &recipes[i]))
            continue;
        if (recipes[i].seconds <= MADE_S)
            failed |= run_case(&o, &recipes[i], &figures[i]);
        report_case(&recipes[i], &figures[i]);
        json_array_append_new(cases, report_json(&recipes[i], &figures[i]));
    }
    if (o.json && json_dump_file(cases, o.json, JSON_INDENT(2))) {
        fprintf(stderr, "bench: cannot write %s\n", o.json);
        failed = 1;
    }
    json_decref(cases);
    return failed ? 1 : 0;
}
