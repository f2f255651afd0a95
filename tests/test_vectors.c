/* SPDX-License-Identifier: BSD-2-Clause */
/* The test vectors: each within its tolerance, and exactly as recorded. Fields
 * of vectors.csv hold neither commas nor quotes (testvectors/README.md). */
#include "support.h"

#include "opine.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT                                                                  \
    2e-4 /* MOS: the last digit recorded, and other compilers' libm            \
          */
#define FIELDS 8

struct vector {
    char line[512];
    char *field[FIELDS]; /* id,ref,deg,band,expected,tolerance,exact,what */
};

enum { ID, REF, DEG, BAND, EXPECTED, TOLERANCE, EXACT_MOS };

static float *read_audio(const char *name, struct opine_audio *audio)
{
    SF_INFO info = { 0 };
    char path[600];
    SNDFILE *file;
    float *data;

    snprintf(path, sizeof path, OPINE_SOURCE_DIR "/testvectors/%s", name);
    file = sf_open(path, SFM_READ, &info);
    assert_non_null(file);
    data = malloc((size_t)info.frames * (size_t)info.channels * sizeof *data);
    assert_non_null(data);
    assert_int_equal(sf_readf_float(file, data, info.frames), info.frames);
    sf_close(file);
    *audio = (struct opine_audio){
        data, (size_t)info.frames, info.channels, info.samplerate, 0, 0
    };
    return data;
}

static enum opine_band band_by_name(const char *name)
{
    for (int band = OPINE_BAND_FB; band <= OPINE_BAND_NB; band++)
        if (!strcmp(name, opine_band_name((enum opine_band)band)))
            return (enum opine_band)band;
    fail_msg("no band %s", name);
    return OPINE_BAND_FB;
}

static double score(const struct vector *v, enum opine_cpu cpu)
{
    struct opine_audio ref, deg;
    float *ref_data = read_audio(v->field[REF], &ref);
    float *deg_data = read_audio(v->field[DEG], &deg);
    struct opine_config config;
    struct opine_result result;

    opine_config_init(&config);
    config.band = band_by_name(v->field[BAND]);
    config.cpu = cpu;
    assert_int_equal(opine_score_once(&config, &ref, &deg, &result), OPINE_OK);
    free(ref_data);
    free(deg_data);
    return result.mos;
}

static int next_vector(FILE *file, struct vector *v)
{
    char *at = v->line;

    if (!fgets(v->line, sizeof v->line, file))
        return 0;
    v->line[strcspn(v->line, "\r\n")] = 0;
    for (int i = 0; i < FIELDS; i++) {
        v->field[i] = at;
        at += strcspn(at, ",");
        if (*at)
            *at++ = 0;
        else
            assert_int_equal(i, FIELDS - 1);
    }
    return 1;
}

static void every_vector_scores_as_recorded(void **state)
{
    FILE *file = fopen(OPINE_SOURCE_DIR "/testvectors/vectors.csv", "r");
    struct vector v;
    int count = 0;

    (void)state;
    assert_non_null(file);
    assert_true(next_vector(file, &v));
    assert_string_equal(v.field[ID], "id");
    while (next_vector(file, &v)) {
        double mos = score(&v, OPINE_CPU_BEST);

        print_message("%-22s %.4f, recorded %s\n", v.field[ID], mos,
                      v.field[EXACT_MOS]);
        assert_close(mos, strtod(v.field[EXPECTED], NULL),
                     strtod(v.field[TOLERANCE], NULL), 0);
        assert_close(mos, strtod(v.field[EXACT_MOS], NULL), EXACT, 0);
        assert_true(score(&v, OPINE_CPU_C) == mos);
        count++;
    }
    fclose(file);
    assert_true(count >= 12);
}

static void the_model_is_the_one_recorded(void **state)
{
    FILE *file = fopen(OPINE_SOURCE_DIR "/testvectors/MODEL", "r");
    char version[64] = "";

    (void)state;
    assert_non_null(file);
    assert_non_null(fgets(version, sizeof version, file));
    fclose(file);
    version[strcspn(version, "\r\n")] = 0;
    assert_string_equal(version, opine_model_version());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_scores_as_recorded),
        cmocka_unit_test(the_model_is_the_one_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
