/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of the check pagetable on tables, stores and instructions made by hand: each breach is
 * found, and what stands beside it and is right is not.
 */
#include "tests/sim/check_kit.h"

#include "sim/check/cow.h"
#include "sim/check/pagetable.h"

#define PAGE      0x1000u
#define USER_VA   0x400000ull
#define CODE_VA   0xffff000000700000ull
#define PAGE_X    0x900000u /* what is mapped, from the start of RAM */
#define PAGE_Y    0x901000u
#define SPACE_A   0x800000u /* four tables each: root, .., last level */
#define SPACE_B   0x810000u
#define KERNEL    0x820000u
#define SPARE     0x830000u /* an empty table */
#define LEVELS    4u

static const paddr_t spaces[] = {SPACE_A, SPACE_B, KERNEL};

struct world {
    enum arch arch;
    struct cpu *cpu;
    uint8_t *ram;
    paddr_t base;
    struct findings *all;
    struct pagetable *pages;
    struct cow *cow;
    uint8_t *map;
    vaddr_t kernel_va;
    insn_t n;
};

static bool is_arm(const struct world *w)
{
    return w->arch == ARCH_ARM64;
}

static void put(struct world *w, paddr_t at, uint64_t word)
{
    memcpy(w->ram + at, &word, 8);
}

/* Rights of a page, in both CPUs' terms. */
enum { R = 0, W = 1, X = 2, KERNEL_ONLY = 4 };

static uint64_t leaf(const struct world *w, paddr_t page, unsigned rights)
{
    uint64_t pa = w->base + page;

    if (is_arm(w)) /* DDI 0487, D8.3: AF, inner shareable; AP, UXN, PXN */
        return pa | 0x703 | (rights & KERNEL_ONLY ? 0 : 1ull << 6) |
               (rights & W ? 0 : 1ull << 7) | (rights & X ? 0 : 1ull << 54) | 1ull << 53;
    return pa | 1 | (rights & KERNEL_ONLY ? 0 : 4) | (rights & W ? 2 : 0) |
           (rights & X ? 0 : 1ull << 63);
}

static uint64_t table(const struct world *w, paddr_t page)
{
    return (w->base + page) | (is_arm(w) ? 3 : 7);
}

/* Where the entry of `va` stands in the table of a level; 1 is the last. */
static paddr_t entry_at(paddr_t space, unsigned level, vaddr_t va)
{
    return space + (LEVELS - level) * PAGE + (va >> (12 + 9 * (level - 1)) & 511) * 8;
}

static void use_space(const struct world *w, paddr_t space, uint64_t asid)
{
    if (is_arm(w)) {
        check_named("ttbr0_el1", (w->base + space) | asid << 48);
        check_named("ttbr1_el1", w->base + KERNEL);
    } else {
        check_named("cr3", w->base + space);
    }
}

static struct world *world_open(enum arch arch)
{
    static struct world w;
    size_t bytes;

    w = (struct world){.arch = arch, .cpu = check_cpu(arch), .n = 100};
    w.ram = cpu_ram(w.cpu, &w.base, &bytes);
    w.map = calloc(bytes >> 12, 1);
    w.all = check_findings();
    w.kernel_va = is_arm(&w) ? 0xffff000000400000ull : 0xffff800000400000ull;
    for (unsigned s = 0; s < 3; s++)
        for (unsigned level = LEVELS; level > 1; level--)
            put(&w, entry_at(spaces[s], level, spaces[s] == KERNEL ? w.kernel_va : USER_VA),
                table(&w, spaces[s] + (LEVELS - level + 1) * PAGE));
    if (is_arm(&w)) {
        check_named("sctlr_el1", 1);
        check_named("tcr_el1", 16 | 16 << 16 | 2u << 30); /* 48 bits, 4 KiB */
    } else { /* one root for both halves */
        for (unsigned s = 0; s < 2; s++)
            put(&w, entry_at(spaces[s], LEVELS, w.kernel_va), table(&w, KERNEL + PAGE));
        check_named("cr0", 1ull << 31);
        check_named("efer", 1u << 10);
    }
    use_space(&w, SPACE_A, 1);
    w.pages = pagetable_create(w.cpu, w.all, w.map, 1, true);
    w.cow = cow_create(w.cpu, w.all);
    assert_non_null(w.pages);
    assert_non_null(w.cow);
    return &w;
}

