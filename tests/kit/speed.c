/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * speed.c - two hundred trap tests of one CPU: `speed arm64|x86_64`. Each stands in user mode,
 * faults, runs the kernel's handler to its return and compares all vector registers. The time of
 * the whole process and of one test are measured from outside, by tests/bench/kit.c.
 */
#include <stdio.h>
#include <string.h>

#include "sim/kit/test.h"

#define TESTS 200

trapline_test(fault_and_back)
{
    struct trapline_regs user;

    trapline_ok(trapline_regs(t, &user));
    trapline_ok(trapline_run_to_return(t, true));
    trapline_assert_regs(&user, TRAPLINE_VECTORS | TRAPLINE_GENERAL, NULL);
}

static int prepare(struct trapline *t)
{
    static const uint8_t arm64_store[] = {0x01, 0x00, 0x00, 0xf9},
                         arm64_eret[] = {0xe0, 0x03, 0x9f, 0xd6};
    static const uint8_t x86_store[] = {0x48, 0x89, 0x37},
                         x86_iretq[] = {0x48, 0x83, 0xc4, 0x08, 0x48, 0xcf};
    int is_arm64 = trapline_arch(t) == TRAPLINE_ARM64, rc;
    uint64_t user = trapline_place(t, TRAPLINE_USER_CODE);

    if ((rc = trapline_write(t, user, is_arm64 ? arm64_store : x86_store, is_arm64 ? 4 : 3)) ||
        (rc = trapline_write(t, trapline_vector(t, is_arm64 ? 0x400 : 14),
                             is_arm64 ? arm64_eret : x86_iretq, is_arm64 ? 4 : 6)) ||
        (rc = trapline_enter_user(t, user)) || (rc = trapline_fill_vectors(t, 1)))
        return rc;
    return trapline_set(t, is_arm64 ? "x0" : "rdi", trapline_place(t, TRAPLINE_READ_ONLY));
}

static int open_arm64(struct trapline **t, char *err, size_t err_len)
{
    int rc = trapline_open_code(TRAPLINE_ARM64, "", 0, NULL, t, err, err_len);

    return rc ? rc : prepare(*t);
}

static int open_x86_64(struct trapline **t, char *err, size_t err_len)
{
    int rc = trapline_open_code(TRAPLINE_X86_64, "", 0, NULL, t, err, err_len);

    return rc ? rc : prepare(*t);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[TESTS];
    size_t count = argc > 2 && !strcmp(argv[2], "1") ? 1 : TESTS;

    for (size_t i = 0; i < TESTS; i++)
        tests[i] = (struct CMUnitTest)trapline_unit(fault_and_back);
    return trapline_run_tests_("speed", tests, count,
                               argc > 1 && !strcmp(argv[1], "x86_64") ? open_x86_64 : open_arm64);
}
