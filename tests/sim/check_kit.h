/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/sim/check_kit.h - a check's rules alone: a machine without code, events made by hand.
 *
 * Rules of use: check_cpu() gives a fake cpu (fake_cpu.h) whose RAM a test fills; check_named()
 * gives it a register by its name. check_findings() are to be given to the check; each test
 * begins with it, as there is one list.
 */
#ifndef TRAPLINE_TESTS_SIM_CHECK_KIT_H
#define TRAPLINE_TESTS_SIM_CHECK_KIT_H

#include "tests/cmocka.h"

#include <string.h>

#include "sim/check/check.h"
#include "tests/sim/fake_cpu.h"

#define CHECK_KIT_FINDINGS 16u

static inline struct cpu *check_cpu(enum arch arch)
{
    static const struct fake_program program;
    struct cpu_config config = {.arch = arch};
    struct machine m;
    struct cpu *cpu;

    fake_machine(&m, arch, &program);
    config.ram_bytes = m.ram_bytes;
    machine_free(&m);
    fake_knobs = (struct fake_knobs){0};
    assert_int_equal(cpu_create(&config, &cpu, NULL, 0), 0);
    return cpu;
}

/* What cpu_mem_read() finds at `va`, and nothing elsewhere. */
static inline void check_memory(vaddr_t va, const uint8_t *bytes, size_t count)
{
    fake_knobs.memory_va = va;
    fake_knobs.memory = bytes;
    fake_knobs.memory_bytes = count;
}

static inline void check_named(const char *name, uint64_t value)
{
    struct fake_named *r = fake_knobs.named;

    while (r->name && strcmp(r->name, name) != 0)
        r++;
    assert_true(r < fake_knobs.named + FAKE_NAMED - 1);
    *r = (struct fake_named){name, value};
}

static inline void check_sp(struct cpu *cpu, vaddr_t sp)
{
    assert_int_equal(cpu_reg_write(cpu, FAKE_SP, &sp), 0);
}

static inline struct findings *check_findings(void)
{
    static struct finding list[CHECK_KIT_FINDINGS];
    static unsigned value[CHECK_KIT_FINDINGS];
    static struct findings all;

    memset(list, 0, sizeof(list));
    all = (struct findings){.list = list, .value = value, .max = CHECK_KIT_FINDINGS};
    return &all;
}

/* `what` NULL: nothing is to be found; else one finding, whose phrase holds it. */
#define expect_findings(all, what) expect_findings_at(all, what, __FILE__, __LINE__)

static inline void expect_findings_at(const struct findings *all, const char *what,
                                      const char *file, int line)
{
    const char *is = all->count ? all->list[0].what : "nothing";

    if (all->count != (what ? 1 : 0) || (what && !strstr(is, what)))
        fail_msg("%s:%d: %zu findings, the first: %s; wanted: %s", file, line, all->count, is,
                 what ? what : "nothing");
}

#endif
