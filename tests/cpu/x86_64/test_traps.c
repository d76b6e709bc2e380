/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One exception per case of guest/traps.S: vector, error code, CR2, the pushed
 * frame, the stack that was chosen and the privilege level after entry.
 */
#include <errno.h>

#include "tests/cpu/x86_64/harness.h"

#include "cpu/arch/x86_64/engine.h"

#define NONE    UINT64_MAX
#define KERNEL  0x80000u /* RSP of kernel cases */
#define USER    0x900000u
#define RSP0    0x70000u
#define IST1    0x60000u
#define PROFILE 0x50000u

struct expect {
    const char *name;
    unsigned vector;
    uint64_t error; /* NONE: none pushed */
    uint64_t cr2;
    bool user;
    bool rf; /* RF set in the pushed flags */
    uint64_t top; /* stack the frame went to; 0: RSP0 for user, the same stack for kernel */
    int rsp_delta; /* RSP at the event minus its start */
};

/* The order of guest/traps.S. */
static const struct expect expect[] = {
    {"de", 0, NONE, 0, false, true, 0, 0},
    {"de_user", 0, NONE, 0, true, true, 0, 0},
    {"ud", 6, NONE, 0, false, true, 0, 0},
    {"ud_user", 6, NONE, 0, true, true, 0, 0},
    {"ud_vex", 6, NONE, 0, false, true, 0, 0},
    {"ud_vex_user", 6, NONE, 0, true, true, 0, 0},
    {"ud_memory", 6, NONE, 0, false, true, 0, 0},
    {"ud_memory_user", 6, NONE, 0, true, true, 0, 0},
    {"bp", 3, NONE, 0, true, false, 0, 0},
    {"int80", 0x80, NONE, 0, true, false, 0, 0},
    {"int_dpl", 13, 0x21 * 8 + 2, 0, true, true, 0, 0},
    {"int_kernel", 0x21, NONE, 0, false, false, 0, 0},
    {"gp_hlt", 13, 0, 0, true, true, 0, 0},
    {"gp_cli", 13, 0, 0, true, true, 0, 0},
    {"gp_io", 13, 0, 0, true, true, 0, 0},
    {"gp_rdmsr", 13, 0, 0, true, true, 0, 0},
    {"gp_msr", 13, 0, 0, false, true, 0, 0},
    {"mcg", 3, NONE, 0, false, false, 0, 0},
    {"gp_mcg_status", 13, 0, 0, false, true, 0, 0},
    {"gp_selector", 13, 0x78, 0, false, true, 0, 0},
    {"gp_noncanonical", 13, 0, 0, false, true, 0, 0},
    {"gp_cr0", 13, 0, 0, false, true, 0, 0},
    {"gp_cr4", 13, 0, 0, false, true, 0, 0},
    {"pf_read", 14, 0, 0x600123, false, true, 0, 0},
    {"pf_write_user", 14, 6, 0x600123, true, true, 0, 0},
    {"pf_protect_user", 14, 7, 0xa00010, true, true, 0, 0},
    {"pf_supervisor_user", 14, 5, 0x300010, true, true, 0, 0},
    {"pf_fetch_user", 14, 0x14, 0x600123, true, true, 0, 0},
    {"pf_nx_user", 14, 0x15, 0x800123, true, true, 0, 0},
    {"pf_page_cross", 14, 0x10, 0x600000, false, true, 0, 0},
    {"nm", 7, NONE, 0, false, true, 0, 0},
    {"nm_sse", 7, NONE, 0, false, true, 0, 0},
    {"mf", 16, NONE, 0, false, true, 0, 0},
    {"ss_noncanonical", 12, 0, 0, false, true, 0, 0},
    {"np", 11, 0x18, 0, false, true, 0, -16},
    {"df", 8, 0, 0x600123, false, false, IST1, 0},
    {"db_tf", 1, NONE, 0, false, false, 0, 0},
    {"db_cpuid", 1, NONE, 0, false, false, 0, 0},
    {"syscall", 256, NONE, 0, true, false, 0, 0},
    {"syscall_prefixed", 256, NONE, 0, true, false, 0, 0},
    {"io_allowed", 0x80, NONE, 0, true, false, 0, 0},
    {"cr8", 3, NONE, 0, false, false, 0, 0},
    {"xm", 19, NONE, 0, false, true, 0, 0},
    {"xm_ud", 6, NONE, 0, false, true, 0, 0},
    {"xm_after_block", 19, NONE, 0, false, true, 0, 0},
    {"xm_masked_again", 3, NONE, 0, false, false, 0, 0},
    {"mf_any", 16, NONE, 0, false, true, 0, 0},
    {"fsw_masked", 3, NONE, 0, false, false, 0, 0},
    {"gp_movaps", 13, 0, 0, false, true, 0, 0},
    {"gp_movdqa_loop", 13, 0, 0, false, true, 0, 0},
    {"ac_user", 17, 0, 0, true, true, 0, 0},
    {"ac_off", 3, NONE, 0, true, false, 0, 0},
    {"gp_movaps_loaded", 13, 0, 0, false, true, 0, 0},
    {"ac_kernel_off", 3, NONE, 0, false, false, 0, 0},
    {"fldcw_conversion", 3, NONE, 0, false, false, 0, 0},
};

