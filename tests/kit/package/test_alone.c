/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_alone.c - a trap of a few instructions, on both CPUs, with the installed library. */
#include <trapline/test.h>

trapline_test(user_mode_cannot_write_the_kernel)
{
    int is_arm64 = trapline_arch(t) == TRAPLINE_ARM64;
    uint64_t user = trapline_place(t, TRAPLINE_USER_CODE);
    uint64_t goal = trapline_place(t, TRAPLINE_KERNEL_DATA);
    const char *store = is_arm64 ? "str x1, [x0]" : "mov %rsi, (%rdi)";

    trapline_ok(trapline_assemble(t, user, store, NULL));
    trapline_ok(trapline_enter_user(t, user));
    trapline_ok(trapline_set(t, is_arm64 ? "x0" : "rdi", goal));
    trapline_ok(trapline_run_to_trap(t));
    assert_int_equal(trapline_last_trap(t).addr, goal);
    assert_int_equal(trapline_last_trap(t).vector, is_arm64 ? 0x400 : 14);
}

static int open_arm64(struct trapline **t, char *err, size_t err_len)
{
    return trapline_open_asm(TRAPLINE_ARM64, "b .", 0, t, err, err_len);
}

static int open_x86_64(struct trapline **t, char *err, size_t err_len)
{
    return trapline_open_asm(TRAPLINE_X86_64, "jmp .", 0, t, err, err_len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {trapline_unit(user_mode_cannot_write_the_kernel)};

    return trapline_run_tests(tests, open_arm64) | trapline_run_tests(tests, open_x86_64);
}
