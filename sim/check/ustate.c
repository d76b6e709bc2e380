/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/ustate.c - see ustate.h. */
#include "sim/check/ustate.h"

#include <string.h>

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

void ustate_reader_init(struct ustate_reader *r, enum arch arch)
{
    memset(r, 0, sizeof(*r));
    r->arch = ustate_arch_get(arch);
    for (unsigned i = 0; i < r->arch->count; i++)
        r->id[i] = cpu_reg_find(arch, r->arch->name[i]);
}

static void read_registers(const struct ustate_reader *r, struct cpu *cpu, struct ustate *s)
{
    size_t count = r->arch->count;

    if (cpu_reg_read_list(cpu, r->id, count, s->v) != 0)
        count = 0;
    memset(s->v[count], 0, (USTATE_VALUES_MAX - count) * sizeof(s->v[0]));
}

void ustate_live(const struct ustate_reader *r, struct cpu *cpu, struct ustate *s)
{
    read_registers(r, cpu, s);
    mask_flags(r->arch, s);
}

void ustate_at_trap(const struct ustate_reader *r, struct cpu *cpu, const struct cpu_trap *trap,
                    struct ustate *s)
{
    read_registers(r, cpu, s);
    ustate_set(s, r->arch->pc, trap->pc);
    r->arch->at_trap(cpu, trap, s);
    mask_flags(r->arch, s);
}

void ustate_one(struct cpu *cpu, unsigned value, uint8_t out[16])
{
    const struct ustate_arch *a = ustate_arch_get(cpu_arch(cpu));

    memset(out, 0, 16);
    if (cpu_reg_read(cpu, cpu_reg_find(a->arch, a->name[value]), out) != 0)
        memset(out, 0, 16);
}
