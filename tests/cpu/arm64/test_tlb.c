/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two walks of the tables say the same: that of cpu/arch/arm64/tlb.c and the engine's own.
 *
 * One access at a time to a page behind descriptors drawn at random: rights in the leaf and in the
 * table above it, access flag, validity, SCTLR_EL1.WXN; loads and stores, unprivileged ones, pairs
 * over the page's end, DC ZVA and a jump, at EL0 and EL1. Each runs once by either walk.
 *
 * And a device leaves the walk to the engine only where the next access to one comes soon, and a
 * TLB that is kept small (engine_trim.c) is a right one.
 */
#include "cpu/arch/arm64/engine.h"
#include "tests/cpu/arm64/harness.h"

#define CASES       4000u
#define USER_CODE   0x40200100u
#define KERNEL_CODE 0x40050000u
#define USER_STACK  0x40500000u
#define SP1         0x40060000u
#define VA          0x40e00000u /* 2 MiB without tables */
#define TABLE       0x40d00000u
#define TARGET      0x40f00000u
#define LEVEL0      0x40d01000u
#define UART        0x09000000u
#define UART_FR     0x18u
#define SVC         0xd4000001u
#define WXN         (1u << 19)

struct access {
    const char *name;
    uint32_t insn; /* address in x0 */
    uint32_t offset;
};

static const struct access accesses[] = {
    {"ldr x2, [x0]", 0xf9400002, 8},        {"str x2, [x0]", 0xf9000002, 8},
    {"ldtr x2, [x0]", 0xf8400802, 8},       {"sttr x2, [x0]", 0xf8000802, 8},
    {"ldr over the end", 0xf9400002, 0xffc}, {"str over the end", 0xf9000002, 0xffc},
    {"ldp x2, x3, [x0]", 0xa9400c02, 0xff8}, {"stp x2, x3, [x0]", 0xa9000c02, 0xff8},
    {"str q2, [x0]", 0x3d800002, 16},       {"dc zva, x0", 0xd50b7420, 64},
    {"br x0", 0xd61f0000, 0},               {"br x0 to 2 bytes of a page", 0xd61f0000, 0xffe},
};

struct outcome {
    struct cpu_trap trap;
    insn_t insns;
    uint64_t pc, x2, x3, memory;
};

