/* SPDX-License-Identifier: BSD-2-Clause */
#include "corpus.h"

#include "degrade.h"
#include "support.h"

#include <dirent.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_HZ    48000
#define WIDEBAND   3 /* 16 kHz */
#define LONGEST    (10 * RATE_HZ)
#define LEVEL_DBOV (-26.0)
#define PAUSE_S    0.4 /* between sentences */
#define TOP_HZ     16000

static float *allocate(int n)
{
    float *memory = calloc((size_t)n + 1, sizeof *memory);

    if (!memory)
        abort();
    return memory;
}

/* A recording as it was read */
struct clip {
    float *x; /* mono */
    int n, rate_hz;
};

/* ------------------------------------------------------------------ read */

static int read_clip(const char *path, struct clip *clip)
{
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    float *all;

    if (!file) {
        fprintf(stderr, "%s: %s\n", path, sf_strerror(NULL));
        return -1;
    }
    *clip = (struct clip){ allocate((int)info.frames), (int)info.frames,
                           info.samplerate };
    all = allocate((int)info.frames * info.channels);
    if (sf_readf_float(file, all, info.frames) != info.frames) {
        fprintf(stderr, "%s: ends too early\n", path);
        clip->n = 0;
    }
    sf_close(file);
    for (int i = 0; i < clip->n; i++)
        for (int c = 0; c < info.channels; c++)
            clip->x[i] += all[i * info.channels + c] / (float)info.channels;
    free(all);
    return clip->n ? 0 : -1;
}

/* Append a clip at another rate and speed; a change of speed changes pitch */
static int append(float *x, int at, int most, const struct clip *clip,
                  double speed)
{
    struct warp_part part = { 0, 0, speed * clip->rate_hz / RATE_HZ };
    struct warp warp = { .parts = 1, .part = &part };
    float *played;

    warp.n = (int)floor((clip->n - 1) / part.speed);
    played = allocate(warp.n);
    warp_render(&warp, clip->x, clip->n, NULL, played);
    if (warp.n > most - at)
        warp.n = most - at;
    memcpy(x + at, played, (size_t)warp.n * sizeof *x);
    free(played);
    return at + warp.n;
}

/* ---------------------------------------------------------------- sources */

static struct source *add_source(struct corpus *m, const char *name, int n,
                                 int rate_hz, int is_speech)
{
    struct source *old = m->source, *s;
    size_t count = (size_t)m->count;

    m->source = calloc(count + 1, sizeof *s);
    if (!m->source)
        abort();
    if (old)
        memcpy(m->source, old, count * sizeof *s);
    free(old);
    s = &m->source[m->count++];
    *s = (struct source){
        .x = allocate(n), .n = n, .rate_hz = rate_hz, .is_speech = is_speech
    };
    snprintf(s->name, sizeof s->name, "%s", name);
    return s;
}

static void set_level(float *x, int n)
{
    amplify(x, n, LEVEL_DBOV - rms_dbov(x, n));
}

/* Two clips, or one twice, by turns until the file is full */
static void add_loop(struct corpus *m, const char *name,
                     const struct clip *first, const struct clip *second,
                     int is_speech, int backing)
{
    static const double speeds[] = { 1, 1, 0.92, 1.09, 1.04, 0.96 };
    struct source *s = add_source(m, name, LONGEST, RATE_HZ, is_speech);
    int from = first == second ? 1 : 0, n = 0;

    for (int k = from; k < 6 && n < LONGEST; k++) {
        n = append(s->x, n, LONGEST, k % 2 ? first : second, speeds[k]);
        if (is_speech)
            n += (int)(PAUSE_S * RATE_HZ);
    }
    s->n = n < LONGEST ? n : LONGEST;
    s->is_own = 1;
    s->backing = backing;
    set_level(s->x, s->n);
}

/* The same at 16 kHz; the caller frees it */
static float *decimate(const float *x, int n)
{
    float *all = allocate(n), *low = allocate(n / WIDEBAND);

    memcpy(all, x, (size_t)n * sizeof *all);
    distort_lowpass(all, n, RATE_HZ, 7200);
    for (int i = 0; i < n / WIDEBAND; i++)
        low[i] = all[WIDEBAND * i];
    free(all);
    return low;
}

static void add_wideband(struct corpus *m, int of)
{
    char name[48];
    struct source *s;
    float *low = decimate(m->source[of].x, m->source[of].n);

    snprintf(name, sizeof name, "%.40s-16k", m->source[of].name);
    s = add_source(m, name, m->source[of].n / WIDEBAND, RATE_HZ / WIDEBAND,
                   m->source[of].is_speech);
    memcpy(s->x, low, (size_t)s->n * sizeof *s->x);
    s->is_own = 1;
    s->backing = m->source[of].backing + 2;
    free(low);
}

enum { WOMAN, MAN, BAND, HARPSICHORD, BEAT, CLIPS };

static void add_own(struct corpus *m, const struct clip *clip, int quick)
{
    struct source *s;

    add_loop(m, "woman", &clip[WOMAN], &clip[WOMAN], 1, 1);
    add_wideband(m, m->count - 1);
    add_loop(m, "dialogue", &clip[MAN], &clip[WOMAN], 1, 1);
    add_loop(m, "band", &clip[BAND], &clip[BAND], 0, 0);
    if (quick)
        return;
    add_wideband(m, m->count - 1);
    add_loop(m, "man", &clip[MAN], &clip[MAN], 1, 0);
    add_loop(m, "harpsichord", &clip[HARPSICHORD], &clip[HARPSICHORD], 0, 0);
    add_loop(m, "beat", &clip[BEAT], &clip[BEAT], 0, 0);
    s = add_source(m, "syllables", LONGEST, RATE_HZ, 1);
    s->is_own = 1;
    make_speech(s->x, s->n, RATE_HZ, TOP_HZ, 7);
    s = add_source(m, "chords", LONGEST, RATE_HZ, 0);
    s->is_own = 1;
    make_music(s->x, s->n, RATE_HZ, TOP_HZ, 7);
}

