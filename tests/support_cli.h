/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Running the real program on files made for the purpose
 *
 * Failures here are cmocka failures: callers need not check.
 */

#ifndef OPINE_TESTS_SUPPORT_CLI_H
#define OPINE_TESTS_SUPPORT_CLI_H

#include <jansson.h>
#include <stddef.h>

/* The material of most tests: 3 s, mono, 48 kHz */
#define RATE   48000
#define FRAMES (3 * RATE)

/* ---------------------------------------------------------------- files */

/**
 * Make a directory for the files of a test, and remove it with all in it
 */
void files_begin(void);
void files_end(void);

/**
 * Path of a file in that directory; valid for the next 63 calls
 */
const char *at(const char *name);

void write_bytes(const char *name, const void *bytes, size_t count);

/**
 * Read a file, with a 0 behind it
 * count           Return its size, if not NULL
 * return          To be freed
 */
char *read_bytes(const char *path, size_t *count);

/**
 * Make a copy that keeps only the first thousandths of a file
 */
void write_part(const char *name, const char *from, int thousandths);

/**
 * Write interleaved samples
 * format          Of libsndfile
 */
void write_audio(const char *name, int format, int rate_hz, int channels,
                 const float *samples, size_t frames);

/**
 * Make speech that 16 bits hold exactly, for comparing formats
 */
void make_exact_speech(float *samples, int frames, int rate_hz);

/* -------------------------------------------------------------- program */

/**
 * What a run of the program left
 */
struct run {
    int code; /* exit status; 128 + n when killed by signal n */
    char *out;
    char *err;
};

/**
 * Run the program
 * input           File to feed through a pipe to stdin, or NULL for none
 * output          File to write stdout to, or NULL to keep it in run->out
 * ...             Arguments, up to NULL
 */
void run_with(struct run *run, const char *input, const char *output, ...);
void run_free(struct run *run);

/**
 * Run the program and compare its exit status
 * return          What it printed, valid until the next call of these three
 */
#define run_opine(...) run_expect(0, __VA_ARGS__, (const char *)NULL)
const char *run_expect(int code, ...);

/**
 * The same for a failure: nothing on stdout, one line on stderr that begins
 * with "opine: "
 * return          That line
 */
#define fails(code, ...)                                                       \
    run_failing(code, NULL, __VA_ARGS__, (const char *)NULL)
const char *run_failing(int code, const char *input, ...);

/**
 * Score a pair with --json
 * return          The report, valid until the next call
 */
#define score(...) run_json(NULL, __VA_ARGS__, "--json", (const char *)NULL)
json_t *run_json(const char *input, ...);

/* --------------------------------------------------------------- report */

double number_of(json_t *report, const char *key);
const char *string_of(json_t *report, const char *key);
int has_flag(json_t *report, const char *flag);

/**
 * Check a value against a JSON Schema, as far as ours uses the language
 * Fields that the schema does not describe fail, too: they are undocumented.
 */
void assert_matches(json_t *value, json_t *schema, json_t *root);

#endif /* OPINE_TESTS_SUPPORT_CLI_H */
