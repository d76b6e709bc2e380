/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/store.c - see store.h.
 *
 * The engine tells which block stores, and where. The instruction is the one whose operand leads
 * there by the registers as they are now: compared by the offset in the page, as the address that
 * is known is physical.
 */
#include "sim/check/store.h"

#include <capstone/capstone.h>
#include <string.h>

#define CODE_MAX     4096u
#define OFFSET_MASK  0xfffull
#define PIECES_BYTES 32u /* a store in pieces: the later ones are at most so far behind its address */

static uint64_t reg_value(struct cpu *cpu, csh cs, unsigned reg)
{
    const char *name = reg ? cs_reg_name(cs, reg) : NULL;
    uint64_t value = 0;
    int id;

    if (!name)
        return 0;
    if (strcmp(name, "fp") == 0)
        name = "x29";
    else if (strcmp(name, "lr") == 0)
        name = "x30";
    id = cpu_reg_find(cpu_arch(cpu), name);
    return id >= 0 && cpu_reg_read(cpu, id, &value) == 0 ? value : 0;
}

static bool arm64_operand(struct cpu *cpu, csh cs, const cs_insn *i, vaddr_t *at)
{
    const cs_arm64 *d = &i->detail->arm64;

    if (strncmp(i->mnemonic, "st", 2) != 0)
        return false;
    for (unsigned k = 0; k < d->op_count; k++) {
        const cs_arm64_op *o = &d->operands[k];

        if (o->type != ARM64_OP_MEM)
            continue;
        *at = reg_value(cpu, cs, o->mem.base) + (uint64_t)(int64_t)o->mem.disp;
        if (o->mem.index)
            *at += reg_value(cpu, cs, o->mem.index) << o->shift.value;
        return true;
    }
    return false;
}

static bool x86_operand(struct cpu *cpu, csh cs, const cs_insn *i, vaddr_t *at)
{
    const cs_x86_op *o = &i->detail->x86.operands[0];

    if (i->id == X86_INS_PUSH || i->id == X86_INS_CALL || i->id == X86_INS_PUSHFQ) {
        *at = cpu_sp(cpu) - 8;
        return true;
    }
    if (!i->detail->x86.op_count || o->type != X86_OP_MEM || !(o->access & CS_AC_WRITE))
        return false;
    *at = reg_value(cpu, cs, o->mem.base) +
          reg_value(cpu, cs, o->mem.index) * (uint64_t)o->mem.scale + (uint64_t)o->mem.disp;
    if (o->mem.base == X86_REG_RIP)
        *at += i->address + i->size;
    return true;
}

void store_find(struct cpu *cpu, const struct cpu_store *s, struct store_place *place)
{
    bool arm = cpu_arch(cpu) == ARCH_ARM64;
    uint8_t code[CODE_MAX];
    const uint8_t *at = code;
    size_t left = s->code_bytes;
    uint64_t pc = s->pc, number = s->n;
    cs_insn *i;
    csh cs;

    *place = (struct store_place){.n = s->n, .pc = s->pc, .pa = s->pa};
    if (left == 0 || left > sizeof(code) || cpu_mem_read(cpu, pc, code, left) != 0 ||
        cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &cs))
        return;
    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    i = cs_malloc(cs);
    while (i && cs_disasm_iter(cs, &at, &left, &pc, i)) {
        vaddr_t to;

        if ((arm ? arm64_operand(cpu, cs, i, &to) : x86_operand(cpu, cs, i, &to)) &&
            ((s->pa - to) & OFFSET_MASK) < (s->bytes == 8 ? PIECES_BYTES : 1)) {
            *place = (struct store_place){number, i->address, i->size, (uint32_t)left, s->pa};
            if (((s->pa - to) & OFFSET_MASK) == 0)
                break;
        }
        number++;
    }
    if (i)
        cs_free(i, 1);
    cs_close(&cs);
}