/* -------------------------------------------------------------- backdrops */

/* Six voices at once, at speeds at which no source plays them */
static float *make_babble(const struct clip *voice)
{
    static const double speeds[] = { 0.85, 0.89, 0.98, 1.02, 1.12, 1.17 };
    float *sum = allocate(LONGEST), *one = allocate(LONGEST);
    struct random random = random_seed(11);

    for (int v = 0; v < 6; v++) {
        int n = append(one, 0, LONGEST, voice, speeds[v]);
        int at = random_below(&random, n);

        for (int i = 0; i < LONGEST; i++)
            sum[i] += one[(at + i) % n];
    }
    free(one);
    return sum;
}

static void add_backdrops(struct corpus *m, const struct clip *clip)
{
    for (int b = 0; b < 2; b++) {
        const struct clip *voice = &clip[b ? MAN : WOMAN];
        float *talker = allocate(LONGEST), *babble = make_babble(voice);
        int n = append(talker, 0, LONGEST, voice, b ? 1.06 : 0.95);

        m->backdrop[b] = (struct backdrop){ .talker = talker,
                                            .talker_n = n,
                                            .babble = babble };
        m->backdrop[b + 2] =
            (struct backdrop){ .talker = decimate(talker, n),
                               .talker_n = n / WIDEBAND,
                               .babble = decimate(babble, LONGEST) };
    }
    for (int b = 0; b < CORPUS_BACKDROPS; b++) {
        struct backdrop *backdrop = &m->backdrop[b];
        int rate_hz = b < 2 ? RATE_HZ : RATE_HZ / WIDEBAND;

        backdrop->babble_n = backdrop->pink_n = 10 * rate_hz;
        backdrop->pink = allocate(backdrop->pink_n);
        make_pink(backdrop->pink, backdrop->pink_n, rate_hz, (uint64_t)b);
    }
}

/* --------------------------------------------------------------- a folder */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of FLAC files, in order; the caller frees them */
static char **list_folder(DIR *folder, int *count)
{
    enum { MOST = 1000 };
    char **name = calloc(MOST, sizeof *name);
    const struct dirent *entry;

    if (!name)
        abort();
    *count = 0;
    while (*count < MOST && (entry = readdir(folder)) != NULL) {
        size_t length = strlen(entry->d_name);

        if (length < 5 || strcmp(entry->d_name + length - 5, ".flac") != 0)
            continue;
        name[*count] = calloc(length + 1, 1);
        if (!name[*count])
            abort();
        memcpy(name[(*count)++], entry->d_name, length);
    }
    qsort(name, (size_t)*count, sizeof *name, compare_names);
    return name;
}

static int add_file(struct corpus *m, const char *folder, const char *name)
{
    struct clip clip;
    struct source *s;
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (read_clip(path, &clip))
        return -1;
    s = add_source(m, name, clip.n < LONGEST ? clip.n : LONGEST, RATE_HZ,
                   !strncmp(name, "sp_", 3));
    s->name[strcspn(s->name, ".")] = 0;
    if (clip.rate_hz == RATE_HZ)
        memcpy(s->x, clip.x, (size_t)s->n * sizeof *s->x);
    else
        s->n = append(s->x, 0, s->n, &clip, 1);
    set_level(s->x, s->n);
    free(clip.x);
    return 0;
}

static int add_folder(struct corpus *m, const char *path)
{
    DIR *folder = opendir(path);
    char **name;
    int count, status = 0;

    if (!folder) {
        printf("%s is not there: its recordings are left out\n\n", path);
        return 0;
    }
    name = list_folder(folder, &count);
    closedir(folder);
    for (int i = 0; i < count; i++) {
        if (!status)
            status = add_file(m, path, name[i]);
        free(name[i]);
    }
    free(name);
    return status;
}

/* -------------------------------------------------------------------- all */

int corpus_open(struct corpus *corpus, const char *folder, int quick)
{
    static const char *const names[CLIPS] = { "woman", "man", "band",
                                              "harpsichord", "beat" };
    struct clip clip[CLIPS];
    int read = 0, status = 0;

    *corpus = (struct corpus){ 0 };
    for (; read < CLIPS && !status; read++) {
        char path[1024];

        snprintf(path, sizeof path, OPINE_SOURCE_DIR "/testvectors/ref/%s.flac",
                 names[read]);
        clip[read] = (struct clip){ 0 };
        status = read_clip(path, &clip[read]);
    }
    if (!status) {
        add_own(corpus, clip, quick);
        add_backdrops(corpus, clip);
        if (folder)
            status = add_folder(corpus, folder);
    }
    while (read--)
        free(clip[read].x);
    if (status)
        corpus_close(corpus);
    return status;
}

void corpus_close(struct corpus *corpus)
{
    for (int s = 0; s < corpus->count; s++)
        free(corpus->source[s].x);
    free(corpus->source);
    for (int b = 0; b < CORPUS_BACKDROPS; b++) {
        free(corpus->backdrop[b].talker);
        free(corpus->backdrop[b].babble);
        free(corpus->backdrop[b].pink);
    }
    *corpus = (struct corpus){ 0 };
}
