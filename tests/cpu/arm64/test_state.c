/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saving, loading and resetting: a machine loaded from another's state and RAM
 * goes on as that one would have; a machine that was reset is a new one.
 */
#include "tests/cpu/arm64/digest.h"

static void compare(struct machine *a, struct machine *b)
{
    static struct buffer sa, sb;

    machine_save(a, &sa);
    machine_save(b, &sb);
    assert_int_equal(a->a.count.n, b->a.count.n);
    assert_int_equal(sa.len, sb.len);
    for (size_t i = 0; i < sa.len; i++)
        if (sa.bytes[i] != sb.bytes[i])
            fail_msg("state differs at byte %zu", i);
    assert_memory_equal(a->a.ram, b->a.ram, MACHINE_RAM);
}

static void move_to(struct machine *from, struct machine *to)
{
    static struct buffer b;

    machine_save(from, &b);
    memcpy(to->a.ram, from->a.ram, MACHINE_RAM);
    machine_restore(to, &b);
    compare(from, to);
}

/* Two machines take turns: each continues over what it did last. */
static void test_state_two_machines_take_turns(void **state)
{
    struct machine *m[2] = {machine_open("flow"), machine_open("flow")};
    struct machine *whole = machine_open("flow");
    struct cpu_stop end = machine_run(whole, 10000000), stop;
    unsigned turn = 0;

    (void)state;
    stop = machine_run(m[0], 200);
    while (stop.reason == CPU_STOP_TARGET) {
        move_to(m[turn & 1], m[~turn & 1]);
        turn++;
        stop = machine_run(m[turn & 1], m[turn & 1]->a.count.n + 53);
    }
    assert_true(turn > 40);
    assert_int_equal(stop.reason, end.reason);
    assert_int_equal(stop.status, end.status);
    compare(m[turn & 1], whole);
    machine_close(m[0]);
    machine_close(m[1]);
    machine_close(whole);
}

/* A machine that is sent back starts again from there, over its own newer RAM. */
static void test_state_back_in_time(void **state)
{
    struct machine *m = machine_open("flow"), *whole = machine_open("flow");
    uint8_t *ram = malloc(MACHINE_RAM);
    static struct buffer b;

    (void)state;
    machine_run(m, 1200);
    machine_save(m, &b);
    memcpy(ram, m->a.ram, MACHINE_RAM);
    machine_run(m, 2500);
    memcpy(m->a.ram, ram, MACHINE_RAM);
    machine_restore(m, &b);
    assert_int_equal(m->a.count.n, 1200);
    assert_int_equal(machine_run(m, 1000000).status, 42);
    machine_run(whole, 1000000);
    compare(m, whole);
    free(ram);
    machine_close(m);
    machine_close(whole);
}

/* RAM that comes with a state may hold other code, and other tables, than the engine has seen. */
static void test_state_load_over_other_code_and_tables(void **state)
{
    /* mov x0, #1; ldr x2, [x1]; b -8 */
    static const uint32_t code[] = {0xd2800020, 0xf9400022, 0x17fffffe};
    static const uint32_t other = 0xd2800060; /* mov x0, #3 */
    struct machine *m = machine_open("still");
    const uint64_t page = 0x40602000;
    static struct buffer b;
    uint64_t *entry;

    (void)state;
    machine_ready(m);
    machine_code(m, 0x40050000, code, ARRAY_LEN(code));
    machine_poke(m, page, 0x1111);
    machine_poke(m, 0x40603000, 0x2222);
    machine_set(m, ARM64_X0 + 1, page);
    machine_set(m, ARM64_PC, 0x40050000);
    machine_run(m, m->a.count.n + 3);
    assert_int_equal(machine_reg(m, ARM64_X0 + 2), 0x1111);
    machine_save(m, &b);
    memcpy(m->a.ram + 0x50000, &other, sizeof(other));
    entry = (uint64_t *)(m->a.ram + 0x80000);
    while (*entry != (page | 3ull << 53 | 0x7c3)) /* the descriptor of the page in `l3` */
        entry++;
    *entry += 0x1000;
    machine_restore(m, &b);
    machine_run(m, m->a.count.n + 3);
    assert_int_equal(machine_reg(m, ARM64_X0), 3);
    assert_int_equal(machine_reg(m, ARM64_X0 + 2), 0x2222);
    machine_close(m);
}

