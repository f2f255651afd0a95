/* SPDX-License-Identifier: BSD-2-Clause */
/* How well opine_align() finds what is known exactly: signals whose timing was
 * changed by a recipe, heard under distortions that leave it as it is. */
#include "cost.h"
#include "scene.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: bench_align [OPTION...]\n"
    "\n"
    "--ladders DIR  use the recordings there, too; left out when not there\n"
    "--quick        a part of the cases, within 20 s\n"
    "--only WORD    cases whose names, SOURCE/TIMING/DISTORTION, hold it; no\n"
    "               time and no memory\n"
    "--worst N      list the worst N cases of each row\n"
    "--show         print all sections of each case, true and found\n"
    "--write DIR    write the signals of each case there; combine with --only\n"
    "--json FILE    write the table there, too\n"
    "--gate         fail when a row of the quick part is below its floor\n";

struct options {
    const char *ladders, *only, *write, *json;
    int quick, worst, show, gate;
};

/* A plan draws distortions and timings by turns, so that all are met with
 * nearly all sources without trying every combination. */
struct plan {
    struct stage *stage;
    int quick;
    int turn; /* goes on from source to source */
};

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static struct scene begin_scene(const struct source *source,
                                enum scene_kind kind, const char *name)
{
    struct scene scene = { .source = source, .kind = kind };

    snprintf(scene.name, sizeof scene.name, "%s", name);
    return scene;
}

/* -------------------------------------------------------------- one delay */

enum content { SILENCE, HISS, OTHER };

static const struct {
    const char *name;
    double delay_s, samples; /* their sum */
    double tail_s;           /* negative: missing */
    enum content content;    /* before and after the reference */
} shifts[] = {
    { "delay 0", 0, 0, 0, SILENCE },
    { "delay 0.5 samples", 0, 0.5, 0, SILENCE },
    { "delay -2 s", -2, 0, 0, SILENCE },
    { "delay 5 s", 5, 0, 0, SILENCE },
    { "delay 5 s after noise", 5, 0.25, 1, HISS },
    { "delay 2 s after another", 2, 0.75, 1.5, OTHER },
    { "delay 17.1 ms", 0.0171, 0.2, -1, SILENCE },
    { "delay -0.25 samples", 0, -0.25, 0.5, HISS },
    { "delay -123 ms", -0.123, 0.4, 2, SILENCE },
    { "delay 250 ms", 0.250, 0.1, 0, HISS },
    { "delay -0.7 s", -0.7, 0.3, 1, OTHER },
    { "delay 1.3 s", 1.3, 0.6, -2, SILENCE },
    { "delay 0.4 s after another", 0.4, 0, 0, OTHER },
    { "delay 3 s after noise", 3, 0.9, 3, HISS },
};

static const enum distortion coded[] = {
    DISTORT_NONE,  DISTORT_CODEC,  DISTORT_LOWPASS, DISTORT_MULAW,
    DISTORT_LEVEL, DISTORT_INVERT, DISTORT_CLIP,
};

static const enum distortion hard[] = {
    DISTORT_WHITE_0,  DISTORT_REVERB,    DISTORT_BABBLE_0,  DISTORT_MNRU_10,
    DISTORT_ECHO,     DISTORT_TALKER_0,  DISTORT_STREET_0,  DISTORT_TALKER_5,
    DISTORT_WHITE_10, DISTORT_BABBLE_10, DISTORT_STREET_10, DISTORT_TALKER_10,
    DISTORT_MNRU_20,  DISTORT_WHITE_20,  DISTORT_BABBLE_20, DISTORT_STREET_20,
};

/* What is heard outside the reference; the caller frees it */
static float *make_filler(const struct corpus *corpus,
                          const struct source *source, int n,
                          enum content content)
{
    const struct backdrop *other = &corpus->backdrop[source->backing];
    float *x = calloc((size_t)n + 1, sizeof *x);

    if (!x)
        abort();
    if (content == HISS) {
        make_white(x, n, 21);
        amplify(x, n, -30);
    }
    for (int i = 0; content == OTHER && i < n; i++)
        x[i] = other->talker[i % other->talker_n];
    return x;
}

static int run_shift(struct stage *stage, const struct source *source,
                     int shift, enum distortion distortion)
{
    struct scene scene = begin_scene(source, SCENE_CONSTANT,
                                     shifts[shift].name);
    int tail = (int)(shifts[shift].tail_s * source->rate_hz), status;
    float *filler;

    scene.amount = shifts[shift].delay_s * source->rate_hz +
                   shifts[shift].samples;
    warp_shift(&scene.warp, source->n, scene.amount, tail);
    filler = make_filler(&stage->corpus, source, scene.warp.n,
                         shifts[shift].content);
    scene.filler = filler;
    status = scene_play(stage, &scene, distortion);
    scene_end(&scene);
    free(filler);
    return status;
}

