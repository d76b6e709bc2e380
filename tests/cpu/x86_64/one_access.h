/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * one_access.h - a machine in long mode that runs one piece of code up to its first exception, for
 * what the tests of the TLB share.
 */
#ifndef TESTS_CPU_X86_64_ONE_ACCESS_H
#define TESTS_CPU_X86_64_ONE_ACCESS_H

#include "tests/cpu/x86_64/harness.h"

#define CODE    0x480000u /* both rings run here */
#define STACK   0x490000u
#define VA      0xc00000u /* 2 MiB without tables */
#define DIR     (0x12000u + 8 * (VA >> 21))
#define INT3    0xcc

struct access {
    const char *name;
    uint8_t code[8]; /* address in RAX; INT3 follows */
    unsigned length;
    uint32_t offset;
};

static bool stopping; /* at the next trap */

static void on_trap(void *ctx, const struct cpu_trap *t)
{
    struct machine *m = ctx;

    machine_trap(m, t);
    if (stopping)
        x86_request_stop(&m->x);
}

/* In long mode at CPL 0, before the case's first instruction. */
static struct machine *open_ready(void)
{
    struct machine *m = machine_open("traps");
    uint64_t start = machine_word(m, machine_word(m, IMAGE_BASE + 8));

    m->x.config.host.trap = on_trap;
    machine_poke(m, 0x58000, 0);
    while (x86_pc(&m->x) != start)
        machine_run(m, m->x.count.n + 1);
    return m;
}

/* Its code at CODE, INT3 behind it; CPL 3 or 0. */
static void place(struct machine *m, const struct access *a, bool user)
{
    struct x86_view v;
    uint8_t code[16] = {0};

    memcpy(code, a->code, a->length);
    code[a->length] = INT3;
    assert_int_equal(x86_phys_write(&m->x, CODE, code, sizeof(code)), 0);
    x86_view_load(&m->x, &v);
    v.rip = CODE;
    v.rsp = STACK;
    v.rflags = 2;
    v.cr2 = 0;
    v.cpl = user ? 3 : 0;
    v.seg[SEG_CS].selector = user ? 0x2b : 8;
    v.seg[SEG_CS].flags = 0xaf9b00 | v.cpl << 13;
    v.seg[SEG_SS].selector = user ? 0x23 : 0x10;
    v.seg[SEG_SS].flags = 0xcf9300 | v.cpl << 13;
    x86_view_store(&m->x, &v);
    x86_set_gpr(&m->x, 0, VA + a->offset);
    x86_set_gpr(&m->x, 1, 0x0102030405060708);
}

#endif