/* What a case leaves at PROFILE + 0x50, as far as `mask` goes. */
static const struct {
    const char *name;
    uint64_t mask, value;
} left[] = {
    {"mcg", ~0ull, 0x4080},
    {"cr8", ~0ull, 5},
    {"xm_masked_again", 0xffff, 0x1f84},
    {"mf_any", 0x80ff, 0x8081}, /* 0/0 is invalid and no division by zero */
    {"fsw_masked", 0x7f, 5},
};

/* Whole, in steps, or (from != 0) whole up to `from` and in steps from there. */
static struct machine *run_cut(size_t index, insn_t from, insn_t step, uint64_t *at)
{
    struct machine *m = machine_open("traps");
    uint64_t table = machine_word(m, IMAGE_BASE + 8);
    struct cpu_stop stop = {0};

    *at = machine_word(m, table + 24 * index + 8);
    machine_poke(m, 0x58000, index);
    if (from)
        stop = machine_run(m, from);
    do
        stop = machine_run(m, step ? m->x.count.n + step : 1000000);
    while (step && stop.reason == CPU_STOP_TARGET && m->x.count.n < 1000000);
    if (stop.reason != CPU_STOP_POWEROFF)
        fail_msg("%s: stop %d", expect[index].name, stop.reason);
    return m;
}

static struct machine *run_case(size_t index, insn_t step, uint64_t *at)
{
    return run_cut(index, 0, step, at);
}

static void check_case(size_t index)
{
    const struct expect *e = &expect[index];
    uint64_t at, frame_top;
    struct machine *m = run_case(index, 0, &at);
    const struct cpu_trap *t = &m->trap[m->traps - 1];

    print_message("%s\n", e->name);
    assert_int_equal(m->traps, 1);
    assert_int_equal(t->vector, e->vector);
    assert_int_equal(t->from_user, e->user);
    assert_int_equal(t->pc, at);
    assert_int_equal(t->syndrome, e->error == NONE ? 0 : e->error);
    assert_int_equal(t->addr, e->vector == 14 ? e->cr2 : 0);
    assert_int_equal(machine_word(m, PROFILE + 0x10), at);
    assert_int_equal(machine_word(m, PROFILE + 0x48), 8); /* CPL 0 now */
    if (e->vector == X86_SYSCALL) {
        assert_int_equal(machine_word(m, PROFILE + 0x28), USER);
        assert_int_equal(machine_word(m, PROFILE + 0x30), 0x10);
        machine_close(m);
        return;
    }
    assert_int_equal((uint8_t)machine_word(m, PROFILE), e->vector);
    assert_int_equal(machine_word(m, PROFILE + 0x08), e->error == NONE ? 0 : e->error);
    assert_int_equal(machine_word(m, PROFILE + 0x18), e->user ? 0x2b : 8);
    assert_int_equal(machine_word(m, PROFILE + 0x20) >> 16 & 1, e->rf);
    assert_int_equal(machine_word(m, PROFILE + 0x30), e->user ? 0x23 : 0x10);
    assert_int_equal(machine_word(m, PROFILE + 0x38), e->cr2);
    if (strcmp(e->name, "ss_noncanonical"))
        assert_int_equal(machine_word(m, PROFILE + 0x28),
                         (e->user ? USER : KERNEL) + (uint64_t)(int64_t)e->rsp_delta);
    frame_top = e->top ? e->top : e->user ? RSP0 : (KERNEL + (uint64_t)(int64_t)e->rsp_delta);
    if (strcmp(e->name, "ss_noncanonical"))
        assert_int_equal(machine_word(m, PROFILE + 0x40), frame_top - 7 * 8);
    for (size_t i = 0; i < ARRAY_LEN(left); i++)
        if (!strcmp(e->name, left[i].name))
            assert_int_equal(machine_word(m, PROFILE + 0x50) & left[i].mask, left[i].value);
    machine_close(m);
}

