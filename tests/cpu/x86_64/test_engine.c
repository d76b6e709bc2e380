/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machine relies on in libunicorn, fact by fact, on an engine without
 * anything of ours: when one fails with a new version, read engine.c and count.c.
 * That intercepts arrive with the exact RIP is tested by every case of test_traps.c.
 */
#include <string.h>

#include "tests/cmocka.h"

#include <unicorn/unicorn.h>

#define BASE   0x100000u
#define BYTES  0x200000u
#define BLOCKS 32

struct probe {
    uc_engine *uc;
    uint64_t block[BLOCKS];
    uint32_t size[BLOCKS];
    size_t blocks, stop_block; /* the number of the block whose hook stops; 0: none */
    uint32_t intr[BLOCKS];
    uint64_t intr_pc[BLOCKS];
    size_t intrs;
    uint64_t syscall_pc;
    size_t syscalls, stores;
    uint64_t store_at[BLOCKS];
};

static uint64_t reg(struct probe *p, int id)
{
    uint64_t value = 0;

    uc_reg_read(p->uc, id, &value);
    return value;
}

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
    p->intr_pc[p->intrs] = reg(p, UC_X86_REG_RIP);
    p->intr[p->intrs++] = number;
    uc_emu_stop(uc);
}

static void on_syscall(uc_engine *uc, void *user)
{
    struct probe *p = user;

    (void)uc;
    p->syscall_pc = reg(p, UC_X86_REG_RIP);
    p->syscalls++;
}

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                     void *user)
{
    struct probe *p = user;

    (void)uc;
    (void)type;
    (void)size;
    (void)value;
    if (p->stores < BLOCKS)
        p->store_at[p->stores++] = at;
}

static void open_probe(struct probe *p)
{
    uc_hook hook;

    memset(p, 0, sizeof(*p));
    assert_int_equal(uc_open(UC_ARCH_X86, UC_MODE_64, &p->uc), 0);
    assert_int_equal(uc_ctl_set_cpu_model(p->uc, UC_CPU_X86_OPTERON_G4), 0);
    assert_int_equal(uc_ctl_exits_enable(p->uc), 0);
    assert_int_equal(uc_mem_map(p->uc, BASE, BYTES, UC_PROT_ALL), 0);
    assert_int_equal(uc_hook_add(p->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, p, 1, 0), 0);
    assert_int_equal(uc_hook_add(p->uc, &hook, UC_HOOK_INTR, (void *)on_intr, p, 1, 0), 0);
    assert_int_equal(uc_hook_add(p->uc, &hook, UC_HOOK_INSN, (void *)on_syscall, p, 1, 0,
                                 UC_X86_INS_SYSCALL), 0);
}

static void load(struct probe *p, const void *code, size_t bytes)
{
    assert_int_equal(uc_mem_write(p->uc, BASE, code, bytes), 0);
}

static uint64_t run(struct probe *p)
{
    assert_int_equal(uc_emu_start(p->uc, BASE, 0, 0, 0), 0);
    return reg(p, UC_X86_REG_RIP);
}

static void set_exit(struct probe *p, uint64_t at)
{
    assert_int_equal(uc_ctl_set_exits(p->uc, &at, 1), 0);
    assert_int_equal(uc_ctl_remove_cache(p->uc, BASE, BASE + 64), 0);
}

static const uint8_t counting[] = {
    0x48, 0xff, 0xc0, /* inc %rax, four times */
    0x48, 0xff, 0xc0, 0x48, 0xff, 0xc0, 0x48, 0xff, 0xc0,
    0xf4,             /* hlt */
};

static void test_engine_stop_in_the_block_hook_runs_nothing_of_it(void **state)
{
    struct probe p;

    (void)state;
    open_probe(&p);
    p.stop_block = 1;
    load(&p, counting, sizeof(counting));
    assert_int_equal(run(&p), BASE);
    assert_int_equal(reg(&p, UC_X86_REG_RAX), 0);
    uc_close(p.uc);
}

