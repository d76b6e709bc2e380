/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instruction number: against a reference that sees every instruction, and
 * against itself under every way of cutting a run.
 */
#include <unicorn/unicorn.h>

#include "tests/cpu/x86_64/track.h"

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

/*
 * Its translation is larger than the engine's buffer (engine.c): nothing is lost or counted twice.
 */
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

/*
 * Where the engine was tried out as the machine was made (calibrate.c), the guest's own code runs.
 */
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
    assert_int_equal(uc_mem_map_ptr(uc, 0, m->x.config.ram_bytes, UC_PROT_ALL, m->x.ram),
                     UC_ERR_OK);
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
