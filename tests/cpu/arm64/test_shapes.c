/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machines of other shapes: MMU off, other sizes of RAM, other clock rates, and
 * callbacks that stop the machine from wherever they are called.
 */
#include "tests/cpu/arm64/digest.h"

#define CODE 0x40050000u

static struct machine *open_shape(size_t ram_bytes, uint64_t hz)
{
    struct cpu_entry entry = {.mode = CPU_ENTRY_ARM64_EL1, .pc = CODE, .arg = {11, 12, 13, 14}};
    struct machine *m = calloc(1, sizeof(*m));
    struct cpu_config config;

    assert_non_null(m);
    config = machine_config(m);
    config.ram_bytes = ram_bytes;
    config.hz = hz;
    if (arm64_create(&m->a, &config))
        fail_msg("%s", m->a.error);
    assert_int_equal(arm64_reset(&m->a, &entry), 0);
    return m;
}

static void test_shapes_entry_state(void **state)
{
    static const struct cpu_entry wrong = {.mode = CPU_ENTRY_X86_LONG64};
    struct machine *m = open_shape(2 << 20, 0);

    (void)state;
    assert_int_equal(arm64_pc(&m->a), CODE);
    for (int i = 0; i < 4; i++)
        assert_int_equal(machine_reg(m, ARM64_X0 + i), 11 + i);
    assert_int_equal(machine_reg(m, ARM64_PSTATE), 0x3c5);
    assert_int_equal(machine_named(m, "sctlr_el1") & 0x1005, 0);
    assert_false(arm64_in_user(&m->a));
    assert_int_equal(m->a.count.n, 0);
    assert_int_equal(arm64_reset(&m->a, &wrong), -EINVAL);
    machine_close(m);
}

/* Before a kernel turns its MMU on, addresses are physical: devices and holes are there, too. */
static void test_shapes_mmu_off(void **state)
{
    /* ldr w10, [x4, #0xfe0]; str w5, [x4]; ldr w11, [x6] */
    static const uint32_t code[] = {0xb94fe08a, 0xb9000085, 0xb94000cb};
    struct machine *m = open_shape(2 << 20, 0);

    (void)state;
    machine_code(m, CODE, code, ARRAY_LEN(code));
    machine_set(m, ARM64_X0 + 4, 0x09000000);
    machine_set(m, ARM64_X0 + 5, 'x');
    machine_set(m, ARM64_X0 + 6, 0x30000000);
    machine_set(m, machine_reg_id("vbar_el1"), 0x40100000);
    m->stop_at_trap = true;
    machine_run(m, 100);
    assert_int_equal(machine_reg(m, ARM64_X0 + 10), 0x11);
    assert_string_equal(m->console, "x");
    assert_int_equal(m->a.count.n, 3);
    assert_int_equal(m->trap[0].syndrome, 0x96000010);
    assert_int_equal(m->trap[0].addr, 0x30000000);
    assert_int_equal(m->trap[0].pc, CODE + 8);
    machine_close(m);
}

/* The last word of RAM is there, the one behind it is not. */
static void test_shapes_ram_sizes(void **state)
{
    static const size_t size[] = {2 << 20, 64 << 20, 1024ull << 20, 1026ull << 20, 3ull << 30,
                                  8ull << 30};
    /* str x5, [x4, #-8]; ldr x6, [x4, #-8]; ldr x7, [x4] */
    static const uint32_t code[] = {0xf81f8085, 0xf85f8086, 0xf9400087};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(size); i++) {
        struct machine *m = open_shape(size[i], 0);
        uint64_t end = ARM64_RAM_BASE + size[i];

        machine_code(m, CODE, code, ARRAY_LEN(code));
        machine_set(m, ARM64_X0 + 4, end);
        machine_set(m, ARM64_X0 + 5, 0x123456789abcdef0);
        machine_set(m, machine_reg_id("vbar_el1"), 0x40100000);
        m->stop_at_trap = true;
        machine_run(m, 100);
        assert_true(machine_reg(m, ARM64_X0 + 6) == 0x123456789abcdef0);
        assert_true(machine_word(m, end - 8) == 0x123456789abcdef0);
        assert_int_equal(m->traps, 1);
        assert_int_equal(m->trap[0].syndrome, 0x96000010);
        assert_true(m->trap[0].addr == end);
        machine_close(m);
    }
}

/* The interrupt comes with the first cycle at which the counter shows the deadline. */
static void test_shapes_clock_rates(void **state)
{
    static const uint64_t hz[] = {1000000, 62500000, 100000000, 999999999, 3000000000ull};
    /* msr cntv_cval_el0, x0; mov x1, #1; msr cntv_ctl_el0, x1; wfi; mrs x2, cntvct_el0 */
    static const uint32_t code[] = {0xd51be340, 0xd2800021, 0xd51be321, 0xd503207f, 0xd53be042};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hz); i++) {
        struct machine *m = open_shape(2 << 20, hz[i]);
        uint64_t deadline = 123457;
        cycles_t cycles = (cycles_t)(((unsigned __int128)deadline * hz[i] + 62499999) / 62500000);

        machine_code(m, CODE, code, ARRAY_LEN(code));
        machine_set(m, ARM64_X0, deadline);
        m->a.board.gic.dist_ctlr = m->a.board.gic.cpu_ctlr = 1;
        m->a.board.gic.pmr = 0xf0;
        m->a.board.gic.enabled[0] |= 1u << 27;
        machine_run(m, 5);
        assert_int_equal(arm64_cycles(&m->a), cycles + 1);
        assert_int_equal(machine_reg(m, ARM64_X0 + 2),
                         (uint64_t)((unsigned __int128)cycles * 62500000 / hz[i]));
        assert_true(machine_reg(m, ARM64_X0 + 2) >= deadline);
        machine_close(m);
    }
}

