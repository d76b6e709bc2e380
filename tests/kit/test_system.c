/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kit for trap tests: system registers by number, golden files and the options of a machine, on
 * both CPUs. What is set by number is what the guest's own instruction reads.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "sim/kit/test.h"

#define MPIDR  TRAPLINE_SYSREG(3, 0, 0, 0, 5)
#define CNTFRQ TRAPLINE_SYSREG(3, 3, 14, 0, 0)
#define TPIDR1 TRAPLINE_SYSREG(3, 0, 13, 0, 4)
#define HCR    TRAPLINE_SYSREG(3, 4, 1, 1, 0)
#define LEVEL  TRAPLINE_SYSREG(3, 0, 4, 2, 2)
#define PMCR   TRAPLINE_SYSREG(3, 3, 9, 12, 0)
#define IAR    TRAPLINE_SYSREG(3, 0, 12, 12, 0)
#define PAT    0x277u
#define LSTAR  0xc0000082u

static bool is_arm64(struct trapline *t)
{
    return trapline_arch(t) == TRAPLINE_ARM64;
}

/* What the guest reads of it, in one instruction at the start of the kernel's code. */
static uint64_t guest_reads(struct trapline *t, uint32_t number)
{
    uint64_t code = trapline_place(t, TRAPLINE_KERNEL_CODE);
    uint32_t mrs = 0xd5200000u | number << 5 | 9; /* mrs x9, .. */

    trapline_ok(trapline_write(t, code, is_arm64(t) ? (void *)&mrs : (void *)"\x0f\x32",
                               is_arm64(t) ? 4 : 2));
    trapline_ok(trapline_set_pc(t, code));
    if (!is_arm64(t))
        trapline_ok(trapline_set(t, "rcx", number));
    trapline_ok(trapline_step(t, 1));
    assert_int_equal(trapline_last_trap(t).n, 0);
    return is_arm64(t) ? trapline_get(t, "x9")
                       : trapline_get(t, "rdx") << 32 | trapline_get(t, "rax");
}

trapline_test(what_is_set_by_number_the_guest_reads)
{
    static const uint32_t numbers[2][4] = {{TPIDR1, TRAPLINE_SYSREG(3, 0, 2, 0, 0), /* TTBR0_EL1 */
                                            TRAPLINE_SYSREG(3, 3, 14, 3, 2), /* CNTV_CVAL_EL0 */
                                            TRAPLINE_SYSREG(3, 0, 6, 0, 0)}, /* FAR_EL1 */
                                           {PAT, LSTAR, 0xc0000101, 0x176}};
    static const uint64_t values[2] = {0x40001000, 0x0000040600070400};
    uint64_t is = 0, value = values[!is_arm64(t)];

    for (size_t i = 0; i < 4; i++) {
        uint32_t number = numbers[!is_arm64(t)][i];

        trapline_ok(trapline_set_sysreg(t, number, value));
        trapline_ok(trapline_get_sysreg(t, number, &is));
        assert_int_equal(is, value);
        assert_int_equal(guest_reads(t, number), value);
    }
    assert_int_equal(trapline_get(t, is_arm64(t) ? "tpidr_el1" : "lstar"),
                     value);
}

trapline_test(what_only_tells_is_read_and_not_written)
{
    static const uint32_t numbers[2][3] = {
        {MPIDR, CNTFRQ, TRAPLINE_SYSREG(3, 0, 0, 4, 0)}, {0xfe, 0xc0000080, 0x8b}};
    uint64_t before = 0, after = 0;

    for (size_t i = 0; i < 3; i++) {
        uint32_t number = numbers[!is_arm64(t)][i];

        trapline_ok(trapline_get_sysreg(t, number, &before));
        assert_int_equal(guest_reads(t, number), before);
        assert_int_equal(trapline_set_sysreg(t, number, before ^ 1ull << 50), -EINVAL);
        assert_non_null(strstr(trapline_error(t), "cannot hold"));
        trapline_ok(trapline_get_sysreg(t, number, &after));
        assert_int_equal(after, before);
        trapline_ok(trapline_set_sysreg(t, number, before));
    }
}

trapline_test(what_is_not_there_is_said)
{
    static const uint32_t numbers[2][4] = {{HCR, PMCR, IAR, TRAPLINE_SYSREG(3, 7, 15, 15, 7)},
                                           {0x1234, 0xc0010000, 0xc0010112, 0x800}};
    uint64_t value = 7;

    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(trapline_get_sysreg(t, numbers[!is_arm64(t)][i], &value), -ENOENT);
        assert_int_equal(trapline_set_sysreg(t, numbers[!is_arm64(t)][i], 0), -ENOENT);
        assert_non_null(strstr(trapline_error(t), "there is no system register 0x"));
    }
    if (!is_arm64(t))
        assert_int_equal(trapline_set_sysreg(t, LSTAR, 1ull << 50), -EINVAL);
}

trapline_test(user_mode_does_not_hide_them)
{
    uint64_t value = 0;

    trapline_ok(trapline_enter_user(t, trapline_place(t, TRAPLINE_USER_CODE)));
    trapline_ok(trapline_get_sysreg(t, is_arm64(t) ? MPIDR : PAT, &value));
    assert_int_equal(value, is_arm64(t) ? 0x80000000 : 0x0007040600070406);
}

