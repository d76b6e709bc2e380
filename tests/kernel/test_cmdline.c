/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of the kernel's command line. */
#include "tests/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/include/cmdline.h"

static void expect_init(const char *line, const char *want)
{
    size_t len;
    const char *value = cmdline_value(line, "init", &len);

    if (!want) {
        assert_null(value);
        return;
    }
    assert_non_null(value);
    assert_int_equal(len, strlen(want));
    assert_memory_equal(value, want, len);
}

static void test_a_word_is_no_part_of_another(void **state)
{
    (void)state;
    expect_init("", NULL);
    expect_init("init", NULL);
    expect_init("noinit=/a rdinit=/b init2=/c", NULL);
    expect_init("quiet init=/bin/sh -- init", "/bin/sh");
    expect_init("init=", "");
    expect_init("init=/a  init=/b ", "/b");
}

static void test_program_is_cut_to_its_buffer(void **state)
{
    char buf[7];

    (void)state;
    assert_null(cmdline_init("quiet", buf, sizeof(buf)));
    assert_string_equal(cmdline_init("init=/bin/sh", buf, sizeof(buf)), "/bin/s");
    assert_string_equal(cmdline_init("init=/a rdinit=/b", buf, sizeof(buf)), "/b");
}

/* The line ends where its allocation ends: a sanitizer sees a look behind it. */
static bool size_of(const char *line, unsigned *rows, unsigned *cols)
{
    char *copy = strdup(line);
    bool found = cmdline_console_size(copy, rows, cols);

    free(copy);
    return found;
}

static void test_console_size(void **state)
{
    static const char *const wrong[] = {"", "console_size=", "console_size=24", "console_size=24x",
                                        "console_size=x80", "console_size=0x80", "console_size=24x80x",
                                        "console_size=24y80", "console_size=10000x80",
                                        "console_size=24x18446744073709551696"};
    unsigned rows, cols;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(size_of(wrong[i], &rows, &cols));
    assert_true(size_of("a console_size=50x9999 b", &rows, &cols));
    assert_int_equal(rows, 50);
    assert_int_equal(cols, 9999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_word_is_no_part_of_another),
        cmocka_unit_test(test_program_is_cut_to_its_buffer),
        cmocka_unit_test(test_console_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