static uint64_t random_of(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/*
 * The same level 1 table below roots of all kinds: 36 and 39 bits begin with it, 40 and 48 do not.
 */
static void draw_root(struct machine *m, paddr_t level1, uint64_t *seed)
{
    static const uint8_t bits[] = {36, 39, 40, 48};
    unsigned i = random_of(seed) & 3;

    machine_poke(m, LEVEL0, level1 | 3);
    machine_set(m, machine_reg_id("ttbr0_el1"), i < 2 ? level1 : LEVEL0);
    machine_set(m, machine_reg_id("tcr_el1"),
                (machine_named(m, "tcr_el1") & ~63ull) | (64u - bits[i]));
}

/* Descriptors: mostly good ones, or there would be nothing but translation faults. */
static void draw_tables(struct machine *m, paddr_t level2, uint64_t *seed)
{
    uint64_t r = random_of(seed);
    uint64_t leaf = TARGET | (r & 15 ? 1 : 0) | (r >> 4 & 15 ? 2 : 0) | (r >> 8 & 15 ? 0x400 : 0) |
                    (r >> 12 & 3) << 6 | (r >> 14 & 3) << 53 | 3u << 8;
    uint64_t table = TABLE | (r >> 16 & 15 ? 3 : 0);

    if (r >> 20 & 1)
        table |= (r >> 21 & 15) << 59;
    machine_poke(m, level2 + (VA >> 21 & 511) * 8, table);
    machine_poke(m, TABLE, leaf);
    machine_set(m, machine_reg_id("sctlr_el1"),
                (machine_named(m, "sctlr_el1") & ~(uint64_t)WXN) | (r >> 25 & 3 ? 0 : WXN));
    machine_poke(m, TARGET, SVC);
    machine_poke(m, TARGET + 8, 0x1122334455667788);
}

static struct outcome run(struct machine *m, const struct access *x, bool user, bool here)
{
    vaddr_t pc = user ? USER_CODE : KERNEL_CODE;
    const uint32_t code[] = {x->insn, SVC};
    insn_t start = m->a.count.n;
    struct outcome out;

    machine_code(m, pc, code, ARRAY_LEN(code));
    machine_set(m, ARM64_PSTATE, user ? 0 : PSTATE_DAIF | 5);
    machine_set(m, ARM64_SP_EL0, USER_STACK);
    machine_set(m, ARM64_SP_EL1, SP1);
    machine_set(m, ARM64_X0, VA + x->offset);
    machine_set(m, ARM64_X0 + 2, 0x0102030405060708);
    machine_set(m, ARM64_X0 + 3, 0x1112131415161718);
    machine_set(m, ARM64_PC, pc);
    arm64_engine_flush_tlb(&m->a);
    arm64_tlb_walk_here(&m->a, here);
    m->traps = 0;
    machine_run(m, start + 100);
    if (m->traps != 1)
        fail_msg("%s at EL%d: %zu traps, ESR 0x%llx at 0x%llx, then 0x%llx at 0x%llx", x->name,
                 !user, m->traps, (unsigned long long)m->trap[0].syndrome,
                 (unsigned long long)m->trap[0].pc, (unsigned long long)m->trap[1].syndrome,
                 (unsigned long long)m->trap[1].pc);
    m->trap[0].n -= start;
    m->trap[0].cycles = 0;
    out = (struct outcome){.trap = m->trap[0],
                           .insns = m->a.count.n - start,
                           .pc = arm64_pc(&m->a),
                           .x2 = machine_reg(m, ARM64_X0 + 2),
                           .x3 = machine_reg(m, ARM64_X0 + 3),
                           .memory = machine_word(m, TARGET + 8)};
    return out;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->trap.n == b->trap.n && a->trap.kind == b->trap.kind &&
           a->trap.vector == b->trap.vector && a->trap.pc == b->trap.pc &&
           a->trap.syndrome == b->trap.syndrome && a->trap.addr == b->trap.addr &&
           a->insns == b->insns && a->pc == b->pc && a->x2 == b->x2 && a->x3 == b->x3 &&
           a->memory == b->memory;
}

/* As when so many blocks were translated. */
static bool trim(struct machine *m, uint64_t blocks)
{
    return engine_trim(&m->a.engine->tlbs, blocks);
}

static void test_tlb_walks_agree(void **state)
{
    struct machine *m = machine_open("traps");
    unsigned faults = 0, syscalls = 0;
    uint64_t seed = 0x9e3779b97f4a7c15;
    paddr_t level1, level2;

    (void)state;
    machine_ready(m);
    m->stop_at_trap = true;
    level1 = machine_named(m, "ttbr0_el1") & ~0xfffull;
    level2 = machine_word(m, level1 + 8) & 0xfffffffff000;
    /* Read only, or WXN forbids the vectors. */
    machine_poke(m, level2, machine_word(m, level2) | 0x80);
    assert_true(trim(m, UINT64_MAX)); /* as after a while */
    for (unsigned i = 0; i < CASES; i++) {
        const struct access *x = &accesses[i % ARRAY_LEN(accesses)];
        bool user = i / ARRAY_LEN(accesses) % 2;
        uint64_t before, passed_on;
        struct outcome engines, ours;

        draw_root(m, level1, &seed);
        before = seed;
        draw_tables(m, level2, &seed);
        engines = run(m, x, user, false);
        draw_tables(m, level2, &before);
        passed_on = arm64_tlb_passed_on(&m->a);
        ours = run(m, x, user, true);
        /*
         * A load that is allowed is not the engine's (a page that ran may not be written at once).
         */
        if (ours.trap.kind == CPU_TRAP_SYSCALL && i > CASES / 2 && x->insn == accesses[0].insn)
            assert_int_equal(arm64_tlb_passed_on(&m->a), passed_on);
        if (!same(&engines, &ours))
            fail_msg(
                "case %u, %s at EL%d, leaf 0x%llx, table 0x%llx: engine ESR 0x%llx FAR 0x%llx, "
                "tlb.c ESR 0x%llx FAR 0x%llx",
                i, x->name, !user, (unsigned long long)machine_word(m, TABLE),
                (unsigned long long)machine_word(m, level2 + (VA >> 21 & 511) * 8),
                (unsigned long long)engines.trap.syndrome, (unsigned long long)engines.trap.addr,
                (unsigned long long)ours.trap.syndrome, (unsigned long long)ours.trap.addr);
        faults += ours.trap.kind == CPU_TRAP_SYNC;
        syscalls += ours.trap.kind == CPU_TRAP_SYSCALL;
    }
    assert_true(faults > CASES / 8 && syscalls > CASES / 8);
    machine_close(m);
}

/* VA's pages are what TABLE says. */
static void put_table(struct machine *m)
{
    machine_poke(m, machine_entry(m, VA), TABLE | 3);
}

/*
 * Three loads of a device register, so many turns of a loop behind each: misses left to the engine.
 */
static uint64_t passes(struct machine *m, unsigned turns)
{
    /* ldr w3, [x0]; movz x4, #turns; subs x4, x4, #1; b.ne .-4 */
    const uint32_t load[] = {0xb9400003, 0xd2800004 | turns << 5, 0xf1000484, 0x54ffffe1};
    uint64_t before = arm64_tlb_passed_on(&m->a);
    insn_t start = m->a.count.n;
    uint32_t code[13];

    for (unsigned i = 0; i < 12; i++)
        code[i] = load[i % 4];
    code[12] = SVC;
    machine_code(m, KERNEL_CODE, code, ARRAY_LEN(code));
    machine_set(m, ARM64_PSTATE, PSTATE_DAIF | 5);
    machine_set(m, ARM64_SP_EL1, SP1);
    machine_set(m, ARM64_X0, VA + UART_FR);
    machine_set(m, ARM64_PC, KERNEL_CODE);
    arm64_tlb_walk_here(&m->a, true);
    m->traps = 0;
    machine_run(m, start + 10 * turns + 100);
    assert_int_equal(m->traps, 1);
    assert_int_equal(m->a.count.n - start, 3 * (2 + 2 * turns) + 1);
    return arm64_tlb_passed_on(&m->a) - before;
}

static void test_tlb_walks_here_behind_a_device(void **state)
{
    struct machine *m = machine_open("traps");

    (void)state;
    machine_ready(m);
    m->stop_at_trap = true;
    put_table(m);
    machine_poke(m, TABLE, UART | 3ull << 53 | 0x403);
    (void)passes(m, 2000); /* the code's first fetch is the engine's, too */
    assert_int_equal(passes(m, 2000), 3);
    assert_int_equal(passes(m, 10), 2); /* the second one has seen that they come close together */
    machine_close(m);
}

/* The engine's TLB may have smaller pages than the guest: TLBI drops all of one nevertheless. */
static void test_tlbi_drops_a_page_whole(void **state)
{
    /* ldr x2, [x0]; str xzr, [x4]; dsb ish; tlbi vaae1, x5; dsb ish; isb; ldr x2, [x0]; svc */
    static const uint32_t code[] = {0xf9400002, 0xf900009f, 0xd5033b9f, 0xd5088765,
                                    0xd5033b9f, 0xd5033fdf, 0xf9400002, SVC};
    struct machine *m = machine_open("traps");

    (void)state;
    machine_ready(m);
    m->stop_at_trap = true;
    put_table(m);
    machine_poke(m, TABLE + 8, TABLE | 3ull << 53 | 0x703);
    assert_false(m->a.engine->tlb.hook.unusable);
    for (unsigned i = 0; i < 16; i++) {
        vaddr_t at = VA + (i & 7) * 512 + 8;

        machine_code(m, KERNEL_CODE, code, ARRAY_LEN(code));
        machine_poke(m, TABLE, TARGET | 3ull << 53 | 0x703);
        machine_set(m, ARM64_PSTATE, PSTATE_DAIF | 5);
        machine_set(m, ARM64_SP_EL1, SP1);
        machine_set(m, ARM64_X0, at);
        machine_set(m, ARM64_X0 + 4, VA + 0x1000);
        machine_set(m, ARM64_X0 + 5, VA >> 12);
        machine_set(m, ARM64_PC, KERNEL_CODE);
        arm64_engine_flush_tlb(&m->a);
        arm64_tlb_walk_here(&m->a, i & 8);
        m->traps = 0;
        machine_run(m, m->a.count.n + 100);
        assert_int_equal(m->traps, 1);
        assert_int_equal(m->trap[0].pc, KERNEL_CODE + 24);
        assert_int_equal(m->trap[0].addr, at);
    }
    machine_close(m);
}

/* ---- the engine's TLBs, kept small (engine_trim.c) ---- */

#define REGIMES     12u
#define EL1         2u  /* its regime's number */
#define ENTRY_BYTES 64u
#define PAGES       1024u
#define TABLE2      0x40d02000u

static size_t entries_of(const struct machine *m, unsigned regime)
{
    return m->a.engine->tlbs.sizes[regime].mask / ENTRY_BYTES + 1;
}

/* Two tables of pages from VA on, each one of three. */
static void put_pages(struct machine *m)
{
    machine_poke(m, machine_entry(m, VA), TABLE | 3);
    machine_poke(m, machine_entry(m, VA + 512 * 0x1000), TABLE2 | 3);
    for (unsigned i = 0; i < PAGES; i++)
        machine_poke(m, (i < 512 ? TABLE : TABLE2) + i % 512 * 8,
                     (TARGET + i % 3 * 0x1000) | 3ull << 53 | 0x703);
    for (unsigned i = 0; i < 3; i++)
        machine_poke(m, TARGET + i * 0x1000, 1ull << 20 * i);
}

/* The sum of a word of every page is what the tables say. */
static void read_pages(struct machine *m)
{
    /* ldr x3, [x0]; add x2, x2, x3; add x0, x0, #0x1000; cmp x0, x1; b.ne .-16; svc */
    const uint32_t code[] = {0xf9400003, 0x8b030042, 0x91400400, 0xeb01001f, 0x54ffff81, SVC};

    machine_code(m, KERNEL_CODE, code, ARRAY_LEN(code));
    machine_set(m, ARM64_PSTATE, PSTATE_DAIF | 5);
    machine_set(m, ARM64_SP_EL1, SP1);
    machine_set(m, ARM64_X0, VA);
    machine_set(m, ARM64_X0 + 1, VA + PAGES * 0x1000);
    machine_set(m, ARM64_X0 + 2, 0);
    machine_set(m, ARM64_PC, KERNEL_CODE);
    m->traps = 0;
    machine_run(m, m->a.count.n + 5 * PAGES + 100);
    assert_int_equal(m->traps, 1);
    assert_int_equal(m->trap[0].pc, KERNEL_CODE + 24);
    assert_int_equal(machine_reg(m, ARM64_X0 + 2),
                     (PAGES + 2) / 3 + ((PAGES + 1) / 3 << 20) + ((uint64_t)PAGES / 3 << 40));
}

/* What an engine that is gone left in memory is not taken for this one's. */
static void test_tlb_kept_small_is_this_engines(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct machine *m = machine_open("traps");
        const uint8_t *sizes = (const uint8_t *)m->a.engine->tlbs.sizes,
                      *live = m->a.engine->live.state;

        assert_true(sizes > live - 0x4000 && sizes < live);
        machine_close(m);
    }
}

