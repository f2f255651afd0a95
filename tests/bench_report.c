/* SPDX-License-Identifier: BSD-2-Clause */
/* What the bench found: a table, and JSON. */
#include "bench.h"

#include <stdio.h>

static const char *const stage_names[STAGES] = { "prepare", "align", "perceive",
                                                 "disturb", "map" };

void report_head(void)
{
    printf("%-17s", "milliseconds");
    for (int s = 0; s < STAGES; s++)
        printf(" %8s", stage_names[s]);
    printf(" %8s %7s %6s %7s %6s %6s %7s", "engine", "floor", "ratio", "x real",
           "x C", "again", "MiB");
    printf(" %8s %7s\n", "process", "MiB");
}

/* The columns of the library */
static void print_engine(const struct figures *f)
{
    for (int s = 0; s < STAGES; s++)
        printf(" %8.2f", f->ms[s]);
    printf(" %8.2f %7.2f %6.2f %7.0f %6.2f %6.2f %7.1f", f->engine_ms,
           f->floor_ms, f->engine_ms / f->floor_ms, f->real_time,
           f->level_ms[OPINE_CPU_C] / f->engine_ms, f->next_ms / f->first_ms,
           f->held_mib);
}

void report_case(const struct recipe *r, const struct figures *f)
{
    printf("%-17s", r->name);
    if (f->engine_ms > 0)
        print_engine(f);
    else
        printf("%100s", "");
    if (f->process.cpu_ms > 0)
        printf(" %8.1f %7.1f", f->process.cpu_ms, f->process.peak_mib);
    printf("\n");
    fflush(stdout);
}

json_t *report_json(const struct recipe *r, const struct figures *f)
{
    json_t *stages = json_object(), *levels = json_object();

    if (f->engine_ms <= 0)
        return json_pack("{s:s, s:f, s:i, s:f, s:f}", "case", r->name,
                         "duration_s", r->seconds, "channels", r->channels,
                         "process_cpu_ms", f->process.cpu_ms, "process_mib",
                         f->process.peak_mib);
    for (int s = 0; s < STAGES; s++)
        json_object_set_new(stages, stage_names[s], json_real(f->ms[s]));
    for (int level = OPINE_CPU_C; level < LEVELS; level++)
        if (f->level_ms[level] > 0)
            json_object_set_new(levels, opine_cpu_name((enum opine_cpu)level),
                                json_real(f->level_ms[level]));
    return json_pack(
        "{s:s, s:f, s:i, s:i, s:i, s:o, s:f, s:f, s:I, s:f, s:f, s:o, s:f, "
        "s:f, s:f, s:f, s:f}",
        "case", r->name, "duration_s", r->seconds, "channels", r->channels,
        "ref_rate_hz", r->ref_hz, "deg_rate_hz", r->deg_hz, "stages_ms", stages,
        "engine_ms", f->engine_ms, "floor_ms", f->floor_ms, "transforms",
        (json_int_t)f->transforms, "floor_ratio", f->engine_ms / f->floor_ms,
        "times_real_time", f->real_time, "levels_ms", levels, "first_ms",
        f->first_ms, "next_ms", f->next_ms, "library_mib", f->held_mib,
        "process_cpu_ms", f->process.cpu_ms, "process_mib",
        f->process.peak_mib);
}
