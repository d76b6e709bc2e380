/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_alone.c - a trap of a few instructions, on both CPUs, with the installed library. */
#include <trapline/test.h>

trapline_test(user_mode_cannot_write_the_kernel)
{
    static const uint8_t arm64[] = {0x01, 0x00, 0x00, 0xf9}; /* str x1, [x0] */
    static const uint8_t x86_64[] = {0x48, 0x89, 0x37};      /* mov %rsi, (%rdi) */
    int is_arm64 = trapline_arch(t) == TRAPLINE_ARM64;
    uint64_t user = trapline_place(t, TRAPLINE_USER_CODE);
    uint64_t goal = trapline_place(t, TRAPLINE_KERNEL_DATA);

    trapline_ok(trapline_write(t, user, is_arm64 ? arm64 : x86_64, is_arm64 ? 4 : 3));
    trapline_ok(trapline_enter_user(t, user));
    trapline_ok(trapline_set(t, is_arm64 ? "x0" : "rdi", goal));
    trapline_ok(trapline_run_to_trap(t));
    assert_int_equal(trapline_last_trap(t).addr, goal);
    assert_int_equal(trapline_last_trap(t).vector, is_arm64 ? 0x400 : 14);
}

static int open_arm64(struct trapline **t, char *err, size_t err_len)
{
    return trapline_open_code(TRAPLINE_ARM64, "", 0, 0, t, err, err_len);
}

static int open_x86_64(struct trapline **t, char *err, size_t err_len)
{
    return trapline_open_code(TRAPLINE_X86_64, "", 0, 0, t, err, err_len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {trapline_unit(user_mode_cannot_write_the_kernel)};

    return trapline_run_tests(tests, open_arm64) | trapline_run_tests(tests, open_x86_64);
}
