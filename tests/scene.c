/* SPDX-License-Identifier: BSD-2-Clause */
#include "scene.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_S     0.008
#define ACTIVE_DB   (-25.0) /* of the RMS: speech's loud 15 dB and more */
#define CLOSE_MS    0.1     /* the tolerances */
#define NEAR_MS     1.0
#define TRACK_MS    2.0
#define TEMPO_MS    5.0
#define DRIFT_PPM   2.0
#define DRIFT_SHARE 0.02
#define SCALE_SHARE 0.01
#define JUMP_S      0.001 /* a smaller true step is no jump */

/* --------------------------------------------------------------- compare */

double scene_delay_ms(const struct opine_alignment *alignment, double time_s)
{
    int s = 0;

    while (s + 1 < alignment->sections && time_s >= alignment->section[s].end_s)
        s++;
    return alignment->sections ? alignment->section[s].delay_ms : (double)NAN;
}

static double mean_power(const float *x, int n, int from, int to)
{
    double sum = 0;

    from = from < 0 ? 0 : from;
    to = to > n ? n : to;
    for (int i = from; i < to; i++)
        sum += (double)x[i] * (double)x[i];
    return to > from ? sum / (to - from) : 0;
}

void scene_compare(const struct scene *scene,
                   const struct opine_alignment *alignment, double tolerance_ms,
                   double *good, double *all)
{
    const struct source *source = scene->source;
    int frame = (int)(FRAME_S * source->rate_hz);
    double least = mean_power(source->x, source->n, 0, source->n) *
                   pow(10, ACTIVE_DB / 10);

    *good = *all = 0;
    for (int start = 0; start + frame <= scene->warp.n; start += frame) {
        double middle = start + frame / 2;
        double delay = warp_delay(&scene->warp, middle), found_ms;
        int at = isnan(delay) ? 0 : (int)lround(start - delay);

        if (isnan(delay) ||
            mean_power(source->x, source->n, at, at + frame) < least)
            continue;
        found_ms = scene_delay_ms(alignment, middle / source->rate_hz);
        *all += 1;
        *good += fabs(found_ms - delay * 1000 / source->rate_hz) <=
                 tolerance_ms;
    }
}

/* ----------------------------------------------------------------- judge */

static int is_coded(enum distortion d)
{
    return d <= DISTORT_CODEC;
}

/* What the table counts as one delay that is hard to find */
static int is_hard(enum distortion d)
{
    return d == DISTORT_WHITE_0 || d == DISTORT_BABBLE_0 ||
           d == DISTORT_STREET_0 || d == DISTORT_MNRU_10 || d == DISTORT_ECHO ||
           d >= DISTORT_REVERB;
}

/* A case, as it is counted */
struct judged {
    const struct scene *scene;
    enum distortion distortion;
    const struct opine_alignment *found;
    char name[120], note[160];
};

static void judge_constant(struct tally *tally, struct judged *j)
{
    double true_ms = j->scene->amount * 1000 / j->scene->source->rate_hz;
    double error_ms = fabs(j->found->delay_ms - true_ms);
    int sign = j->distortion == DISTORT_INVERT ? -1 : 1;

    snprintf(j->note, sizeof j->note,
             "found %.3f ms, true %.3f; confidence %.2f, polarity %d, jumps %d",
             j->found->delay_ms, true_ms, j->found->confidence,
             j->found->polarity, j->found->jumps);
    if (is_coded(j->distortion))
        tally_count(tally, ROW_CONSTANT, error_ms <= CLOSE_MS, 1, j->name,
                    j->note);
    else if (is_hard(j->distortion))
        tally_count(tally, ROW_CONSTANT_HARD, error_ms <= NEAR_MS, 1, j->name,
                    j->note);
    else
        tally_count(tally, ROW_CONSTANT_NOISE, error_ms <= NEAR_MS, 1, j->name,
                    j->note);
    tally_count(tally, ROW_POLARITY, j->found->polarity == sign, 1, j->name,
                j->note);
    tally_count(tally, ROW_FALSE_JUMPS, j->found->jumps == 0, 1, j->name,
                j->note);
}

static void judge_steps(struct tally *tally, struct judged *j)
{
    const struct scene *scene = j->scene;
    double good, all, least = JUMP_S * scene->source->rate_hz;

    scene_compare(scene, j->found, TRACK_MS, &good, &all);
    snprintf(j->note, sizeof j->note,
             "found %d jumps, true %d; first delay %.1f ms, true %.1f",
             j->found->jumps, warp_jumps(&scene->warp, least),
             scene_delay_ms(j->found, 0),
             scene->amount * 1000 / scene->source->rate_hz);
    if (is_coded(j->distortion)) {
        tally_count(tally, ROW_TRACK, good, all, j->name, j->note);
        tally_count(tally, scene->part, good, all, j->name, j->note);
    } else {
        tally_count(tally, ROW_TRACK_NOISE, good, all, j->name, j->note);
    }
}

static void judge_drift(struct tally *tally, struct judged *j)
{
    double ppm = j->scene->amount;
    double error = fabs(j->found->clock_ppm - ppm);
    int is_good = error <= fmax(DRIFT_PPM, DRIFT_SHARE * fabs(ppm));

    snprintf(j->note, sizeof j->note,
             "found %.2f ppm, true %g; delay %.3f ms, jumps %d",
             j->found->clock_ppm, ppm, j->found->delay_ms, j->found->jumps);
    tally_count(tally,
                j->distortion == DISTORT_NONE ? ROW_DRIFT : ROW_DRIFT_NOISE,
                is_good, 1, j->name, j->note);
}

