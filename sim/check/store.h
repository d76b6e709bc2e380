/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/store.h - which instruction of a block it is that stores.
 *
 * Rules of use: store_find() in a callback of cpu_watch_pages(), where the general registers are
 * those before the instruction. It disassembles the block: for stores that are rare.
 */
#ifndef TRAPLINE_SIM_CHECK_STORE_H
#define TRAPLINE_SIM_CHECK_STORE_H

#include "cpu/cpu.h"

struct store_place {
    insn_t n;               /* the state before the instruction */
    vaddr_t pc;
    unsigned len;           /* of the instruction */
    uint32_t bytes;         /* of the block behind it; 0: none, or not known */
    paddr_t pa;             /* as in the store */
};

/* Where none fits, or the block is not known, its beginning is given. */
void store_find(struct cpu *cpu, const struct cpu_store *s, struct store_place *place);

#endif
