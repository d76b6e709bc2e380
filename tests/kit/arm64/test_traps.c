/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_traps.c - the trap path of this kernel, tested without booting anything else. */
#include <stddef.h>

#include <trapline/test.h>

static const char *kernel_path(const char *set)
{
    static const char *path;

    if (set)
        path = set;
    return path;
}

static int open_kernel(struct trapline **t, char *err, size_t err_len)
{
    int rc = trapline_open_elf(TRAPLINE_ARM64, kernel_path(NULL), NULL, t, err, err_len);

    if (rc == 0)
        trapline_set_limit(*t, 100000);
    return rc ? rc : trapline_run_to_symbol(*t, "user_store");
}

/* A store of the program's memset faults; what it had in its registers must be there after it. */
trapline_test(pagefault_keeps_neon)
{
    struct trapline_regs user;

    trapline_ok(trapline_fill_vectors(t, 1));
    trapline_ok(trapline_regs(t, &user));
    trapline_ok(trapline_run_to_return(t, true));
    trapline_assert_regs(&user, TRAPLINE_VECTORS, NULL);
}

trapline_test(pagefault_keeps_integers)
{
    struct trapline_regs user;

    for (int i = 0; i < 31; i++) {
        char name[4] = {'x', (char)(i < 10 ? '0' + i : '0' + i / 10),
                        (char)(i < 10 ? 0 : '0' + i % 10), 0};

        if (i > 1)
            trapline_ok(trapline_set(t, name, 0x1111111111111111ull * (unsigned)(i % 15 + 1)));
    }
    trapline_ok(trapline_regs(t, &user));
    trapline_ok(trapline_run_to_return(t, true));
    trapline_assert_regs(&user, TRAPLINE_GENERAL, NULL);
    trapline_ok(trapline_step(t, 1));
    trapline_assert_regs(&user, TRAPLINE_GENERAL | TRAPLINE_STATE, "sp_el1");
}

#define FIELD(n) {"x" #n, 8 * n, 8, 0}

trapline_test(frame_is_what_user_mode_had)
{
    static const struct trapline_field fields[] = {
        FIELD(0), FIELD(1), FIELD(2), FIELD(18), FIELD(29), FIELD(30),
        {"sp", 248, 8, 0}, {"pc", 256, 8, 0}, {"pstate", 264, 8, 0},
    };
    struct trapline_regs user;

    trapline_ok(trapline_regs(t, &user));
    trapline_ok(trapline_run_to_symbol(t, "trap_user"));
    trapline_assert_frame(trapline_get(t, "x0"), fields, sizeof(fields) / sizeof(fields[0]), &user);
}

trapline_test(faults_come_once_a_page)
{
    trapline_ok(trapline_run_to_trap(t));
    trapline_ok(trapline_run_to_trap(t));
    trapline_assert_traps("el0_sync: data abort: write, translation at user_store\n"
                          "el0_sync: data abort: write, translation at user_store\n");
    assert_int_equal(trapline_last_trap(t).addr, 0x7f001000);
}

/* A fault outside of the heap ends the program, not the kernel's sanity. */
trapline_test(wild_fault_powers_off)
{
    trapline_ok(trapline_inject_fault(t, 0x1000, false));
    trapline_ok(trapline_run_to_symbol(t, "power_off"));
    assert_int_equal(trapline_get(t, "x0"), 3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        trapline_unit(pagefault_keeps_neon),     trapline_unit(pagefault_keeps_integers),
        trapline_unit(frame_is_what_user_mode_had), trapline_unit(faults_come_once_a_page),
        trapline_unit(wild_fault_powers_off),
    };

    kernel_path(argc > 1 ? argv[1] : "kernel.elf");
    return trapline_run_tests(tests, open_kernel);
}