static int run_shifts(struct plan *plan, const struct source *source,
                      const enum distortion *distortions, int count, int rounds)
{
    for (int r = 0; r < rounds; r++)
        for (int d = 0; d < count; d++)
            if (run_shift(plan->stage, source, plan->turn++ % COUNT(shifts),
                          distortions[d]))
                return -1;
    plan->turn++; /* the counts have common divisors */
    return 0;
}

static int plan_constant(struct plan *plan, const struct source *source)
{
    int rounds = source->is_own && !plan->quick ? 3 : 1;

    if (run_shifts(plan, source, coded, COUNT(coded), rounds))
        return -1;
    return run_shifts(plan, source, hard, COUNT(hard), rounds);
}

/* ----------------------------------------------------------------- steps */

static const double step_ms[] = { 5, 10, 20, 50, 100, 200 };
static const double frame_ms[] = { 10, 20, 30, 40, 60, 80 };
static const double jitter_ms[] = { 3, 4, 5, 6, 8, 10 };

#define SIZES(array) (array), COUNT(array)

static const struct {
    const char *name;
    enum row part;
    struct warp_steps steps;
    int in_quick;
} walks[] = {
    { "1 step in pauses",
      ROW_PAUSES,
      { 1, WARP_PAUSES, 0, SIZES(step_ms) },
      1 },
    { "2 steps in pauses",
      ROW_PAUSES,
      { 2, WARP_PAUSES, 0, SIZES(step_ms) },
      0 },
    { "5 steps in pauses",
      ROW_PAUSES,
      { 5, WARP_PAUSES, 0, SIZES(step_ms) },
      1 },
    { "1 step", ROW_ACTIVE, { 1, WARP_ACTIVE, 0, SIZES(step_ms) }, 1 },
    { "3 steps", ROW_ACTIVE, { 3, WARP_ACTIVE, 0, SIZES(step_ms) }, 0 },
    { "10 steps", ROW_ACTIVE, { 10, WARP_ACTIVE, 0, SIZES(step_ms) }, 1 },
    { "25 steps", ROW_ACTIVE, { 25, WARP_ACTIVE, 0, SIZES(step_ms) }, 0 },
    { "60 steps", ROW_ACTIVE, { 60, WARP_ACTIVE, 0, SIZES(step_ms) }, 1 },
    { "3 deletions", ROW_LOST, { 3, WARP_ACTIVE, -1, SIZES(frame_ms) }, 0 },
    { "15 deletions", ROW_LOST, { 15, WARP_ACTIVE, -1, SIZES(frame_ms) }, 1 },
    { "3 repeats", ROW_REPEATED, { 3, WARP_ACTIVE, 1, SIZES(frame_ms) }, 0 },
    { "15 repeats", ROW_REPEATED, { 15, WARP_ACTIVE, 1, SIZES(frame_ms) }, 1 },
    { "jitter 20", ROW_JITTER, { 20, WARP_ACTIVE, 0, SIZES(jitter_ms) }, 0 },
    { "jitter 60", ROW_JITTER, { 60, WARP_ACTIVE, 0, SIZES(jitter_ms) }, 1 },
};

static int run_walk(struct plan *plan, const struct source *source, int walk,
                    double delay_s)
{
    static const enum distortion noises[] = { DISTORT_WHITE_10,
                                              DISTORT_BABBLE_10,
                                              DISTORT_STREET_10 };
    struct scene scene = begin_scene(source, SCENE_STEPS, walks[walk].name);
    int turn = plan->turn++, status;

    scene.part = walks[walk].part;
    scene.amount = floor(delay_s * source->rate_hz) + 0.25 * (turn % 4);
    warp_step(&scene.warp, source->x, source->n, source->rate_hz, scene.amount,
              &walks[walk].steps, (uint64_t)turn);
    status = scene_play(plan->stage, &scene, DISTORT_NONE);
    if (!status)
        status = scene_play(plan->stage, &scene,
                            coded[1 + turn % (COUNT(coded) - 1)]);
    if (!status)
        status = scene_play(plan->stage, &scene, noises[turn % COUNT(noises)]);
    scene_end(&scene);
    return status;
}

static int plan_steps(struct plan *plan, const struct source *source)
{
    static const double delays_s[] = { 0, 0.12, -0.35, 1.7, 0.04 };
    int status = 0;

    for (int w = 0; w < COUNT(walks) && !status; w++) {
        if (plan->quick ? !walks[w].in_quick
                        : !source->is_own && (w + plan->turn) % 3)
            continue;
        status = run_walk(plan, source, w,
                          delays_s[plan->turn % COUNT(delays_s)]);
    }
    plan->turn++;
    return status;
}

/* -------------------------------------------------------- clock and tempo */

static const enum distortion others[] = {
    DISTORT_CODEC, DISTORT_WHITE_10, DISTORT_MULAW,     DISTORT_BABBLE_10,
    DISTORT_ECHO,  DISTORT_REVERB,   DISTORT_STREET_10, DISTORT_LOWPASS,
};