trapline_test(a_golden_file_is_compared_and_written)
{
    char path[] = "/tmp/trapline-golden-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    assert_non_null(strstr(trapline_differ_golden(t, "one\n", path, false), "TRAPLINE_UPDATE=1"));
    assert_null(trapline_differ_golden(t, "one\ntwo\n", path, true));
    assert_null(trapline_differ_golden(t, "one\ntwo\n", path, false));
    assert_non_null(
        strstr(trapline_differ_golden(t, "one\nthree\n", path, false), " one\n-two\n+three\n"));
    assert_null(trapline_differ_golden(t, "", path, true));
    assert_null(trapline_differ_golden(t, "", path, false));
    unlink(path);
    assert_non_null(
        strstr(trapline_differ_golden(t, "one\n", "/nowhere/golden", true), "/nowhere/golden"));
}

trapline_test(one_register_is_compared)
{
    const char *general = is_arm64(t) ? "x3" : "rcx", *vector = is_arm64(t) ? "v2" : "xmm2", *text;

    trapline_ok(trapline_set(t, general, 7));
    trapline_assert_reg(general, 7);
    text = trapline_differ_reg(t, general, 8);
    assert_non_null(strstr(text, is_arm64(t) ? "  x3       should be 0x0000000000000008\n"
                                             : "  rcx      should be 0x0000000000000008\n"));
    assert_non_null(strstr(text, " is        0x0000000000000007\n"));
    assert_non_null(strstr(trapline_differ_reg(t, "x99", 0), "has no register x99"));
    trapline_ok(trapline_set(t, vector, 5));
    trapline_assert_reg(vector, 5);
    trapline_ok(trapline_fill_vectors(t, 1));
    text = trapline_differ_reg(t, vector, 5);
    assert_non_null(strstr(text, "should be 0x00000000000000000000000000000005\n"));
}

static int open_arm64(struct trapline **t, char *err, size_t err_len)
{
    return trapline_open_code(TRAPLINE_ARM64, "", 0, NULL, t, err, err_len);
}

static int open_x86_64(struct trapline **t, char *err, size_t err_len)
{
    return trapline_open_code(TRAPLINE_X86_64, "", 0, NULL, t, err, err_len);
}

/* A kernel that is entered at EL2 drops to EL1 by an ERET, which is no return to user mode. */
static void test_a_kernel_at_el2(void **state)
{
    const struct trapline_options options = {.el2 = true, .gic = 2};
    struct trapline *t;
    char err[256];
    uint64_t value;

    (void)state;
    if (trapline_open_elf(TRAPLINE_ARM64, FOREIGN_ARM64, &options, &t, err, sizeof(err)) != 0)
        fail_msg("%s", err);
    trapline_ok(trapline_get_sysreg(t, LEVEL, &value));
    assert_int_equal(value, 2 << 2);
    assert_int_equal(trapline_set_sysreg(t, HCR, 1ull << 31 | 1), -EINVAL); /* stage 2 */
    trapline_ok(trapline_get_sysreg(t, HCR, &value));
    assert_int_equal(value & 1, 0);
    trapline_ok(trapline_run_to_return(t, false));
    trapline_ok(trapline_get_sysreg(t, LEVEL, &value));
    assert_int_equal(value, 2 << 2);
    trapline_ok(trapline_step(t, 1));
    trapline_ok(trapline_get_sysreg(t, LEVEL, &value));
    assert_int_equal(value, 1 << 2);
    assert_int_equal(trapline_run_to_return(t, true), -ESHUTDOWN); /* it has no user mode */
    trapline_close(t);
}

static void test_options_that_no_machine_has(void **state)
{
    static const struct {
        enum trapline_arch arch;
        struct trapline_options options;
        const char *text;
    } bad[] = {
        {TRAPLINE_X86_64, {.el2 = true}, "options of arm64"},
        {TRAPLINE_X86_64, {.gic = 3}, "options of arm64"},
        {TRAPLINE_ARM64, {.gic = 4}, "`gic` is 2 or 3"},
        {TRAPLINE_ARM64, {.el2 = true}, "is at EL1"},
        {TRAPLINE_ARM64, {.later = {0, 1}}, "begin with {0}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct trapline *t;
        char err[256] = "";

        assert_int_equal(
            trapline_open_code(bad[i].arch, "", 0, &bad[i].options, &t, err, sizeof(err)), -EINVAL);
        assert_null(t);
        assert_non_null(strstr(err, bad[i].text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        trapline_unit(what_is_set_by_number_the_guest_reads),
        trapline_unit(what_only_tells_is_read_and_not_written),
        trapline_unit(what_is_not_there_is_said),
        trapline_unit(user_mode_does_not_hide_them),
        trapline_unit(a_golden_file_is_compared_and_written),
        trapline_unit(one_register_is_compared),
    };
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(test_a_kernel_at_el2),
        cmocka_unit_test(test_options_that_no_machine_has),
    };

    return trapline_run_tests(tests, open_arm64) | trapline_run_tests(tests, open_x86_64) |
           cmocka_run_group_tests(alone, NULL, NULL);
}
