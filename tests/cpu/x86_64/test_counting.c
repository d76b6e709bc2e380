/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instruction number: against a reference that sees every instruction, and
 * against itself under every way of cutting a run.
 */
#include <unicorn/unicorn.h>

#include "tests/cpu/x86_64/harness.h"

#define STATES_MAX 100000

struct state {
    uint64_t rip, rsp, rcx, rflags;
};

struct track {
    struct state at[STATES_MAX];
    struct cpu_trap trap[MACHINE_TRAPS];
    size_t traps;
    insn_t end;
    int status;
};

static struct state look(struct machine *m)
{
    struct state s = {x86_pc(&m->x), x86_sp(&m->x), x86_gpr(&m->x, 1), x86_reg(&m->x, X86_RFLAGS)};

    return s;
}

/* Every state from `from` on, one instruction at a time: the reference. */
static struct track *single_step(const char *guest, insn_t from)
{
    struct track *t = calloc(1, sizeof(*t));
    struct machine *m = machine_open(guest);
    struct cpu_stop stop = machine_run(m, from);

    while (stop.reason == CPU_STOP_TARGET) {
        assert_true(m->x.count.n < STATES_MAX);
        t->at[m->x.count.n] = look(m);
        stop = machine_run(m, m->x.count.n + 1);
    }
    assert_int_equal(stop.reason, CPU_STOP_POWEROFF);
    t->status = stop.status;
    t->end = m->x.count.n;
    t->traps = m->traps;
    memcpy(t->trap, m->trap, sizeof(t->trap));
    machine_close(m);
    return t;
}

static void compare_steps(const char *guest, const struct track *ref, insn_t from, insn_t step)
{
    struct machine *m = machine_open(guest);
    struct cpu_stop stop = machine_run(m, from);

    while (stop.reason == CPU_STOP_TARGET) {
        struct state s = look(m);
        if (memcmp(&s, &ref->at[m->x.count.n], sizeof(s)))
            fail_msg("%s, step %d: another state at %d", guest, (int)step, (int)m->x.count.n);
        stop = machine_run(m, m->x.count.n + step);
        if (stop.reason == CPU_STOP_TARGET)
            assert_true(m->x.count.n <= ref->end);
    }
    assert_int_equal(stop.status, ref->status);
    assert_int_equal(m->x.count.n, ref->end);
    assert_int_equal(m->traps, ref->traps);
    assert_memory_equal(m->trap, ref->trap, sizeof(ref->trap[0]) * ref->traps);
    machine_close(m);
}

/* The clock held at every `step` cycles, in idleness too: the same run. */
static void compare_horizons(const char *guest, const struct track *ref, insn_t from, cycles_t step)
{
    struct machine *m = machine_open(guest);
    struct cpu_stop stop = machine_run(m, from);

    do {
        m->x.horizon = x86_cycles(&m->x) + step;
        stop = machine_run(m, ref->end + 1000);
        if (stop.reason == CPU_STOP_HORIZON)
            assert_int_equal(x86_cycles(&m->x), m->x.horizon);
    } while (stop.reason == CPU_STOP_HORIZON);
    assert_int_equal(stop.status, ref->status);
    assert_int_equal(m->x.count.n, ref->end);
    assert_int_equal(m->traps, ref->traps);
    assert_memory_equal(m->trap, ref->trap, sizeof(ref->trap[0]) * ref->traps);
    machine_close(m);
}

static void sweep(const char *guest, insn_t from)
{
    static const insn_t step[] = {2, 3, 5, 7, 11, 64, 1000, 1000000};
    struct track *ref = single_step(guest, from);

    if (strcmp(guest, "flow"))
        assert_int_equal(ref->status, 0); /* 1: old code ran */
    for (size_t i = 0; i < ARRAY_LEN(step); i++)
        compare_steps(guest, ref, from, step[i]);
    compare_horizons(guest, ref, from, 1);
    compare_horizons(guest, ref, from, 97);
    compare_horizons(guest, ref, from, 5000);
    free(ref);
}

