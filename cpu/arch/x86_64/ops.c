/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu/arch/x86_64/ops.c - this CPU's functions as the table that cpu/cpu.c calls through. */
#include "cpu/arch/x86_64/regs.h"
#include "cpu/arch/x86_64/arch.h"

#define OF(name) x86_##name
#define MACHINE  struct x86
#define OPS      x86_64_ops
#define RAM_BASE 0

static unsigned op_interrupts_active(const void *m)
{
    const struct lapic *l = &((const struct x86 *)m)->board.lapic;
    unsigned count = 0;

    for (size_t i = 0; i < ARRAY_LEN(l->isr); i++)
        count += (unsigned)__builtin_popcount(l->isr[i]);
    return count;
}

#include "cpu/ops_of.h"
