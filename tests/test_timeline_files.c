/* SPDX-License-Identifier: BSD-2-Clause */
/* What `opine timeline` shows while it runs, and what it leaves. */
#include "support_cli.h"

#include "support.h"

#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define REF at("ref.wav")
#define DEG at("deg.wav")

static int begin(void **state)
{
    static float speech[FRAMES];
    const int format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;

    (void)state;
    files_begin();
    make_exact_speech(speech, FRAMES, RATE);
    write_audio("ref.wav", format, RATE, 1, speech, FRAMES);
    add_noise(speech, FRAMES, 20, 2);
    write_audio("deg.wav", format, RATE, 1, speech, FRAMES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    files_end();
    return 0;
}

static void progress_shows_on_a_terminal_alone(void **state)
{
    char command[1000];
    char *shown;

    (void)state;
    run_opine("timeline", REF, DEG); /* nothing on stderr, which is a pipe */
    if (system("command -v script > /dev/null"))
        skip();
    snprintf(
        command, sizeof(command),
        "script -qec \"'%s' timeline --window=1 --hop=0.5 '%s' '%s' > /dev/null\" '%s' "
        "> /dev/null",
        OPINE_BIN, REF, DEG, at("shown"));
    assert_int_equal(system(command), 0);
    shown = read_bytes(at("shown"), NULL);
    assert_non_null(strstr(shown, "5 of 5, "));
    assert_non_null(strstr(shown, "\r\033[K"));
    free(shown);
}

static void files_appear_when_complete(void **state)
{
    static const char old[] = "old";
    char *text;

    (void)state;
    write_bytes("out.csv", old, 3);
    fails(3, "timeline", REF, at("missing.wav"), "--csv", at("out.csv"));
    text = read_bytes(at("out.csv"), NULL);
    assert_string_equal(text, "old");
    free(text);
    run_opine("timeline", REF, DEG, "--csv", at("out.csv"), "--svg",
              at("out.svg"));
    text = read_bytes(at("out.csv"), NULL);
    assert_memory_equal(text, "start_s,", 8);
    free(text);
    assert_int_not_equal(access(at("out.csv.part"), F_OK), 0);
    assert_int_not_equal(access(at("out.svg.part"), F_OK), 0);
    assert_int_equal(access(at("out.svg"), F_OK), 0);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(progress_shows_on_a_terminal_alone),
        TEST(files_appear_when_complete),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
