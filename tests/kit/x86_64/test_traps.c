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
    int rc = trapline_open_elf(TRAPLINE_X86_64, kernel_path(NULL), NULL, t, err, err_len);

    if (rc == 0)
        trapline_set_limit(*t, 100000);
    return rc ? rc : trapline_run_to_symbol(*t, "user_store");
}

/* A store of the program's memset faults; what it had in its registers must be there after it. */
trapline_test(pagefault_keeps_sse)
{
    struct trapline_regs user;

    trapline_ok(trapline_fill_vectors(t, 1));
    trapline_ok(trapline_regs(t, &user));
    trapline_ok(trapline_run_to_return(t, true));
    trapline_assert_regs(&user, TRAPLINE_VECTORS, NULL);
}

trapline_test(pagefault_keeps_integers)
{
    static const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rbp", "r8", "r9",
                                        "r10", "r11", "r12", "r13", "r14", "r15"};
    struct trapline_regs user;

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        trapline_ok(trapline_set(t, names[i], 0x1111111111111111ull * (i + 1)));
    trapline_ok(trapline_regs(t, &user));
    trapline_ok(trapline_run_to_return(t, true));
    trapline_assert_regs(&user, TRAPLINE_GENERAL, NULL);
    trapline_ok(trapline_step(t, 1));
    assert_true(trapline_in_user(t));
    trapline_assert_regs(&user, TRAPLINE_GENERAL, NULL);
}

trapline_test(frame_is_what_user_mode_had)
{
    static const struct trapline_field fields[] = {
        {"rax", 0, 8, 0}, {"rcx", 8, 8, 0}, {"rbx", 24, 8, 0}, {"rdi", 48, 8, 0},
        {"r15", 112, 8, 0}, {"rip", 128, 8, 0}, {"cs", 136, 2, 0}, {"rsp", 152, 8, 0},
    };
    struct trapline_regs user;

    trapline_ok(trapline_regs(t, &user));
    trapline_ok(trapline_run_to_symbol(t, "trap_page_fault"));
    trapline_assert_frame(trapline_get(t, "rdi"), fields, sizeof(fields) / sizeof(fields[0]),
                          &user);
}

trapline_test(faults_come_once_a_page)
{
    trapline_ok(trapline_run_to_trap(t));
    trapline_ok(trapline_run_to_trap(t));
    assert_int_equal(trapline_last_trap(t).vector, 14);
    assert_int_equal(trapline_last_trap(t).addr, 0x2001000);
    assert_int_equal(trapline_last_trap(t).pc, trapline_symbol(t, "user_store"));
}

/* A fault outside of the heap ends the program, not the kernel's sanity. */
trapline_test(wild_fault_powers_off)
{
    trapline_ok(trapline_inject_fault(t, 0x5000000, false));
    trapline_ok(trapline_run_to_symbol(t, "power_off"));
    assert_int_equal(trapline_get(t, "rdi"), 3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        trapline_unit(pagefault_keeps_sse),      trapline_unit(pagefault_keeps_integers),
        trapline_unit(frame_is_what_user_mode_had), trapline_unit(faults_come_once_a_page),
        trapline_unit(wild_fault_powers_off),
    };

    kernel_path(argc > 1 ? argv[1] : "kernel.elf");
    return trapline_run_tests(tests, open_kernel);
}
