/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/access.c - see access.h. */
#include "sim/check/access.h"

#include <string.h>

int access_register_number(struct cpu *cpu, csh cs, unsigned reg)
{
    const char *name = reg ? cs_reg_name(cs, reg) : NULL;
    int id;

    if (!name)
        return -1;
    if (strcmp(name, "fp") == 0)
        name = "x29";
    else if (strcmp(name, "lr") == 0)
        name = "x30";
    id = cpu_reg_find(cpu_arch(cpu), name);
    return id < 0 ? -1 : id;
}

static uint64_t register_value(struct cpu *cpu, int id)
{
    uint8_t value[16] = {0};
    uint64_t word;

    if (id < 0 || cpu_reg_read(cpu, id, value) != 0)
        return 0;
    memcpy(&word, value, 8);
    return word;
}

uint64_t access_register(struct cpu *cpu, csh cs, unsigned reg)
{
    return register_value(cpu, access_register_number(cpu, cs, reg));
}

/* "[x1], #8" goes by x1 alone. */
static bool is_post_indexed(const cs_insn *insn)
{
    const char *end = strchr(insn->op_str, ']');

    return end && end[1] == ',';
}

static unsigned arm64_list(struct cpu *cpu, csh cs, const cs_insn *insn, vaddr_t *at)
{
    const cs_arm64 *d = &insn->detail->arm64;
    unsigned count = 0;

    for (unsigned i = 0; i < d->op_count && count < ACCESSES_MAX; i++) {
        const cs_arm64_op *o = &d->operands[i];

        if (o->type != ARM64_OP_MEM)
            continue;
        at[count] = access_register(cpu, cs, o->mem.base);
        if (!is_post_indexed(insn))
            at[count] += (uint64_t)(int64_t)o->mem.disp;
        if (o->mem.index)
            at[count] += access_register(cpu, cs, o->mem.index) << o->shift.value;
        count++;
    }
    return count;
}

static unsigned x86_list(struct cpu *cpu, csh cs, const cs_insn *insn, vaddr_t *at)
{
    const cs_x86 *d = &insn->detail->x86;
    unsigned count = 0;

    for (unsigned i = 0; i < d->op_count && count < ACCESSES_MAX - 1; i++) {
        const x86_op_mem *m = &d->operands[i].mem;

        if (d->operands[i].type != X86_OP_MEM || insn->id == X86_INS_LEA)
            continue;
        at[count] = m->base == X86_REG_RIP ? insn->address + insn->size
                                           : access_register(cpu, cs, m->base);
        at[count] += access_register(cpu, cs, m->index) * (uint64_t)m->scale + (uint64_t)m->disp;
        if (m->segment == X86_REG_FS || m->segment == X86_REG_GS)
            at[count] += register_value(
                cpu, cpu_reg_find(ARCH_X86_64, m->segment == X86_REG_FS ? "fs_base" : "gs_base"));
        count++;
    }
    if (insn->id == X86_INS_PUSH || insn->id == X86_INS_CALL || insn->id == X86_INS_PUSHFQ)
        at[count++] = cpu_sp(cpu) - 8;
    else if (insn->id == X86_INS_POP || insn->id == X86_INS_RET || insn->id == X86_INS_POPFQ)
        at[count++] = cpu_sp(cpu);
    return count;
}

unsigned access_list(struct cpu *cpu, csh cs, const cs_insn *insn, vaddr_t at[ACCESSES_MAX])
{
    return cpu_arch(cpu) == ARCH_ARM64 ? arm64_list(cpu, cs, insn, at)
                                       : x86_list(cpu, cs, insn, at);
}
