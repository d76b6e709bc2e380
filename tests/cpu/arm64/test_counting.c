/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instruction number: against a reference that sees every instruction, against
 * itself under every way of cutting a run, and interrupts at every number.
 */
#include <unicorn/unicorn.h>

#include "tests/cpu/arm64/track.h"

static void compare_trap(const struct cpu_trap *a, const struct cpu_trap *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->cycles, b->cycles);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->from_user, b->from_user);
    assert_int_equal(a->vector, b->vector);
    assert_int_equal(a->pc, b->pc);
    assert_int_equal(a->syndrome, b->syndrome);
    assert_int_equal(a->addr, b->addr);
}

static void compare_steps(const char *guest, const struct track *ref, insn_t step, bool watch)
{
    struct machine *m = machine_open(guest);
    struct cpu_stop stop;

    arm64_watch_returns(&m->a, watch);
    stop = machine_run(m, ref->start);
    while (stop.reason == CPU_STOP_TARGET) {
        insn_t n = m->a.count.n;

        if (machine_digest(m) != ref->digest[n])
            fail_msg("%s in steps of %d: another state at %d, PC 0x%llx, not 0x%llx", guest,
                     (int)step, (int)n, (unsigned long long)arm64_pc(&m->a),
                     (unsigned long long)ref->pc[n]);
        stop = machine_run(m, n + step);
        if (stop.reason == CPU_STOP_TARGET)
            assert_int_equal(m->a.count.n, n + step);
    }
    assert_int_equal(stop.reason, CPU_STOP_POWEROFF);
    assert_int_equal(stop.status, ref->status);
    assert_int_equal(m->a.count.n, ref->end);
    assert_int_equal(m->traps, ref->traps);
    for (size_t i = 0; i < ref->traps; i++)
        compare_trap(&m->trap[i], &ref->trap[i]);
    assert_string_equal(m->console, ref->console);
    machine_close(m);
}

/* The clock held at every `step` cycles, in idleness too: the same run. */
static void compare_horizons(const char *guest, const struct track *ref, cycles_t step)
{
    struct machine *m = machine_open(guest);
    struct cpu_stop stop = machine_run(m, ref->start);

    do {
        m->a.horizon = arm64_cycles(&m->a) + step;
        stop = machine_run(m, STATES_MAX);
        if (stop.reason == CPU_STOP_HORIZON)
            assert_int_equal(arm64_cycles(&m->a), m->a.horizon);
    } while (stop.reason == CPU_STOP_HORIZON);
    assert_int_equal(stop.reason, CPU_STOP_POWEROFF);
    assert_int_equal(m->a.count.n, ref->end);
    assert_int_equal(m->traps, ref->traps);
    for (size_t i = 0; i < ref->traps; i++)
        compare_trap(&m->trap[i], &ref->trap[i]);
    assert_string_equal(m->console, ref->console);
    machine_close(m);
}

static void test_counting_same_for_every_step(void **state)
{
    static const insn_t step[] = {2, 3, 5, 7, 11, 64, 1000, 1000000};
    struct machine *m = machine_open("flow");
    struct track *ref = single_step(m);
    size_t irqs = 0;

    (void)state;
    machine_close(m);
    assert_int_equal(ref->status, 42);
    for (size_t i = 0; i < ref->traps; i++)
        irqs += ref->trap[i].kind == CPU_TRAP_IRQ;
    assert_true(irqs > 3 && ref->traps > 100);
    for (size_t i = 0; i < ARRAY_LEN(step); i++)
        compare_steps("flow", ref, step[i], false);
    compare_steps("flow", ref, 1000000, true);
    compare_steps("flow", ref, 13, true);
    compare_horizons("flow", ref, 1);
    compare_horizons("flow", ref, 97);
    compare_horizons("flow", ref, 5000);
    free(ref);
}

/* A first stop at each number, then to the end in one go. */
static void test_counting_first_stop_anywhere(void **state)
{
    struct machine *m = machine_open("flow");
    struct track *ref;
    static struct buffer at_ready;
    uint8_t *ram = malloc(MACHINE_RAM);

    (void)state;
    machine_ready(m);
    machine_save(m, &at_ready);
    memcpy(ram, m->a.ram, MACHINE_RAM);
    ref = single_step(m);
    for (insn_t n = ref->start + 1; n < ref->end && n < ref->start + 3000; n += 19) {
        memcpy(m->a.ram + 0x60000, ram + 0x60000, 0x10000);
        memcpy(m->a.ram + 0x600000, ram + 0x600000, 0x1000);
        machine_restore(m, &at_ready);
        machine_run(m, n);
        if (machine_digest(m) != ref->digest[n])
            fail_msg("another state at %d", (int)n);
    }
    free(ram);
    free(ref);
    machine_close(m);
}

/* Where an interrupt that is due at `due` must be taken, from the run without one. */
static insn_t taken_at(const struct track *quiet, insn_t due)
{
    while (due < quiet->end && quiet->masked[due])
        due++;
    return due;
}

/*
 * One interrupt, at every number of a run: the run without it says which
 * instruction comes next there.
 */
