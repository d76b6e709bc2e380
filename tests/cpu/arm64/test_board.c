/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board around the processor: device accesses of every form, the timers,
 * interrupts after exactly the instruction that raised them, idling, power.
 */
#include "tests/cpu/arm64/digest.h"

static const char *const pieces[] = {
    "loads", "pairs", "indexed", "stores", "counter", "timer", "identity", "unknown", "pl031",
    "virtio", "sgi", "uart_irq", "unmask", "by_eret", "by_daif", "off", "reset", "version",
    "wait", "wait_timer", "translate", "zero_line", "self_modify", "user", "debug",
};

/* Put the PC at a piece of guest/board.S; returns where it ends. */
static vaddr_t go(struct machine *m, const char *name)
{
    uint64_t table = machine_word(m, IMAGE_BASE + 16);

    for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
        if (!strcmp(pieces[i], name)) {
            machine_set(m, ARM64_PC, machine_word(m, table + 16 * i));
            return machine_word(m, table + 16 * i + 8);
        }
    fail_msg("no piece %s", name);
    return 0;
}

/* Run a piece that has no trap, whole or stepped, and check that each instruction counted once. */
static void run_through(struct machine *m, const char *name, bool stepped)
{
    vaddr_t end = go(m, name), start = arm64_pc(&m->a);
    insn_t n = m->a.count.n, last = n + (end - start) / 4;

    while (stepped && m->a.count.n < last - 1)
        machine_run(m, m->a.count.n + 1);
    assert_int_equal(machine_run(m, last).reason, CPU_STOP_TARGET);
    assert_int_equal(m->a.count.n, last);
    if (arm64_pc(&m->a) != end)
        fail_msg("%s ends at 0x%llx, not 0x%llx", name, (unsigned long long)arm64_pc(&m->a),
                 (unsigned long long)end);
    assert_int_equal(m->traps, 0);
}

static struct machine *ready(void)
{
    struct machine *m = machine_open("board");

    machine_ready(m);
    return m;
}

static uint64_t x(struct machine *m, int index)
{
    return machine_reg(m, ARM64_X0 + index);
}

static void test_board_loads_of_every_form(void **state)
{
    (void)state;
    for (int stepped = 0; stepped < 2; stepped++) {
        struct machine *m = ready();

        run_through(m, "loads", stepped);
        assert_int_equal(x(m, 10), 0x11);
        assert_int_equal(x(m, 11), 0x11);
        assert_int_equal(x(m, 12), 0x0d);
        assert_true(x(m, 13) == 0xffffffffffffffb4ull); /* PIDR1 of the GIC is 0xb4 */
        assert_int_equal(x(m, 14), 0xffffffb4);
        assert_true(x(m, 15) == ~0ull);
        assert_int_equal(x(m, 16) & 0xffffffff, 0x11);
        run_through(m, "pairs", stepped);
        assert_int_equal(x(m, 12), 0xffffffff);
        assert_int_equal(x(m, 13), 0xffffffff);
        assert_true(x(m, 14) == ~0ull && x(m, 15) == ~0ull);
        machine_close(m);
    }
}

static void test_board_indexed_loads_write_back(void **state)
{
    (void)state;
    for (int stepped = 0; stepped < 2; stepped++) {
        struct machine *m = ready();

        run_through(m, "indexed", stepped);
        assert_int_equal(x(m, 6), 0x0900007f);
        assert_int_equal(x(m, 7), 0x09000018);
        assert_int_equal(x(m, 8), 0x08000010);
        assert_int_equal(x(m, 12), 1);
        assert_int_equal(x(m, 14), 0x90); /* UARTFR */
        machine_close(m);
    }
}

static void test_board_stores_reach_the_console(void **state)
{
    static const char want[] = {'a', 'a', 0, 0, 'b', 'b'};

    (void)state;
    for (int stepped = 0; stepped < 2; stepped++) {
        struct machine *m = ready();

        run_through(m, "stores", stepped);
        assert_int_equal(m->console_len, sizeof(want));
        assert_memory_equal(m->console, want, sizeof(want));
        assert_int_equal(x(m, 6), 0x09000004);
        machine_close(m);
    }
}