static void test_counting_flow_same_for_every_step(void **state)
{
    (void)state;
    sweep("flow", 20000);
}

static void test_counting_code_that_changes(void **state)
{
    (void)state;
    sweep("smc", 20000);
}

/* A block is known by its mode, too: the same bytes hold another number of instructions. */
static void test_counting_code_of_two_modes(void **state)
{
    (void)state;
    sweep("modes", 0);
}

/* AC that came with IRETQ is known from the next trap on, not from the next cut of the run. */
static void test_counting_alignment_checked_after_a_trap(void **state)
{
    (void)state;
    sweep("align", 0);
}

#define BIG_AT     0x200000u /* 32-bit code without paging, as at the entry */
#define BIG_BLOCKS 24576u
#define BIG_BLOCK  64u /* instructions, of 2 bytes */
#define BIG_BYTES  (BIG_BLOCKS * BIG_BLOCK * 2)
#define BIG_PASSES 2u

/* BIG_BLOCKS blocks of loads and additions, BIG_PASSES times; behind them a jump to itself. */
static void write_big_code(struct machine *m)
{
    static uint8_t code[BIG_BYTES + 10];
    uint8_t *end = code + BIG_BYTES;
    int32_t back = -(int32_t)BIG_BYTES - 8;

    for (uint32_t i = 0; i < BIG_BLOCKS * BIG_BLOCK; i++)
        memcpy(code + 2 * i,
               i % BIG_BLOCK == BIG_BLOCK - 1 ? "\xeb"      /* jmp +0 */
               : i % 2                        ? "\x01\xfb"  /* add %edi, %ebx */
                                              : "\x8b\x06", /* mov (%esi), %eax */
               2);
    memcpy(end, "\xff\xc9\x0f\x85", 4); /* dec %ecx; jnz start */
    memcpy(end + 4, &back, 4);
    memcpy(end + 8, "\xeb\xfe", 2);
    assert_int_equal(x86_phys_write(&m->x, BIG_AT, code, sizeof(code)), 0);
    x86_set_reg(&m->x, X86_RCX, BIG_PASSES);
    x86_set_reg(&m->x, X86_RBX, 0);
    x86_set_gpr(&m->x, 7, 1); /* EDI */
    x86_set_gpr(&m->x, 6, IMAGE_BASE); /* ESI */
    x86_set_reg(&m->x, X86_RIP, BIG_AT);
}

/* Its translation is larger than the engine's buffer (engine.c): nothing is lost or counted twice. */
static void test_counting_code_larger_than_the_buffer(void **state)
{
    const insn_t insns = BIG_PASSES * (BIG_BLOCKS * BIG_BLOCK + 2);

    (void)state;
    for (insn_t step = insns; step; step = step == insns ? 100003 : 0) {
        struct machine *m = machine_open("traps");

        write_big_code(m);
        while (m->x.count.n < insns)
            machine_run(m, m->x.count.n + step < insns ? m->x.count.n + step : insns);
        assert_int_equal(x86_pc(&m->x), BIG_AT + BIG_BYTES + 8);
        assert_int_equal(x86_reg(&m->x, X86_RBX), BIG_PASSES * BIG_BLOCKS * (BIG_BLOCK / 2 - 1));
        assert_int_equal(x86_reg(&m->x, X86_RCX), 0);
        machine_close(m);
    }
}

/* Where the engine was tried out as the machine was made (calibrate.c), the guest's own code runs. */
static void test_counting_code_where_the_engine_was_tried(void **state)
{
    static const uint8_t code[] = {0xb9, 1, 2, 3, 4, 0x89, 0xca, 0xeb, 0xfe}; /* mov; mov; jmp */
    static const vaddr_t at[] = {0x1000, 0x1240, 0x1380};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
        struct machine *m = machine_open("traps");

        assert_int_equal(x86_phys_write(&m->x, at[i], code, sizeof(code)), 0);
        x86_set_reg(&m->x, X86_CR4, CR4_OSFXSR | CR4_OSXSAVE); /* as there */
        x86_set_reg(&m->x, X86_RIP, at[i]);
        machine_run(m, 1000);
        assert_int_equal(m->traps, 0);
        assert_int_equal(x86_pc(&m->x), at[i] + 7);
        assert_int_equal(x86_reg(&m->x, X86_RDX), 0x04030201);
        machine_close(m);
    }
}

