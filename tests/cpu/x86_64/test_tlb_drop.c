/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine's TLB has to forget (cpu/arch/x86_64/tlb_drop.c): a large page by one INVLPG,
 * however that says its address and whoever filled it in.
 */
#include "tests/cpu/x86_64/one_access.h"

#define LARGE       0x800000u
#define OTHER_LARGE 0xa00000u

/* One INVLPG is enough for a large page: it drops all that was known of it (4.10.4.1). */
static void test_invlpg_drops_a_large_page_whole(void **state)
{
    static const struct {
        const char *name;
        uint8_t code[9]; /* INVLPG of RAX, and a register or displacement that takes back what it adds */
        unsigned length;
        uint64_t add;
    } forms[] = {
        {"(%rax)", {0x0f, 0x01, 0x38}, 3, 0},
        {"8(%rax)", {0x0f, 0x01, 0x78, 0x08}, 4, -8ull},
        {"-0x12345678(%rax)", {0x0f, 0x01, 0xb8, 0x88, 0xa9, 0xcb, 0xed}, 7, 0x12345678},
        {"(%rax,%r9,4)", {0x42, 0x0f, 0x01, 0x3c, 0x88}, 5, -4ull * 0x77},
        {"(%eax)", {0x67, 0x0f, 0x01, 0x38}, 4, 0},
        {"(%r8)", {0x41, 0x0f, 0x01, 0x38}, 4, 0},
        {"(%r13)", {0x41, 0x0f, 0x01, 0x7d, 0x00}, 5, 0},
        {"(%r12)", {0x41, 0x0f, 0x01, 0x3c, 0x24}, 5, 0},
    };
    /* mov (%rdi),%rcx; mov (%rbx),%rdx; mov %rsi,(%r10); INVLPG; mov (%rdi),%rcx; mov (%rbx),%rdx */
    static const uint8_t before[] = {0x48, 0x8b, 0x0f, 0x48, 0x8b, 0x13, 0x49, 0x89, 0x32};
    static const uint8_t after[] = {0x48, 0x8b, 0x0f, 0x48, 0x8b, 0x13, INT3};
    struct machine *m = open_ready();

    (void)state;
    machine_poke(m, LARGE + 0x5008, 0x11);
    machine_poke(m, LARGE + 0x9008, 0x12);
    machine_poke(m, OTHER_LARGE + 0x5008, 0x21);
    machine_poke(m, OTHER_LARGE + 0x9008, 0x22);
    for (unsigned i = 0; i < 2 * ARRAY_LEN(forms); i++) {
        unsigned form = i / 2, length = forms[form].length;
        vaddr_t at = VA + 0x5008;
        uint8_t code[32];

        memcpy(code, before, sizeof(before));
        memcpy(code + sizeof(before), forms[form].code, length);
        memcpy(code + sizeof(before) + length, after, sizeof(after));
        machine_poke(m, DIR, LARGE | 0xe3);
        place(m, &(struct access){.name = "invlpg"}, false);
        assert_ok(x86_phys_write(&m->x, CODE, code, sizeof(before) + length + sizeof(after)), "");
        x86_set_gpr(&m->x, 0, at + forms[form].add);
        for (unsigned reg = 8; reg < 16; reg++)
            x86_set_gpr(&m->x, reg, at);
        x86_set_gpr(&m->x, 9, 0x77);
        x86_set_gpr(&m->x, 10, DIR);
        x86_set_gpr(&m->x, 7, at);
        x86_set_gpr(&m->x, 3, at ^ (0x5008 ^ 0x9008));
        x86_set_gpr(&m->x, 6, OTHER_LARGE | 0xe3);
        x86_tlb_walk_here(&m->x, i & 1);
        x86_engine_flush_tlb(&m->x);
        m->traps = 0;
        stopping = true;
        machine_run(m, m->x.count.n + 100);
        stopping = false;
        assert_int_equal(m->traps, 1);
        assert_int_equal(m->trap[0].vector, X86_BP);
        if (x86_gpr(&m->x, 1) != 0x21 || x86_gpr(&m->x, 2) != 0x22)
            fail_msg("invlpg %s, walk %s: 0x%llx and 0x%llx", forms[form].name,
                     i & 1 ? "here" : "of the engine", (unsigned long long)x86_gpr(&m->x, 1),
                     (unsigned long long)x86_gpr(&m->x, 2));
    }
    machine_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_invlpg_drops_a_large_page_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