/* 62.5 MHz at 1 GHz: one count for each 16 cycles, by the number of the MRS itself. */
static void test_board_counter_is_exact_within_a_block(void **state)
{
    struct machine *m = ready();
    insn_t n = m->a.count.n;

    (void)state;
    run_through(m, "counter", false);
    assert_int_equal(x(m, 10), n / 16);
    assert_int_equal(x(m, 11), (n + 21) / 16);
    assert_int_equal(x(m, 12), (n + 22) / 16);
    assert_int_equal(x(m, 13), 62500000);
    for (unsigned i = 0; i < 40; i++) { /* over every remainder */
        machine_run(m, m->a.count.n + 1);
        n = m->a.count.n;
        run_through(m, "counter", false);
        assert_int_equal(x(m, 10), n / 16);
        assert_int_equal(x(m, 11), (n + 21) / 16);
    }
    machine_close(m);
}

static void test_board_timer_registers(void **state)
{
    struct machine *m = ready();

    (void)state;
    machine_run(m, 2000);
    run_through(m, "timer", false);
    assert_int_equal(x(m, 11), 100);
    assert_int_equal(x(m, 12), 0);
    assert_int_equal(x(m, 13), 5); /* ISTATUS: 100 has passed */
    assert_int_equal(x(m, 14), 7); /* masked, and the condition holds */
    assert_int_equal((int32_t)x(m, 15), -10);
    assert_int_equal(x(m, 15) >> 32, 0);
    assert_int_equal((int32_t)x(m, 16), 100 - (int)(m->a.count.n - 1) / 16);
    assert_true(m->a.board.gic.line[0] & 1u << 27);
    assert_false(m->a.board.gic.line[0] & 1u << 30);
    assert_int_equal(m->delays_asked, 1); /* the masked one was not armed */
    m->a.board.timer[TIMER_PHYSICAL].ctl = 1;
    machine_run(m, m->a.count.n + 200);
    assert_true(m->a.board.gic.line[0] & 1u << 30);
    machine_close(m);
}

static void test_board_identity_is_that_of_a_cortex_a72(void **state)
{
    struct machine *m = ready();

    (void)state;
    run_through(m, "identity", false);
    assert_int_equal(x(m, 10), 0x410fd083);
    assert_int_equal(x(m, 11), 0x80000000);
    assert_int_equal(x(m, 12), 0x11);         /* FP and SIMD; no EL2, EL3, AArch32 */
    assert_int_equal(x(m, 13) >> 8 & 15, 0);  /* no PMU */
    assert_int_equal(x(m, 14), 0x11120);      /* AES, SHA, CRC32; no LSE, no RNDR */
    assert_int_equal(x(m, 15), 0x1124);
    assert_int_equal(x(m, 16), 0x8444c004);
    assert_int_equal(x(m, 17), 4);
    assert_int_equal(x(m, 18), 4);
    machine_close(m);
}

struct seen {
    char what[16][40];
    uint64_t reads[16], writes[16];
    vaddr_t pc[16];
    size_t count;
};

static void on_each(void *ctx, const struct cpu_unimplemented *u, uint64_t reads, uint64_t writes)
{
    struct seen *s = ctx;

    assert_true(s->count < 16);
    snprintf(s->what[s->count], sizeof(s->what[0]), "%s", u->what);
    s->reads[s->count] = reads;
    s->pc[s->count] = u->pc;
    s->writes[s->count++] = writes;
}