/* IN and OUT, faults and interrupts are at the numbers of the reference, so RIP is as expected. */
static void test_counting_irq_numbers_follow_the_timer(void **state)
{
    struct machine *m = machine_open("flow");
    insn_t last = 0;
    unsigned in_kernel = 0;

    (void)state;
    machine_run(m, 1000000);
    for (size_t i = 0; i < m->traps; i++) {
        uint8_t before[2];

        if (m->trap[i].kind != CPU_TRAP_IRQ)
            continue;
        if (!m->trap[i].from_user) { /* no interrupt in the shadow of STI and of MOV SS */
            assert_int_equal(x86_phys_read(&m->x, m->trap[i].pc - 2, before, 2), 0);
            assert_int_not_equal(before[1], 0xfb);
            assert_false(before[0] == 0x8e && before[1] == 0xd0);
            in_kernel++;
        }
        if (last && m->trap[i].from_user && m->trap[i].cycles > last)
            assert_true((m->trap[i].cycles - last) % 3001 < 200);
        last = m->trap[i].cycles;
    }
    assert_true(last > 0);
    assert_true(in_kernel > 20);
    machine_close(m);
}

struct reference {
    uint64_t rip[STATES_MAX];
    size_t count;
};

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct reference *r = user;

    (void)uc;
    (void)size;
    if (r->count < STATES_MAX)
        r->rip[r->count++] = address;
}

/* The engine's own per-instruction hook, with nothing of ours in between. */
static struct reference *bare_run(struct machine *m, uint64_t from, uint64_t to)
{
    struct reference *r = calloc(1, sizeof(*r));
    uc_engine *uc;
    uc_hook hook;

    assert_int_equal(uc_open(UC_ARCH_X86, UC_MODE_64, &uc), UC_ERR_OK);
    assert_int_equal(uc_mem_map_ptr(uc, 0, m->x.config.ram_bytes, UC_PROT_ALL, m->x.ram), UC_ERR_OK);
    assert_int_equal(uc_hook_add(uc, &hook, UC_HOOK_CODE, (void *)on_code, r, 1, 0), UC_ERR_OK);
    for (unsigned i = 0; i < 16; i++) {
        static const int id[16] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX,
                                   UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI,
                                   UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
                                   UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};
        uint64_t value = x86_gpr(&m->x, i);
        uc_reg_write(uc, id[i], &value);
    }
    assert_int_equal(uc_emu_start(uc, from, to, 0, 0), UC_ERR_OK);
    uc_close(uc);
    return r;
}

static void test_counting_agrees_with_a_hook_on_every_instruction(void **state)
{
    struct machine *m = machine_open("branchy");
    uint64_t bounds = machine_word(m, IMAGE_BASE + 8), from = machine_word(m, bounds);
    uint64_t to = machine_word(m, bounds + 8);
    struct reference *r;
    insn_t start;

    (void)state;
    machine_run(m, 16000);
    while (x86_pc(&m->x) != from)
        machine_run(m, m->x.count.n + 1);
    start = m->x.count.n;
    r = bare_run(m, from, to);
    for (size_t i = 0; i < r->count; i++) {
        if (x86_pc(&m->x) != r->rip[i])
            fail_msg("instruction %zu is at 0x%llx, not 0x%llx", i,
                     (unsigned long long)x86_pc(&m->x), (unsigned long long)r->rip[i]);
        machine_run(m, m->x.count.n + 1);
    }
    assert_int_equal(x86_pc(&m->x), to);
    assert_int_equal(m->x.count.n - start, r->count);
    free(r);
    machine_close(m);
}