static void test_traps_each_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(expect); i++)
        if (strcmp(expect[i].name, "ss_noncanonical"))
            check_case(i);
}

/* A stack that cannot be pushed to while handling #SS: the double fault has its own stack. */
static void test_traps_bad_stack_ends_in_double_fault(void **state)
{
    uint64_t at;
    struct machine *m;
    size_t i = 0;

    (void)state;
    while (strcmp(expect[i].name, "ss_noncanonical"))
        i++;
    m = run_case(i, 0, &at);
    assert_int_equal(m->trap[0].vector, X86_DF);
    assert_int_equal(machine_word(m, PROFILE + 0x40), IST1 - 7 * 8);
    machine_close(m);
}

/* The same trap at the same number, however the run is cut. */
static void test_traps_same_for_every_stop_pattern(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(expect); i++) {
        uint64_t at;
        struct machine *whole = run_case(i, 0, &at), *cut;

        for (insn_t step = 997; step; step = step == 997 ? 61 : 0) {
            cut = run_case(i, step, &at);
            assert_int_equal(cut->traps, whole->traps);
            assert_memory_equal(cut->trap, whole->trap, sizeof(whole->trap[0]) * whole->traps);
            assert_int_equal(cut->x.count.n, whole->x.count.n);
            machine_close(cut);
        }
        cut = run_cut(i, whole->x.count.n - 40, 1, &at);
        assert_memory_equal(cut->trap, whole->trap, sizeof(whole->trap[0]) * whole->traps);
        assert_int_equal(cut->x.count.n, whole->x.count.n);
        machine_close(cut);
        machine_close(whole);
    }
}

struct pushed {
    insn_t n;
    struct cpu_store store[8];
    unsigned stores;
    unsigned range; /* stores told of by range at that number */
};

static void note_pushed(void *ctx, const struct cpu_store *s)
{
    struct pushed *p = ctx;

    if (s->n == p->n && !s->code_bytes && p->stores < ARRAY_LEN(p->store))
        p->store[p->stores++] = *s;
}

static bool note_range(void *ctx, insn_t n)
{
    struct pushed *p = ctx;

    p->range += n == p->n;
    return n == p->n;
}

