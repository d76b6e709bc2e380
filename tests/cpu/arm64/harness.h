/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/cpu/arm64/harness.h - a machine with a flat guest image, for tests.
 *
 * Rules of use
 *   - machine_open() loads NAME.bin of the build folder at 0x40080000 and
 *     resets; machine_close() in every path of a test that passes.
 *   - Traps and console output are collected in the machine. With
 *     `stop_at_trap` or `stop_at_irq` set the machine stops at each such vector.
 */
#ifndef TRAPLINE_TESTS_CPU_ARM64_HARNESS_H
#define TRAPLINE_TESTS_CPU_ARM64_HARNESS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka.h"

#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/regs.h"

#define MACHINE_TRAPS 4096
#define IMAGE_BASE    0x40080000u
#define MACHINE_RAM   (16u << 20)

struct machine {
    struct arm64 a;
    struct cpu_trap trap[MACHINE_TRAPS];
    size_t traps;
    char console[256];
    size_t console_len;
    bool stop_at_trap, stop_at_irq;
    cycles_t delay; /* of each timer interrupt */
    size_t delays_asked;
    size_t unimplemented;
    size_t user_returns;
    insn_t user_return_n;
    vaddr_t user_return_pc;
};

static inline void machine_on_trap(void *ctx, const struct cpu_trap *t)
{
    struct machine *m = ctx;

    if (m->traps < MACHINE_TRAPS)
        m->trap[m->traps] = *t;
    m->traps++;
    if (m->stop_at_trap || (m->stop_at_irq && t->kind == CPU_TRAP_IRQ))
        arm64_request_stop(&m->a);
}

static inline void machine_on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct machine *m = ctx;

    for (size_t i = 0; i < len && m->console_len < sizeof(m->console) - 1; i++)
        m->console[m->console_len++] = (char)bytes[i];
}

static inline cycles_t machine_on_timer(void *ctx, insn_t n, cycles_t deadline)
{
    struct machine *m = ctx;

    (void)n;
    (void)deadline;
    m->delays_asked++;
    return m->delay;
}

static inline void machine_on_unimplemented(void *ctx, const struct cpu_unimplemented *u)
{
    struct machine *m = ctx;

    (void)u;
    m->unimplemented++;
}

static inline void machine_on_user_return(void *ctx, insn_t n, vaddr_t pc)
{
    struct machine *m = ctx;

    m->user_returns++;
    m->user_return_n = n;
    m->user_return_pc = pc;
}

static inline struct cpu_config machine_config(struct machine *m)
{
    return (struct cpu_config){
        .arch = ARCH_ARM64,
        .ram_bytes = MACHINE_RAM,
        .wall_start_s = 1000000000,
        .host = {.ctx = m,
                 .trap = machine_on_trap,
                 .console_output = machine_on_console,
                 .timer_delay = machine_on_timer,
                 .unimplemented = machine_on_unimplemented,
                 .user_return = machine_on_user_return},
    };
}

static inline void machine_load(struct machine *m, const char *name)
{
    static uint8_t image[65536];
    char path[512];
    size_t len;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s.bin", GUEST_DIR, name);
    f = fopen(path, "rb");
    assert_non_null(f);
    len = fread(image, 1, sizeof(image), f);
    fclose(f);
    assert_int_equal(arm64_phys_write(&m->a, IMAGE_BASE, image, len), 0);
}

static inline struct machine *machine_open_as(const char *name, bool strict)
{
    struct cpu_entry entry = {.mode = CPU_ENTRY_ARM64_EL1, .pc = IMAGE_BASE};
    struct machine *m = calloc(1, sizeof(*m));
    struct cpu_config config;

    assert_non_null(m);
    config = machine_config(m);
    config.strict = strict;
    if (arm64_create(&m->a, &config))
        fail_msg("%s", m->a.error);
    machine_load(m, name);
    if (arm64_reset(&m->a, &entry))
        fail_msg("%s", m->a.error);
    return m;
}

static inline struct machine *machine_open(const char *name)
{
    return machine_open_as(name, false);
}

static inline void machine_close(struct machine *m)
{
    arm64_destroy(&m->a);
    free(m);
}

static inline struct cpu_stop machine_run(struct machine *m, insn_t target)
{
    struct cpu_stop stop;

    if (arm64_run(&m->a, target, &stop))
        fail_msg("%s", m->a.error);
    if (stop.reason == CPU_STOP_ENGINE)
        fail_msg("engine: %s", m->a.error);
    return stop;
}

static inline uint64_t machine_reg(struct machine *m, int id)
{
    uint64_t value = 0;

    assert_int_equal(arm64_reg_read(&m->a, id, &value), 0);
    return value;
}

static inline void machine_set(struct machine *m, int id, uint64_t value)
{
    assert_int_equal(arm64_reg_write(&m->a, id, &value), 0);
}

static inline int machine_reg_id(const char *name)
{
    size_t count;
    const struct cpu_reg_desc *table = arm64_reg_table(&count);

    for (size_t i = 0; i < count; i++)
        if (!strcmp(table[i].name, name))
            return (int)i;
    fail_msg("no register %s", name);
    return -1;
}

static inline uint64_t machine_named(struct machine *m, const char *name)
{
    return machine_reg(m, machine_reg_id(name));
}

static inline uint64_t machine_word(struct machine *m, paddr_t pa)
{
    uint64_t value = 0;

    assert_int_equal(arm64_phys_read(&m->a, pa, &value, 8), 0);
    return value;
}

static inline void machine_poke(struct machine *m, paddr_t pa, uint64_t value)
{
    assert_int_equal(arm64_phys_write(&m->a, pa, &value, 8), 0);
}

/* Run to `ready`, one instruction at a time. */
static inline void machine_ready(struct machine *m)
{
    uint64_t ready = machine_word(m, IMAGE_BASE + 8);

    while (arm64_pc(&m->a) != ready) {
        assert_true(m->a.count.n < 1000);
        machine_run(m, m->a.count.n + 1);
    }
}

/* Where the level 2 descriptor of an address in RAM stands, by the guest's tables of 39 bits. */
static inline paddr_t machine_entry(struct machine *m, vaddr_t va)
{
    paddr_t level1 = machine_named(m, "ttbr0_el1") & ~0xfffull;

    return (machine_word(m, level1 + 8) & 0xfffffffff000) + (va >> 21 & 511) * 8;
}

/* Instruction words at `pc`, which maps one to one. */
static inline void machine_code(struct machine *m, vaddr_t pc, const uint32_t *words, size_t count)
{
    assert_int_equal(arm64_phys_write(&m->a, pc, words, count * 4), 0);
}

#endif