static void world_close(struct world *w)
{
    pagetable_destroy(w->pages);
    cow_destroy(w->cow);
    free(w->map);
    cpu_destroy(w->cpu);
}

/* User mode goes on. */
static void back(struct world *w)
{
    struct derived d = {.kind = DERIVED_RETURN, .n = w->n++, .process = 1, .thread = 1,
                        .cpu = w->cpu};

    pagetable_event(w->pages, &d);
}

static void store(struct world *w, paddr_t at, uint64_t word)
{
    struct cpu_store s = {.n = w->n, .pc = 0xffff000000100000ull + w->n * 4, .pa = w->base + at,
                          .bytes = 8, .value = word};

    w->n++;
    pagetable_store(w->pages, &s);
    put(w, at, word);
}

static const uint32_t dsb_ishst = 0xd5033a9f, dsb_ishld = 0xd503399f, dsb_ish = 0xd5033b9f,
                      tlbi = 0xd508831f, nop = 0xd503201f;
static const uint32_t invlpg = 0x9038010f, x86_nops = 0x90909090; /* INVLPG [RAX] */

static void run(struct world *w, uint32_t code)
{
    check_memory(CODE_VA, (const uint8_t *)&code, sizeof(code));
    pagetable_block(w->pages, w->n, CODE_VA, sizeof(code));
    w->n += 4;
}

/* A store to an entry of the running space, some instructions, and user mode goes on. */
struct change {
    unsigned level;
    bool kernel;
    uint64_t was, is;
    uint32_t code[4];       /* 0: no more */
    const char *found;      /* NULL: nothing */
};

static void try_change(struct world *w, const struct change *c)
{
    paddr_t at = entry_at(c->kernel ? KERNEL : SPACE_A, c->level,
                          c->kernel ? w->kernel_va : USER_VA);

    put(w, at, c->was);
    back(w);
    expect_findings(w->all, NULL);
    store(w, at, c->is);
    for (unsigned i = 0; i < 4 && c->code[i]; i++)
        run(w, c->code[i]);
    back(w);
    expect_findings(w->all, c->found);
    if (c->found) {
        assert_int_equal(w->all->list[0].check, CHECK_PAGETABLE);
        assert_int_equal(w->all->list[0].slot, w->base + at);
        assert_memory_equal(w->all->list[0].is, &c->is, 8);
    }
    world_close(w);
}

#define TRY(w_, ...) do {                                                                          \
        struct world *w = w_;                                                                      \
        struct change change = {__VA_ARGS__};                                                      \
        try_change(w, &change);                                                                    \
    } while (0)

static const char no_dsb[] = "no DSB between the entry for 0x400000";
static const char no_flush[] = "the old entry for 0x400000 is not invalidated";

/* DDI 0487, "Ordering and completion of translation table walks". */
static void test_barrier(void **state)
{
    (void)state;
    /* A new table: all below depends on its being seen. */
    TRY(world_open(ARCH_ARM64), 2, false, 0, table(w, SPARE), {nop}, no_dsb);
    TRY(world_open(ARCH_ARM64), 2, false, 0, table(w, SPARE), {dsb_ishld}, no_dsb);
    TRY(world_open(ARCH_ARM64), 2, false, 0, table(w, SPARE), {dsb_ishst}, NULL);
    TRY(world_open(ARCH_ARM64), 2, false, 0, table(w, SPARE), {nop, dsb_ish}, NULL);
    /* A page of user mode's: at worst it faults once more. */
    TRY(world_open(ARCH_ARM64), 1, false, 0, leaf(w, PAGE_X, W), {nop}, NULL);
    TRY(world_open(ARCH_ARM64), 1, false, leaf(w, PAGE_X, R), leaf(w, PAGE_X, W), {nop}, NULL);
    /* One of the kernel's own: nobody expects that fault. */
    TRY(world_open(ARCH_ARM64), 1, true, 0, leaf(w, PAGE_X, W | KERNEL_ONLY), {nop},
        "no DSB between the entry for 0xffff000000400000");
    TRY(world_open(ARCH_ARM64), 1, true, 0, leaf(w, PAGE_X, W | KERNEL_ONLY), {dsb_ishst}, NULL);
    /* x86_64 has no such rule (SDM vol. 3, 4.10.4.3). */
    TRY(world_open(ARCH_X86_64), 2, false, 0, table(w, SPARE), {x86_nops}, NULL);
}

