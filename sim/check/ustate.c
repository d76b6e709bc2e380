/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/ustate.c - see ustate.h. */
#include "sim/check/ustate.h"

#include <string.h>

#define REGS_MAX 128u

const struct ustate_arch *ustate_arch_get(enum arch arch)
{
    return arch == ARCH_ARM64 ? &arm64_ustate_arch : &x86_64_ustate_arch;
}

unsigned ustate_bytes(const struct ustate_arch *a, unsigned value)
{
    size_t count;

    return cpu_reg_table(a->arch, &count)[cpu_reg_find(a->arch, a->name[value])].bytes;
}

/* Flags that are not the user's are left out. */
static void mask_flags(const struct ustate_arch *a, struct ustate *s)
{
    ustate_set(s, a->flags, ustate_get(s, a->flags) & a->flags_mask);
}

void ustate_live(struct cpu *cpu, struct ustate *s)
{
    const struct ustate_arch *a = ustate_arch_get(cpu_arch(cpu));
    uint8_t all[REGS_MAX][16];

    memset(s, 0, sizeof(*s));
    if (cpu_reg_read_all(cpu, all) != 0)
        return;
    for (unsigned i = 0; i < a->count; i++)
        memcpy(s->v[i], all[cpu_reg_find(a->arch, a->name[i])], 16);
    mask_flags(a, s);
}

void ustate_at_trap(struct cpu *cpu, const struct cpu_trap *trap, struct ustate *s)
{
    const struct ustate_arch *a = ustate_arch_get(cpu_arch(cpu));

    ustate_live(cpu, s);
    ustate_set(s, a->pc, trap->pc);
    a->at_trap(cpu, trap, s);
    mask_flags(a, s);
}

void ustate_one(struct cpu *cpu, unsigned value, uint8_t out[16])
{
    const struct ustate_arch *a = ustate_arch_get(cpu_arch(cpu));

    memset(out, 0, 16);
    if (cpu_reg_read(cpu, cpu_reg_find(a->arch, a->name[value]), out) != 0)
        memset(out, 0, 16);
}