static void test_board_unknown_accesses_are_counted(void **state)
{
    struct machine *m = ready();
    struct seen seen = {.count = 0};
    vaddr_t start;

    (void)state;
    go(m, "unknown");
    start = arm64_pc(&m->a);
    for (int i = 0; i < 3; i++)
        run_through(m, "unknown", i & 1);
    arm64_unimplemented_each(&m->a, on_each, &seen);
    assert_int_equal(seen.count, 5);
    assert_string_equal(seen.what[2], "MMIO 0x9000100");
    assert_string_equal(seen.what[3], "MMIO 0x9000104");
    assert_string_equal(seen.what[4], "MMIO 0x8002000");
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(seen.pc[i], start + 4 * i);
    assert_int_equal(seen.reads[0], 3);
    assert_int_equal(seen.writes[1], 3);
    assert_int_equal(seen.reads[2], 3);
    assert_int_equal(seen.writes[3], 3);
    assert_int_equal(m->unimplemented, 15);
    assert_int_equal(x(m, 10), 0);
    machine_close(m);
}

/* Breakpoint registers are not there: clearing them is fine, using them is told. */
static void test_board_breakpoints_are_not_there(void **state)
{
    struct machine *m = ready();

    (void)state;
    run_through(m, "debug", false);
    assert_int_equal(m->unimplemented, 1);
    assert_string_equal(m->a.unimplemented[0].what, "debug register 0x8005");
    assert_int_equal(x(m, 11), 0);
    assert_int_equal(x(m, 12), 0);
    machine_close(m);
}

/* In front of the next block: what else the block of the access holds does run. */
static void test_board_strict_stops_there(void **state)
{
    struct machine *m = machine_open_as("board", true);
    char sentence[80];
    vaddr_t start;
    insn_t n;

    (void)state;
    machine_ready(m);
    go(m, "unknown");
    start = arm64_pc(&m->a);
    n = m->a.count.n;
    assert_int_equal(machine_run(m, n + 100).reason, CPU_STOP_STRICT);
    assert_in_range(m->unimplemented, 1, 2);
    assert_int_equal(m->a.count.n - n, (arm64_pc(&m->a) - start) / 4);
    snprintf(sentence, sizeof(sentence), "the read of %s at 0x%llx is not implemented",
             m->a.unimplemented[0].what, (unsigned long long)start);
    assert_string_equal(m->a.error, sentence);
    machine_close(m);
}

static void test_board_pl031_follows_the_clock(void **state)
{
    struct machine *m = ready();

    (void)state;
    arm64_idle_until(&m->a, 7000000000ull);
    assert_int_equal(arm64_time_ns(&m->a), 7000000000ull);
    run_through(m, "pl031", false);
    assert_int_equal(x(m, 10), 1000000007);
    assert_int_equal(x(m, 11), 0x31);
    arm64_idle_until(&m->a, 10);
    assert_true(arm64_cycles(&m->a) > 7000000000ull);
    machine_close(m);
}

static void test_board_virtio_slots_are_empty(void **state)
{
    struct machine *m = ready();

    (void)state;
    run_through(m, "virtio", false);
    assert_int_equal(x(m, 10), 0x74726976);
    assert_int_equal(x(m, 12), 0);
    assert_int_equal(x(m, 13), 0x74726976);
    assert_int_equal(x(m, 14), 0);
    machine_close(m);
}

/* Which instruction of a piece the interrupt comes in front of. */
static void expect_irq(const char *name, unsigned index, bool stepped)
{
    struct machine *m = ready();
    vaddr_t start;
    insn_t n;

    go(m, name);
    start = arm64_pc(&m->a);
    n = m->a.count.n;
    m->stop_at_irq = true;
    while (m->a.count.n < n + 40 && !m->traps)
        machine_run(m, stepped ? m->a.count.n + 1 : n + 40);
    assert_int_equal(m->traps, 1);
    assert_int_equal(m->trap[0].kind, CPU_TRAP_IRQ);
    assert_int_equal(m->trap[0].vector, 0x280);
    assert_int_equal(m->trap[0].syndrome, 0);
    assert_int_equal(m->trap[0].n, n + index + 1);
    if (m->trap[0].pc != start + 4 * index)
        fail_msg("%s: interrupted at +%d, not +%d", name, (int)(m->trap[0].pc - start),
                 (int)(4 * index));
    machine_close(m);
}

