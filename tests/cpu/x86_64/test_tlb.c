/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two walks of the tables say the same: that of cpu/arch/x86_64/tlb.c and the engine's own.
 *
 * One access at a time to a page behind entries drawn at random: present, writable, user, accessed,
 * dirty and no-execute in the entry and in that of the table above, reserved bits, CR0.WP; loads,
 * stores, both over the page's end, a read and write, and a jump, in rings 0 and 3. Each runs once
 * by either walk.
 *
 * And a device leaves the walk to the engine only where the next access to one comes soon, and a
 * TLB that is kept small (engine_trim.c) is a right one.
 */
#include "cpu/arch/x86_64/engine.h"
#include "tests/cpu/x86_64/one_access.h"

#define CASES   4000u
#define TABLE   0xd00000u
#define TARGET  0xf00000u
#define LAPIC   0xfee00000u
#define LAPIC_ID 0x20u

static const struct access accesses[] = {
    {"mov (%rax),%rcx", {0x48, 0x8b, 0x08}, 3, 8},
    {"mov %rcx,(%rax)", {0x48, 0x89, 0x08}, 3, 8},
    {"load over the end", {0x48, 0x8b, 0x08}, 3, 0xffc},
    {"store over the end", {0x48, 0x89, 0x08}, 3, 0xffc},
    {"add %rcx,(%rax)", {0x48, 0x01, 0x08}, 3, 8},
    {"movups %xmm0,(%rax)", {0x0f, 0x11, 0x00}, 3, 32},
    {"push (%rax)", {0xff, 0x30}, 2, 8},
    {"jmp *%rax", {0xff, 0xe0}, 2, 0},
};

struct outcome {
    struct cpu_trap trap;
    insn_t insns;
    uint64_t rcx, cr2, memory, entry, dir;
};

