/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/symptom.c: which lines of a console tell two failures apart, and which numbers do. */
#include "sim/symptom.h"

#include <string.h>
#include <xxhash.h>

#include "tests/cmocka.h"

static struct explore_result shows(const char *text, int status)
{
    struct explore_result r = {.end = {.reason = SIM_END_POWEROFF, .status = status}};

    buf_put(&r.console, text, strlen(text) + 1);
    r.console_hash = explore_console_hash(&r);
    return r;
}

static struct symptom of(enum explore_failure failure, const char *good, const char *bad,
                         int status)
{
    struct explore_rules rules = {.counts = 1u << failure};
    struct explore_result a = shows(good, 0), b = shows(bad, status);
    struct symptom s;

    symptom_of_console(failure, &rules, &a, &b, &s);
    explore_result_free(&a);
    explore_result_free(&b);
    return s;
}

static bool same(const char *one, const char *other, enum symptom_level level)
{
    struct symptom a = of(EXPLORE_STATUS, "boot\nPASS\n", one, 1);
    struct symptom b = of(EXPLORE_STATUS, "boot\nPASS\n", other, 1);

    return symptom_same(&a, &b, level);
}

static void test_first_new_line_counts(void **state)
{
    (void)state;
    assert_string_equal(of(EXPLORE_STATUS, "a\nb\n", "b\r\na\r\nnew\r\nnewer\n", 1).text,
                        "a new line: new");
    assert_string_equal(of(EXPLORE_OUTPUT, "a\nb\n", "a\n", 0).text, "a line is missing: b");
    assert_string_equal(of(EXPLORE_OUTPUT, "a\nb\n", "b\na\n", 0).text,
                        "a line in another place: b");
    assert_string_equal(of(EXPLORE_STATUS, "a\nb\n", "a\nb\n", 1).text, "");
}

static void test_another_line_is_another_failure(void **state)
{
    (void)state;
    assert_true(same("boot\nlost x\n", "boot\nother\n", SYMPTOM_KIND));
    assert_false(same("boot\nlost x\n", "boot\nlost y\n", SYMPTOM_WHAT));
    assert_true(same("boot\nlost x\nmore\n", "lost x\n", SYMPTOM_WHAT));
    assert_false(same("boot\nlost x\nmore\n", "lost x\n", SYMPTOM_EXACT));
}

static void test_another_status_is_another_failure(void **state)
{
    struct symptom a = of(EXPLORE_STATUS, "", "x\n", 1), b = of(EXPLORE_STATUS, "", "x\n", 2);

    (void)state;
    assert_false(symptom_same(&a, &b, SYMPTOM_KIND));
    assert_false(symptom_same(&a, &b, SYMPTOM_WHAT));
}

static void test_numbers_do_not_count(void **state)
{
    (void)state;
    assert_true(same("late by 1234 us\n", "late by 7 us\n", SYMPTOM_WHAT));
    assert_true(same("[   12.5] at 0xffff1234\n", "[    1.75] at 0xabcd\n", SYMPTOM_WHAT));
    assert_true(same("oops: f+0x10/0x40\n", "oops: f/0x44\n", SYMPTOM_WHAT));
    assert_false(same("late by 1234 us\n", "late by 7 us\n", SYMPTOM_EXACT));
}

static void test_names_and_lines_of_files_count(void **state)
{
    (void)state;
    assert_false(same("x9 is lost\n", "x10 is lost\n", SYMPTOM_WHAT));
    assert_false(same("failed: race.c:17\n", "failed: race.c:18\n", SYMPTOM_WHAT));
    assert_false(same("failed at line 17: x\n", "failed at line 18: x\n", SYMPTOM_WHAT));
    assert_false(same("kernel:0x1000\n", "kernel:0x1004\n", SYMPTOM_WHAT));
    assert_true(same("took: 17\n", "took: 18\n", SYMPTOM_WHAT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_new_line_counts),
        cmocka_unit_test(test_another_line_is_another_failure),
        cmocka_unit_test(test_another_status_is_another_failure),
        cmocka_unit_test(test_numbers_do_not_count),
        cmocka_unit_test(test_names_and_lines_of_files_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
