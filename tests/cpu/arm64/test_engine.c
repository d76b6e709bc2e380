/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machine relies on in libunicorn, fact by fact, on an engine without
 * anything of ours: when one fails with a new version, read engine.c and count.c.
 */
#include <string.h>

#include "tests/cmocka.h"

#include <unicorn/unicorn.h>

#define BASE      0x40000000u
#define BYTES     0x200000u
#define BLOCKS    32
#define NOP       0xd503201fu
#define SVC(imm)  (0xd4000001u | (imm) << 5)
#define FINAL     SVC(0x1234u)

struct probe {
    uc_engine *uc;
    uint64_t block[BLOCKS];
    uint32_t size[BLOCKS];
    size_t blocks;
    uint32_t intr[BLOCKS];
    uint64_t intr_pc[BLOCKS];
    size_t intrs, stop_block; /* the number of the block whose hook stops; 0: none */
    uint64_t msr_pc, msr_value;
};

static void on_block(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct probe *p = user;

    assert_true(p->blocks < BLOCKS);
    p->block[p->blocks] = pc;
    p->size[p->blocks++] = size;
    if (p->blocks == p->stop_block)
        uc_emu_stop(uc);
}

static void on_intr(uc_engine *uc, uint32_t number, void *user)
{
    struct probe *p = user;

    assert_true(p->intrs < BLOCKS);
    uc_reg_read(uc, UC_ARM64_REG_PC, &p->intr_pc[p->intrs]);
    p->intr[p->intrs++] = number;
    uc_emu_stop(uc);
}

static void open_probe(struct probe *p)
{
    uc_arm64_cp_reg scr = {.op0 = 3, .op1 = 6, .crn = 1, .crm = 1, .val = 0x581};
    uc_arm64_cp_reg hcr = {.op0 = 3, .op1 = 4, .crn = 1, .crm = 1, .val = 1ull << 31};
    uc_hook hook;

    memset(p, 0, sizeof(*p));
    assert_int_equal(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &p->uc), 0);
    assert_int_equal(uc_ctl_set_cpu_model(p->uc, UC_CPU_ARM64_A72), 0);
    assert_int_equal(uc_ctl_exits_enable(p->uc), 0);
    assert_int_equal(uc_ctl_tlb_mode(p->uc, UC_TLB_CPU), 0);
    assert_int_equal(uc_mem_map(p->uc, BASE, BYTES, UC_PROT_ALL), 0);
    uc_reg_write(p->uc, UC_ARM64_REG_CP_REG, &scr);
    uc_reg_write(p->uc, UC_ARM64_REG_CP_REG, &hcr);
    assert_int_equal(uc_hook_add(p->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, p, 1, 0), 0);
    assert_int_equal(uc_hook_add(p->uc, &hook, UC_HOOK_INTR, (void *)on_intr, p, 1, 0), 0);
}

static uint64_t run(struct probe *p, const uint32_t *code, size_t words)
{
    uint64_t pc = 0;

    assert_int_equal(uc_mem_write(p->uc, BASE, code, words * 4), 0);
    assert_int_equal(uc_emu_start(p->uc, BASE, 0, 0, 0), 0);
    uc_reg_read(p->uc, UC_ARM64_REG_PC, &pc);
    return pc;
}

static uint64_t x(struct probe *p, int index)
{
    uint64_t value = 0;

    uc_reg_read(p->uc, UC_ARM64_REG_X0 + index, &value);
    return value;
}

struct exception {
    uint32_t word, number;
    uint64_t pc;
};