static uint64_t random_of(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void draw_tables(struct machine *m, uint64_t *seed)
{
    uint64_t r = random_of(seed);
    /* A handler's frame must not meet a page that WP protects: only the drawn page is read-only. */
    uint64_t entry = TARGET | (r & 15 ? 1 : 0) | (r >> 4 & 7 ? 2 : 0) | (r >> 7 & 7 ? 4 : 0) |
                     (r >> 10 & 1) << 5 | (r >> 11 & 1) << 6 | (r >> 12 & 1) << 63;
    uint64_t dir = TABLE | (r >> 13 & 15 ? 1 : 0) | (r >> 17 & 7 ? 2 : 0) | (r >> 20 & 7 ? 4 : 0) |
                   (r >> 23 & 1) << 5 | (r >> 24 & 7 ? 0 : 1ull << 63);

    if (!(r >> 27 & 31))
        entry |= 1ull << 45; /* reserved */
    machine_poke(m, DIR, dir);
    machine_poke(m, TABLE, entry);
    x86_set_reg(&m->x, X86_CR0,
                (x86_reg(&m->x, X86_CR0) & ~(uint64_t)CR0_WP) | (r >> 32 & 1 ? CR0_WP : 0));
    machine_poke(m, TARGET, INT3);
    machine_poke(m, TARGET + 8, 0x1122334455667788);
}

static struct outcome run(struct machine *m, const struct access *a, bool user, bool here)
{
    insn_t start = m->x.count.n;

    place(m, a, user);
    x86_engine_flush_tlb(&m->x);
    x86_tlb_walk_here(&m->x, here);
    m->traps = 0;
    stopping = true;
    machine_run(m, start + 100);
    stopping = false;
    if (m->traps != 1)
        fail_msg("%s in ring %d: %zu traps", a->name, user ? 3 : 0, m->traps);
    m->trap[0].n -= start;
    m->trap[0].cycles = 0;
    return (struct outcome){.trap = m->trap[0],
                            .insns = m->x.count.n - start,
                            .rcx = x86_gpr(&m->x, 1),
                            .cr2 = x86_reg(&m->x, X86_CR2),
                            .memory = machine_word(m, TARGET + 8),
                            .entry = machine_word(m, TABLE),
                            .dir = machine_word(m, DIR)};
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return !memcmp(&a->trap, &b->trap, sizeof(a->trap)) && a->insns == b->insns &&
           a->rcx == b->rcx && a->cr2 == b->cr2 && a->memory == b->memory &&
           a->entry == b->entry && a->dir == b->dir;
}

/* As when so many blocks were translated. */
static bool trim(struct machine *m, uint64_t blocks)
{
    return engine_trim(&m->x.engine->tlbs, blocks);
}

static void test_tlb_walks_agree(void **state)
{
    struct machine *m = open_ready();
    uint64_t seed = 0x9e3779b97f4a7c15;
    unsigned faults = 0, passes = 0;

    (void)state;
    assert_true(trim(m, UINT64_MAX)); /* as after a while */
    for (unsigned i = 0; i < CASES; i++) {
        const struct access *a = &accesses[i % ARRAY_LEN(accesses)];
        bool user = i / ARRAY_LEN(accesses) % 2;
        uint64_t before = seed, passed_on;
        struct outcome engines, ours;

        draw_tables(m, &seed);
        engines = run(m, a, user, false);
        draw_tables(m, &before);
        passed_on = x86_tlb_passed_on(&m->x);
        ours = run(m, a, user, true);
        /* An access that is allowed is not the engine's, but for code that never ran. */
        if (ours.trap.vector == X86_BP && i > CASES / 2)
            assert_int_equal(x86_tlb_passed_on(&m->x), passed_on);
        if (!same(&engines, &ours))
            fail_msg(
                "case %u, %s in ring %d: engine vector %u error 0x%llx CR2 0x%llx entry 0x%llx "
                "0x%llx, tlb.c %u 0x%llx 0x%llx 0x%llx 0x%llx",
                i, a->name, user ? 3 : 0, engines.trap.vector,
                (unsigned long long)engines.trap.syndrome, (unsigned long long)engines.cr2,
                (unsigned long long)engines.dir, (unsigned long long)engines.entry,
                ours.trap.vector, (unsigned long long)ours.trap.syndrome,
                (unsigned long long)ours.cr2, (unsigned long long)ours.dir,
                (unsigned long long)ours.entry);
        faults += ours.trap.vector == X86_PF;
        passes += ours.trap.vector == X86_BP;
    }
    assert_true(faults > CASES / 8 && passes > CASES / 8);
    machine_close(m);
}

/*
 * A port instruction is a page's first one, and the page before is not there: nobody reads that. In
 * ring 3 the instruction is #GP. Each once by either walk, and cut before it.
 */
static void test_tlb_no_page_before_an_exit(void **state)
{
    static const struct access in = {"jmp *%rax", {0xff, 0xe0}, 2, 0x1000};
    static const uint8_t code[] = {0xe4, 0x71, INT3}; /* in $0x71, %al */
    struct machine *m = open_ready();

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        bool user = i & 1, here = i & 2, cut = i & 4;
        insn_t start = m->x.count.n;

        machine_poke(m, DIR, TABLE | 7);
        machine_poke(m, TABLE, 0);
        machine_poke(m, TABLE + 8, TARGET | 7);
        assert_ok(x86_phys_write(&m->x, TARGET, code, sizeof(code)), "");
        if (cut) {
            place(m, &in, user);
            x86_engine_flush_tlb(&m->x);
            x86_tlb_walk_here(&m->x, here);
            machine_run(m, start + 1);
            assert_int_equal(x86_pc(&m->x), VA + 0x1000);
            stopping = true;
            m->traps = 0;
            machine_run(m, start + 100);
            stopping = false;
        } else {
            run(m, &in, user, here);
        }
        assert_int_equal(m->traps, 1);
        assert_int_equal(m->trap[0].vector, user ? X86_GP : X86_BP);
        assert_int_equal(m->trap[0].pc, VA + 0x1000 + (user ? 0 : sizeof(code)));
        assert_int_equal(m->x.count.n - start, user ? 2 : 3);
    }
    machine_close(m);
}

/*
 * Three loads of a device register, so many turns of a loop behind each: misses left to the engine.
 */
static uint64_t passes(struct machine *m, uint16_t turns)
{
    /* mov (%rax),%ecx; mov $turns,%ebx; dec %ebx; jnz .-2; INT3 follows the last */
    const uint8_t load[] = {0x8b, 0x08, 0xbb, turns & 0xff, turns >> 8, 0, 0,
                            0xff, 0xcb, 0x75, 0xfc};
    uint64_t before = x86_tlb_passed_on(&m->x);
    insn_t start = m->x.count.n;
    uint8_t code[3 * sizeof(load) + 1];

    for (unsigned i = 0; i < 3; i++)
        memcpy(code + i * sizeof(load), load, sizeof(load));
    code[3 * sizeof(load)] = INT3;
    assert_ok(x86_phys_write(&m->x, CODE, code, sizeof(code)), "");
    place(m, &(struct access){.name = "device", .offset = LAPIC_ID}, false);
    assert_ok(x86_phys_write(&m->x, CODE, code, sizeof(code)), "");
    x86_tlb_walk_here(&m->x, true);
    m->traps = 0;
    stopping = true;
    machine_run(m, start + 10 * turns + 100);
    stopping = false;
    assert_int_equal(m->traps, 1);
    assert_int_equal(m->trap[0].vector, X86_BP);
    assert_int_equal(m->x.count.n - start, 3 * (2 + 2 * turns) + 1);
    return x86_tlb_passed_on(&m->x) - before;
}

