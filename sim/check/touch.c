/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/touch.c - see touch.h. */
#include "sim/check/touch.h"

#include <string.h>

#include "sim/check/access.h"

/* By the mnemonic's last letter, else by the registers. */
static unsigned arm64_bytes(csh cs, const cs_insn *insn)
{
    const cs_arm64 *d = &insn->detail->arm64;
    const char *m = insn->mnemonic;
    unsigned pair = strncmp(m, "ldp", 3) == 0 || strncmp(m, "stp", 3) == 0 ||
                            strncmp(m, "ldxp", 4) == 0 || strncmp(m, "stxp", 4) == 0
                        ? 2 : 1;
    size_t len = strlen(m);
    const char *reg;

    if (strncmp(m, "ldrsw", 5) == 0 || strncmp(m, "ldpsw", 5) == 0)
        return 4 * pair;
    if (m[len - 1] == 'b')
        return 1;
    if (m[len - 1] == 'h')
        return 2;
    /* The last register before the memory: a store-exclusive's first one is its status. */
    for (unsigned i = 1; i < d->op_count; i++)
        if (d->operands[i].type == ARM64_OP_MEM && d->operands[i - 1].type == ARM64_OP_REG) {
            reg = cs_reg_name(cs, d->operands[i - 1].reg);
            return (reg[0] == 'w' || reg[0] == 's' ? 4 : reg[0] == 'q' ? 16 : 8) * pair;
        }
    return 8;
}

static unsigned arm64_list(struct cpu *cpu, csh cs, const cs_insn *insn, struct touch *list)
{
    bool loads = strncmp(insn->mnemonic, "ld", 2) == 0;
    bool stores = strncmp(insn->mnemonic, "st", 2) == 0;
    vaddr_t at[ACCESSES_MAX];

    if ((!loads && !stores) || access_list(cpu, cs, insn, at) == 0)
        return 0;
    list[0] = (struct touch){at[0], arm64_bytes(cs, insn), loads, stores};
    return 1;
}

/* Read and written in one: the library's tables leave out the write of some. */
static bool x86_swaps(const cs_insn *insn)
{
    return insn->id == X86_INS_CMPXCHG || insn->id == X86_INS_CMPXCHG8B ||
           insn->id == X86_INS_CMPXCHG16B || insn->id == X86_INS_XADD || insn->id == X86_INS_XCHG;
}

static unsigned x86_list(struct cpu *cpu, csh cs, const cs_insn *insn, struct touch *list)
{
    const cs_x86 *d = &insn->detail->x86;
    vaddr_t at[ACCESSES_MAX];
    unsigned operands = 0, count = access_list(cpu, cs, insn, at);

    for (unsigned i = 0; i < d->op_count && operands < count && insn->id != X86_INS_LEA; i++) {
        const cs_x86_op *o = &d->operands[i];

        if (o->type != X86_OP_MEM)
            continue;
        list[operands] = (struct touch){at[operands], o->size,
                                        (o->access & CS_AC_READ) != 0 || x86_swaps(insn),
                                        (o->access & CS_AC_WRITE) != 0 || x86_swaps(insn)};
        operands++;
    }
    return operands; /* the stack's implicit ones stand behind */
}

unsigned touch_list(struct cpu *cpu, csh cs, const cs_insn *insn, struct touch list[TOUCHES_MAX])
{
    return cpu_arch(cpu) == ARCH_ARM64 ? arm64_list(cpu, cs, insn, list)
                                       : x86_list(cpu, cs, insn, list);
}