static void test_counting_irq_at_every_number(void **state)
{
    static const uint64_t setup[4] = {4, 0, 0, 24};
    static struct buffer at_ready;
    uint8_t *ram = malloc(MACHINE_RAM);
    struct machine *m = machine_open("flow");
    uint64_t table = machine_word(m, IMAGE_BASE + 16);
    struct track *quiet;
    cycles_t deadline;
    unsigned checked = 0;

    (void)state;
    assert_int_equal(arm64_phys_write(&m->a, table, setup, sizeof(setup)), 0);
    machine_ready(m);
    deadline = m->a.board.timer[TIMER_VIRTUAL].cval * 16; /* 16 cycles for each count */
    assert_true(deadline > m->a.count.n);
    m->a.board.timer[TIMER_VIRTUAL].delay = 1000000;
    machine_save(m, &at_ready);
    memcpy(ram, m->a.ram, MACHINE_RAM);
    quiet = single_step(m);
    m->stop_at_irq = true;
    for (cycles_t delay = 0; deadline + delay < quiet->end - 40 && delay < 3000; delay++) {
        insn_t at = taken_at(quiet, deadline + delay);

        if (delay > 150 && delay % 13)
            continue;
        memcpy(m->a.ram + 0x60000, ram + 0x60000, 0x10000);
        memcpy(m->a.ram + 0x600000, ram + 0x600000, 0x1000);
        machine_restore(m, &at_ready);
        m->a.board.timer[TIMER_VIRTUAL].delay = delay;
        m->traps = 0;
        machine_run(m, quiet->end + 100);
        assert_true(m->traps > 0);
        if (m->a.count.n != at + 1 || machine_named(m, "elr_el1") != quiet->pc[at])
            fail_msg("due at %d: taken at %d from 0x%llx, not at %d from 0x%llx",
                     (int)(deadline + delay), (int)m->a.count.n,
                     (unsigned long long)machine_named(m, "elr_el1"), (int)at + 1,
                     (unsigned long long)quiet->pc[at]);
        checked++;
    }
    assert_true(checked > 300);
    free(ram);
    free(quiet);
    machine_close(m);
}

struct reference {
    uint64_t pc[STATES_MAX];
    size_t count;
};

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct reference *r = user;

    (void)uc;
    (void)size;
    if (r->count < STATES_MAX)
        r->pc[r->count++] = address;
}

/* The engine's own per-instruction hook, with nothing of ours in between. */
static struct reference *bare_run(struct machine *m, uint64_t from, uint64_t to)
{
    struct reference *r = calloc(1, sizeof(*r));
    uint64_t fpen = 3 << 20;
    uc_engine *uc;
    uc_hook hook;

    assert_int_equal(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &uc), UC_ERR_OK);
    assert_int_equal(uc_mem_map_ptr(uc, ARM64_RAM_BASE, MACHINE_RAM, UC_PROT_ALL, m->a.ram),
                     UC_ERR_OK);
    assert_int_equal(uc_hook_add(uc, &hook, UC_HOOK_CODE, (void *)on_code, r, 1, 0), UC_ERR_OK);
    assert_int_equal(uc_reg_write(uc, UC_ARM64_REG_CPACR_EL1, &fpen), UC_ERR_OK);
    for (unsigned i = 0; i < 29; i++) {
        uint64_t value = arm64_x(&m->a, i);
        uc_reg_write(uc, UC_ARM64_REG_X0 + (int)i, &value);
    }
    assert_int_equal(uc_emu_start(uc, from, to, 0, 0), UC_ERR_OK);
    uc_close(uc);
    return r;
}

static void test_counting_agrees_with_a_hook_on_every_instruction(void **state)
{
    struct machine *m = machine_open("branchy");
    uint64_t to = machine_word(m, machine_word(m, IMAGE_BASE + 16));
    struct reference *r;
    insn_t start;

    (void)state;
    machine_ready(m);
    start = m->a.count.n;
    r = bare_run(m, arm64_pc(&m->a), to);
    assert_true(r->count > 3000);
    for (size_t i = 0; i < r->count; i++) {
        if (arm64_pc(&m->a) != r->pc[i])
            fail_msg("instruction %zu is at 0x%llx, not 0x%llx", i,
                     (unsigned long long)arm64_pc(&m->a), (unsigned long long)r->pc[i]);
        machine_run(m, m->a.count.n + 1);
    }
    assert_int_equal(arm64_pc(&m->a), to);
    assert_int_equal(m->a.count.n - start, r->count);
    free(r);
    machine_close(m);
}

/* Code that was written anew runs anew, whichever way it was written. */
static void test_counting_code_that_changes(void **state)
{
    static const insn_t step[] = {1, 3, 64, 1000000};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(step); i++) {
        struct machine *m = machine_open("patch");
        struct cpu_stop stop = {.reason = CPU_STOP_TARGET};

        while (stop.reason == CPU_STOP_TARGET && m->a.count.n < 100000)
            stop = machine_run(m, m->a.count.n + step[i]);
        assert_int_equal(stop.reason, CPU_STOP_POWEROFF);
        assert_int_equal(stop.status, 0); /* 1: old code ran */
        machine_close(m);
    }
}

/* Without maintenance too, and the same wherever the run is cut (cpu/arch/arm64/code.c). */
static void test_counting_code_is_coherent(void **state)
{
    static const insn_t step[] = {2, 3, 7, 64, 1000000};
    struct machine *m = machine_open("coherent");
    struct track *ref = single_step(m);

    (void)state;
    machine_close(m);
    assert_int_equal(ref->status, 0); /* 1: old code ran */
    for (size_t i = 0; i < ARRAY_LEN(step); i++)
        compare_steps("coherent", ref, step[i], false);
    compare_steps("coherent", ref, 1000000, true);
    free(ref);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counting_agrees_with_a_hook_on_every_instruction),
        cmocka_unit_test(test_counting_same_for_every_step),
        cmocka_unit_test(test_counting_first_stop_anywhere),
        cmocka_unit_test(test_counting_irq_at_every_number),
        cmocka_unit_test(test_counting_code_that_changes),
        cmocka_unit_test(test_counting_code_is_coherent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