static void test_tlb_walks_here_behind_a_device(void **state)
{
    struct machine *m = open_ready();

    (void)state;
    machine_poke(m, DIR, TABLE | 7);
    machine_poke(m, TABLE, LAPIC | 3);
    (void)passes(m, 2000); /* the code's first fetch is the engine's, too */
    assert_int_equal(passes(m, 2000), 3);
    assert_int_equal(passes(m, 10), 2); /* the second one has seen that they come close together */
    machine_close(m);
}

/* ---- the engine's TLBs, kept small (engine_trim.c) ---- */

#define REGIMES     3u
#define KERNEL      2u /* its regime's number */
#define ENTRY_BYTES 64u
#define PAGES       1024u
#define TABLE2      0xd01000u

static size_t entries_of(const struct machine *m, unsigned regime)
{
    return m->x.engine->tlbs.sizes[regime].mask / ENTRY_BYTES + 1;
}

/* Two tables of pages from VA on, each one of three. */
static void put_pages(struct machine *m)
{
    machine_poke(m, DIR, TABLE | 7);
    machine_poke(m, DIR + 8, TABLE2 | 7);
    for (unsigned i = 0; i < PAGES; i++)
        machine_poke(m, (i < 512 ? TABLE : TABLE2) + i % 512 * 8, (TARGET + i % 3 * 0x1000) | 0x27);
    for (unsigned i = 0; i < 3; i++)
        machine_poke(m, TARGET + i * 0x1000, 1ull << 20 * i);
}

/* The sum of a word of every page is what the tables say. */
static void read_pages(struct machine *m)
{
    /* mov (%rax),%rcx; add %rcx,%rdx; add $0x1000,%rax; cmp %rbx,%rax; jne .-15 */
    const uint8_t code[] = {0x48, 0x8b, 0x08, 0x48, 0x01, 0xca, 0x48, 0x05, 0,    0x10,
                            0,    0,    0x48, 0x39, 0xd8, 0x75, 0xef, INT3};
    insn_t start = m->x.count.n;

    place(m, &(struct access){.name = "pages"}, false);
    assert_ok(x86_phys_write(&m->x, CODE, code, sizeof(code)), "");
    x86_set_gpr(&m->x, 2, 0);
    x86_set_gpr(&m->x, 3, VA + PAGES * 0x1000);
    m->traps = 0;
    stopping = true;
    machine_run(m, start + 5 * PAGES + 100);
    stopping = false;
    assert_int_equal(m->traps, 1);
    assert_int_equal(m->trap[0].vector, X86_BP);
    assert_int_equal(x86_gpr(&m->x, 2),
                     (PAGES + 2) / 3 + ((PAGES + 1) / 3 << 20) + ((uint64_t)PAGES / 3 << 40));
}

/* What an engine that is gone left in memory is not taken for this one's. */
static void test_tlb_kept_small_is_this_engines(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct machine *m = machine_open("traps");
        const uint8_t *sizes = (const uint8_t *)m->x.engine->tlbs.sizes, *live = m->x.engine->live;

        assert_true(sizes > live - 0x4000 && sizes < live);
        machine_close(m);
    }
}

static void test_tlb_kept_small_is_right_and_grows(void **state)
{
    struct machine *m = machine_open("traps");

    (void)state;
    assert_true(trim(m, UINT64_MAX));
    for (unsigned i = 0; i < REGIMES; i++) /* 256 as they began, or the one of no guest */
        assert_int_equal(entries_of(m, i), i ? 256 : 1);
    machine_close(m);
    m = open_ready();
    put_pages(m);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 4; i++) { /* it doubles at a flush, while most of it is used */
            read_pages(m);
            x86_engine_flush_tlb(&m->x);
        }
        assert_true(entries_of(m, KERNEL) > 512);
        read_pages(m);
        assert_true(trim(m, UINT64_MAX));
        assert_int_equal(entries_of(m, KERNEL), 512);
        read_pages(m);
        assert_true(trim(m, 1000));
        assert_int_equal(entries_of(m, KERNEL), 128);
        read_pages(m);
    }
    machine_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tlb_no_page_before_an_exit),
        cmocka_unit_test(test_tlb_kept_small_is_right_and_grows),
        cmocka_unit_test(test_tlb_kept_small_is_this_engines),
        cmocka_unit_test(test_tlb_walks_agree),
        cmocka_unit_test(test_tlb_walks_here_behind_a_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
