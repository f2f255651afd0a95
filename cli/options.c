/* SPDX-License-Identifier: BSD-2-Clause */
#include "option.h"
#include "report.h"

#include <math.h>
#include <string.h>

/* --------------------------------------------------------------- table */

static const char *mode_name(int value)
{
    return opine_mode_name((enum opine_mode)value);
}

static const char *band_name(int value)
{
    return opine_band_name((enum opine_band)value);
}

static const char *level_name(int value)
{
    return opine_level_name((enum opine_level)value);
}

static const char *cpu_name(int value)
{
    return opine_cpu_name((enum opine_cpu)value);
}

/* 4 h: what the library takes */
#define MAX_S 14400.0

/* clang-format off */
#define PLACE(field) offsetof(struct options, field)
#define SCORE COMMAND_SCORE
#define ALIGN COMMAND_ALIGN
#define BATCH COMMAND_BATCH
#define MERGE COMMAND_MERGE
#define GATE COMMAND_GATE
#define COMPARE COMMAND_COMPARE
#define VALIDATE COMMAND_VALIDATE
#define FIT COMMAND_FIT
#define SUITE (BATCH | GATE)
#define TIMELINE COMMAND_TIMELINE
#define CURVE COMMAND_CURVE
#define TABLES (VALIDATE | FIT)
#define SCORES (SCORE | SUITE)
#define RAW (SCORES | ALIGN | TIMELINE)
#define READS (RAW | TABLES)
#define STATISTICS (GATE | COMPARE)
#define ALL (READS | MERGE | COMPARE | CURVE)