/* Who watches stores is told of the frames that entry pushes, before they are there. */
static void test_traps_push_before_watchers(void **state)
{
    static uint8_t map[(16 << 20) >> 12];
    struct pages_client client = {.map = map, .fn = note_pushed};
    uint64_t at;

    (void)state;
    memset(map, 1, sizeof(map));
    for (size_t i = 0; i < ARRAY_LEN(expect); i += 5) {
        struct machine *whole = run_case(i, 0, &at), *m;
        struct pushed p = {.n = whole->trap[0].n - 1};
        struct cpu_range range = {0, 8};
        struct cpu_stop stop;

        if (whole->trap[0].kind != CPU_TRAP_SYNC || !strcmp(expect[i].name, "ss_noncanonical")) {
            machine_close(whole);
            continue;
        }
        m = machine_open("traps");
        machine_poke(m, 0x58000, i);
        client.ctx = &p;
        assert_int_equal(x86_pages_watch(&m->x, PAGES_OBSERVER, &client), 0);
        machine_run(m, p.n + 1);
        assert_int_equal(p.stores, expect[i].error == NONE ? 5 : 6);
        for (unsigned k = 0; k < p.stores; k++)
            assert_int_equal(machine_word(m, p.store[k].pa), p.store[k].value);
        machine_close(m);

        m = machine_open("traps");
        machine_poke(m, 0x58000, i);
        range.pa = p.store[1].pa;
        machine_run(m, p.n - 1);
        assert_int_equal(x86_engine_watch_stores(&m->x, &range, 1, note_range, &p), 0);
        stop = machine_run(m, p.n + 1000);
        assert_int_equal(stop.reason, CPU_STOP_REQUESTED);
        assert_int_equal(m->x.count.n, p.n + 1);
        assert_int_equal(p.range, 1);
        machine_close(m);
        machine_close(whole);
    }
}

static void test_traps_shutdown_without_a_double_fault_gate(void **state)
{
    struct machine *m = machine_open("traps");
    struct cpu_stop stop;
    uint64_t start;
    size_t i = 0;

    (void)state;
    while (strcmp(expect[i].name, "df"))
        i++;
    machine_poke(m, 0x58000, i);
    start = machine_word(m, machine_word(m, IMAGE_BASE + 8) + 24 * i);
    for (stop = machine_run(m, 1); x86_pc(&m->x) != start;)
        stop = machine_run(m, m->x.count.n + 1);
    machine_poke(m, 0x20000 + 8 * 16, 0);
    machine_poke(m, 0x20000 + 8 * 16 + 8, 0);
    stop = machine_run(m, 1000000);
    assert_int_equal(stop.reason, CPU_STOP_SHUTDOWN);
    machine_close(m);
}

/* mov $0x199,%edx; in (%dx),%al; out %al,(%dx); mov 0xfd000000,%eax; jmp . */
static const uint8_t unknown_code[] = {0xba, 0x99, 0x01, 0, 0, 0xec, 0xee,
                                       0xa1, 0, 0, 0, 0xfd, 0xeb, 0xfe};

static void check_unknown(void *ctx, const struct cpu_unimplemented *u, uint64_t reads,
                          uint64_t writes)
{
    unsigned *seen = ctx;

    if (strcmp(u->what, "port 0x199") == 0) {
        assert_int_equal(u->pc, IMAGE_BASE + 5); /* of the first */
        assert_int_equal(reads, 1);
        assert_int_equal(writes, 1);
    } else {
        assert_string_equal(u->what, "MMIO 0xfd000000");
        assert_int_equal(u->pc, IMAGE_BASE + 7);
    }
    ++*seen;
}

static void test_unknown_accesses_have_their_place(void **state)
{
    struct machine *m = machine_open("traps");
    unsigned seen = 0;

    (void)state;
    assert_ok(x86_phys_write(&m->x, IMAGE_BASE, unknown_code, sizeof(unknown_code)), "");
    machine_run(m, 10);
    x86_unimplemented_each(&m->x, check_unknown, &seen);
    assert_int_equal(seen, 2);
    machine_close(m);
}

static void test_strict_says_what_and_where(void **state)
{
    struct machine *m = machine_open("traps");

    (void)state;
    m->x.config.strict = true;
    assert_ok(x86_phys_write(&m->x, IMAGE_BASE, unknown_code, sizeof(unknown_code)), "");
    assert_int_equal(machine_run(m, 10).reason, CPU_STOP_STRICT);
    assert_string_equal(m->x.error, "the read of port 0x199 at 0x100005 is not implemented");
    machine_close(m);
}

