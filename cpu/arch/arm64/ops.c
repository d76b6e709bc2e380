/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu/arch/arm64/ops.c - this CPU's functions as the table that cpu/cpu.c calls through. */
#include "cpu/arch/arm64/regs.h"
#include "cpu/arch/arm64/arch.h"

#define OF(name) arm64_##name
#define MACHINE  struct arm64
#define OPS      arm64_ops
#define RAM_BASE ARM64_RAM_BASE

static unsigned op_interrupts_active(const void *m)
{
    const struct gicv2 *g = &((const struct arm64 *)m)->board.gic;
    unsigned count = 0;

    for (size_t i = 0; i < ARRAY_LEN(g->active); i++)
        count += (unsigned)__builtin_popcount(g->active[i]);
    return count;
}

#include "cpu/ops_of.h"