static void test_tlb_kept_small_is_right_and_grows(void **state)
{
    struct machine *m = machine_open("traps");

    (void)state;
    machine_ready(m);
    m->stop_at_trap = true;
    put_pages(m);
    assert_true(trim(m, UINT64_MAX));
    for (unsigned i = 0; i < REGIMES; i++) /* 256 as they began, or the one of no guest */
        assert_int_equal(entries_of(m, i), i == 0 || i == EL1 || i == 4 ? 256 : 1);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 4; i++) { /* it doubles at a flush, while most of it is used */
            read_pages(m);
            arm64_engine_flush_tlb(&m->a);
        }
        assert_true(entries_of(m, EL1) > 512);
        read_pages(m);
        assert_true(trim(m, UINT64_MAX));
        assert_int_equal(entries_of(m, EL1), 512);
        read_pages(m);
        assert_true(trim(m, 1000));
        assert_int_equal(entries_of(m, EL1), 128);
        read_pages(m);
    }
    machine_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tlbi_drops_a_page_whole),
        cmocka_unit_test(test_tlb_walks_agree),
        cmocka_unit_test(test_tlb_kept_small_is_right_and_grows),
        cmocka_unit_test(test_tlb_kept_small_is_this_engines),
        cmocka_unit_test(test_tlb_walks_here_behind_a_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