/* mov $7,%rax; jmp . */
static const uint8_t long_code[] = {0x48, 0xc7, 0xc0, 7, 0, 0, 0, 0xeb, 0xfe};

/*
 * LOCK BTS of a register (#UD), over which the engine gives up while it translates: with and
 * without an operand in memory right before it, many of them, one in a block that runs into it.
 */
#define LOCK_BTS_MAX 200u

static size_t put_lock_bts(uint8_t *at, unsigned count)
{
    static const uint8_t head[] = {0xbc, 0, 0, 8, 0,                 /* mov $0x80000, %esp */
                                   0x0f, 0x01, 0x15, 0, 0x28, 0, 0,  /* lgdt 0x2800 */
                                   0x0f, 0x01, 0x1d, 8, 0x28, 0, 0}; /* lidt 0x2808 */
    static const uint8_t load[] = {0xa1, 0, 0x30, 0, 0}, bts[] = {0xf0, 0x0f, 0xab, 0xc8};
    static const uint8_t jump[] = {0xeb, 0, 0x40};
    uint8_t *from = at;

    memcpy(at, head, sizeof(head));
    at += sizeof(head);
    for (unsigned i = 0; i < count; i++) {
        if (i % 3 == 1) {
            memcpy(at, load, sizeof(load));
            at += sizeof(load);
        } else if (i % 3 == 2) {
            memcpy(at, jump, sizeof(jump));
            at += sizeof(jump);
        }
        memcpy(at, bts, sizeof(bts));
        at += sizeof(bts);
    }
    *at++ = 0xf4;
    return (size_t)(at - from);
}

static struct machine *lock_bts_machine(unsigned count)
{
    static const uint8_t handler[] = {0xff, 0x05, 0, 0x30, 0, 0, /* incl 0x3000 */
                                      0x83, 0x04, 0x24, 4, 0xcf}; /* addl $4, (%esp); iret */
    static uint8_t code[16 * LOCK_BTS_MAX];
    struct machine *m = machine_open("traps");
    size_t len = put_lock_bts(code, count);

    assert_ok(x86_phys_write(&m->x, IMAGE_BASE, code, len), "");
    assert_ok(x86_phys_write(&m->x, 0x4000, handler, sizeof(handler)), "");
    machine_poke(m, 0x1008, 0x00cf9b000000ffffull);
    machine_poke(m, 0x1010, 0x00cf93000000ffffull);
    machine_poke(m, 0x2000 + 8 * X86_UD, 0x00008e0000084000ull);
    machine_poke(m, 0x2800, 0x1000ull << 16 | 0x1f);
    machine_poke(m, 0x2808, 0x2000ull << 16 | 0x7ff);
    machine_poke(m, 0x3000, 0);
    return m;
}

static void test_lock_of_a_bit_test_of_a_register(void **state)
{
    struct machine *m = lock_bts_machine(LOCK_BTS_MAX), *cut = lock_bts_machine(LOCK_BTS_MAX);
    struct cpu_stop stop;

    (void)state;
    assert_int_equal(machine_run(m, 10000).reason, CPU_STOP_IDLE);
    assert_int_equal((uint32_t)machine_word(m, 0x3000), LOCK_BTS_MAX);
    assert_int_equal(m->traps, LOCK_BTS_MAX);
    assert_int_equal(m->trap[LOCK_BTS_MAX - 1].vector, X86_UD);
    do {
        stop = machine_run(cut, cut->x.count.n + 1);
    } while (stop.reason == CPU_STOP_TARGET);
    assert_int_equal(stop.reason, CPU_STOP_IDLE);
    assert_int_equal(cut->x.count.n, m->x.count.n);
    assert_memory_equal(cut->trap, m->trap, LOCK_BTS_MAX * sizeof(m->trap[0]));
    machine_close(cut);
    machine_close(m);
}

/*
 * Where it is not known how the engine counts its runs (engine_level.h), some sixty end with a
 * sentence, and so does every further run: no crash.
 */
