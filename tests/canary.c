/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests that must fail, all of them: a harness that lets one pass proves
 * nothing. ctest expects this program to fail (WILL_FAIL), so it exits with 1
 * when every test in it did. */
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void false_is_not_true(void **state)
{
    (void)state;
    assert_true(0);
}

static void far_numbers_are_not_close(void **state)
{
    (void)state;
    assert_close(1.02, 1.0, 0.01, 0.01);
}

static void nan_is_not_close(void **state)
{
    (void)state;
    assert_close(NAN, NAN, INFINITY, 1);
}

static void infinity_is_not_close(void **state)
{
    (void)state;
    assert_close(1.0, INFINITY, 1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(false_is_not_true),
        cmocka_unit_test(far_numbers_are_not_close),
        cmocka_unit_test(nan_is_not_close),
        cmocka_unit_test(infinity_is_not_close),
    };
    int count = sizeof tests / sizeof *tests;

    return cmocka_run_group_tests(tests, NULL, NULL) == count;
}
