/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program reads, and what it says about what it cannot read. */
#include "support_cli.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define WAV_16    (SF_FORMAT_WAV | SF_FORMAT_PCM_16)
#define WAV_FLOAT (SF_FORMAT_WAV | SF_FORMAT_FLOAT)
#define MP3       (SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)

static float speech[FRAMES];

static int begin(void **state)
{
    (void)state;
    files_begin();
    make_exact_speech(speech, FRAMES, RATE);
    write_audio("ref.wav", WAV_16, RATE, 1, speech, FRAMES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

#define REF at("ref.wav")

/* Check that a file is refused on either side, for a reason, under its name */
static void refuses(const char *name, const char *reason)
{
    char expected[100];

    snprintf(expected, sizeof(expected), "/%s: %s", name, reason);
    for (int side = 0; side < 2; side++) {
        const char *line = side ? fails(3, at(name), REF)
                                : fails(3, REF, at(name));

        if (!strstr(line, expected))
            fail_msg("no \"%s\" in: %s", expected, line);
    }
}

static json_t *degraded_of(json_t *report)
{
    return json_object_get(report, "degraded");
}

/**
 * Whether this build of libsndfile can write a format
 */
static int can_write(int format)
{
    SF_INFO info = { .format = format, .samplerate = RATE, .channels = 1 };

    return sf_format_check(&info);
}

/* ------------------------------------------------------------- formats */

/* clang-format off */
static const struct container {
    const char *name;
    int format;
    int is_lossless;
} containers[] = {
    { "a.wav", WAV_16, 1 },
    { "b.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 1 },
    { "c.wav", WAV_FLOAT, 1 },
    { "d.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 1 },
    { "e.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 1 },
    { "f.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 0 },
    { "g.wav", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 0 },
    { "h.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 1 },
    { "i.w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16, 1 },
    { "j.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 1 },
    { "k.caf", SF_FORMAT_CAF | SF_FORMAT_PCM_16, 1 },
    { "l.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, 1 },
    { "m.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1 },
    { "n.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0 },
    { "o.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 0 },
    { "p.mp3", MP3, 0 }
};
/* clang-format on */

#define CONTAINERS (sizeof(containers) / sizeof(containers[0]))

static void every_container_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < CONTAINERS; i++) {
        const struct container *c = &containers[i];

        if (!can_write(c->format)) {
            print_message("this libsndfile does not write %s\n", c->name);
            continue;
        }
        write_audio(c->name, c->format, RATE, 1, speech, FRAMES);

        json_t *report = score(REF, at(c->name));
        double duration_s = number_of(degraded_of(report), "duration_s");

        assert_true(fabs(duration_s - 3) < (c->is_lossless ? 1e-6 : 0.1));
        if (c->is_lossless)
            assert_true(number_of(report, "mos") == 4.75);
        else
            assert_true(number_of(report, "mos") > 2);
        if (c->is_lossless !=
            json_is_true(json_object_get(report, "identical")))
            fail_msg("%s: identical or not?", c->name);
    }
}

static void every_truncated_container_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CONTAINERS; i++) {
        const struct container *c = &containers[i];

        if (!can_write(c->format))
            continue;
        write_audio("whole", c->format, RATE, 1, speech, FRAMES);
        for (int part = 300; part < 1000; part += 333) {
            write_part("part", "whole", part);
            refuses("part", "truncated: ");
        }
        write_part("part", "whole", 10);
        refuses("part", "");
    }
}

static void streams_of_unknown_length_are_read(void **state)
{
    static const uint32_t lengths[] = { 0xffffffff, 0x7ffff000, 0x7fffffdb };
    size_t count;
    char *bytes = read_bytes(REF, &count);

    (void)state;
    assert_memory_equal(bytes + 36, "data", 4);
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 4; k++)
            bytes[4 + k] = bytes[40 + k] = (char)(lengths[i] >> 8 * k);
        write_bytes("stream.wav", bytes, count);
        assert_string_equal(run_opine("--quiet", REF, at("stream.wav")),
                            "4.75\n");
    }
    free(bytes);
}

static void mp3_without_length_is_read_to_its_end(void **state)
{
    SF_INFO info = { .format = MP3, .samplerate = RATE, .channels = 1 };
    int mode = SF_BITRATE_MODE_VARIABLE;
    size_t count;
    size_t first = 4;

    (void)state;
    if (!can_write(MP3))
        skip();

    SNDFILE *file = sf_open(at("vbr.mp3"), SFM_WRITE, &info);

    sf_command(file, SFC_SET_BITRATE_MODE, &mode, sizeof(mode));
    sf_writef_float(file, speech, FRAMES);
    sf_close(file);

    /* The first frame holds the length */
    char *bytes = read_bytes(at("vbr.mp3"), &count);

    assert_int_equal((unsigned char)bytes[0], 0xff);
    while (first < count && memcmp(bytes, bytes + first, 2))
        first++;
    write_bytes("bare.mp3", bytes + first, count - first);
    free(bytes);

    json_t *degraded = degraded_of(score(REF, at("bare.mp3")));

    assert_true(number_of(degraded, "duration_s") >= 3);
}

static void stdin_is_read_on_either_side(void **state)
{
    (void)state;
    write_audio("in.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, RATE, 1, speech,
                FRAMES);

    json_t *report = run_json(at("in.flac"), "--json", REF, "-", NULL);

    assert_true(number_of(report, "mos") == 4.75);
    assert_string_equal(string_of(degraded_of(report), "path"), "-");
    report = run_json(REF, "--json", "-", at("in.flac"), NULL);
    assert_true(number_of(report, "mos") == 4.75);
    assert_string_equal(run_failing(3, NULL, REF, "-", NULL),
                        "opine: -: is empty\n");
}

static void samples_beyond_full_scale_are_kept(void **state)
{
    static float loud[FRAMES];

    (void)state;
    for (int i = 0; i < FRAMES; i++)
        loud[i] = speech[i] * 16;
    write_audio("loud.wav", WAV_FLOAT, RATE, 1, loud, FRAMES);

    json_t *report = score(REF, at("loud.wav"));
    double gain_db = number_of(degraded_of(report), "level_dbov") -
                     number_of(json_object_get(report, "reference"),
                               "level_dbov");

    assert_true(fabs(gain_db - 24.08) < 0.05);
    assert_true(json_is_true(json_object_get(report, "identical")));
}

/* ----------------------------------------------------------------- raw */

static void every_raw_encoding_is_read(void **state)
{
    /* clang-format off */
    static const struct {
        const char *name;
        int format;
        int is_exact;
    } encodings[] = {
        { "u8", SF_FORMAT_PCM_U8, 0 },
        { "s8", SF_FORMAT_PCM_S8, 0 },
        { "s16le", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 1 },
        { "s16be", SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 1 },
        { "s24le", SF_FORMAT_PCM_24 | SF_ENDIAN_LITTLE, 1 },
        { "s24be", SF_FORMAT_PCM_24 | SF_ENDIAN_BIG, 1 },
        { "s32le", SF_FORMAT_PCM_32 | SF_ENDIAN_LITTLE, 1 },
        { "s32be", SF_FORMAT_PCM_32 | SF_ENDIAN_BIG, 1 },
        { "f32le", SF_FORMAT_FLOAT | SF_ENDIAN_LITTLE, 1 },
        { "f32be", SF_FORMAT_FLOAT | SF_ENDIAN_BIG, 1 },
        { "f64le", SF_FORMAT_DOUBLE | SF_ENDIAN_LITTLE, 1 },
        { "f64be", SF_FORMAT_DOUBLE | SF_ENDIAN_BIG, 1 },
        { "ulaw", SF_FORMAT_ULAW, 0 },
        { "alaw", SF_FORMAT_ALAW, 0 }
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
        char description[40];

        snprintf(description, sizeof(description), "%s,%d,1", encodings[i].name,
                 RATE);
        write_audio("in.raw", SF_FORMAT_RAW | encodings[i].format, RATE, 1,
                    speech, FRAMES);

        json_t *report = score("--raw-deg", description, REF, at("in.raw"));

        assert_true(number_of(degraded_of(report), "duration_s") == 3);
        assert_true(number_of(report, "mos") > 1.5);
        if (encodings[i].is_exact !=
            json_is_true(json_object_get(report, "identical")))
            fail_msg("%s: identical or not?", encodings[i].name);
    }
}

static void raw_applies_to_both_or_to_one(void **state)
{
    (void)state;
    write_audio("in.raw", SF_FORMAT_RAW | SF_FORMAT_PCM_16, RATE, 1, speech,
                FRAMES);
    run_opine("--raw", "s16le,48000,1", at("in.raw"), at("in.raw"));
    run_opine("--raw-ref", "s16le,48000,1", at("in.raw"), REF);

    json_t *report = run_json(at("in.raw"), "--json", "--raw", "s16le,48000,1",
                              "--raw-deg", "s16le,24000,2", at("in.raw"), "-",
                              NULL);

    assert_true(number_of(degraded_of(report), "rate_hz") == 24000);
    assert_true(number_of(degraded_of(report), "channels") == 2);
    fails(3, at("in.raw"), REF);
}

static void raw_with_half_a_frame_is_refused(void **state)
{
    (void)state;
    write_bytes("odd.raw", speech, 100001);
    assert_non_null(strstr(
        fails(3, "--raw-deg", "s16le,48000,1", REF, at("odd.raw")),
        "/odd.raw: 100001 bytes are no whole number of frames of 2 bytes"));
}

static void raw_formats_are_read_strictly(void **state)
{
    /* clang-format off */
    static const char *const wrong[] = {
        "", "s16le", "s16le,48000", "s16le,48000,", "s17,8000,1", ",48000,1",
        "s16le,7999,1", "s16le,192001,1", "s16le,48000,0", "s16le,48000,65",
        "s16le,48000,1,", "s16le, 48000,1"
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        fails(2, "--raw", wrong[i], REF, REF);
}

/* ----------------------------------------------------------- bad input */

static void missing_file_is_named(void **state)
{
    (void)state;
    refuses("missing.wav", "No such file or directory");
}

static void directory_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("folder"), 0777), 0);
    refuses("folder", "is a directory");
}

static void file_without_permission_is_refused(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); /* root may read everything */
    write_bytes("secret.wav", "x", 1);
    assert_int_equal(chmod(at("secret.wav"), 0), 0);
    refuses("secret.wav", "Permission denied");
}

static void empty_file_is_refused(void **state)
{
    (void)state;
    write_bytes("empty.wav", "", 0);
    refuses("empty.wav", "is empty");
}

static void file_that_is_no_audio_is_refused(void **state)
{
    static float noise[1000];

    (void)state;
    write_bytes("text.wav", "Not a sound. Not even a whisper.\n", 33);
    refuses("text.wav", "not an audio file that libsndfile can read");
    make_white(noise, 1000, 2);
    write_bytes("noise.bin", noise, sizeof(noise));
    refuses("noise.bin", "");
}

static void header_without_samples_is_refused(void **state)
{
    char *bytes;

    (void)state;
    write_audio("bare.wav", WAV_16, RATE, 1, speech, 0);
    refuses("bare.wav", "holds no samples");
    write_audio("bare.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, RATE, 1, speech,
                0);
    refuses("bare.flac", "");

    bytes = read_bytes(REF, NULL);
    write_bytes("promise.wav", bytes, 44);
    refuses("promise.wav", "truncated: 0 of ");
    write_bytes("format.wav", bytes, 36);
    refuses("format.wav", "");
    free(bytes);
}

static void short_file_is_refused(void **state)
{
    (void)state;
    write_audio("one.wav", WAV_16, RATE, 1, speech, 1);
    refuses("one.wav", "too short: 1 frame, ");
    write_audio("brief.wav", WAV_16, RATE, 1, speech, RATE / 4 - 1);
    refuses("brief.wav", "too short: 11999 frames, ");
}

static void long_file_is_refused_before_it_is_read(void **state)
{
    (void)state;
    write_bytes("long.raw", "", 0);
    assert_int_equal(truncate(at("long.raw"), 4L * 3600 * 8000 + 1), 0);
    assert_non_null(
        strstr(fails(3, "--raw-deg", "u8,8000,1", REF, at("long.raw")),
               "/long.raw: longer than 4 h"));
}

static void rate_and_channels_out_of_range_are_refused(void **state)
{
    (void)state;
    write_audio("slow.wav", WAV_16, 7999, 1, speech, 7999);
    refuses("slow.wav", "sampling rate 7999 Hz is out of 8000 to 192000 Hz");
    write_audio("fast.wav", WAV_16, 192001, 1, speech, FRAMES);
    refuses("fast.wav", "sampling rate 192001 Hz is out of ");
    write_audio("wide.wav", WAV_16, 8000, 65, speech, FRAMES / 65);
    refuses("wide.wav", "65 channels are out of 1 to 64");
}

static void samples_that_are_no_numbers_are_refused(void **state)
{
    static const float odd[] = { NAN, INFINITY, -INFINITY };
    static float samples[FRAMES];

    (void)state;
    for (int i = 0; i < 3; i++) {
        memcpy(samples, speech, sizeof(samples));
        samples[RATE * 3 / 2] = odd[i];
        write_audio("odd.wav", WAV_FLOAT, RATE, 1, samples, FRAMES);
        refuses("odd.wav", "the ");
        assert_non_null(
            strstr(fails(3, REF, at("odd.wav")), ", first at 1.5000 s\n"));
    }
}

static void silent_reference_is_refused(void **state)
{
    static const float silence[FRAMES];

    (void)state;
    write_audio("silent.wav", WAV_16, RATE, 1, silence, FRAMES);
    assert_non_null(strstr(fails(3, at("silent.wav"), REF),
                           "/silent.wav: the reference is silent"));
}

/**
 * Any bytes get an answer: whole files with a few bytes changed at random
 * Ogg is left out: libsndfile 1.2.0 leaks memory on damaged headers of it.
 */
static void damaged_files_never_crash(void **state)
{
    static const int formats[] = { WAV_16, SF_FORMAT_W64 | SF_FORMAT_PCM_16,
                                   SF_FORMAT_AIFF | SF_FORMAT_PCM_16,
                                   SF_FORMAT_CAF | SF_FORMAT_PCM_16,
                                   SF_FORMAT_FLAC | SF_FORMAT_PCM_16 };
    struct random random = random_seed(1);

    (void)state;
    for (int i = 0; i < 40; i++) {
        struct run run;
        size_t count;

        write_audio("whole", formats[i % 5], 8000, 1, speech, 8000);
        char *bytes = read_bytes(at("whole"), &count);

        for (int k = 0; k < 4; k++)
            bytes[random_below(&random, k ? 64 : (int)count)] =
                (char)random_bits(&random);
        write_bytes("damaged", bytes, count);
        free(bytes);
        run_with(&run, NULL, NULL, "--quiet", REF, at("damaged"), NULL);
        if (run.code != 0 && run.code != 3)
            fail_msg("round %d: exit status %d, %s", i, run.code, run.err);
        run_free(&run);
    }
}

/* ---------------------------------------------------------------- main */

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_container_is_read),
        TEST(every_truncated_container_is_refused),
        TEST(streams_of_unknown_length_are_read),
        TEST(mp3_without_length_is_read_to_its_end),
        TEST(stdin_is_read_on_either_side),
        TEST(samples_beyond_full_scale_are_kept),
        TEST(every_raw_encoding_is_read),
        TEST(raw_applies_to_both_or_to_one),
        TEST(raw_with_half_a_frame_is_refused),
        TEST(raw_formats_are_read_strictly),
        TEST(missing_file_is_named),
        TEST(directory_is_refused),
        TEST(file_without_permission_is_refused),
        TEST(empty_file_is_refused),
        TEST(file_that_is_no_audio_is_refused),
        TEST(header_without_samples_is_refused),
        TEST(short_file_is_refused),
        TEST(long_file_is_refused_before_it_is_read),
        TEST(rate_and_channels_out_of_range_are_refused),
        TEST(samples_that_are_no_numbers_are_refused),
        TEST(silent_reference_is_refused),
        TEST(damaged_files_never_crash),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
