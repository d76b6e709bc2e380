/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/fuzz/guest_cpu.h - a machine of bytes from a stranger: what reads a guest's registers and
 * memory reads these.
 *
 *   byte 0     bit 0: the CPU; bit 1: memory ends at the top of the address space, else it begins
 *              at GUEST_BASE
 *   then       GUEST_REGS registers of 8 bytes, chosen by their names
 *   then       memory, of which RAM is the same bytes from 0 on
 */
#ifndef TRAPLINE_TESTS_FUZZ_GUEST_CPU_H
#define TRAPLINE_TESTS_FUZZ_GUEST_CPU_H

#include "cpu/cpu.h"

#define GUEST_REGS 16u
#define GUEST_BASE 0x10000u
#define GUEST_HEAD (1u + 8u * GUEST_REGS)

struct cpu {
    enum arch arch;
    uint64_t reg[GUEST_REGS];
    vaddr_t base;
    const uint8_t *memory;
    size_t bytes;
};

/* False: too few bytes. The bytes are borrowed. */
bool guest_cpu_open(struct cpu *cpu, const uint8_t *bytes, size_t size);

#endif