static void test_engine_exit_cuts_a_block_translated_anew(void **state)
{
    struct probe p;

    (void)state;
    open_probe(&p);
    load(&p, counting, sizeof(counting));
    set_exit(&p, BASE + 12);
    assert_int_equal(run(&p), BASE + 12);
    assert_int_equal(reg(&p, UC_X86_REG_RAX), 4);
    for (uint64_t insns = 1; insns < 4; insns++) {
        uint64_t zero = 0;

        uc_reg_write(p.uc, UC_X86_REG_RAX, &zero);
        set_exit(&p, BASE + 3 * insns);
        assert_int_equal(run(&p), BASE + 3 * insns);
        assert_int_equal(reg(&p, UC_X86_REG_RAX), insns);
    }
    uc_close(p.uc);
}

static void test_engine_hlt_returns_behind_it(void **state)
{
    struct probe p;

    (void)state;
    open_probe(&p);
    load(&p, counting, sizeof(counting));
    assert_int_equal(run(&p), BASE + sizeof(counting));
    assert_int_equal(p.intrs, 0);
    uc_close(p.uc);
}

/* In the hook RIP is at the instruction; the engine adds its length afterwards. */
static void test_engine_syscall_hook_comes_before_rip_moves(void **state)
{
    static const uint8_t code[] = {0x90, 0x0f, 0x05, 0x48, 0xff, 0xc0, 0xf4};
    struct probe p;

    (void)state;
    open_probe(&p);
    load(&p, code, sizeof(code));
    assert_int_equal(run(&p), BASE + sizeof(code));
    assert_int_equal(p.syscalls, 1);
    assert_int_equal(p.syscall_pc, BASE + 1);
    assert_int_equal(reg(&p, UC_X86_REG_RAX), 1);
    uc_close(p.uc);
}

static void test_engine_exception_numbers_and_rip(void **state)
{
    static const struct {
        uint8_t code[8];
        uint32_t number, offset;
    } e[] = {
        {{0x90, 0x48, 0xf7, 0xf1, 0xf4}, 0, 1}, /* div %rcx, which is 0: at the instruction */
        {{0x90, 0xcc, 0xf4}, 3, 2},             /* int3: behind it */
        {{0x90, 0xcd, 0x80, 0xf4}, 0x80, 3},    /* int $0x80: behind it */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(e) / sizeof(e[0]); i++) {
        struct probe p;

        open_probe(&p);
        load(&p, e[i].code, sizeof(e[i].code));
        run(&p);
        assert_int_equal(p.intrs, 1);
        assert_int_equal(p.intr[0], e[i].number);
        assert_int_equal(p.intr_pc[0], BASE + e[i].offset);
        uc_close(p.uc);
    }
}

/* Without SVM there is no intercept; with RDRAND the guest would read the host's randomness. */
static void test_engine_model_has_svm_and_no_rdrand(void **state)
{
    static const uint8_t code[] = {
        0xb8, 0x01, 0x00, 0x00, 0x80, 0x31, 0xc9, /* mov $0x80000001, %eax; xor %ecx, %ecx */
        0x0f, 0xa2, 0x89, 0xcf,                   /* cpuid; mov %ecx, %edi */
        0xb8, 0x01, 0x00, 0x00, 0x00, 0x0f, 0xa2, /* mov $1, %eax; cpuid */
        0xf4,
    };
    struct probe p;

    (void)state;
    open_probe(&p);
    load(&p, code, sizeof(code));
    run(&p);
    assert_true(reg(&p, UC_X86_REG_RDI) & 4);
    assert_false(reg(&p, UC_X86_REG_RCX) & 1u << 30);
    uc_close(p.uc);
}