/* Chaos is asked once for each deadline: CVAL or TVAL written, or the timer turned on. */
static void test_shapes_each_deadline_is_asked_for_once(void **state)
{
    /* mov x1, #1; msr cntv_cval_el0, x0; msr cntv_ctl_el0, x1; the latter again;
     * msr cntv_cval_el0, x2; msr cntv_tval_el0, x2; msr cntv_ctl_el0, xzr; and on again */
    static const uint32_t code[] = {0xd2800021, 0xd51be340, 0xd51be321, 0xd51be321, 0xd51be342,
                                    0xd51be302, 0xd51be33f, 0xd51be321};
    static const size_t asked[] = {0, 0, 1, 1, 2, 3, 3, 4};
    struct machine *m = open_shape(2 << 20, 0);

    (void)state;
    machine_code(m, CODE, code, ARRAY_LEN(code));
    machine_set(m, ARM64_X0, 1000);
    machine_set(m, ARM64_X0 + 2, 2000);
    for (insn_t i = 0; i < ARRAY_LEN(code); i++) {
        machine_run(m, i + 1);
        if (m->delays_asked != asked[i])
            fail_msg("instruction %d: asked %zu times", (int)i, m->delays_asked);
    }
    machine_close(m);
}

static void stop_at_output(void *ctx, const uint8_t *bytes, size_t len)
{
    struct machine *m = ctx;

    machine_on_console(ctx, bytes, len);
    arm64_request_stop(&m->a);
}

/* From the console's callback: behind the store, in front of what follows. */
static void test_shapes_stop_from_console_output(void **state)
{
    /* str w5, [x4]; add x6, x6, #1; b -8 */
    static const uint32_t code[] = {0xb9000085, 0x910004c6, 0x17fffffe};
    struct machine *m = open_shape(2 << 20, 0);

    (void)state;
    m->a.config.host.console_output = stop_at_output;
    machine_code(m, CODE, code, ARRAY_LEN(code));
    machine_set(m, ARM64_X0 + 4, 0x09000000);
    for (insn_t i = 0; i < 5; i++) {
        assert_int_equal(machine_run(m, 1000).reason, CPU_STOP_REQUESTED);
        assert_int_equal(m->a.count.n, 3 * i + 1);
        assert_int_equal(arm64_pc(&m->a), CODE + 4);
        assert_int_equal(machine_reg(m, ARM64_X0 + 6), i);
    }
    machine_close(m);
}

/* WFE and YIELD are hints that go on, at any level; idle machines wait for WFI alone. */
static void test_shapes_hints_go_on(void **state)
{
    static const uint32_t code[] = {0xd503205f, 0xd503203f, 0xd503209f, 0xd503201f};

    (void)state;
    for (int user = 0; user < 2; user++) {
        struct machine *m = open_shape(2 << 20, 0);

        machine_code(m, CODE, code, ARRAY_LEN(code));
        if (user)
            machine_set(m, ARM64_PSTATE, 0);
        assert_int_equal(machine_run(m, 4).reason, CPU_STOP_TARGET);
        assert_int_equal(arm64_pc(&m->a), CODE + 16);
        assert_int_equal(m->traps, 0);
        machine_close(m);
    }
}

/* A stop right behind WFI is a stop in front of the wait, which is then still to come. */
static void test_shapes_stop_behind_wfi(void **state)
{
    static const uint32_t code[] = {0xd503201f, 0xd503207f, 0xd503201f};
    static struct buffer b;
    struct machine *m = open_shape(2 << 20, 0), *other = open_shape(2 << 20, 0);

    (void)state;
    machine_code(m, CODE, code, ARRAY_LEN(code));
    machine_code(other, CODE, code, ARRAY_LEN(code));
    assert_int_equal(machine_run(m, 2).reason, CPU_STOP_TARGET);
    assert_int_equal(arm64_pc(&m->a), CODE + 8);
    machine_save(m, &b);
    machine_restore(other, &b);
    assert_int_equal(machine_run(m, 3).reason, CPU_STOP_IDLE);
    assert_int_equal(machine_run(other, 3).reason, CPU_STOP_IDLE);
    assert_int_equal(other->a.count.n, 2);
    machine_close(m);
    machine_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes_entry_state),
        cmocka_unit_test(test_shapes_mmu_off),
        cmocka_unit_test(test_shapes_ram_sizes),
        cmocka_unit_test(test_shapes_clock_rates),
        cmocka_unit_test(test_shapes_each_deadline_is_asked_for_once),
        cmocka_unit_test(test_shapes_stop_from_console_output),
        cmocka_unit_test(test_shapes_hints_go_on),
        cmocka_unit_test(test_shapes_stop_behind_wfi),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