static const struct option table[] = {
    { "Output", NULL, NULL, ALL, KIND_HEADING, 0, 0, 0, NULL },
    { "json", NULL, "report as JSON",
      SCORE | ALIGN | VALIDATE | TIMELINE | CURVE, KIND_FLAG, PLACE(json), 0, 0,
      NULL },
    { "quiet", NULL, "report the score alone; of many pairs, only failures",
      SCORES | COMPARE, KIND_FLAG, PLACE(quiet), 0, 0, NULL },
    { "csv", "FILE", "write a table of results; - is standard output",
      SUITE | MERGE | TIMELINE | CURVE, KIND_TEXT, PLACE(csv), 0, 0, NULL },
    { "jsonl", "FILE", "write all that is known, a line of JSON a row",
      BATCH | GATE, KIND_TEXT, PLACE(jsonl), 0, 0, NULL },
    { "junit", "FILE", "write a report for CI as JUnit XML",
      GATE, KIND_TEXT, PLACE(junit), 0, 0, NULL },
    { "markdown", "FILE", "write a summary for people in Markdown",
      STATISTICS, KIND_TEXT, PLACE(markdown), 0, 0, NULL },
    { "html", "FILE", "write a page to look at, which plays the recordings",
      SCORES, KIND_FILE, PLACE(html), 0, 0, NULL },
    { "html-pairs", "N", "with details of so many pairs; default 20",
      SUITE, KIND_COUNT, PLACE(html_pairs), 0, 1000, NULL },
    { "annotate", NULL, "print ::error lines, which GitHub shows in the code",
      GATE, KIND_FLAG, PLACE(annotate), 0, 0, NULL },
    { "worst", "N", "list so many that are worst; default 5",
      STATISTICS | VALIDATE | TIMELINE, KIND_COUNT, PLACE(worst), 0, 1000000, NULL },
    { "svg", "FILE", "draw the result as SVG; - is standard output",
      ALIGN | VALIDATE | TIMELINE | CURVE, KIND_TEXT, PLACE(svg), 0, 0, NULL },
    { "out", "FILE", "write the model to FILE instead of standard output",
      FIT, KIND_TEXT, PLACE(out), 0, 0, NULL },

    { "What is compared", NULL, NULL, READS, KIND_HEADING, 0, 0, 0, NULL },
    { "mode", "auto|speech|audio", "kind of material; auto (default) finds out",
      SCORES | TABLES | TIMELINE, KIND_CHOICE, PLACE(mode), 0, 0, mode_name },
    { "band", "nb|wb|swb|fb", "what the listener was promised; default fb",
      SCORES | TABLES | TIMELINE, KIND_CHOICE, PLACE(band), 0, 0, band_name },
    { "level", "match|keep", "take a difference in level out (default), or not",
      SCORES | TABLES | TIMELINE, KIND_CHOICE, PLACE(level), 0, 0, level_name },
    { "model", "FILE", "map to the score as a file of opine fit says",
      SCORES | VALIDATE | TIMELINE, KIND_TEXT, PLACE(model), 0, 0, NULL },
    { "no-align", NULL, "take the delay as 0 instead of finding it",
      READS, KIND_FLAG, PLACE(no_align), 0, 0, NULL },
    { "from", "S", "score the reference from this second on",
      SCORE | TIMELINE, KIND_NUMBER, PLACE(from_s), 0, MAX_S, NULL },
    { "to", "S", "and up to this second",
      SCORE | TIMELINE, KIND_NUMBER, PLACE(to_s), 0, MAX_S, NULL },
    { "all-views", NULL, "measure what the score does not need, too",
      SCORE, KIND_FLAG, PLACE(all_views), 0, 0, NULL },
    { "cpu", "best|c|avx2", "instruction set; default best",
      READS, KIND_CHOICE, PLACE(cpu), 0, 0, cpu_name },

    { "Over time", NULL, NULL, TIMELINE, KIND_HEADING, 0, 0, 0, NULL },
    { "window", "S", "score windows so long, 1 to 3600; default 8",
      TIMELINE, KIND_NUMBER, PLACE(window_s), 1, 3600, NULL },
    { "hop", "S", "and begin one every S seconds, 0.1 to 3600; default 2",
      TIMELINE, KIND_NUMBER, PLACE(hop_s), 0.1, 3600, NULL },
    { "threshold", "X", "an event is where MOS stays below X; default 3.5",
      TIMELINE, KIND_NUMBER, PLACE(threshold), 1, 5, NULL },
    { "raise", "S", "for at least S seconds; default 4",
      TIMELINE, KIND_NUMBER, PLACE(raise_s), 0, MAX_S, NULL },
    { "clear", "S", "until it is not for S seconds; default 4",
      TIMELINE, KIND_NUMBER, PLACE(clear_s), 0, MAX_S, NULL },

    { "Many pairs", NULL, NULL, SUITE | TABLES, KIND_HEADING, 0, 0, 0, NULL },
    { "jobs", "N", "score so many at once, -j N; default all cores",
      SUITE | TABLES | TIMELINE, KIND_COUNT, PLACE(jobs), 1, 1024, NULL },
    { "resume", NULL, "score only what an earlier run has not",
      BATCH, KIND_FLAG, PLACE(resume), 0, 0, NULL },
    { "cache", "FILE", "keep results in FILE and score nothing twice",
      BATCH | GATE, KIND_TEXT, PLACE(cache), 0, 0, NULL },
    { "shard", "K/N", "score part K of N of the rows; merge joins them",
      BATCH, KIND_SHARD, PLACE(shard), 0, 0, NULL },
    { "pair", NULL, "the operands are two folders, paired by name",
      BATCH | GATE, KIND_FLAG, PLACE(pair), 0, 0, NULL },
    { "inside", NULL, "refuse paths that lead out of the manifest's folder",
      BATCH | GATE, KIND_FLAG, PLACE(inside), 0, 0, NULL },

    { "vote-sd", "X", "standard deviation of votes where no column has it; 0.7",
      VALIDATE, KIND_NUMBER, PLACE(vote_sd), 0, 4, NULL },
    { "peers", "FILE", "show other metrics, too; a bare name: beside each table",
      VALIDATE, KIND_TEXT, PLACE(peers), 0, 0, NULL },

    { "Curves", NULL, NULL, CURVE, KIND_HEADING, 0, 0, 0, NULL },
    { "codec", "COLUMN", "the column that names the curves; default codec",
      CURVE, KIND_TEXT, PLACE(codec), 0, 0, NULL },
    { "bitrate", "COLUMN", "the one with the bit rate, kbit/s; default bitrate",
      CURVE, KIND_TEXT, PLACE(bitrate), 0, 0, NULL },
    { "encoded", "COLUMN", "measure the rate of the encoded files named there",
      CURVE, KIND_TEXT, PLACE(encoded), 0, 0, NULL },
    { "anchor", "CODEC", "compare all with this one, not each with each",
      CURVE, KIND_TEXT, PLACE(anchor), 0, 0, NULL },

    { "Against a baseline", NULL, NULL, STATISTICS, KIND_HEADING, 0, 0, 0,
      NULL },
    { "baseline", "FILE", "compare with the scores in FILE",
      GATE, KIND_TEXT, PLACE(baseline), 0, 0, NULL },
    { "update-baseline", NULL, "write the scores to it instead",
      GATE, KIND_FLAG, PLACE(update_baseline), 0, 0, NULL },
    { "allow-new", NULL, "rows that the baseline has not are no failure",
      GATE, KIND_FLAG, PLACE(allow_new), 0, 0, NULL },
    { "allow-missing", NULL, "rows that only the baseline has are no failure",
      GATE, KIND_FLAG, PLACE(allow_missing), 0, 0, NULL },
    { "allow-changed", NULL, "another reference or setting is no failure",
      GATE, KIND_FLAG, PLACE(allow_changed), 0, 0, NULL },
    { "dead-band", "X", "differences up to X MOS are ties; default 0.02",
      STATISTICS, KIND_NUMBER, PLACE(dead_band), 0, 4, NULL },

    { "Headerless input", NULL, NULL, RAW, KIND_HEADING, 0, 0, 0, NULL },
    { "raw", "FORMAT", "both are raw samples, such as s16le,48000,2",
      RAW, KIND_RAW, PLACE(raw), 0, 0, NULL },
    { "raw-ref", "FORMAT", "the reference is raw",
      RAW, KIND_RAW, PLACE(raw_ref), 0, 0, NULL },
    { "raw-deg", "FORMAT", "the degraded recording is raw",
      RAW, KIND_RAW, PLACE(raw_deg), 0, 0, NULL },

    { "Gates, for scripts", NULL, NULL, RAW, KIND_HEADING, 0, 0, 0, NULL },
    { "min-mos", "X", "exit with 1 when the score is below X, 1 to 5",
      SCORES | TIMELINE, KIND_NUMBER, PLACE(min_mos), 1, 5, NULL },
    { "max-drop", "X", "and when a row drops by more than X MOS; default 0.1",
      GATE, KIND_NUMBER, PLACE(max_drop), 0, 4, NULL },
    { "max-mean-drop", "X", "and when the mean of a group drops by over X; 0.05",
      GATE, KIND_NUMBER, PLACE(max_mean_drop), 0, 4, NULL },
    { "max-worst-drop", "X", "and when its worst second drops by over X; 0.5",
      GATE, KIND_NUMBER, PLACE(max_worst_drop), 0, 4, NULL },
    { "max-percentile-drop", "X", "and when the 10th percentile of seconds does; none",
      GATE, KIND_NUMBER, PLACE(max_p10_drop), 0, 4, NULL },
    { "max-bad-seconds", "N", "and when over N more seconds are bad; none",
      GATE, KIND_NUMBER, PLACE(max_bad_seconds), 0, 1e6, NULL },
    { "max-delay", "MS", "exit with 1 when the delay exceeds MS either way",
      SCORE | ALIGN | TIMELINE, KIND_NUMBER, PLACE(max_delay_ms), 0,
      MAX_S * 1000, NULL },
    { "max-jump", "MS", "exit with 1 when a jump of the delay exceeds MS",
      SCORE | ALIGN | TIMELINE, KIND_NUMBER, PLACE(max_jump_ms), 0,
      MAX_S * 1000, NULL },
    { "bisect", NULL, "exit with 125 instead of 3 or 4, for git bisect run",
      RAW, KIND_FLAG, PLACE(bisect), 0, 0, NULL },

    { "About the program", NULL, NULL, ALL, KIND_HEADING, 0, 0, 0, NULL },
    { "help", NULL, "print this and exit",
      ALL, KIND_HELP, 0, 0, 0, NULL },
    { "version", NULL, "print versions and exit",
      ALL, KIND_VERSION, 0, 0, 0, NULL }
};
/* clang-format on */

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