static void test_flush(void **state)
{
    (void)state;
    TRY(world_open(ARCH_ARM64), 1, false, leaf(w, PAGE_X, W), leaf(w, PAGE_X, R),
        {dsb_ishst, tlbi, dsb_ish}, NULL);
    TRY(world_open(ARCH_ARM64), 1, false, leaf(w, PAGE_X, W), leaf(w, PAGE_X, R),
        {dsb_ishst, nop, dsb_ish}, no_flush);
    TRY(world_open(ARCH_ARM64), 1, false, leaf(w, PAGE_X, W), leaf(w, PAGE_X, R),
        {tlbi, dsb_ish}, no_flush); /* the old entry may be walked again */
    TRY(world_open(ARCH_ARM64), 1, false, leaf(w, PAGE_X, W), leaf(w, PAGE_X, R),
        {dsb_ishst, tlbi}, no_flush); /* not complete */
    TRY(world_open(ARCH_ARM64), 1, false, leaf(w, PAGE_X, W), 0, {dsb_ishst}, no_flush);
    TRY(world_open(ARCH_X86_64), 1, false, leaf(w, PAGE_X, W), leaf(w, PAGE_X, R), {invlpg}, NULL);
    TRY(world_open(ARCH_X86_64), 1, false, leaf(w, PAGE_X, W), leaf(w, PAGE_X, R), {x86_nops},
        no_flush);
    TRY(world_open(ARCH_X86_64), 1, false, leaf(w, PAGE_X, R), leaf(w, PAGE_X, W), {x86_nops},
        NULL); /* more rights */
    TRY(world_open(ARCH_X86_64), 1, false, leaf(w, PAGE_X, W), leaf(w, PAGE_Y, W), {x86_nops},
        no_flush);
}

static void test_entries(void **state)
{
    (void)state;
    TRY(world_open(ARCH_ARM64), 1, false, leaf(w, PAGE_X, R), leaf(w, PAGE_Y, R),
        {dsb_ishst, tlbi, dsb_ish}, "a live entry for 0x400000 is replaced without");
    for (int i = 0; i < 2; i++) {
        enum arch arch = i ? ARCH_X86_64 : ARCH_ARM64;

        TRY(world_open(arch), 1, false, 0, leaf(w, PAGE_X, W | X), {0}, "writable and executable");
        TRY(world_open(arch), 1, false, 0, leaf(w, PAGE_X, X), {0}, NULL);
        TRY(world_open(arch), 1, true, 0, leaf(w, PAGE_X, R), {dsb_ishst},
            "is the kernel's and open to user mode");
        TRY(world_open(arch), 1, false, 0, leaf(w, SPACE_A, R), {0},
            "is the kernel's and open to user mode"); /* a table */
    }
}

/* A table is taken away, and its page becomes something else: behind the invalidation it may. */
static void test_freed_table(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct world *w = world_open(i / 2 ? ARCH_X86_64 : ARCH_ARM64);
        paddr_t last = SPACE_A + 3 * PAGE;

        back(w);
        store(w, entry_at(SPACE_A, 2, USER_VA), 0);
        if (i % 2) {
            if (is_arm(w))
                run(w, dsb_ishst);
            run(w, is_arm(w) ? tlbi : invlpg);
            if (is_arm(w))
                run(w, dsb_ish);
        }
        store(w, last + 8, leaf(w, PAGE_X, W | X)); /* a number, by chance */
        back(w);
        assert_int_equal(w->all->count != 0, i % 2 == 0);
        world_close(w);
    }
}

