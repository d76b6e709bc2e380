/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine's TLB has to forget (cpu/arch/arm64/tlb_drop.c): a block by one TLBI, wherever
 * that stands and whoever filled it in; and a page that is written and executed in turn alone.
 */
#include "cpu/arch/arm64/engine.h"
#include "tests/cpu/arm64/harness.h"

#define USER_CODE    0x40200100u
#define KERNEL_CODE  0x40050000u
#define SP1          0x40060000u
#define VA           0x40e00000u /* 2 MiB without tables */
#define BLOCK_BYTES  0x200000u
#define BLOCK        0x40c00000u
#define OTHER_BLOCK  0x40600000u
#define BLOCK_RIGHTS (3ull << 53 | 0x701)
#define SVC          0xd4000001u

/*
 * Run `code` at EL1 up to its SVC: x0 and x1 are addresses in the block of VA, which is at BLOCK;
 * what it stores at x4, x6, is the block's next descriptor; x5 is what TLBI takes.
 */
static void run_blocks(struct machine *m, vaddr_t pc, const uint32_t *code, size_t count,
                       const vaddr_t at[2], uint64_t next, bool here)
{
    paddr_t entry = machine_entry(m, VA);

    machine_code(m, pc, code, count);
    machine_poke(m, entry, BLOCK | BLOCK_RIGHTS);
    machine_set(m, ARM64_PSTATE, PSTATE_DAIF | 5);
    machine_set(m, ARM64_SP_EL1, SP1);
    machine_set(m, ARM64_X0, at[0]);
    machine_set(m, ARM64_X0 + 1, at[1]);
    machine_set(m, ARM64_X0 + 4, entry);
    machine_set(m, ARM64_X0 + 5, at[0] >> 12);
    machine_set(m, ARM64_X0 + 6, next);
    machine_set(m, ARM64_PC, pc);
    arm64_engine_flush_tlb(&m->a);
    arm64_tlb_walk_here(&m->a, here);
    m->traps = 0;
    machine_run(m, m->a.count.n + 100);
    assert_int_equal(m->traps, 1);
}

/* One TLBI is enough for a block: it drops what was known of each of its pages (D8.14.5). */
static void test_tlbi_drops_a_block_whole(void **state)
{
    /* ldr x2, [x0]; ldr x3, [x1]; str x6, [x4]; dsb ish; tlbi vaae1, x5; dsb ish; isb;
     * ldr x2, [x0]; ldr x3, [x1]; svc */
    static const uint32_t code[] = {0xf9400002, 0xf9400023, 0xf9000086, 0xd5033b9f, 0xd5088765,
                                    0xd5033b9f, 0xd5033fdf, 0xf9400002, 0xf9400023, SVC};
    struct machine *m = machine_open("traps");

    (void)state;
    machine_ready(m);
    m->stop_at_trap = true;
    machine_poke(m, BLOCK + 0x5008, 0x11);
    machine_poke(m, BLOCK + 0x9008, 0x12);
    machine_poke(m, OTHER_BLOCK + 0x5008, 0x21);
    machine_poke(m, OTHER_BLOCK + 0x9008, 0x22);
    for (unsigned i = 0; i < 8; i++) {
        vaddr_t first = VA - VA % BLOCK_BYTES + (i & 1 ? 0x9008 : 0x5008);
        vaddr_t at[2] = {first, first ^ (0x5008 ^ 0x9008)};

        run_blocks(m, KERNEL_CODE, code, ARRAY_LEN(code), at,
                   i & 2 ? OTHER_BLOCK | BLOCK_RIGHTS : 0, i & 4);
        if (i & 2) {
            assert_int_equal(m->trap[0].kind, CPU_TRAP_SYSCALL);
            assert_int_equal(machine_reg(m, ARM64_X0 + 2), i & 1 ? 0x22 : 0x21);
            assert_int_equal(machine_reg(m, ARM64_X0 + 3), i & 1 ? 0x21 : 0x22);
        } else {
            assert_int_equal(m->trap[0].pc, KERNEL_CODE + 28);
        }
    }
    machine_close(m);
}

/* So many instructions that each drop a block of its own: more than have a hook of their own. */
static void test_tlbi_drops_blocks_from_everywhere(void **state)
{
    /* ldr x2, [x0]; ldr x3, [x1]; str x6, [x4]; tlbi vaae1, x5; dsb ish; ldr x2, [x0]; ldr x3, [x1] */
    static const uint32_t step[] = {0xf9400002, 0xf9400023, 0xf9000086, 0xd5088765,
                                    0xd5033b9f, 0xf9400002, 0xf9400023};
    struct machine *m = machine_open("traps");
    uint32_t code[ARRAY_LEN(step) + 1];

    (void)state;
    machine_ready(m);
    m->stop_at_trap = true;
    machine_poke(m, BLOCK + 0x9008, 0x12);
    machine_poke(m, OTHER_BLOCK + 0x9008, 0x22);
    memcpy(code, step, sizeof(step));
    code[ARRAY_LEN(step)] = SVC;
    for (unsigned i = 0; i < 100; i++) {
        vaddr_t first = VA - VA % BLOCK_BYTES + 0x5008, pc = KERNEL_CODE + 64 * i;
        vaddr_t at[2] = {first, first + 0x4000};

        run_blocks(m, pc, code, ARRAY_LEN(code), at, OTHER_BLOCK | BLOCK_RIGHTS, true);
        assert_int_equal(m->trap[0].pc, pc + 4 * ARRAY_LEN(step) + 4);
        assert_int_equal(machine_reg(m, ARM64_X0 + 3), 0x22);
    }
    machine_close(m);
}

/* Pages that are stored to, executed and stored to again cost entries of their own alone. */
static void test_tlb_drops_pages_for_us(void **state)
{
    /* str x1, [x0]; blr x2; str x1, [x0, #8]; svc */
    static const uint32_t code[] = {0xf9000001, 0xd63f0040, 0xf9000401, SVC};
    struct machine *m = machine_open("traps");
    uint64_t flushes;

    (void)state;
    machine_ready(m);
    m->stop_at_trap = true;
    machine_poke(m, machine_entry(m, VA), BLOCK | 1ull << 53 | 0x741); /* EL0 may do all */
    for (unsigned i = 0; i < 20; i++) {
        vaddr_t page = VA + 0x1000 * i;
        uint32_t ret = 0xd65f03c0;

        machine_poke(m, BLOCK + 0x1000 * i + 8, ret);
        machine_code(m, USER_CODE, code, ARRAY_LEN(code));
        machine_set(m, ARM64_PSTATE, 0);
        machine_set(m, ARM64_SP_EL1, SP1);
        machine_set(m, ARM64_X0, page);
        machine_set(m, ARM64_X0 + 1, ret);
        machine_set(m, ARM64_X0 + 2, page);
        machine_set(m, ARM64_PC, USER_CODE);
        arm64_tlb_walk_here(&m->a, true);
        arm64_engine_flush_tlb(&m->a);
        m->traps = 0;
        flushes = arm64_tlb_flushes(&m->a);
        machine_run(m, m->a.count.n + 100);
        assert_int_equal(arm64_tlb_flushes(&m->a), flushes);
        assert_int_equal(m->traps, 1);
        assert_int_equal(m->trap[0].pc, USER_CODE + 4 * ARRAY_LEN(code));
        assert_int_equal(machine_word(m, BLOCK + 0x1000 * i + 8), ret);
    }
    machine_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tlbi_drops_a_block_whole),
        cmocka_unit_test(test_tlbi_drops_blocks_from_everywhere),
        cmocka_unit_test(test_tlb_drops_pages_for_us),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