void options_help(FILE *stream, const struct command *command)
{
    const int column = 28;

    for (size_t i = 0; i < TABLE_SIZE; i++) {
        const struct option *o = &table[i];

        if (!(o->commands & command->bit))
            continue;
        if (o->kind == KIND_HEADING) {
            fprintf(stream, "\n%s\n", o->name);
            continue;
        }

        int width = fprintf(stream, "  --%s%s%s", o->name,
                            o->argument ? " " : "",
                            o->argument ? o->argument : "");

        fprintf(stream, "%*s%s\n", width < column ? column - width : 1, "",
                o->help);
    }
}

/* -------------------------------------------------------------- parser */

static void set_defaults(struct options *options)
{
    struct opine_config config;

    opine_config_init(&config);
    memset(options, 0, sizeof(*options));
    options->mode = (int)config.mode;
    options->band = (int)config.band;
    options->level = (int)config.level;
    options->cpu = (int)config.cpu;
    options->from_s = (double)NAN;
    options->to_s = (double)NAN;
    options->max_delay_ms = (double)NAN;
    options->max_jump_ms = (double)NAN;
    options->min_mos = (double)NAN;
    options->max_drop = 0.1;
    options->max_mean_drop = 0.05;
    options->max_worst_drop = 0.5;
    options->max_p10_drop = options->max_bad_seconds = (double)NAN;
    options->dead_band = 0.02;
    options->html_pairs = 20;
    options->worst = 5;
    options->vote_sd = 0.7;
    options->window_s = 8;
    options->hop_s = 2;
    options->threshold = 3.5;
    options->raise_s = 4;
    options->clear_s = 4;
    options->shard = (struct shard){ 1, 1 };
}

