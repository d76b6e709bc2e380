/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The readers on pieces of real logs (QEMU 7.2) and of our own JSON. */
#include "tests/cmocka.h"

#include <errno.h>
#include <string.h>

#include "tests/qemu/trap_list.h"

static const char arm64_log[] =
    "Taking exception 2 [SVC] on CPU 0\n"
    "...from EL0 to EL1\n"
    "...with ESR 0x15/0x56000011\n"
    "...with ELR 0x40080110\n"
    "...to EL1 PC 0x40080c00 PSTATE 0x3c5\n"
    "Exception return from AArch64 EL1 to AArch64 EL0 PC 0x40080110\n"
    "Taking exception 5 [IRQ] on CPU 0\n"
    "...from EL0 to EL1\n"
    "...with ESR 0x25/0x96000007\n"
    "...with ELR 0x40080114\n"
    "...to EL1 PC 0x40080c80 PSTATE 0x3c5\n"
    "Taking exception 4 [Data Abort] on CPU 0\n"
    "...from EL1 to EL1\n"
    "...with ESR 0x25/0x96000047\n"
    "...with FAR 0x40205010\n"
    "...with SPSR 0x600003c5\n"
    "...with ELR 0x40080130\n"
    "...to EL1 PC 0x40080a00 PSTATE 0x3c5\n"
    "Taking exception 11 [Hypervisor Call] on CPU 0\n"
    "...from EL1 to EL2\n"
    "...with ESR 0x16/0x5a000000\n"
    "...handled as PSCI call\n";

#define REGISTERS(efer) "RAX=0000000000000001 RBX=0000000000000000\nEFER=" efer "\n"
static const char x86_64_log[] =
    "     0: v=08 e=0000 i=0 cpl=0 IP=f000:000000000000e988 pc=00000000000fe988 SP=0 CR2=0\n"
    REGISTERS("0000000000000000")
    "Servicing hardware INT=0x08\n"
    "check_exception old: 0xffffffff new 0xe\n"
    "     1: v=0e e=0006 i=0 cpl=3 IP=0023:00000000001830a0 pc=00000000001830a0 "
    "SP=001b:0000000000181000 CR2=0000000000186010\n"
    REGISTERS("0000000000000d01")
    "Servicing hardware INT=0x20\n"
    "     2: v=20 e=0000 i=0 cpl=3 IP=0023:00000000001830a4 pc=00000000001830a4 "
    "SP=001b:0000000000181000 env->regs[R_EAX]=0000000000000001\n"
    REGISTERS("0000000000000d01")
    "     3: v=03 e=0000 i=1 cpl=3 IP=0023:0000000000183020 pc=0000000000183020 "
    "SP=001b:0000000000181000 env->regs[R_EAX]=0000000000000001\n"
    REGISTERS("0000000000000d01")
    "     4: v=42 e=0000 i=1 cpl=3 IP=0023:000000000018302a pc=000000000018302a "
    "SP=001b:0000000000181000 env->regs[R_EAX]=0000000000000001\n"
    REGISTERS("0000000000000d01")
    "check_exception old: 0xffffffff new 0xd\n"
    "     5: v=0d e=0422 i=0 cpl=3 IP=0023:000000000018302a pc=000000000018302a "
    "SP=001b:0000000000181000 env->regs[R_EAX]=0000000000000001\n"
    REGISTERS("0000000000000d01")
    "     6: v=42 e=0000 i=1 cpl=3 IP=0023:0000000000183030 pc=0000000000183030 "
    "SP=001b:0000000000181000 env->regs[R_EAX]=0000000000000001\n"
    REGISTERS("0000000000000d01")
    "     7: v=0d e=0212 i=0 cpl=3 IP=0023:0000000000183030 pc=0000000000183030 "
    "SP=001b:0000000000181000 env->regs[R_EAX]=0000000000000001\n"
    REGISTERS("0000000000000d01"); /* as QEMU 9 has it */

static void expect(const struct trap_list *list, const struct trap_entry *want, size_t count)
{
    struct trap_list w = {.entries = (struct trap_entry *)(uintptr_t)want, .count = count};

    assert_int_equal(list->count, count);
    assert_int_equal(trap_list_compare(list, &w), -1);
}

static FILE *text_file(const char *text)
{
    FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

    assert_non_null(f);
    return f;
}

static void test_log_without_exceptions_is_refused(void **state)
{
    struct trap_list list;
    char err[100];
    FILE *f = text_file("nothing here\n");

    (void)state;
    assert_int_equal(trap_list_read_qemu(ARCH_ARM64, f, &list, err, sizeof(err)), -EINVAL);
    fclose(f);
}

static void test_arm64_log(void **state)
{
    static const struct trap_entry want[] = {
        {0x400, 0x56000011, 0, 0x40080110},
        {0x200, 0x96000047, 0x40205010, 0x40080130},
    };
    struct trap_list list;
    char err[100];
    FILE *f = text_file(arm64_log);

    (void)state;
    assert_ok(trap_list_read_qemu(ARCH_ARM64, f, &list, err, sizeof(err)), err);
    expect(&list, want, ARRAY_LEN(want));
    trap_list_free(&list);
    fclose(f);
}

static void test_x86_64_log(void **state)
{
    static const struct trap_entry want[] = {
        {14, 6, 0x186010, 0x1830a0},
        {3, 0, 0, 0x183021},
        {13, 0x212, 0, 0x18302a},
        {13, 0x212, 0, 0x183030},
    };
    struct trap_list list;
    char err[100];
    FILE *f = text_file(x86_64_log);

    (void)state;
    assert_ok(trap_list_read_qemu(ARCH_X86_64, f, &list, err, sizeof(err)), err);
    expect(&list, want, ARRAY_LEN(want));
    trap_list_free(&list);
    fclose(f);
}

static void test_json_lists_and_lines(void **state)
{
    static const char *const forms[] = {
        "{\"kind\":\"sync\",\"vector\":\"0x200\",\"syndrome\":\"0x96000047\",\"addr\":"
        "\"0x40205010\","
        "\"pc\":1074266416}\n{\"kind\":\"irq\",\"vector\":1152,\"pc\":5}\n",
        "[{\"kind\":\"sync\",\"vector\":512,\"syndrome\":2516582471,\"addr\":1075859472,"
        "\"pc\":\"0x40080130\"}]",
    };
    static const struct trap_entry want[] = {{0x200, 0x96000047, 0x40205010, 0x40080130}};
    struct trap_list list;
    char err[100];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        FILE *f = text_file(forms[i]);

        assert_ok(trap_list_read_json(ARCH_ARM64, f, &list, err, sizeof(err)), err);
        expect(&list, want, ARRAY_LEN(want));
        trap_list_free(&list);
        fclose(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_without_exceptions_is_refused),
        cmocka_unit_test(test_arm64_log),
        cmocka_unit_test(test_x86_64_log),
        cmocka_unit_test(test_json_lists_and_lines),
    };

    return cmocka_run_group_tests_name("qemu.log", tests, NULL, NULL);
}