/* ---- the blocks that run ---- */

struct code {
    insn_t n;
    vaddr_t pc;
    uint32_t bytes;
};

struct listing {
    struct code *code;
    size_t count, room;
};

static void list_block(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes)
{
    struct listing *l = ctx;

    if (l->count == l->room) {
        l->room = l->room ? 2 * l->room : 1024;
        l->code = realloc(l->code, l->room * sizeof(*l->code));
    }
    l->code[l->count++] = (struct code){n, pc, bytes};
}

/* The number at which something ended what ran from `n` on: a block, or the tick of a trap. */
static insn_t end_of(const struct listing *l, size_t at, const struct track *ref)
{
    insn_t end = at + 1 < l->count ? l->code[at + 1].n : ref->end;

    for (size_t i = 0; i < ref->traps; i++)
        if (ref->trap[i].n > l->code[at].n && ref->trap[i].n - 1 < end)
            end = ref->trap[i].n - 1;
    return end;
}

/* Every instruction is in exactly one of the blocks told of, at its number. */
static void blocks_hold(const char *guest, insn_t from)
{
    struct track *ref = single_step(guest, from);
    struct machine *m = machine_open(guest);
    struct listing l = {0};
    uint8_t *seen = calloc(STATES_MAX, 1);

    machine_run(m, from);
    m->x.blocks = (struct cpu_blocks){list_block, &l, false};
    while (m->x.count.n < ref->end)
        machine_run(m, m->x.count.n + 997);
    assert_int_equal(m->x.count.n, ref->end);
    for (size_t i = 0; i < ref->traps; i++)
        seen[ref->trap[i].n - 1]++;
    for (size_t i = 0; i < l.count; i++) {
        insn_t end = end_of(&l, i, ref), n = l.code[i].n;

        for (vaddr_t pc = l.code[i].pc; n < end && pc < l.code[i].pc + l.code[i].bytes; n++) {
            assert_int_equal(ref->at[n].rip, pc);
            pc += x86_insn_len(&m->x, pc);
            seen[n]++;
        }
    }
    for (insn_t n = from; n < ref->end; n++)
        if (seen[n] != 1)
            fail_msg("number %d, RIP 0x%llx, is in %d blocks", (int)n,
                     (unsigned long long)ref->at[n].rip, seen[n]);
    machine_close(m);
    free(l.code);
    free(seen);
    free(ref);
}

static void test_counting_blocks_hold_every_instruction(void **state)
{
    (void)state;
    blocks_hold("flow", 20000);
}

/* ---- stores ---- */

#define STORES_MAX 100000u

struct stores {
    const struct track *ref;
    struct machine *m;
    size_t count, pushes;
    struct cpu_store last;  /* must have been done before the next one */
};

static void look_at_store(void *ctx, const struct cpu_store *s)
{
    struct stores *t = ctx;
    const struct track *ref = t->ref;

    if (t->count++ && s->n == t->last.n && s->pa != t->last.pa)
        assert_memory_equal(t->m->x.ram + t->last.pa, &t->last.value, t->last.bytes);
    t->last = *s;
    if (!s->code_bytes) { /* no code: an exception pushes, and its entry is this step */
        t->pushes++;
        return;
    }
    if (ref->at[s->n].rip != s->pc)
        fail_msg("no block at 0x%llx begins with number %llu", (unsigned long long)s->pc,
                 (unsigned long long)s->n);
}

/* Each store is told of with the number and address of its block, and what it stores. */
static void test_counting_stores_have_their_block(void **state)
{
    struct track *ref = single_step("flow", 20000);
    struct machine *m = machine_open("flow");
    struct stores s = {.ref = ref, .m = m};

    (void)state;
    machine_run(m, 20000);
    uint8_t *map = malloc(m->x.config.ram_bytes >> 12);

    memset(map, 1, m->x.config.ram_bytes >> 12);
    struct pages_client client = {map, look_at_store, &s, false};

    assert_int_equal(x86_pages_watch(&m->x, PAGES_OBSERVER, &client), 0);
    while (m->x.count.n < ref->end)
        machine_run(m, m->x.count.n + 997);
    assert_true(s.pushes > 0 && s.count > s.pushes + 100);
    assert_int_equal(m->x.count.n, ref->end);
    machine_close(m);
    free(map);
    free(ref);
}