static const struct option *find(const char *name, size_t length)
{
    for (size_t i = 0; i < TABLE_SIZE; i++)
        if (table[i].kind != KIND_HEADING && strlen(table[i].name) == length &&
            !strncmp(table[i].name, name, length))
            return &table[i];
    return NULL;
}

/**
 * Tell the name of an option from its value
 * word            As it stands on the command line
 * value           Return what follows the name in the same word, or NULL
 */
static const struct option *recognise(const char *word, const char **value)
{
    size_t length = strcspn(word, "=");

    if (!strncmp(word, "-j", 2)) { /* as make and others have it */
        *value = word[2] ? word + 2 : NULL;
        return find("jobs", 4);
    }
    *value = word[length] ? word + length + 1 : NULL;
    return strncmp(word, "--", 2) ? NULL : find(word + 2, length - 2);
}

/**
 * Read one option and its value
 * next            Where in argv it stands; return what follows it
 */
static enum request parse_option(const struct command *command, char **argv,
                                 int *next, struct options *options)
{
    const char *word = argv[(*next)++];
    const char *value;
    const struct option *o = recognise(word, &value);

    if (!o) {
        complain(NULL, "unknown option '%.*s'", (int)strcspn(word, "="), word);
        return REQUEST_WRONG;
    }
    if (!(o->commands & command->bit)) {
        complain(NULL, "--%s: not an option of opine %s", o->name,
                 command->name);
        return REQUEST_WRONG;
    }
    if (value && !o->argument) {
        complain(NULL, "--%s: takes no value", o->name);
        return REQUEST_WRONG;
    }
    if (o->kind == KIND_HELP)
        return REQUEST_HELP;
    if (o->kind == KIND_VERSION)
        return REQUEST_VERSION;

    if (o->argument && !value) {
        if (!argv[*next]) {
            complain(NULL, "--%s: needs a value", o->name);
            return REQUEST_WRONG;
        }
        value = argv[(*next)++];
    }
    if (option_assign(o, value, options)) {
        option_explain(o);
        return REQUEST_WRONG;
    }
    return REQUEST_RUN;
}

enum request options_parse(const struct command *command, int argc, char **argv,
                           struct options *options)
{
    int next = 0;
    int may_be_option = 1;

    set_defaults(options);
    options->operands = argv;

    while (next < argc) {
        char *word = argv[next];

        if (may_be_option && !strcmp(word, "--")) {
            may_be_option = 0;
            next++;
        } else if (may_be_option && word[0] == '-' && word[1]) {
            enum request request = parse_option(command, argv, &next, options);

            if (request != REQUEST_RUN)
                return request;
        } else {
            /* Never overtakes: as many words were read as are written */
            argv[options->operand_count++] = word;
            next++;
        }
    }
    return REQUEST_RUN;
}
