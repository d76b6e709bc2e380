/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exceptions by the registers in the engine's memory (engine_live.c) and by the engine's calls are
 * the same, and no clock of the host gets into the engine's state (engine_pmu.c).
 */
#include "cpu/arch/arm64/engine.h"
#include "cpu/context_part.h"
#include "tests/cpu/arm64/digest.h"

#define INSNS 1000000u

/* A program that takes exceptions of all kinds. */
static struct machine *run(bool live)
{
    struct machine *m = machine_open("flow");

    assert_non_null(m->a.engine->live.state);
    if (!live)
        m->a.engine->live.state = NULL;
    assert_int_equal(machine_run(m, INSNS).reason, CPU_STOP_POWEROFF);
    assert_true(m->traps > 10 && m->traps <= MACHINE_TRAPS);
    return m;
}

static void test_live_and_calls_are_the_same(void **state)
{
    struct machine *live = run(true), *calls = run(false);

    (void)state;
    assert_int_equal(live->traps, calls->traps);
    for (size_t i = 0; i < live->traps; i++)
        assert_memory_equal(&live->trap[i], &calls->trap[i], sizeof(live->trap[i]));
    assert_true(machine_digest(live) == machine_digest(calls));
    machine_close(live);
    machine_close(calls);
}

static void test_live_follows_the_calls(void **state)
{
    const int regs[] = {[LIVE_PC] = ARM64_PC, [LIVE_SP_EL0] = ARM64_SP_EL0,
                        [LIVE_SP_EL1] = ARM64_SP_EL1, [LIVE_ELR] = machine_reg_id("elr_el1"),
                        [LIVE_ESR] = machine_reg_id("esr_el1"), [LIVE_FAR] = machine_reg_id("far_el1"),
                        [LIVE_VBAR] = machine_reg_id("vbar_el1")};
    const int except[] = {LIVE_SP, LIVE_SP_EL1}; /* the one in use is in both */
    struct machine *m = machine_open("traps");

    (void)state;
    machine_ready(m);
    for (unsigned i = 0; i < LIVE_COUNT; i++) {
        if ((int)i == except[0] || (int)i == except[1])
            continue;
        assert_true(arm64_live_get(m->a.engine, i) == machine_reg(m, regs[i]));
        machine_set(m, regs[i], 0x12345670 + 16 * i);
        assert_true(arm64_live_get(m->a.engine, i) == 0x12345670 + 16 * i);
    }
    assert_true(arm64_live_get(m->a.engine, LIVE_SP) == machine_reg(m, ARM64_SP));
    machine_close(m);
}

/* Two runs of the same program, and all that a context holds. */
static void test_pmu_leaves_no_time_of_the_host(void **state)
{
    struct machine *one = run(true), *other = run(true);
    /* What comes before the state is the engine's header, which may point to something. */
    const uint8_t *a = arm64_engine_saved(one->a.engine, CONTEXT_HEADER_MAX);
    const uint8_t *b = arm64_engine_saved(other->a.engine, CONTEXT_HEADER_MAX);

    (void)state;
    assert_memory_equal(a, b, uc_context_size(one->a.engine->uc) - CONTEXT_HEADER_MAX - 8); /* padding */
    machine_close(one);
    machine_close(other);
}

static void test_pmu_is_as_it_was_at_the_end(void **state)
{
    struct machine *m = machine_open("traps");
    struct arm64_engine *e = m->a.engine;
    const uint64_t none[2] = {0};
    void *lists = e->pmu.lists;

    (void)state;
    assert_non_null(lists);
    assert_memory_equal(lists, none, sizeof(none));
    arm64_pmu_hooks_on(e);
    assert_null(e->pmu.lists);
    assert_memory_not_equal(lists, none, sizeof(none));
    arm64_pmu_hooks_off(e);
    assert_ptr_equal(e->pmu.lists, lists);
    machine_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live_and_calls_are_the_same),
        cmocka_unit_test(test_live_follows_the_calls),
        cmocka_unit_test(test_pmu_is_as_it_was_at_the_end),
        cmocka_unit_test(test_pmu_leaves_no_time_of_the_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
