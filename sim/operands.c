/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/operands.c - see operands.h; what both CPUs have in common. */
#include "sim/operands.h"

#include <errno.h>
#include <string.h>

#define INSN_BYTES_MAX 15u

static const struct operands_arch *arch_of(const struct operands *o)
{
    return o->arch == ARCH_ARM64 ? &arm64_operands : &x86_64_operands;
}

int operands_open(struct operands *o, enum arch arch)
{
    bool arm = arch == ARCH_ARM64;

    memset(o, 0, sizeof(*o));
    o->arch = arch;
    if (cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &o->cs))
        return -ENOMEM;
    cs_option(o->cs, CS_OPT_DETAIL, CS_OPT_ON);
    o->insn = cs_malloc(o->cs);
    if (!o->insn) {
        cs_close(&o->cs);
        return -ENOMEM;
    }
    return 0;
}

void operands_close(struct operands *o)
{
    if (o->insn) {
        cs_free(o->insn, 1);
        cs_close(&o->cs);
    }
    o->insn = NULL;
}

bool operands_decode(struct operands *o, struct cpu *cpu, vaddr_t pc)
{
    size_t want = o->arch == ARCH_ARM64 ? 4 : INSN_BYTES_MAX, got = want;
    uint8_t code[INSN_BYTES_MAX];
    const uint8_t *at = code;
    uint64_t address = pc;

    if (cpu_mem_read(cpu, pc, code, want) != 0)
        for (got = 0; got < want && cpu_mem_read(cpu, pc + got, code + got, 1) == 0;)
            got++;
    return cs_disasm_iter(o->cs, &at, &got, &address, o->insn);
}

bool operands_writes(struct operands *o, int reg)
{
    return arch_of(o)->writes(o, reg);
}

bool operands_listed(const struct operands_arch *a, const struct operands *o, int reg)
{
    cs_regs read, written;
    uint8_t reads = 0, writes = 0;
    struct value_place place;

    if (cs_regs_access(o->cs, o->insn, read, &reads, written, &writes) == CS_ERR_OK)
        for (unsigned i = 0; i < writes; i++)
            if (a->reg(o->cs, written[i], &place) && place.reg == reg)
                return true;
    return false;
}

static unsigned note_read(const struct operands_arch *a, struct operands *o, unsigned cs_reg,
                          int *reg, unsigned count, unsigned max)
{
    struct value_place place = {0};

    if (cs_reg == a->cs_flags)
        place.reg = cpu_reg_find(o->arch, a->flags);
    else if (!a->reg(o->cs, cs_reg, &place))
        return count;
    for (unsigned i = 0; i < count; i++)
        if (reg[i] == place.reg)
            return count;
    if (count < max)
        reg[count++] = place.reg;
    return count;
}

unsigned operands_reads(struct operands *o, int *reg, unsigned max)
{
    const struct operands_arch *a = arch_of(o);
    cs_regs read, written;
    uint8_t reads = 0, writes = 0;
    unsigned more[16], count = 0, found;

    if (cs_regs_access(o->cs, o->insn, read, &reads, written, &writes) != CS_ERR_OK)
        reads = 0;
    for (unsigned i = 0; i < reads; i++)
        count = note_read(a, o, read[i], reg, count, max);
    found = a->more_reads ? a->more_reads(o, more, ARRAY_LEN(more)) : 0;
    for (unsigned i = 0; i < found; i++)
        count = note_read(a, o, more[i], reg, count, max);
    if (a->base && a->base(o) >= 0 && count < max)
        reg[count++] = a->base(o);
    return count;
}

bool operands_sets_flags(struct operands *o)
{
    const struct operands_arch *a = arch_of(o);
    cs_regs read, written;
    uint8_t reads = 0, writes = 0;

    if (cs_regs_access(o->cs, o->insn, read, &reads, written, &writes) == CS_ERR_OK)
        for (unsigned i = 0; i < writes; i++)
            if (written[i] == a->cs_flags)
                return true;
    return false;
}

bool operands_reads_memory(struct operands *o, struct cpu *cpu, struct value_place *from)
{
    memset(from, 0, sizeof(*from));
    from->in_memory = true;
    return arch_of(o)->memory(o, cpu, from);
}

unsigned operands_touches(struct operands *o, struct cpu *cpu, struct touched *list)
{
    return arch_of(o)->touches(o, cpu, list);
}

enum value_source operands_source(struct operands *o, struct cpu *cpu,
                                  const struct value_place *to, struct value_place *from)
{
    memset(from, 0, sizeof(*from));
    return arch_of(o)->source(o, cpu, to, from);
}

uint64_t operands_word(const struct operands_arch *a, struct cpu *cpu, csh cs, unsigned reg)
{
    struct value_place place;
    uint8_t value[16] = {0};
    uint64_t word = 0;

    if (!a->reg(cs, reg, &place) || cpu_reg_read(cpu, place.reg, value) != 0)
        return 0;
    memcpy(&word, value + place.offset, place.bytes < 8 ? place.bytes : 8);
    return word;
}

bool operands_part(const struct value_place *to, unsigned skip, unsigned size,
                   struct value_place *from)
{
    if (skip >= size)
        return false;
    from->va += skip;
    from->offset += skip;
    from->bytes = to->bytes < size - skip ? to->bytes : size - skip;
    return true;
}

bool operands_kept(const struct value_place *to, unsigned at, unsigned size,
                   struct value_place *from)
{
    if (to->offset >= at && to->offset - at < size)
        return false;
    *from = *to;
    if (to->offset < at && to->bytes > at - to->offset)
        from->bytes = at - to->offset;
    return true;
}
