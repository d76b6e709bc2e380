/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/cpu/x86_64/harness.h - a machine with a flat guest image, for tests.
 *
 * Rules of use
 *   - machine_open() loads NAME.bin of the build folder at 1 MiB and resets;
 *     machine_close() in every path of a test that passes.
 *   - Traps and console output are collected in the machine.
 */
#ifndef TRAPLINE_TESTS_CPU_X86_64_HARNESS_H
#define TRAPLINE_TESTS_CPU_X86_64_HARNESS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka.h"

#include "cpu/arch/x86_64/arch.h"

#define MACHINE_TRAPS 4096
#define IMAGE_BASE    0x100000u

struct machine {
    struct x86 x;
    struct cpu_trap trap[MACHINE_TRAPS];
    size_t traps;
    char console[256];
    size_t console_len;
    void *watcher;
};

static inline void machine_trap(void *ctx, const struct cpu_trap *t)
{
    struct machine *m = ctx;

    if (m->traps < MACHINE_TRAPS)
        m->trap[m->traps] = *t;
    m->traps++;
}

static inline void machine_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct machine *m = ctx;

    for (size_t i = 0; i < len && m->console_len < sizeof(m->console) - 1; i++)
        m->console[m->console_len++] = (char)bytes[i];
}

/* Machines of which the engine's own state is not used (cpu/context_live.h). */
static bool machines_use_contexts;

static inline struct machine *machine_open(const char *name)
{
    struct cpu_entry entry = {.mode = CPU_ENTRY_X86_PROT32, .pc = IMAGE_BASE};
    struct machine *m = calloc(1, sizeof(*m));
    struct cpu_config config = {
        .arch = ARCH_X86_64, .ram_bytes = 16 << 20, .wall_start_s = 1000000000};
    static uint8_t image[65536];
    char path[512];
    size_t len;
    FILE *f;

    assert_non_null(m);
    config.host =
        (struct cpu_host){.ctx = m, .trap = machine_trap, .console_output = machine_console};
    if (x86_create(&m->x, &config))
        fail_msg("%s", m->x.error);
    if (machines_use_contexts)
        assert_true(x86_engine_use_contexts(&m->x)); /* it was found */
    snprintf(path, sizeof(path), "%s/%s.bin", GUEST_DIR, name);
    f = fopen(path, "rb");
    assert_non_null(f);
    len = fread(image, 1, sizeof(image), f);
    fclose(f);
    assert_int_equal(x86_phys_write(&m->x, IMAGE_BASE, image, len), 0);
    if (x86_reset(&m->x, &entry))
        fail_msg("%s", m->x.error);
    return m;
}

static inline void machine_close(struct machine *m)
{
    x86_destroy(&m->x);
    free(m);
}

static inline struct cpu_stop machine_run(struct machine *m, insn_t target)
{
    struct cpu_stop stop;

    if (x86_run(&m->x, target, &stop))
        fail_msg("%s", m->x.error);
    if (stop.reason == CPU_STOP_ENGINE)
        fail_msg("engine: %s", m->x.error);
    if (stop.reason == CPU_STOP_TARGET)
        assert_int_equal(m->x.count.n, target);
    return stop;
}

static inline uint64_t machine_word(struct machine *m, paddr_t pa)
{
    uint64_t value = 0;

    assert_int_equal(x86_phys_read(&m->x, pa, &value, 8), 0);
    return value;
}

static inline void machine_poke(struct machine *m, paddr_t pa, uint64_t value)
{
    assert_int_equal(x86_phys_write(&m->x, pa, &value, 8), 0);
}

#endif