static void test_engine_exception_numbers_and_pc(void **state)
{
    static const struct exception e[] = {
        {SVC(7u), 2, BASE + 8},
        {0xd4200020, 7, BASE + 4},           /* brk #1 */
        {0x00000000, 1, BASE + 4},           /* udf */
        {0xd4000002, 11, BASE + 8},          /* hvc #0 */
        {0xd4000003, 1, BASE + 4},           /* smc #0 */
        {0xd51bf0e0, 1, BASE + 4},           /* msr S3_3_C15_C0_7 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(e) / sizeof(e[0]); i++) {
        const uint32_t code[] = {NOP, e[i].word};
        struct probe p;

        open_probe(&p);
        run(&p, code, 2);
        assert_int_equal(p.intrs, 1);
        assert_int_equal(p.intr[0], e[i].number);
        assert_int_equal(p.intr_pc[0], e[i].pc);
        uc_close(p.uc);
    }
}

static void test_engine_syndrome_is_once_in_the_context(void **state)
{
    static const uint32_t code[] = {FINAL};
    const uint32_t syndrome = 0x56001234;
    uc_context *context;
    struct probe p;
    int found = 0;

    (void)state;
    open_probe(&p);
    run(&p, code, 1);
    assert_int_equal(uc_context_alloc(p.uc, &context), 0);
    assert_int_equal(uc_context_save(p.uc, context), 0);
    for (size_t i = 8; i + 4 <= uc_context_size(p.uc); i += 4)
        found += !memcmp((uint8_t *)context + i, &syndrome, 4);
    assert_int_equal(found, 1);
    uc_context_free(context);
    uc_close(p.uc);
}

/* What changes masks, modes or waits is the last instruction of its block. */
static void test_engine_instructions_that_end_a_block(void **state)
{
    static const uint32_t word[] = {
        0xd50342ff, /* msr daifclr, #2 */
        0xd50342df, /* msr daifset, #2 */
        0xd51b4220, /* msr daif, x0 */
        0xd5181040, /* msr cpacr_el1, x0 */
        0xd51be320, /* msr cntv_ctl_el0, x0 */
        0xd5033fdf, /* isb */
        0xd50041bf, /* msr spsel, #1 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
        const uint32_t code[] = {NOP, word[i], NOP, FINAL};
        struct probe p;

        open_probe(&p);
        run(&p, code, 4);
        assert_int_equal(p.blocks, 2);
        assert_int_equal(p.size[0], 8);
        assert_int_equal(p.block[1], BASE + 8);
        uc_close(p.uc);
    }
}

static void test_engine_eret_and_svc_end_a_block(void **state)
{
    /* adr x0, +16; msr elr_el1, x0; mov x1, #0x3c5; msr spsr_el1, x1; eret; svc */
    static const uint32_t code[] = {0x100000a0, 0xd5184020, 0xd28078a1, 0xd5184001, 0xd69f03e0,
                                    FINAL, NOP};
    struct probe p;

    (void)state;
    open_probe(&p);
    assert_int_equal(run(&p, code, 7), BASE + 24);
    assert_int_equal(p.block[p.blocks - 1], BASE + 20);
    assert_int_equal(p.size[p.blocks - 1], 4);
    uc_close(p.uc);
}

static void test_engine_stop_in_the_block_hook_runs_nothing_of_it(void **state)
{
    /* mov x0, #1; b +4; mov x0, #2; svc */
    static const uint32_t code[] = {0xd2800020, 0x14000001, 0xd2800040, FINAL};
    struct probe p;

    (void)state;
    open_probe(&p);
    p.stop_block = 2;
    assert_int_equal(run(&p, code, 4), BASE + 8);
    assert_int_equal(x(&p, 0), 1);
    uc_close(p.uc);
}

static void test_engine_exit_cuts_a_block_translated_anew(void **state)
{
    /* mov x0, #1; mov x0, #2; mov x0, #3; svc */
    static const uint32_t code[] = {0xd2800020, 0xd2800040, 0xd2800060, FINAL};
    uint64_t exit = BASE + 8, pc;
    struct probe p;

    (void)state;
    open_probe(&p);
    assert_int_equal(run(&p, code, 4), BASE + 16);
    assert_int_equal(uc_ctl_set_exits(p.uc, &exit, 1), 0);
    assert_int_equal(uc_ctl_remove_cache(p.uc, BASE, BASE + 16), 0);
    p.blocks = 0;
    assert_int_equal(uc_emu_start(p.uc, BASE, 0, 0, 0), 0);
    uc_reg_read(p.uc, UC_ARM64_REG_PC, &pc);
    assert_int_equal(pc, BASE + 8);
    assert_int_equal(x(&p, 0), 2);
    assert_int_equal(p.size[0], 8);
    assert_int_equal(uc_ctl_set_exits(p.uc, &exit, 0), 0);
    assert_int_equal(uc_ctl_remove_cache(p.uc, BASE, BASE + 16), 0);
    assert_int_equal(uc_emu_start(p.uc, BASE, 0, 0, 0), 0);
    uc_reg_read(p.uc, UC_ARM64_REG_PC, &pc);
    assert_int_equal(pc, BASE + 16);
    uc_close(p.uc);
}

static void test_engine_wfi_returns_behind_it(void **state)
{
    static const uint32_t code[] = {NOP, 0xd503207f, NOP, FINAL};
    struct probe p;

    (void)state;
    open_probe(&p);
    assert_int_equal(run(&p, code, 4), BASE + 8);
    assert_int_equal(p.intrs, 0);
    assert_int_equal(p.size[0], 8);
    uc_close(p.uc);
}

/* The aborted fetch is no block, and everything before it has retired. */
static void test_engine_prefetch_abort_has_no_block(void **state)
{
    /* msr ttbr0_el1, x1; msr sctlr_el1, x0: the tables are empty */
    static const uint32_t code[] = {NOP, 0xd5182001, 0xd5181000, NOP};
    uint64_t mmu_on = 0xc50839, tables = BASE + 0x10000;
    struct probe p;

    (void)state;
    open_probe(&p);
    uc_reg_write(p.uc, UC_ARM64_REG_X0, &mmu_on);
    uc_reg_write(p.uc, UC_ARM64_REG_X1, &tables);
    run(&p, code, 4);
    assert_int_equal(p.blocks, 2);
    assert_int_equal(p.block[1] + p.size[1], BASE + 12);
    assert_int_equal(p.intrs, 1);
    assert_int_equal(p.intr[0], 3);
    assert_int_equal(p.intr_pc[0], BASE + 12);
    uc_close(p.uc);
}

static uint32_t answer(uc_engine *uc, int reg, const uc_arm64_cp_reg *cp, void *user)
{
    struct probe *p = user;
    uint64_t value = 0x1122334455667788;

    if (cp->crn != 14)
        return 0;
    uc_reg_read(uc, UC_ARM64_REG_PC, &p->msr_pc);
    p->msr_value = cp->val;
    uc_reg_write(uc, reg, &value);
    return 1;
}

static uint32_t swallow(uc_engine *uc, int reg, const uc_arm64_cp_reg *cp, void *user)
{
    struct probe *p = user;

    (void)reg;
    uc_reg_read(uc, UC_ARM64_REG_PC, &p->msr_pc);
    p->msr_value = cp->val;
    return 1;
}

static void test_engine_mrs_hook_has_the_exact_pc_and_replaces_the_read(void **state)
{
    static const uint32_t code[] = {NOP, NOP, 0xd53be043, NOP, FINAL}; /* mrs x3, cntvct_el0 */
    struct probe p;
    uc_hook hook;

    (void)state;
    open_probe(&p);
    assert_int_equal(uc_hook_add(p.uc, &hook, UC_HOOK_INSN, (void *)answer, &p, 1, 0,
                                 UC_ARM64_INS_MRS), 0);
    run(&p, code, 5);
    assert_int_equal(p.msr_pc, BASE + 8);
    assert_true(x(&p, 3) == 0x1122334455667788);
    assert_int_equal(p.blocks, 1);
    uc_close(p.uc);
}

static void test_engine_msr_hook_has_the_value_and_prevents_the_write(void **state)
{
    /* mov x0, #77; msr tpidr_el0, x0; svc */
    static const uint32_t code[] = {0xd28009a0, 0xd51bd040, FINAL};
    uint64_t value = 5;
    struct probe p;
    uc_hook hook;

    (void)state;
    open_probe(&p);
    uc_reg_write(p.uc, UC_ARM64_REG_TPIDR_EL0, &value);
    assert_int_equal(uc_hook_add(p.uc, &hook, UC_HOOK_INSN, (void *)swallow, &p, 1, 0,
                                 UC_ARM64_INS_MSR), 0);
    run(&p, code, 3);
    assert_int_equal(p.msr_pc, BASE + 4);
    assert_int_equal(p.msr_value, 77);
    uc_reg_read(p.uc, UC_ARM64_REG_TPIDR_EL0, &value);
    assert_int_equal(value, 5);
    uc_close(p.uc);
}

static uint64_t on_mmio(uc_engine *uc, uint64_t offset, unsigned size, void *user)
{
    struct probe *p = user;

    (void)offset;
    (void)size;
    uc_reg_read(uc, UC_ARM64_REG_PC, &p->msr_pc);
    return 0;
}

/* Why devices are not on uc_mmio_map(): its callbacks do not know which instruction it is. */
static void test_engine_mmio_callback_sees_the_start_of_the_block(void **state)
{
    static const uint32_t code[] = {NOP, NOP, 0xf9400001, NOP, FINAL}; /* ldr x1, [x0] */
    uint64_t device = 0x50000000;
    struct probe p;

    (void)state;
    open_probe(&p);
    assert_int_equal(uc_mmio_map(p.uc, device, 0x1000, on_mmio, &p, NULL, NULL), 0);
    uc_reg_write(p.uc, UC_ARM64_REG_X0, &device);
    run(&p, code, 5);
    assert_int_equal(p.msr_pc, BASE);
    uc_close(p.uc);
}

/* The size of the TLB's pages can be set up to the guest's 4 KiB, past the engine's own check. */
static void test_engine_tlb_pages_grow(void **state)
{
    size_t bytes = 0;
    uc_engine *uc;

    (void)state;
    assert_int_equal(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &uc), 0);
    if (uc_ctl_set_page_size(uc, 2048)) {
        assert_int_equal(*(uc_arch *)(void *)uc, UC_ARCH_ARM64);
        *(uc_arch *)(void *)uc = UC_ARCH_ARM;
        assert_int_equal(uc_ctl_set_page_size(uc, 2048), 0);
        *(uc_arch *)(void *)uc = UC_ARCH_ARM64;
    }
    assert_int_equal(uc_mem_map(uc, BASE, BYTES, UC_PROT_ALL), 0);
    assert_int_equal(uc_query(uc, UC_QUERY_PAGE_SIZE, &bytes), 0);
    assert_in_range(bytes, 2048, 4096);
    uc_close(uc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine_exception_numbers_and_pc),
        cmocka_unit_test(test_engine_syndrome_is_once_in_the_context),
        cmocka_unit_test(test_engine_instructions_that_end_a_block),
        cmocka_unit_test(test_engine_eret_and_svc_end_a_block),
        cmocka_unit_test(test_engine_stop_in_the_block_hook_runs_nothing_of_it),
        cmocka_unit_test(test_engine_exit_cuts_a_block_translated_anew),
        cmocka_unit_test(test_engine_wfi_returns_behind_it),
        cmocka_unit_test(test_engine_prefetch_abort_has_no_block),
        cmocka_unit_test(test_engine_mrs_hook_has_the_exact_pc_and_replaces_the_read),
        cmocka_unit_test(test_engine_msr_hook_has_the_value_and_prevents_the_write),
        cmocka_unit_test(test_engine_mmio_callback_sees_the_start_of_the_block),
        cmocka_unit_test(test_engine_tlb_pages_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