static void test_engine_registers_are_once_in_the_context(void **state)
{
    const uint64_t magic[2] = {0x1122334455667788ull, 0x99aabbccddeeff01ull};
    uc_context *context;
    struct probe p;
    int found = 0;

    (void)state;
    open_probe(&p);
    load(&p, counting, sizeof(counting));
    run(&p);
    uc_reg_write(p.uc, UC_X86_REG_RAX, &magic[0]);
    uc_reg_write(p.uc, UC_X86_REG_RCX, &magic[1]);
    assert_int_equal(uc_context_alloc(p.uc, &context), 0);
    assert_int_equal(uc_context_save(p.uc, context), 0);
    for (size_t i = 8; i + 16 <= uc_context_size(p.uc); i += 4)
        found += !memcmp((uint8_t *)context + i, magic, sizeof(magic));
    assert_int_equal(found, 1);
    uc_context_free(context);
    uc_close(p.uc);
}

/* What the host writes over translated code is not seen until the code is dropped. */
static void test_engine_host_writes_leave_translated_code(void **state)
{
    static const uint8_t dec[] = {0x48, 0xff, 0xc8};
    struct probe p;

    (void)state;
    open_probe(&p);
    load(&p, counting, sizeof(counting));
    run(&p);
    assert_int_equal(reg(&p, UC_X86_REG_RAX), 4);
    load(&p, dec, sizeof(dec));
    uc_ctl_remove_cache(p.uc, BASE, BASE + sizeof(counting));
    run(&p);
    assert_int_equal(reg(&p, UC_X86_REG_RAX), 4 + 3 - 1);
    uc_close(p.uc);
}

/* Each iteration of REP is a block of its own, and so is the last look at RCX. */
static void test_engine_rep_runs_its_block_once_more_than_it_moves(void **state)
{
    static const uint8_t code[] = {0xf3, 0xaa, 0xf4}; /* rep stosb; hlt */
    uint64_t rdi = BASE + 0x1000, rcx = 3;
    struct probe p;
    size_t rep = 0;

    (void)state;
    open_probe(&p);
    load(&p, code, sizeof(code));
    uc_reg_write(p.uc, UC_X86_REG_RDI, &rdi);
    uc_reg_write(p.uc, UC_X86_REG_RCX, &rcx);
    run(&p);
    for (size_t i = 0; i < p.blocks; i++)
        rep += p.block[i] == BASE;
    assert_int_equal(rep, 3 + 1);
    assert_int_equal(reg(&p, UC_X86_REG_RCX), 0);
    uc_close(p.uc);
}

/* Ranges of hooks on stores are physical; here both are the same. 16 bytes come as two halves. */
static void test_engine_store_hooks_see_halves(void **state)
{
    static const uint8_t code[] = {0x0f, 0x29, 0x07, 0xf4}; /* movaps %xmm0, (%rdi); hlt */
    uint64_t rdi = BASE + 0x1000;
    struct probe p;
    uc_hook hook;

    (void)state;
    open_probe(&p);
    assert_int_equal(uc_hook_add(p.uc, &hook, UC_HOOK_MEM_WRITE, (void *)on_store, &p, rdi,
                                 rdi + 15), 0);
    load(&p, code, sizeof(code));
    uc_reg_write(p.uc, UC_X86_REG_RDI, &rdi);
    run(&p);
    assert_int_equal(p.stores, 2);
    assert_int_equal(p.store_at[0], rdi);
    assert_int_equal(p.store_at[1], rdi + 8);
    uc_close(p.uc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine_stop_in_the_block_hook_runs_nothing_of_it),
        cmocka_unit_test(test_engine_exit_cuts_a_block_translated_anew),
        cmocka_unit_test(test_engine_hlt_returns_behind_it),
        cmocka_unit_test(test_engine_syscall_hook_comes_before_rip_moves),
        cmocka_unit_test(test_engine_exception_numbers_and_rip),
        cmocka_unit_test(test_engine_model_has_svm_and_no_rdrand),
        cmocka_unit_test(test_engine_registers_are_once_in_the_context),
        cmocka_unit_test(test_engine_host_writes_leave_translated_code),
        cmocka_unit_test(test_engine_rep_runs_its_block_once_more_than_it_moves),
        cmocka_unit_test(test_engine_store_hooks_see_halves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