static void test_the_engine_gives_up(void **state)
{
    struct machine *m = lock_bts_machine(1);
    struct cpu_stop stop;

    (void)state;
    assert_true(m->x.engine->level_at != 0);
    m->x.engine->level_at = 0;
    for (unsigned i = 0; i < 200; i++) { /* each at a place of its own, too far from the others */
        const uint8_t bts[] = {0xf0, 0x0f, 0xab, 0xc8, 0xe9, 0xf7, 0x1f, 0, 0};

        assert_ok(x86_phys_write(&m->x, 0x200000 + 0x2000 * i, bts, sizeof(bts)), "");
    }
    machine_poke(m, IMAGE_BASE + 19, 0x000fffe8e9ull); /* jmp 0x200000 */
    assert_int_equal(x86_run(&m->x, 10000, &stop), 0);
    assert_int_equal(stop.reason, CPU_STOP_ENGINE);
    assert_non_null(strstr(m->x.error, "the engine gave up at instruction "));
#ifdef TRAPLINE_ENGINE_GUARDED /* else it wrote that itself */
    assert_non_null(strstr(m->x.error, "tcg fatal error"));
#endif
    assert_int_equal(x86_run(&m->x, 10000, &stop), 0);
    assert_int_equal(stop.reason, CPU_STOP_ENGINE);
    machine_close(m);
}

/*
 * In 64-bit code a base of CS counts for nothing, whether RETF or an exception loads it; where RIP
 * and base would lead is other code or none.
 */
static struct machine *code_base_machine(uint64_t descriptor)
{
    static const uint8_t code[] = {0x48, 0xc7, 0xc4, 0, 0, 8, 0,             /* mov $0x80000, %rsp */
                                   0x0f, 0x01, 0x14, 0x25, 0, 0x28, 0, 0,    /* lgdt 0x2800 */
                                   0x0f, 0x01, 0x1c, 0x25, 0x10, 0x28, 0, 0, /* lidt 0x2810 */
                                   0x6a, 8, 0x68, 32, 0, 0x10, 0, 0x48, 0xcb, /* push; push; lretq */
                                   0xb8, 1, 0, 0, 0, 0xcc},                  /* mov $1, %eax; int3 */
                         handler[] = {0xbb, 2, 0, 0, 0, 0xeb, 0xfe};         /* mov $2, %ebx; jmp . */
    struct cpu_entry entry = {.mode = CPU_ENTRY_X86_LONG64, .pc = IMAGE_BASE, .arg = {0, 0, 0, 0x8000}};
    struct machine *m = machine_open("traps");

    assert_ok(x86_phys_write(&m->x, IMAGE_BASE, code, sizeof(code)), "");
    assert_ok(x86_phys_write(&m->x, 0x4000, handler, sizeof(handler)), "");
    machine_poke(m, 0x8000, 0x9003);
    machine_poke(m, 0x9000, 0xa003);
    for (uint64_t i = 0; i < 8; i++)
        machine_poke(m, 0xa000 + 8 * i, i << 21 | 0x83);
    machine_poke(m, 0x1008, descriptor);
    machine_poke(m, 0x2000 + 16 * X86_BP, 0x00008e0000084000ull);
    machine_poke(m, 0x2000 + 16 * X86_BP + 8, 0);
    machine_poke(m, 0x2800, 0x1000ull << 16 | 0x1f);
    machine_poke(m, 0x2808, 0);
    machine_poke(m, 0x2810, 0x2000ull << 16 | 0xfff);
    machine_poke(m, 0x2818, 0);
    assert_ok(x86_reset(&m->x, &entry), m->x.error);
    return m;
}

static void test_long_code_has_no_base(void **state)
{
    static const uint64_t descriptor[] = {0x00af9b000000ffffull, 0x00af9b200000ffffull,
                                          0x80af9b000000ffffull};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(descriptor); i++) {
        for (insn_t step = 1; step <= 50; step += 49) {
            struct machine *m = code_base_machine(descriptor[i]);

            while (m->x.count.n < 50)
                machine_run(m, m->x.count.n + step);
            assert_int_equal(m->traps, 1);
            assert_int_equal(m->trap[0].n, 8);
            assert_int_equal(m->trap[0].pc, IMAGE_BASE + 38);
            assert_int_equal(x86_reg(&m->x, X86_RAX), 1);
            assert_int_equal(x86_reg(&m->x, X86_RBX), 2);
            assert_int_equal(x86_pc(&m->x), 0x4005);
            machine_close(m);
        }
    }
}

