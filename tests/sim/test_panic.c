/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a console says of a panic and of an oops, in the words of Linux 5.10 to 6.12 on both CPUs.
 */
#include "tests/cmocka.h"

#include <string.h>

#include "sim/panic.h"

/* All of `text`, in pieces of `piece` bytes that come at 100, 101, .. */
static struct panic heard(const char *text, size_t piece)
{
    struct panic p = {0};
    insn_t n = 100;

    for (size_t at = 0, len = strlen(text); at < len; at += piece)
        panic_console(&p, n++, (const uint8_t *)text + at, len - at < piece ? len - at : piece);
    return p;
}

static void test_a_panic_is_its_first_line(void **state)
{
    struct panic p =
        heard("[    0.760354] Kernel panic - not syncing: VFS: no root\r\n"
              "[    0.760355] Kernel panic - not syncing: second\r\n"
              "[    0.760360] ---[ end Kernel panic - not syncing: VFS: no root ]---\r\n",
              1);

    (void)state;
    assert_string_equal(p.words, "Kernel panic - not syncing: VFS: no root");
    assert_int_equal(p.n,
                     100 + strlen("[    0.760354] Kernel panic - not syncing: VFS: no root\r"));
    assert_true(p.over);
    assert_string_equal(p.oops.words, "");
}

static void test_our_kernel_says_its_reason_in_the_next_line(void **state)
{
    struct panic p = heard("kernel: panic\nkernel: no init\n", 7);

    (void)state;
    assert_string_equal(p.words, "kernel: no init");
    assert_false(p.over);
}

static void test_an_oops_is_named_by_its_cause(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"[    1.0] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
         "[    1.0] #PF: supervisor write access in kernel mode\n"
         "[    1.0] Oops: 0002 [#1] PREEMPT SMP NOPTI\n"
         "[    1.1] BUG: another\n[    1.1] Oops: 0002 [#2] PREEMPT SMP NOPTI\n",
         "BUG: kernel NULL pointer dereference, address: 0000000000000010"},
        {"Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010\n"
         "Mem abort info:\nInternal error: Oops: 0000000096000046 [#1] SMP\n",
         "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010"},
        {"kernel BUG at mm/slub.c:381!\ninvalid opcode: 0000 [#1] PREEMPT SMP\n",
         "kernel BUG at mm/slub.c:381!"},
        /* With a low loglevel the cause is not on the console. */
        {"Internal error: Oops - BUG: 00000000f2000800 [#1] SMP\n",
         "Internal error: Oops - BUG: 00000000f2000800 [#1] SMP"},
        {"general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP\n",
         "general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP"},
        {"[   28.1] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [insmod:52]\n",
         "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [insmod:52]"},
        /* A program that prints alike has no oops. */
        {"BUG: frobnicator\nshell: [#2] done\n", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct panic p = heard(cases[i].text, 1000);

        assert_string_equal(p.oops.words, cases[i].words);
        assert_string_equal(p.words, "");
    }
}

static void test_a_halt_is_the_last_that_is_said(void **state)
{
    struct panic p = heard("[  860.8] reboot: System halted\n", 1000);

    (void)state;
    assert_string_equal(p.halt.words, "reboot: System halted");
    assert_true(p.over);
    p = heard("[  860.8] reboot: System halted\n[  860.9] more\n", 1000);
    assert_false(p.over);
}

static void test_a_line_of_any_length_is_taken(void **state)
{
    char text[1000];
    struct panic p;

    (void)state;
    memset(text, 'x', sizeof(text));
    memcpy(text, "Kernel panic", 12);
    text[sizeof(text) - 2] = '\n';
    text[sizeof(text) - 1] = '\0';
    p = heard(text, 64);
    assert_int_equal(strlen(p.words), PANIC_LEN - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_panic_is_its_first_line),
        cmocka_unit_test(test_our_kernel_says_its_reason_in_the_next_line),
        cmocka_unit_test(test_an_oops_is_named_by_its_cause),
        cmocka_unit_test(test_a_halt_is_the_last_that_is_said),
        cmocka_unit_test(test_a_line_of_any_length_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