static void test_board_irq_after_exactly_its_cause(void **state)
{
    (void)state;
    for (int stepped = 0; stepped < 2; stepped++) {
        expect_irq("sgi", 3, stepped);      /* the store that raised it */
        expect_irq("uart_irq", 5, stepped); /* the store that enabled it */
        expect_irq("unmask", 5, stepped);   /* MSR DAIFClr */
        expect_irq("by_eret", 7, stepped);  /* ERET to unmasked */
        expect_irq("by_daif", 3, stepped);  /* MSR DAIF */
    }
}

static void test_board_console_input_interrupts(void **state)
{
    struct machine *m = ready();
    bool known;

    (void)state;
    assert_int_equal(arm64_console_room(&m->a), 1); /* FIFO off after reset */
    m->a.board.uart.imsc = 0x50;
    machine_set(m, ARM64_PSTATE, 0x5);
    machine_run(m, m->a.count.n + 10);
    assert_int_equal(m->traps, 0);
    assert_int_equal(arm64_console_input(&m->a, (const uint8_t *)"hi", 2), 1);
    m->stop_at_irq = true;
    machine_run(m, m->a.count.n + 10);
    assert_int_equal(m->traps, 1);
    assert_int_equal(m->a.board.uart.rx_count, 1);
    assert_int_equal(gic_cpu_read(&m->a.board.gic, 0x0c, &known), 33); /* IAR */
    machine_close(m);
}

static void test_board_psci(void **state)
{
    struct machine *m = ready();
    struct cpu_stop stop;
    insn_t n = m->a.count.n;

    (void)state;
    go(m, "off");
    stop = machine_run(m, UINT64_MAX);
    assert_int_equal(stop.reason, CPU_STOP_POWEROFF);
    assert_int_equal(stop.status, 0xff);
    assert_int_equal(m->a.count.n, n + 3);
    go(m, "reset");
    assert_int_equal(machine_run(m, UINT64_MAX).reason, CPU_STOP_RESET);
    run_through(m, "version", false);
    assert_int_equal(x(m, 10), 0x10000);
    assert_true(x(m, 11) == ~0ull);
    assert_int_equal(m->unimplemented, 1);
    machine_close(m);
}

static void test_board_wfi_without_any_event_is_idle(void **state)
{
    struct machine *m = ready();
    vaddr_t end = go(m, "wait");
    insn_t n = m->a.count.n;

    (void)state;
    assert_int_equal(machine_run(m, n + 100).reason, CPU_STOP_IDLE);
    assert_int_equal(m->a.count.n, n + 1);
    assert_int_equal(machine_run(m, n + 100).reason, CPU_STOP_IDLE);
    assert_int_equal(m->a.count.n, n + 1);
    m->a.board.uart.imsc = 0x50;
    assert_int_equal(arm64_console_input(&m->a, (const uint8_t *)"x", 1), 1);
    assert_int_equal(machine_run(m, n + 3).reason, CPU_STOP_TARGET); /* masked: goes on */
    assert_int_equal(arm64_pc(&m->a), end);
    assert_int_equal(m->traps, 0);
    machine_close(m);
}

static void test_board_wfi_jumps_to_the_timer(void **state)
{
    (void)state;
    for (int stepped = 0; stepped < 2; stepped++) {
        struct machine *m = ready();
        insn_t n = m->a.count.n;
        vaddr_t end = go(m, "wait_timer");

        while (arm64_pc(&m->a) != end)
            assert_int_equal(machine_run(m, stepped ? m->a.count.n + 1 : n + 7).reason,
                             CPU_STOP_TARGET);
        assert_int_equal(m->a.count.n, n + 7); /* time passed, instructions did not */
        assert_int_equal(x(m, 13), (n + 1) / 16 + 1000);
        assert_true(m->a.skipped > 15900 && m->a.skipped < 16000);
        machine_close(m);
    }
}

