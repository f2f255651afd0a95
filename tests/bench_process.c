/* SPDX-License-Identifier: BSD-2-Clause */
/* The command as a whole: what the kernel says that a process took. */
#include "bench.h"

#include <fcntl.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/opine-bench-XXXXXX";
#define FOLDER_X (sizeof folder - 7) /* where its Xs begin */

void process_write(const struct opine_audio *audio, int times, const char *name)
{
    SF_INFO info = { .samplerate = audio->rate_hz,
                     .channels = audio->channels,
                     .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
    sf_count_t frames = (sf_count_t)audio->frames;
    SNDFILE *file = sf_open(name, SFM_WRITE, &info);

    if (!file)
        abort();
    for (int i = 0; i < times; i++)
        if (sf_writef_float(file, audio->data, frames) != frames)
            abort();
    sf_close(file);
}

int process_begin(void (*write)(const void *what), const void *what)
{
    pid_t child;
    int status;

    memset(folder + FOLDER_X, 'X', 6);
    if (!mkdtemp(folder))
        return -1;
    child = fork();
    if (!child) {
        if (chdir(folder))
            _exit(1);
        write(what);
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && !status ? 0 : -1;
}

void process_end(void)
{
    const char *names[] = { "ref.wav", "deg.wav" };
    char path[sizeof folder + 8];

    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void execute(char *const *arguments)
{
    int nowhere = open("/dev/null", O_WRONLY);

    if (chdir(folder) || dup2(nowhere, STDOUT_FILENO) < 0)
        _exit(127);
    execv(arguments[0], arguments);
    _exit(127);
}

static double to_ms(struct timeval time)
{
    return 1e3 * (double)time.tv_sec + 1e-3 * (double)time.tv_usec;
}

int process_run(char *const *arguments, int runs, struct process *process)
{
    *process = (struct process){ 0, 0 };
    for (int i = 0; i < runs; i++) {
        struct rusage usage;
        double ms;
        int status;
        pid_t child = fork();

        if (child < 0)
            return -1;
        if (!child)
            execute(arguments);
        if (wait4(child, &status, 0, &usage) != child || status)
            return -1;
        ms = to_ms(usage.ru_utime) + to_ms(usage.ru_stime);
        if (!i || ms < process->cpu_ms)
            process->cpu_ms = ms;
        process->peak_mib = (double)usage.ru_maxrss / 1024;
    }
    return 0;
}