/* Every register of the table keeps what is written to it, as far as it has bits for it. */
static void test_state_registers_read_back(void **state)
{
    struct machine *m = machine_open("still");
    size_t count;
    const struct cpu_reg_desc *table = arm64_reg_table(&count);

    (void)state;
    for (int id = 0; id < (int)count; id++) {
        uint8_t value[16], back[16] = {0};

        if (table[id].group == CPU_REG_SYSTEM || id == ARM64_PSTATE)
            continue;
        for (unsigned i = 0; i < sizeof(value); i++)
            value[i] = (uint8_t)(i * 16 + (unsigned)id);
        if (id == ARM64_FPCR || id == ARM64_FPSR)
            memset(value, 0, sizeof(value));
        assert_int_equal(arm64_reg_write(&m->a, id, value), 0);
        assert_int_equal(arm64_reg_read(&m->a, id, back), 0);
        if (memcmp(value, back, table[id].bytes))
            fail_msg("%s does not keep its value", table[id].name);
    }
    assert_int_equal(arm64_reg_read(&m->a, (int)count, &(uint64_t){0}), -ENOENT);
    assert_int_equal(arm64_reg_write(&m->a, -1, &(uint64_t){0}), -ENOENT);
    machine_close(m);
}

static void test_state_reset_is_a_new_machine(void **state)
{
    static const struct cpu_entry entry = {.mode = CPU_ENTRY_ARM64_EL1, .pc = IMAGE_BASE};
    struct machine *m = machine_open("flow"), *fresh = machine_open("flow");
    size_t count;
    const struct cpu_reg_desc *table = arm64_reg_table(&count);

    (void)state;
    machine_run(m, 1000000);
    for (int id = 0; id < (int)count; id++)
        if (strcmp(table[id].name, "sctlr_el1") && strcmp(table[id].name, "tcr_el1") &&
            id != ARM64_PSTATE)
            assert_int_equal(arm64_reg_write(&m->a, id, "\x01\x01\x00\x01\x01\x01\x01\x01\x01\x01"
                                                        "\x01\x01\x01\x01\x01\x01"), 0);
    memset(m->a.ram, 0, MACHINE_RAM);
    machine_load(m, "flow");
    assert_int_equal(arm64_reset(&m->a, &entry), 0);
    compare(m, fresh);
    assert_int_equal(machine_run(m, 1000000).status, 42);
    machine_run(fresh, 1000000);
    compare(m, fresh);
    machine_close(m);
    machine_close(fresh);
}

static int refuse(void *ctx, const char *name, void *data, size_t len)
{
    (void)data;
    (void)len;
    return strcmp(name, ctx) ? 0 : -EIO;
}

/* An error of the visitor stops the visit and comes back. */
static void test_state_visitor_errors_are_passed_on(void **state)
{
    static const char *const piece[] = {"x0", "pstate", "exclusive", "gic", "skipped"};
    struct machine *m = machine_open("still");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(piece); i++)
        assert_int_equal(arm64_state_visit(&m->a, CPU_STATE_SAVE, refuse, (void *)piece[i]), -EIO);
    machine_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_two_machines_take_turns),
        cmocka_unit_test(test_state_back_in_time),
        cmocka_unit_test(test_state_load_over_other_code_and_tables),
        cmocka_unit_test(test_state_registers_read_back),
        cmocka_unit_test(test_state_reset_is_a_new_machine),
        cmocka_unit_test(test_state_visitor_errors_are_passed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