/* Chaos: the line rises that many cycles after the deadline. */
static void test_board_timer_delay_moves_the_interrupt(void **state)
{
    struct machine *m = ready();
    cycles_t deadline;

    (void)state;
    m->delay = 777;
    go(m, "wait_timer");
    machine_run(m, m->a.count.n + 4);
    assert_int_equal(m->delays_asked, 1);
    deadline = m->a.board.timer[TIMER_VIRTUAL].cval * 16;
    machine_run(m, m->a.count.n + 3); /* MRS, WFI and the MRS behind it */
    assert_int_equal(arm64_cycles(&m->a), deadline + 777 + 1);
    assert_int_equal(m->delays_asked, 1);
    machine_close(m);
}

static void test_board_address_translation_instructions(void **state)
{
    struct machine *m = ready();

    (void)state;
    run_through(m, "translate", false);
    assert_int_equal(x(m, 10) & 0xfffffff001ull, 0x40600000);
    assert_int_equal(x(m, 11) & 0x7f, 0x1d); /* permission fault, level 2, for EL0 on the GIC */
    machine_close(m);
}

static bool note_number(void *ctx, insn_t n)
{
    *(insn_t *)ctx = n;
    return true;
}

/* An engine fact: DC ZVA is a store for who watches, to each byte of the line. */
static void test_board_zeroed_line_is_a_store(void **state)
{
    static const struct {
        paddr_t pa;
        bool seen;
    } cases[] = {{0x406000f8, false}, {0x40600100, true}, {0x40600138, true}, {0x40600140, false}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct machine *m = ready();
        struct cpu_range range = {cases[i].pa, 8};
        insn_t n = m->a.count.n, seen = 0;

        memset(m->a.ram + 0x6000f8, 0xff, 80);
        assert_ok(arm64_engine_watch_stores(&m->a, &range, 1, note_number, &seen), "watch");
        go(m, "zero_line");
        assert_int_equal(machine_run(m, n + 6).reason,
                         cases[i].seen ? CPU_STOP_REQUESTED : CPU_STOP_TARGET);
        assert_int_equal(seen, cases[i].seen ? n + 2 : 0);
        assert_int_equal(m->a.ram[cases[i].pa - 0x40000000], cases[i].seen ? 0 : 0xff);
        machine_close(m);
    }
}

static void test_board_code_that_changes(void **state)
{
    struct machine *m = ready();
    vaddr_t end;

    (void)state;
    run_through(m, "self_modify", false);
    assert_int_equal(x(m, 0), 1);
    end = go(m, "self_modify");
    machine_code(m, end - 4, &(uint32_t){0xd2800060}, 1); /* mov x0, #3 by the host */
    machine_set(m, ARM64_PC, end - 4);
    machine_run(m, m->a.count.n + 1);
    assert_int_equal(x(m, 0), 3);
    machine_close(m);
}

static void test_board_user_return_is_seen(void **state)
{
    static const uint32_t code[] = {0xd4000001, 0xd503201f}; /* svc #0; nop */
    struct machine *m = ready();
    insn_t n = m->a.count.n;

    (void)state;
    machine_code(m, 0x40200000, code, 2);
    arm64_watch_returns(&m->a, true);
    machine_set(m, ARM64_X0 + 5, 0x40200000);
    go(m, "user");
    m->stop_at_trap = true;
    machine_run(m, n + 100);
    assert_int_equal(m->user_returns, 1);
    assert_int_equal(m->user_return_n, n + 3);
    assert_int_equal(m->user_return_pc, 0x40200000);
    assert_int_equal(m->traps, 1);
    machine_close(m);
}

static void test_board_request_stops_before_the_next_instruction(void **state)
{
    struct machine *m = ready();
    insn_t n = m->a.count.n;

    (void)state;
    arm64_request_stop(&m->a);
    assert_int_equal(machine_run(m, n + 100).reason, CPU_STOP_REQUESTED);
    assert_int_equal(m->a.count.n, n);
    assert_int_equal(machine_run(m, n + 100).reason, CPU_STOP_TARGET);
    machine_close(m);
}