/* ---- the kernel's stores alone ---- */

struct heard {
    struct machine *m;
    struct cpu_store *store;
    size_t count, users;
    bool kernel;
};

static void hear_store(void *ctx, const struct cpu_store *s)
{
    struct heard *h = ctx;

    if (x86_cpl(&h->m->x) == 3 && s->code_bytes) { /* 0: an entry pushes, on its way to ring 0 */
        assert_false(h->kernel);
        h->users++;
        return;
    }
    assert_true(h->count < STORES_MAX);
    h->store[h->count++] = *s;
}

static void hear_stores(struct heard *h, bool kernel, insn_t from, insn_t to)
{
    struct machine *m = machine_open("flow");
    size_t pages = m->x.config.ram_bytes >> 12;
    uint8_t *map = malloc(pages);
    struct pages_client client = {map, hear_store, h, kernel};

    *h = (struct heard){m, malloc(STORES_MAX * sizeof(*h->store)), 0, 0, kernel};
    memset(map, 1, pages);
    machine_run(m, from);
    assert_int_equal(x86_pages_watch(&m->x, PAGES_OBSERVER, &client), 0);
    while (m->x.count.n < to)
        machine_run(m, m->x.count.n + 4999);
    assert_int_equal(m->x.count.n, to);
    machine_close(m);
    free(map);
}

/* User mode's code is translated without the hook, and no store of the kernel is lost by that. */
static void test_counting_stores_of_the_kernel(void **state)
{
    struct track *ref = single_step("flow", 20000);
    insn_t from = 20000, to = ref->end;
    struct heard all, kernel;

    (void)state;
    hear_stores(&all, false, from, to);
    hear_stores(&kernel, true, from, to);
    assert_true(all.users > 20 && all.count > 20);
    assert_int_equal(kernel.count, all.count);
    for (size_t i = 0; i < all.count; i++) {
        assert_int_equal(kernel.store[i].pa, all.store[i].pa);
        assert_int_equal(kernel.store[i].bytes, all.store[i].bytes);
        assert_int_equal(kernel.store[i].value, all.store[i].value);
    }
    free(all.store);
    free(kernel.store);
    free(ref);
}

/* ---- returns to user mode ---- */

#define RETURNS_MAX 4096u

struct returns {
    insn_t n[RETURNS_MAX];
    vaddr_t pc[RETURNS_MAX];
    size_t count;
};

static void note_return(struct returns *r, insn_t n, vaddr_t pc)
{
    assert_true(r->count < RETURNS_MAX);
    r->n[r->count] = n;
    r->pc[r->count++] = pc;
}

static void hear_return(void *ctx, insn_t n, vaddr_t pc)
{
    note_return(((struct machine *)ctx)->watcher, n, pc);
}

/* All states that are the first in user mode, by looking at each. */
static struct returns *returns_seen(const char *guest, insn_t from)
{
    struct returns *r = calloc(1, sizeof(*r));
    struct machine *m = machine_open(guest);
    struct cpu_stop stop = machine_run(m, from);
    bool kernel = true;

    while (stop.reason == CPU_STOP_TARGET) {
        bool was_kernel = kernel;

        kernel = x86_cpl(&m->x) < 3;
        if (was_kernel && !kernel)
            note_return(r, m->x.count.n, x86_pc(&m->x));
        stop = machine_run(m, m->x.count.n + 1);
    }
    machine_close(m);
    return r;
}