/* Linux's kernel has another ASID for the same tables than user mode (UNMAP_KERNEL_AT_EL0). */
static void test_two_asids(void **state)
{
    struct world *w = world_open(ARCH_ARM64);
    paddr_t at = entry_at(SPACE_A, 2, USER_VA);

    (void)state;
    put(w, at, 0);
    back(w);
    use_space(w, SPACE_A, 2);
    store(w, at, table(w, SPARE));
    use_space(w, SPACE_A, 1);
    back(w);
    expect_findings(w->all, no_dsb);
    world_close(w);
}

/* ---- one page in two address spaces ---- */

static void event(struct world *w, enum derived_kind kind, unsigned process)
{
    struct derived d = {.kind = kind, .n = w->n++, .process = process, .thread = process,
                        .cpu = w->cpu, .parent = kind == DERIVED_START && process == 2 ? 1 : 0};

    use_space(w, process == 2 ? SPACE_B : SPACE_A, process);
    cow_event(w->cow, &d);
}

static void call(struct world *w, unsigned process, const char *name, const uint64_t arg[6],
                 uint64_t result, bool returned)
{
    struct syscall_text text = {0};
    struct derived d = {.kind = DERIVED_SYSCALL, .n = w->n, .n_end = w->n + 1,
                        .process = process, .thread = process, .cpu = w->cpu, .call = &text,
                        .result = result, .returned = returned};

    w->n += 2;
    strcpy(text.name, name);
    memcpy(text.arg, arg, sizeof(text.arg));
    use_space(w, process == 2 ? SPACE_B : SPACE_A, process);
    cow_event(w->cow, &d);
}

static void fault(struct world *w, unsigned process, vaddr_t va)
{
    struct cpu_trap trap = {.n = w->n, .kind = CPU_TRAP_SYNC, .from_user = true, .addr = va};
    struct derived d = {.kind = DERIVED_TRAP, .n = w->n++, .process = process, .thread = process,
                        .cpu = w->cpu, .trap = &trap};

    use_space(w, process == 2 ? SPACE_B : SPACE_A, process);
    cow_event(w->cow, &d);
}

static const uint64_t nothing[6], shared[6] = {0, PAGE, 3, 1}, private[6] = {0, PAGE, 3, 2};

/* The parent runs, and has a child: these pages at USER_VA. */
static struct world *fork_with(enum arch arch, paddr_t page, unsigned rights, paddr_t child_page,
                               unsigned child_rights)
{
    struct world *w = world_open(arch);

    event(w, DERIVED_START, 1);
    put(w, entry_at(SPACE_A, 1, USER_VA), leaf(w, page, rights));
    put(w, entry_at(SPACE_B, 1, USER_VA), leaf(w, child_page, child_rights));
    event(w, DERIVED_START, 2);
    return w;
}

static const char two_owners[] = "the page at 0x400000 is private, writable for process";

static void finish(struct world *w, const char *found)
{
    expect_findings(w->all, found);
    if (found) {
        assert_int_equal(w->all->value[0], COW_PAGE);
        assert_true(w->all->list[0].slot && w->all->list[0].frame_at);
    }
    world_close(w);
}

static void test_cow_fork(void **state)
{
    struct world *w;

    (void)state;
    for (int i = 0; i < 2; i++) {
        enum arch arch = i ? ARCH_X86_64 : ARCH_ARM64;

        w = fork_with(arch, PAGE_X, R, PAGE_X, R); /* as it should be */
        event(w, DERIVED_RETURN, 1);
        finish(w, NULL);
        w = fork_with(arch, PAGE_X, W, PAGE_Y, W); /* each its own */
        event(w, DERIVED_RETURN, 1);
        finish(w, NULL);
        w = fork_with(arch, PAGE_X, W, PAGE_X, R);
        expect_findings(w->all, NULL); /* is there a parent still? */
        event(w, DERIVED_RETURN, 1);
        finish(w, two_owners);
        w = fork_with(arch, PAGE_X, R, PAGE_X, W);
        event(w, DERIVED_RETURN, 1);
        finish(w, two_owners);
        w = fork_with(arch, PAGE_X, W, PAGE_X, R); /* the last that is seen of the parent */
        call(w, 1, "exit_group", nothing, 0, false);
        finish(w, two_owners);
        w = fork_with(arch, PAGE_X, W, PAGE_X, R); /* it gave back the page with the program */
        call(w, 1, "execve", nothing, 0, true);
        finish(w, NULL);
    }
}