static void test_board_memory_as_the_guest_sees_it(void **state)
{
    struct machine *m = ready();
    uint8_t buf[32];
    paddr_t pa;

    (void)state;
    assert_int_equal(arm64_translate(&m->a, 0x40602010, &pa), 0);
    assert_int_equal(pa, 0x40602010);
    assert_int_equal(arm64_translate(&m->a, 0x40a00000, &pa), -EFAULT);
    assert_int_equal(arm64_translate(&m->a, 0xffff000000000000, &pa), -EFAULT);
    assert_int_equal(arm64_translate(&m->a, 0x80000123, &pa), 0);
    assert_int_equal(pa, 0x80000123);
    machine_poke(m, 0x40602ff8, 0x1122334455667788);
    machine_poke(m, 0x40603000, 0x99aabbccddeeff00);
    assert_int_equal(arm64_virt_read(&m->a, 0x40602ffc, buf, 8), 0);
    assert_memory_equal(buf, "\x44\x33\x22\x11\x00\xff\xee\xdd", 8);
    assert_int_equal(arm64_virt_read(&m->a, 0x40600ff8, buf, 16), -EFAULT);
    assert_int_equal(arm64_phys_read(&m->a, 0x09000000, buf, 1), -EFAULT);
    assert_int_equal(arm64_phys_read(&m->a, ARM64_RAM_BASE + MACHINE_RAM - 4, buf, 8), -EFAULT);
    assert_int_equal(arm64_phys_write(&m->a, ARM64_RAM_BASE - 1, buf, 2), -EFAULT);
    machine_close(m);
}

static void test_board_create_refuses_odd_sizes(void **state)
{
    static const size_t size[] = {0, 1 << 20, (2 << 20) + 4096, 16ull << 30};
    struct machine *m = calloc(1, sizeof(*m));

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(size); i++) {
        struct cpu_config config = machine_config(m);

        config.ram_bytes = size[i];
        assert_int_equal(arm64_create(&m->a, &config), -EINVAL);
        assert_true(strlen(m->a.error) > 0);
        arm64_destroy(&m->a);
    }
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_board_loads_of_every_form),
        cmocka_unit_test(test_board_indexed_loads_write_back),
        cmocka_unit_test(test_board_stores_reach_the_console),
        cmocka_unit_test(test_board_counter_is_exact_within_a_block),
        cmocka_unit_test(test_board_timer_registers),
        cmocka_unit_test(test_board_identity_is_that_of_a_cortex_a72),
        cmocka_unit_test(test_board_unknown_accesses_are_counted),
        cmocka_unit_test(test_board_breakpoints_are_not_there),
        cmocka_unit_test(test_board_strict_stops_there),
        cmocka_unit_test(test_board_pl031_follows_the_clock),
        cmocka_unit_test(test_board_virtio_slots_are_empty),
        cmocka_unit_test(test_board_irq_after_exactly_its_cause),
        cmocka_unit_test(test_board_console_input_interrupts),
        cmocka_unit_test(test_board_psci),
        cmocka_unit_test(test_board_wfi_without_any_event_is_idle),
        cmocka_unit_test(test_board_wfi_jumps_to_the_timer),
        cmocka_unit_test(test_board_timer_delay_moves_the_interrupt),
        cmocka_unit_test(test_board_address_translation_instructions),
        cmocka_unit_test(test_board_zeroed_line_is_a_store),
        cmocka_unit_test(test_board_code_that_changes),
        cmocka_unit_test(test_board_user_return_is_seen),
        cmocka_unit_test(test_board_request_stops_before_the_next_instruction),
        cmocka_unit_test(test_board_memory_as_the_guest_sees_it),
        cmocka_unit_test(test_board_create_refuses_odd_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
