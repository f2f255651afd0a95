/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of options against the help, the manual page and the parser. */
#include "support_cli.h"

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const commands[] = { "score",    "align", "batch",
                                        "merge",    "gate",  "compare",
                                        "validate", "fit",   "timeline",
                                        "curve" };

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/**
 * Check one line of the option table in the help text against the manual page
 * and the parser
 * line            "  --name ARGUMENT  text" or "  --name  text"
 */
static void check_option(const char *command, const char *line,
                         const char *manual)
{
    char option[40];
    char entry[50];
    char wrong[50];
    const char *mark;

    assert_int_equal(sscanf(line, "  --%30[a-z-]", option + 2), 1);
    memcpy(option, "--", 2);
    snprintf(entry, sizeof(entry), ".It Fl %s", option + 1);
    snprintf(wrong, sizeof(wrong), "%s=", option);

    mark = strstr(manual, entry);
    if (!mark || !strchr(" \n", mark[strlen(entry)]))
        fail_msg("not in the manual page: %s", option);

    if (strncmp(line + 2 + strlen(option), "  ", 2)) {
        assert_non_null(
            strstr(fails(2, command, "REF", "DEG", wrong), ": must "));
        assert_non_null(
            strstr(fails(2, command, "REF", "DEG", option), ": needs a value"));
    } else {
        assert_non_null(
            strstr(fails(2, command, "REF", wrong), ": takes no value"));
    }
}

/**
 * Check each option in the help text of a subcommand
 */
static void check_help(const char *command, const char *help,
                       const char *manual)
{
    for (const char *line = help; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, "  --", 4))
            check_option(command, line, manual);
    }
}

/**
 * Whether the help of a subcommand has an option
 * option          "-name\n" or "-name ", as in the manual page
 */
static int has_option(const char *help, const char *option)
{
    char entry[50];

    snprintf(entry, sizeof(entry), "\n  -%.*s ", (int)strcspn(option, " \n"),
             option);
    return strstr(help, entry) != NULL;
}

static void every_option_is_in_help_manual_and_parser(void **state)
{
    char *manual = read_bytes(OPINE_SOURCE_DIR "/cli/opine.1", NULL);
    char *help[COMMANDS];

    (void)state;
    for (size_t i = 0; i < COMMANDS; i++) {
        help[i] = strdup(run_opine(commands[i], "--help"));
        check_help(commands[i], help[i], manual);
    }
    for (const char *m = manual; (m = strstr(m, ".It Fl -"));) {
        int found = 0;

        m += strlen(".It Fl ");
        for (size_t i = 0; i < COMMANDS; i++)
            found |= has_option(help[i], m);
        if (!found)
            fail_msg("in no help: -%.30s", m);
    }
    for (size_t i = 0; i < COMMANDS; i++)
        free(help[i]);
    free(manual);
}

static void help_without_a_subcommand_is_that_of_score(void **state)
{
    char *help = strdup(run_opine("--help"));

    (void)state;
    assert_string_equal(run_opine("score", "--help"), help);
    assert_non_null(strstr(help, "\n  align "));
    free(help);
}

static void options_of_another_subcommand_are_refused(void **state)
{
    (void)state;
    assert_string_equal(fails(2, "align", "--min-mos", "3", "REF", "DEG"),
                        "opine: --min-mos: not an option of opine align\n");
    assert_string_equal(fails(2, "REF", "DEG", "--svg=x"),
                        "opine: --svg: not an option of opine score\n");
    fails(2, "align", "--quiet", "REF", "DEG");
    fails(2, "align", "--band=nb", "REF", "DEG");
    fails(2, "score", "--svg", "x", "REF", "DEG");
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_option_is_in_help_manual_and_parser),
        TEST(help_without_a_subcommand_is_that_of_score),
        TEST(options_of_another_subcommand_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
