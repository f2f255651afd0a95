/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_cli.h"

#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Behind what it needs: cmocka.h includes nothing itself */
#include <cmocka.h>

#define MAX_ARGUMENTS 20

/* ---------------------------------------------------------------- files */

static char directory[200];

void files_begin(void)
{
    const char *base = getenv("TMPDIR");

    snprintf(directory, sizeof(directory), "%s/opine-cli-XXXXXX",
             base ? base : "/tmp");
    assert_non_null(mkdtemp(directory));
}

void files_end(void)
{
    DIR *listing = opendir(directory);

    assert_non_null(listing);
    for (struct dirent *e = readdir(listing); e; e = readdir(listing))
        unlinkat(dirfd(listing), e->d_name,
                 strcmp(e->d_name, "folder") ? 0 : AT_REMOVEDIR);
    closedir(listing);
    rmdir(directory);
}

const char *at(const char *name)
{
    static char paths[64][300];
    static unsigned next;
    char *path = paths[next++ % 64];

    snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
    return path;
}

void write_bytes(const char *name, const void *bytes, size_t count)
{
    FILE *file = fopen(at(name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

/**
 * Read what is left of a file or pipe
 */
static char *drain(int fd, size_t *count)
{
    size_t room = 1 << 16;
    size_t used = 0;
    char *bytes = malloc(room + 1);
    ssize_t got;

    assert_non_null(bytes);
    while ((got = read(fd, bytes + used, room - used)) > 0) {
        used += (size_t)got;
        if (used == room) {
            room *= 2;
            bytes = realloc(bytes, room + 1);
            assert_non_null(bytes);
        }
    }
    bytes[used] = '\0';
    if (count)
        *count = used;
    return bytes;
}

char *read_bytes(const char *path, size_t *count)
{
    int fd = open(path, O_RDONLY);
    char *bytes;

    assert_true(fd >= 0);
    bytes = drain(fd, count);
    close(fd);
    return bytes;
}

void write_part(const char *name, const char *from, int thousandths)
{
    size_t count;
    char *bytes = read_bytes(at(from), &count);

    write_bytes(name, bytes, count * (size_t)thousandths / 1000);
    free(bytes);
}

void write_audio(const char *name, int format, int rate_hz, int channels,
                 const float *samples, size_t frames)
{
    SF_INFO info = { .format = format,
                     .samplerate = rate_hz,
                     .channels = channels };
    SNDFILE *file = sf_open(at(name), SFM_WRITE, &info);

    assert_non_null(file);
    assert_int_equal(sf_writef_float(file, samples, (sf_count_t)frames),
                     frames);
    assert_int_equal(sf_close(file), 0);
}

void make_exact_speech(float *samples, int frames, int rate_hz)
{
    make_speech(samples, frames, rate_hz, 0.45 * rate_hz, 1);
    for (int i = 0; i < frames; i++)
        samples[i] = roundf(samples[i] * 32768) / 32768;
}

/* -------------------------------------------------------------- program */

/**
 * Start a process that writes a file into a pipe
 * return          The end to read from
 */
static int feed(const char *path, pid_t *feeder)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    *feeder = fork();
    assert_true(*feeder >= 0);
    if (*feeder == 0) {
        size_t count;
        char *bytes = read_bytes(path, &count);
        size_t done = 0;
        ssize_t put = 1;

        close(ends[0]);
        while (done < count && put > 0) {
            put = write(ends[1], bytes + done, count - done);
            done += put > 0 ? (size_t)put : 0;
        }
        _exit(0);
    }
    close(ends[1]);
    return ends[0];
}

static void become_opine(int in, int out, int err, const char **arguments)
{
    union {
        const char **from;
        char *const *to; /* execv() changes nothing */
    } argv = { .from = arguments };

    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    for (int fd = 3; fd < 20; fd++)
        close(fd);
    signal(SIGPIPE, SIG_DFL);
    execv(arguments[0], argv.to);
    _exit(99);
}

static const char *program(void)
{
    const char *path = getenv("OPINE_BIN");

#ifdef OPINE_BIN
    if (!path)
        path = OPINE_BIN;
#endif
    assert_non_null(path);
    return path;
}

static void run_list(struct run *run, const char *input, const char *output,
                     va_list list)
{
    const char *arguments[MAX_ARGUMENTS + 1] = { program() };
    FILE *err = tmpfile();
    FILE *out = tmpfile();
    pid_t feeder = -1;
    int in = input ? feed(input, &feeder) : open("/dev/null", O_RDONLY);
    int sink = output ? open(output, O_WRONLY) : fileno(out);
    pid_t child;
    int status;

    for (int n = 1; (arguments[n] = va_arg(list, const char *)); n++)
        assert_true(n < MAX_ARGUMENTS);
    assert_true(err && out && in >= 0 && sink >= 0);

    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become_opine(in, sink, fileno(err), arguments);
    close(in);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (feeder > 0)
        waitpid(feeder, NULL, 0);
    if (output)
        close(sink);

    run->code = WIFEXITED(status) ? WEXITSTATUS(status)
                                  : 128 + WTERMSIG(status);
    lseek(fileno(out), 0, SEEK_SET);
    lseek(fileno(err), 0, SEEK_SET);
    run->out = drain(fileno(out), NULL);
    run->err = drain(fileno(err), NULL);
    fclose(out);
    fclose(err);
}

void run_with(struct run *run, const char *input, const char *output, ...)
{
    va_list list;

    va_start(list, output);
    run_list(run, input, output, list);
    va_end(list);
}

void run_free(struct run *run)
{
    free(run->out);
    free(run->err);
    *run = (struct run){ 0 };
}

static void check_code(const struct run *run, int code)
{
    if (run->code != code)
        fail_msg("exit status %d, not %d; stderr: %s", run->code, code,
                 run->err);
}

static struct run last;

const char *run_expect(int code, ...)
{
    va_list list;

    run_free(&last);
    va_start(list, code);
    run_list(&last, NULL, NULL, list);
    va_end(list);
    check_code(&last, code);
    if (code == 0)
        assert_string_equal(last.err, "");
    return last.out;
}

const char *run_failing(int code, const char *input, ...)
{
    va_list list;
    const char *end;

    run_free(&last);
    va_start(list, input);
    run_list(&last, input, NULL, list);
    va_end(list);
    check_code(&last, code);
    assert_string_equal(last.out, "");
    assert_memory_equal(last.err, "opine: ", 7);
    end = strchr(last.err, '\n');
    assert_non_null(end);
    assert_string_equal(end, "\n");
    return last.err;
}

json_t *run_json(const char *input, ...)
{
    static json_t *report;
    json_error_t error;
    va_list list;

    run_free(&last);
    va_start(list, input);
    run_list(&last, input, NULL, list);
    va_end(list);
    check_code(&last, 0);
    assert_string_equal(last.err, "");
    json_decref(report);
    report = json_loads(last.out, JSON_REJECT_DUPLICATES, &error);
    if (!report)
        fail_msg("not JSON: %s", error.text);
    return report;
}

/* --------------------------------------------------------------- report */

double number_of(json_t *report, const char *key)
{
    json_t *value = json_object_get(report, key);

    if (!json_is_number(value))
        fail_msg("no number: %s", key);
    return json_number_value(value);
}

const char *string_of(json_t *report, const char *key)
{
    json_t *value = json_object_get(report, key);

    if (!json_is_string(value))
        fail_msg("no string: %s", key);
    return json_string_value(value);
}

int has_flag(json_t *report, const char *flag)
{
    json_t *flags = json_object_get(report, "flags");

    for (size_t i = 0; i < json_array_size(flags); i++)
        if (!strcmp(json_string_value(json_array_get(flags, i)), flag))
            return 1;
    return 0;
}

/* --------------------------------------------------------------- schema */

static int has_type(json_t *value, const char *type)
{
    if (!strcmp(type, "number"))
        return json_is_number(value) && isfinite(json_number_value(value));
    return (!strcmp(type, "integer") && json_is_integer(value)) ||
           (!strcmp(type, "string") && json_is_string(value)) ||
           (!strcmp(type, "boolean") && json_is_boolean(value)) ||
           (!strcmp(type, "null") && json_is_null(value)) ||
           (!strcmp(type, "array") && json_is_array(value)) ||
           (!strcmp(type, "object") && json_is_object(value));
}

static void check_type(json_t *value, json_t *types)
{
    const char *type = json_string_value(types);
    int fits = type && has_type(value, type);

    for (size_t i = 0; i < json_array_size(types); i++)
        fits |= has_type(value, json_string_value(json_array_get(types, i)));
    assert_true(fits);
}

static void check_limits(json_t *value, json_t *schema)
{
    json_t *min = json_object_get(schema, "minimum");
    json_t *max = json_object_get(schema, "maximum");
    json_t *constant = json_object_get(schema, "const");
    json_t *choices = json_object_get(schema, "enum");
    int is_chosen = !choices;

    for (size_t i = 0; i < json_array_size(choices); i++)
        is_chosen |= json_equal(json_array_get(choices, i), value);
    assert_true(is_chosen);
    assert_true(!constant || json_equal(constant, value));
    if (json_is_number(value)) {
        assert_true(!min || json_number_value(value) >= json_number_value(min));
        assert_true(!max || json_number_value(value) <= json_number_value(max));
    }
}

static void check_fields(json_t *object, json_t *schema, json_t *root)
{
    json_t *required = json_object_get(schema, "required");
    json_t *properties = json_object_get(schema, "properties");
    json_t *others = json_object_get(schema, "additionalProperties");

    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *key = json_string_value(json_array_get(required, i));

        if (!json_object_get(object, key))
            fail_msg("missing: %s", key);
    }
    for (void *i = json_object_iter(object); i;
         i = json_object_iter_next(object, i)) {
        json_t *field = json_object_get(properties, json_object_iter_key(i));

        if (!field && !others)
            fail_msg("not in the schema: %s", json_object_iter_key(i));
        assert_matches(json_object_iter_value(i), field ? field : others, root);
    }
}

void assert_matches(json_t *value, json_t *schema, json_t *root)
{
    const char *reference = json_string_value(json_object_get(schema, "$ref"));

    if (reference) {
        schema = json_object_get(json_object_get(root, "$defs"),
                                 strrchr(reference, '/') + 1);
        assert_non_null(schema);
    }
    check_type(value, json_object_get(schema, "type"));
    check_limits(value, schema);
    if (json_is_object(value))
        check_fields(value, schema, root);
    for (size_t i = 0; i < json_array_size(value); i++)
        assert_matches(json_array_get(value, i),
                       json_object_get(schema, "items"), root);
}
