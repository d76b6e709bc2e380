/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/store.h - which instruction of a block it is that stores.
 *
 * Rules of use: store_find() in a callback of cpu_watch_pages(), where the general registers are
 * those before the instruction, of the CPU that the finder was made for.
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

struct store_finder;
/* NULL when out of memory. */
struct store_finder *store_finder_create(struct cpu *cpu);
void store_finder_destroy(struct store_finder *f);
/* Where none fits, or the block is not known, its beginning is given. */
void store_find(struct store_finder *f, const struct cpu_store *s, struct store_place *place);

#endif