static int play_twice(struct plan *plan, struct scene *scene)
{
    int status = scene_play(plan->stage, scene, DISTORT_NONE);

    if (!status)
        status = scene_play(plan->stage, scene,
                            others[plan->turn % COUNT(others)]);
    scene_end(scene);
    plan->turn++;
    return status;
}

static int plan_drift(struct plan *plan, const struct source *source)
{
    static const double ppm[] = { 5,   -5,   20,   -20,   100,  -100,
                                  500, -500, 1000, -1000, 5000, -5000 };
    int every = plan->quick ? 5 : source->is_own ? 1 : 2;
    int status = 0;

    if (!source->is_speech)
        return 0;
    for (int p = plan->turn % every; p < COUNT(ppm) && !status; p += every) {
        struct scene scene = begin_scene(source, SCENE_DRIFT, "");

        snprintf(scene.name, sizeof scene.name, "drift %g ppm", ppm[p]);
        scene.amount = ppm[p];
        warp_drift(&scene.warp, source->n,
                   0.01 * (plan->turn % 20 - 10) * source->rate_hz, ppm[p]);
        status = play_twice(plan, &scene);
    }
    return status;
}

static int plan_tempo(struct plan *plan, const struct source *source)
{
    static const double tempos[] = { 0.85, 1.15, 0.9, 1.1, 0.95, 1.05 };
    int every = plan->quick || !source->is_own ? 4 : 1, status = 0;

    for (int t = plan->turn % every; t < COUNT(tempos) && !status; t += every) {
        struct scene scene = begin_scene(source, SCENE_TEMPO, "");

        snprintf(scene.name, sizeof scene.name, "tempo %.2f", tempos[t]);
        scene.amount = 1 / tempos[t];
        warp_tempo(&scene.warp, source->x, source->n, source->rate_hz,
                   0.05 * (plan->turn % 5) * source->rate_hz, tempos[t]);
        status = play_twice(plan, &scene);
    }
    return status;
}

/* ------------------------------------------------------------------- all */

static int play(struct stage *stage, int quick)
{
    struct plan plan = { .stage = stage, .quick = quick };

    for (int s = 0; s < stage->corpus.count; s++) {
        const struct source *source = &stage->corpus.source[s];

        if (plan_constant(&plan, source) || plan_steps(&plan, source) ||
            plan_drift(&plan, source) || plan_tempo(&plan, source))
            return -1;
    }
    if (stage->only)
        return 0;
    if (cost_time(&stage->tally, &stage->corpus, quick))
        return -1;
    return cost_memory(&stage->tally, &stage->corpus, quick ? 1 : 10);
}

/* --------------------------------------------------------------- options */

/* return          0, 1 when all is said, or -1 */
static int read_options(struct options *o, int argc, char **argv)
{
    *o = (struct options){ 0 };
    for (int a = 1; a < argc; a++) {
        const char *word = argv[a];
        const char *value = a + 1 < argc ? argv[a + 1] : NULL;
        const char **text = !strcmp(word, "--ladders") ? &o->ladders
                            : !strcmp(word, "--only")  ? &o->only
                            : !strcmp(word, "--write") ? &o->write
                            : !strcmp(word, "--json")  ? &o->json
                                                       : NULL;

        if (!strcmp(word, "--help")) {
            fputs(help, stdout);
            return 1;
        } else if (!strcmp(word, "--quick")) {
            o->quick = 1;
        } else if (!strcmp(word, "--show")) {
            o->show = 1;
        } else if (!strcmp(word, "--gate")) {
            o->gate = 1;
        } else if ((text || !strcmp(word, "--worst")) && value) {
            if (text)
                *text = value;
            else
                o->worst = atoi(value);
            a++;
        } else {
            fprintf(stderr, "bench_align: %s: no such option, or no value\n%s",
                    word, help);
            return -1;
        }
    }
    return 0;
}

static int write_json(const struct tally *tally, const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file) {
        perror(path);
        return -1;
    }
    tally_print_json(tally, file);
    return fclose(file) ? -1 : 0;
}

static int report(struct stage *stage, const struct options *o)
{
    printf("%d cases\n\n", stage->aligned);
    tally_print(&stage->tally, stdout, o->worst);
    if (o->json && write_json(&stage->tally, o->json))
        return -1;
    return o->gate && tally_gate(&stage->tally, stderr) ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct stage stage = { .tally = { .misses = 0 } };
    struct options options;
    int status = read_options(&options, argc, argv);

    if (status)
        return status < 0;
    stage.only = options.only;
    stage.write = options.write;
    stage.show = options.show;
    if (corpus_open(&stage.corpus, options.quick ? NULL : options.ladders,
                    options.quick))
        return 1;
    status = opine_create(&stage.context, NULL) ? -1 : 0;
    if (!status)
        status = play(&stage, options.quick);
    if (!status)
        status = report(&stage, &options);
    opine_destroy(stage.context);
    tally_free(&stage.tally);
    corpus_close(&stage.corpus);
    return status != 0;
}