/* The machine from `from` on, cut into steps, tells of the returns of `ref` from its `first` on. */
static void compare_returns(const struct returns *ref, size_t first, insn_t from, insn_t step)
{
    struct machine *m = machine_open("flow");
    struct cpu_stop stop = machine_run(m, from);
    struct returns *got = calloc(1, sizeof(*got));
    size_t count = ref->count - first;

    m->watcher = got;
    m->x.config.host.user_return = hear_return;
    x86_watch_returns(&m->x, true);
    while (stop.reason == CPU_STOP_TARGET)
        stop = machine_run(m, m->x.count.n + step);
    assert_int_equal(got->count, count);
    assert_memory_equal(got->n, ref->n + first, count * sizeof(ref->n[0]));
    assert_memory_equal(got->pc, ref->pc + first, count * sizeof(ref->pc[0]));
    machine_close(m);
    free(got);
}

/*
 * Kernel and user code in the lower half: each return is told of, once, wherever runs are cut, and
 * though the blocks that return ran before somebody listened.
 */
static void test_counting_returns_to_user_mode(void **state)
{
    static const insn_t step[] = {1, 7, 997, 1000000};
    struct returns *ref = returns_seen("flow", 20000);

    (void)state;
    assert_true(ref->count >= 8); /* IRETQ and SYSRETQ, behind calls, faults and interrupts */
    for (size_t i = 0; i < ARRAY_LEN(step); i++) {
        compare_returns(ref, 0, 20000, step[i]);
        compare_returns(ref, 6, ref->n[6] - 4, step[i]);
    }
    free(ref);
}

/* Some numbers at which STI is the last instruction that ran, and its end. */
static size_t find_shadows(insn_t *n, vaddr_t *pc, size_t room)
{
    struct machine *m = machine_open("flow");
    size_t count = 0;

    for (unsigned i = 0; i < 100000 && count < room; i++) {
        vaddr_t from = x86_pc(&m->x);
        paddr_t pa;

        machine_run(m, m->x.count.n + (i % 12 ? 1 : 211));
        if (x86_pc(&m->x) == from + 1 && !x86_translate(&m->x, from, &pa) && m->x.ram[pa] == 0xfb) {
            n[count] = m->x.count.n;
            pc[count++] = from + 1;
        }
    }
    machine_close(m);
    return count;
}

/* What comes up just behind STI waits for an instruction, however often the block ran. */
static void test_counting_irq_waits_behind_sti(void **state)
{
    vaddr_t pc[40];
    insn_t n[40];
    size_t count = find_shadows(n, pc, ARRAY_LEN(n));

    (void)state;
    assert_true(count > 20);
    for (size_t i = 0; i < count; i++) {
        struct machine *m = machine_open("flow");

        machine_run(m, n[i]);
        m->traps = 0;
        assert_int_equal(x86_interrupt(&m->x, (unsigned)x86_timer_interrupt(&m->x)), 0);
        machine_run(m, n[i] + 4);
        for (size_t k = 0; k < m->traps; k++)
            assert_false(m->trap[k].kind == CPU_TRAP_IRQ && m->trap[k].pc == pc[i]);
        machine_close(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counting_blocks_hold_every_instruction),
        cmocka_unit_test(test_counting_stores_have_their_block),
        cmocka_unit_test(test_counting_stores_of_the_kernel),
        cmocka_unit_test(test_counting_returns_to_user_mode),
        cmocka_unit_test(test_counting_agrees_with_a_hook_on_every_instruction),
        cmocka_unit_test(test_counting_flow_same_for_every_step),
        cmocka_unit_test(test_counting_irq_numbers_follow_the_timer),
        cmocka_unit_test(test_counting_irq_waits_behind_sti),
        cmocka_unit_test(test_counting_code_that_changes),
        cmocka_unit_test(test_counting_code_of_two_modes),
        cmocka_unit_test(test_counting_alignment_checked_after_a_trap),
        cmocka_unit_test(test_counting_code_larger_than_the_buffer),
        cmocka_unit_test(test_counting_code_where_the_engine_was_tried),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