static void judge_tempo(struct tally *tally, struct judged *j)
{
    double scale = j->scene->amount, good, all;

    scene_compare(j->scene, j->found, TEMPO_MS, &good, &all);
    snprintf(j->note, sizeof j->note, "time scale %.3f, true %.3f; sections %d",
             j->found->time_scale, scale, j->found->sections);
    tally_count(tally,
                j->distortion == DISTORT_NONE ? ROW_TEMPO : ROW_TEMPO_NOISE,
                good, all, j->name, j->note);
    tally_count(tally, ROW_TIME_SCALE,
                fabs(j->found->time_scale / scale - 1) <= SCALE_SHARE, 1,
                j->name, j->note);
}

/* ------------------------------------------------------------------ show */

static void show(const struct judged *j)
{
    const struct warp *warp = &j->scene->warp;
    double rate = j->scene->source->rate_hz;

    printf("%s\n  %s\n  clock %.2f ppm, time scale %.4f\n", j->name, j->note,
           j->found->clock_ppm, j->found->time_scale);
    for (int p = 0; p < warp->parts; p++) {
        const struct warp_part *part = &warp->part[p];

        printf("  true  from %7.3f s  %9.3f ms\n", part->start / rate,
               (part->start - part->ref) * 1000 / rate);
    }
    for (int s = 0; s < j->found->sections; s++)
        printf("  found from %7.3f s  %9.3f ms\n", j->found->section[s].start_s,
               j->found->section[s].delay_ms);
}

/* In 32-bit float, so that nothing clips */
static int write_audio(const char *folder, const char *name, const char *what,
                       const float *x, int n, int rate_hz)
{
    SF_INFO info = { .samplerate = rate_hz,
                     .channels = 1,
                     .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
    char path[1024], *at;
    SNDFILE *file;
    int is_good;

    snprintf(path, sizeof path, "%s/%s.%s.wav", folder, name, what);
    for (at = path + strlen(folder) + 1; *at; at++)
        if (*at == '/' || *at == ' ')
            *at = '_';
    file = sf_open(path, SFM_WRITE, &info);
    is_good = file && sf_writef_float(file, x, n) == n;
    if (!is_good)
        fprintf(stderr, "%s: %s\n", path, sf_strerror(file));
    sf_close(file);
    return is_good ? 0 : -1;
}

/* ------------------------------------------------------------------ play */

static void judge(struct stage *stage, struct judged *judged)
{
    switch (judged->scene->kind) {
    case SCENE_CONSTANT:
        judge_constant(&stage->tally, judged);
        break;
    case SCENE_STEPS:
        judge_steps(&stage->tally, judged);
        break;
    case SCENE_DRIFT:
        judge_drift(&stage->tally, judged);
        break;
    case SCENE_TEMPO:
        judge_tempo(&stage->tally, judged);
        break;
    }
    if (stage->show)
        show(judged);
}

static float *allocate(int n)
{
    float *memory = calloc((size_t)n + 1, sizeof *memory);

    if (!memory)
        abort();
    return memory;
}

/* Same case, same chance, whatever else runs */
static uint64_t hash(const char *text)
{
    uint64_t sum = 14695981039346656037u; /* FNV-1a */

    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * 1099511628211u;
    return sum;
}

static int align(struct stage *stage, const struct scene *scene,
                 const float *degraded, struct judged *judged)
{
    const struct source *s = scene->source;
    struct opine_audio ref = { s->x, (size_t)s->n, 1, s->rate_hz, 0, 0 };
    struct opine_audio deg = { degraded, (size_t)scene->warp.n,
                               1,        s->rate_hz,
                               0,        0 };
    struct opine_alignment found;
    enum opine_status status = opine_align(stage->context, &ref, &deg, &found);

    if (status) {
        fprintf(stderr, "%s: %s\n", judged->name, opine_status_text(status));
        return -1;
    }
    judged->found = &found;
    judge(stage, judged);
    stage->aligned++;
    if (!stage->write)
        return 0;
    if (write_audio(stage->write, judged->name, "ref", s->x, s->n, s->rate_hz))
        return -1;
    return write_audio(stage->write, judged->name, "deg", degraded,
                       scene->warp.n, s->rate_hz);
}

int scene_play(struct stage *stage, struct scene *scene,
               enum distortion distortion)
{
    struct judged judged = { .scene = scene, .distortion = distortion };
    const struct source *s = scene->source;
    float *degraded;
    int n = scene->warp.n, status;

    snprintf(judged.name, sizeof judged.name, "%s/%s/%s", s->name, scene->name,
             distortion_name(distortion));
    if (stage->only && !strstr(judged.name, stage->only))
        return 0;
    if (!scene->clean) {
        scene->clean = allocate(n);
        warp_render(&scene->warp, s->x, s->n, scene->filler, scene->clean);
    }
    degraded = allocate(n);
    memcpy(degraded, scene->clean, (size_t)n * sizeof *degraded);
    distort(degraded, n, s->rate_hz, distortion,
            &stage->corpus.backdrop[s->backing], hash(judged.name));
    status = align(stage, scene, degraded, &judged);
    free(degraded);
    return status;
}

void scene_end(struct scene *scene)
{
    free(scene->clean);
    scene->clean = NULL;
    warp_free(&scene->warp);
}