/*
 * Code of 16 bits, or with a base, ends the run with a sentence: where the same bytes have run as
 * 32-bit code, and where base and RIP lead out of RAM.
 */
static void test_segments_that_are_not_there(void **state)
{
    static const uint8_t code[] = {0x0f, 0x01, 0x15, 0, 0x28, 0, 0,     /* lgdt 0x2800 */
                                   0xeb, 0, 0x49, 0xeb, 0,              /* jmp; dec %ecx; jmp */
                                   0xea, 9, 0, 0x10, 0, 8, 0};          /* ljmp $8, $the dec */
    static const uint64_t descriptor[] = {0x008f9b000000ffffull, 0xd0cf9b000000ffffull};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(descriptor); i++) {
        struct machine *m = machine_open("traps");

        assert_ok(x86_phys_write(&m->x, IMAGE_BASE, code, sizeof(code)), "");
        machine_poke(m, 0x1008, descriptor[i]);
        machine_poke(m, 0x2800, 0x1000ull << 16 | 0x1f);
        assert_int_equal(machine_run(m, 1000).reason, CPU_STOP_STRICT);
        assert_int_equal(m->x.count.n, 5);
        assert_int_equal(m->traps, 0);
        assert_non_null(strstr(m->x.error, "is in a segment of 16 bits or with a base"));
        machine_close(m);
    }
}

static void test_long_entry_wants_tables_that_map_it(void **state)
{
    struct cpu_entry entry = {.mode = CPU_ENTRY_X86_LONG64, .pc = IMAGE_BASE, .arg = {0, 0x1234}};
    struct machine *m = machine_open("traps");

    (void)state;
    assert_ok(x86_phys_write(&m->x, IMAGE_BASE, long_code, sizeof(long_code)), "");
    assert_int_equal(x86_reset(&m->x, &entry), -EINVAL);
    assert_string_equal(m->x.error,
                        "the page tables at 0x0 do not map the kernel's entry 0x100000");
    for (unsigned i = 0; i < 2; i++) { /* at address 0, and elsewhere */
        paddr_t at = i * 0x10000;

        machine_poke(m, at, (at + 0x1000) | 3);
        machine_poke(m, at + 0x1000, (at + 0x2000) | 3);
        machine_poke(m, at + 0x2000, 0x83);
        entry.arg[3] = at;
        assert_ok(x86_reset(&m->x, &entry), m->x.error);
        machine_run(m, 2);
        assert_int_equal(x86_gpr(&m->x, 0), 7);
        assert_int_equal(x86_gpr(&m->x, 6), 0x1234);
        assert_int_equal(m->traps, 0);
    }
    machine_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traps_each_case),
        cmocka_unit_test(test_traps_bad_stack_ends_in_double_fault),
        cmocka_unit_test(test_traps_same_for_every_stop_pattern),
        cmocka_unit_test(test_traps_push_before_watchers),
        cmocka_unit_test(test_traps_shutdown_without_a_double_fault_gate),
        cmocka_unit_test(test_unknown_accesses_have_their_place),
        cmocka_unit_test(test_lock_of_a_bit_test_of_a_register),
        cmocka_unit_test(test_the_engine_gives_up),
        cmocka_unit_test(test_long_entry_wants_tables_that_map_it),
        cmocka_unit_test(test_long_code_has_no_base),
        cmocka_unit_test(test_segments_that_are_not_there),
        cmocka_unit_test(test_strict_says_what_and_where),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    machines_use_contexts = true;
    return failed + cmocka_run_group_tests_name("with contexts", tests, NULL, NULL);
}