static void test_cow_shared(void **state)
{
    struct world *w;

    (void)state;
    for (int i = 0; i < 2; i++) {
        for (unsigned way = 0; way < 4; way++) {
            w = world_open(i ? ARCH_X86_64 : ARCH_ARM64);
            event(w, DERIVED_START, 1);
            if (way == 0)
                call(w, 1, "mmap", shared, USER_VA, true);
            else if (way == 1)
                call(w, 1, "shmat", nothing, USER_VA, true);
            else
                call(w, 1, "mmap", shared, USER_VA, true);
            if (way == 2)
                call(w, 1, "mmap", private, USER_VA, true); /* over it */
            if (way == 3)
                call(w, 1, "mmap", private, (uint64_t)-12, true); /* ENOMEM: it is still there */
            put(w, entry_at(SPACE_A, 1, USER_VA), leaf(w, PAGE_X, W));
            put(w, entry_at(SPACE_B, 1, USER_VA), leaf(w, PAGE_X, W));
            event(w, DERIVED_START, 2);
            event(w, DERIVED_RETURN, 1);
            finish(w, way == 2 ? two_owners : NULL);
        }
    }
}

/* After a fault that took a page with two owners for the child's own. */
static void test_cow_fault(void **state)
{
    struct world *w;

    (void)state;
    for (int i = 0; i < 2; i++) {
        for (unsigned way = 0; way < 3; way++) {
            w = fork_with(i ? ARCH_X86_64 : ARCH_ARM64, PAGE_X, R, PAGE_X, R);
            fault(w, 2, way == 1 ? USER_VA + 8 * PAGE : USER_VA + 8);
            put(w, entry_at(SPACE_B, 1, USER_VA), leaf(w, way == 2 ? PAGE_Y : PAGE_X, W));
            event(w, DERIVED_RETURN, 2);
            event(w, DERIVED_RETURN, 1);
            finish(w, way ? NULL : two_owners); /* 1: nobody faulted there; 2: a copy */
        }
    }
}

/* The tables that a process had before an exec are another's by now: which are its own? */
static void test_cow_exec(void **state)
{
    struct world *w;

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct syscall_text exec = {.name = "execve"};
        struct derived d = {.kind = DERIVED_START, .n = 1, .process = 1, .thread = 1};

        w = world_open(i / 2 ? ARCH_X86_64 : ARCH_ARM64);
        d.cpu = w->cpu;
        event(w, DERIVED_START, 3); /* has the first tables, and ends */
        call(w, 3, "exit_group", nothing, 0, false);
        use_space(w, SPACE_B, 1);
        cow_event(w->cow, &d);
        use_space(w, SPACE_A, 1);
        d = (struct derived){.kind = DERIVED_SYSCALL, .n = 2, .n_end = 3, .process = 1,
                             .thread = 1, .cpu = w->cpu, .call = &exec, .returned = true};
        cow_event(w->cow, &d);
        if (i % 2 == 0)
            call(w, 1, "mmap", shared, USER_VA, true);
        put(w, entry_at(SPACE_A, 1, USER_VA), leaf(w, PAGE_X, W));
        put(w, entry_at(SPACE_B, 1, USER_VA), leaf(w, PAGE_X, W));
        event(w, DERIVED_START, 2);
        event(w, DERIVED_RETURN, 1);
        finish(w, i % 2 ? two_owners : NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_barrier),    cmocka_unit_test(test_flush),
        cmocka_unit_test(test_entries),    cmocka_unit_test(test_two_asids),
        cmocka_unit_test(test_freed_table),
        cmocka_unit_test(test_cow_fork),   cmocka_unit_test(test_cow_shared),
        cmocka_unit_test(test_cow_fault),  cmocka_unit_test(test_cow_exec),
    };

    return cmocka_run_group_tests_name("sim.check_pages", tests, NULL, NULL);
}
