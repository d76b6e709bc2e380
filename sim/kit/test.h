/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * <trapline/test.h> - trap tests as cmocka tests.
 *
 *     static int open(struct trapline **t, char *err, size_t len)
 *     {
 *         return trapline_open_elf(TRAPLINE_ARM64, "kernel.elf", NULL, t, err, len);
 *     }
 *
 *     trapline_test(pagefault_keeps_neon)
 *     {
 *         struct trapline_regs user;
 *
 *         trapline_ok(trapline_run_to_symbol(t, "user_main"));
 *         trapline_ok(trapline_fill_vectors(t, 1));
 *         trapline_ok(trapline_regs(t, &user));
 *         trapline_ok(trapline_inject_fault(t, 0x1000, true));
 *         trapline_ok(trapline_run_to_return(t, true));
 *         trapline_assert_regs(&user, TRAPLINE_VECTORS, NULL);
 *     }
 *
 *     int main(void)
 *     {
 *         const struct CMUnitTest tests[] = {trapline_unit(pagefault_keeps_neon)};
 *
 *         return trapline_run_tests(tests, open);
 *     }
 *
 * Rules of use
 *   - Every test begins in the state in which the opener left the machine `t`. It is opened once
 *     and taken back to that state before each test, which costs microseconds.
 *   - Include this header alone: it includes cmocka as cmocka wants it.
 *   - When tests fail, the last line is the command that repeats the first of them by itself: with
 *     TRAPLINE_TEST=NAME in the environment (* and ? are wildcards) only that one runs.
 *   - C++ may include it too; the link needs nothing more.
 */
#ifndef TRAPLINE_TEST_H
#define TRAPLINE_TEST_H

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif
#include <cmocka.h>
#ifdef __cplusplus
}
#endif

#include "kit.h"

typedef int (*trapline_open_fn)(struct trapline **t, char *err, size_t err_len);

/* What follows is the body; `t` is the machine. */
#define trapline_test(name)                                                                        \
    static void name##_body(struct trapline *t);                                                   \
    static void name(void **state)                                                                 \
    {                                                                                              \
        struct trapline *t_ = (struct trapline *)*state;                                           \
                                                                                                   \
        trapline_begin_(#name);                                                                    \
        if (trapline_rewind(t_) != 0)                                                              \
            fail_msg("%s", trapline_error(t_));                                                    \
        name##_body(t_);                                                                           \
        trapline_begin_(NULL);                                                                     \
    }                                                                                              \
    static void name##_body(struct trapline *t)

#define trapline_unit(name) cmocka_unit_test(name)

/* A call of kit.h must succeed. */
#define trapline_ok(call)                                                                          \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %s", #call, trapline_error(t));                                          \
    } while (0)

#define trapline_nothing_(text)                                                                    \
    do {                                                                                           \
        const char *text_ = (text);                                                                \
                                                                                                   \
        if (text_)                                                                                 \
            fail_msg("%s", text_);                                                                 \
    } while (0)

#define trapline_assert_reg(name, want) trapline_nothing_(trapline_differ_reg(t, name, want))
#define trapline_assert_regs(want, groups, but)                                                    \
    trapline_nothing_(trapline_differ_regs(t, want, groups, but))
#define trapline_assert_frame(va, fields, count, want)                                             \
    trapline_nothing_(trapline_differ_frame(t, va, fields, count, want))
#define trapline_assert_signal(sp, signo, want)                                                    \
    trapline_nothing_(trapline_differ_signal(t, sp, signo, want))
#define trapline_assert_traps(want) trapline_nothing_(trapline_differ_traps(t, want))
/* A golden file; with TRAPLINE_UPDATE=1 in the environment it is written where it differs. */
#define trapline_assert_golden(text, path)                                                         \
    trapline_nothing_(trapline_differ_golden(t, text, path, trapline_update_()))

static inline bool trapline_update_(void)
{
    const char *value = getenv("TRAPLINE_UPDATE");

    return value && strcmp(value, "1") == 0;
}

/* Of the group that runs: [0] the test that runs, [1] the first that did not come to its end. */
static inline const char **trapline_progress_(void)
{
    static const char *tests[2];

    return tests;
}

/* NULL: the one that runs is at its end. */
static inline void trapline_begin_(const char *name)
{
    const char **tests = trapline_progress_();

    if (name && tests[0] && !tests[1])
        tests[1] = tests[0];
    tests[0] = name;
}

/* "NAME=VALUE COMMAND LINE", each word as a shell wants it. */
static inline void trapline_print_again_(const char *test)
{
    FILE *f = fopen("/proc/self/cmdline", "re");
    char line[2048];
    size_t len = f ? fread(line, 1, sizeof(line) - 1, f) : 0;

    if (f)
        (void)fclose(f);
    line[len] = 0;
    print_error("again: TRAPLINE_TEST=%s", test);
    for (const char *word = line; word < line + len; word += strlen(word) + 1) {
        bool plain = *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                                                 "XYZ0123456789_-+=.,:/@%")];

        print_error(" %s", plain ? "" : "'");
        for (const char *c = word; *c; c++)
            print_error(*c == '\'' ? "'\\''" : "%c", *c);
        print_error("%s", plain ? "" : "'");
    }
    print_error("\n");
}

/* TRAPLINE_TEST names none of them: a name that was mistyped is no success. */
static inline bool trapline_none_is_(const char *only, const struct CMUnitTest *tests, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(only, tests[i].name, 0) == 0)
            return false;
    print_error("TRAPLINE_TEST=%s: no test here has that name\n", only);
    return true;
}

static inline int trapline_run_tests_(const char *name, const struct CMUnitTest *tests,
                                      size_t count, trapline_open_fn open)
{
    struct CMUnitTest with[256];
    struct trapline *t = NULL;
    char err[512] = "";
    const char *only = getenv("TRAPLINE_TEST");
    const char **progress = trapline_progress_();
    int rc;

    if (only && *only) {
        if (trapline_none_is_(only, tests, count))
            return 1;
        cmocka_set_test_filter(only);
    }
    rc = open(&t, err, sizeof(err));
    progress[0] = progress[1] = NULL;
    if (rc == 0 && count <= sizeof(with) / sizeof(with[0]) && trapline_mark(t) == 0) {
        for (size_t i = 0; i < count; i++) {
            with[i] = tests[i];
            with[i].initial_state = t;
        }
        rc = _cmocka_run_group_tests(name, with, count, NULL, NULL);
        trapline_begin_(""); /* the last one may not have come to its end */
        if (rc > 0 && progress[1])
            trapline_print_again_(progress[1]);
    } else {
        print_error("%s: cannot open the machine: %s\n", name,
                    err[0] ? err : t ? trapline_error(t) : "more than 256 tests");
        rc = 1;
    }
    trapline_close(t);
    return rc;
}

#define trapline_run_tests(tests, open)                                                            \
    trapline_run_tests_(#tests, tests, sizeof(tests) / sizeof((tests)[0]), open)

#endif
