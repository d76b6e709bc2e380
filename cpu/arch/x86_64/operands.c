/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory operands, by capstone.
 *
 * The engine never faults on a misaligned operand of MOVAPS and its like. So a
 * block that holds one is looked at before it runs: x86_operands_align() expresses
 * each such address by the registers at the block's start (through ADD, SUB, AND,
 * LEA, MOV, PUSH and POP with constants), and the look at the block's start
 * computes it. A block that loads or computes such an address otherwise always
 * runs one instruction at a time; measured, these are less than one in a million
 * of the blocks that Debian's busybox runs, and blocks that are looked at one in a
 * thousand. 32-bit code is not checked.
 */
#include <string.h>

/* capstone has a type of the name of a function of ours. */
#define x86_reg capstone_reg
#include <capstone/capstone.h>
#undef x86_reg

#include "cpu/arch/x86_64/counter.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/operands.h"

/* Encoding number of a 64- or 32-bit general register, or -1. */
static int gpr_index(capstone_reg reg)
{
    static const uint16_t wide[16] = {X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RBX,
                                      X86_REG_RSP, X86_REG_RBP, X86_REG_RSI, X86_REG_RDI,
                                      X86_REG_R8,  X86_REG_R9,  X86_REG_R10, X86_REG_R11,
                                      X86_REG_R12, X86_REG_R13, X86_REG_R14, X86_REG_R15};
    static const uint16_t half[16] = {X86_REG_EAX, X86_REG_ECX, X86_REG_EDX,  X86_REG_EBX,
                                      X86_REG_ESP, X86_REG_EBP, X86_REG_ESI,  X86_REG_EDI,
                                      X86_REG_R8D, X86_REG_R9D, X86_REG_R10D, X86_REG_R11D,
                                      X86_REG_R12D, X86_REG_R13D, X86_REG_R14D, X86_REG_R15D};

    for (int i = 0; i < 16; i++)
        if (wide[i] == reg || half[i] == reg)
            return i;
    return -1;
}

/* The same for any part of a general register, as instructions write them. */
static int gpr_part(csh cs, capstone_reg reg)
{
    static const char *const part[16] = {"al ah ax", "cl ch cx", "dl dh dx", "bl bh bx",
                                         "spl sp",   "bpl bp",   "sil si",   "dil di",
                                         "r8b r8w",  "r9b r9w",  "r10b r10w", "r11b r11w",
                                         "r12b r12w", "r13b r13w", "r14b r14w", "r15b r15w"};
    const char *name = cs_reg_name(cs, reg), *found;
    size_t len = name ? strlen(name) : 0;
    int whole = gpr_index(reg);

    for (int i = 0; i < 16 && whole < 0 && len; i++)
        for (found = strstr(part[i], name); found; found = strstr(found + 1, name))
            if ((found == part[i] || found[-1] == ' ') && (!found[len] || found[len] == ' '))
                return i;
    return whole;
}

static bool open_disassembler(struct x86 *x)
{
    csh cs;

    if (x->disassembler)
        return true;
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK)
        return false;
    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    x->disassembler = cs;
    return true;
}

void x86_operands_end(struct x86 *x)
{
    csh cs = x->disassembler;

    if (cs)
        cs_close(&cs);
    x->disassembler = 0;
}

static cs_insn *disassemble(struct x86 *x, vaddr_t pc, const uint8_t *bytes, size_t len)
{
    cs_insn *insn = NULL;

    if (!open_disassembler(x) || !cs_disasm(x->disassembler, bytes, len, pc, 1, &insn))
        return NULL;
    return insn;
}

/* SDM vol. 2, 2.4: legacy SSE with 16 bytes of memory, but for those that say otherwise. */
static bool must_align(const cs_insn *insn, const cs_x86_op *op)
{
    if (op->type != X86_OP_MEM || op->size != 16)
        return false;
    switch (insn->id) {
    case X86_INS_MOVUPS:
    case X86_INS_MOVUPD:
    case X86_INS_MOVDQU:
    case X86_INS_LDDQU:
    case X86_INS_PCMPESTRI:
    case X86_INS_PCMPESTRM:
    case X86_INS_PCMPISTRI:
    case X86_INS_PCMPISTRM:
        return false;
    default:
        return insn->mnemonic[0] != 'v';
    }
}

bool x86_operands_candidate(const struct insn *i)
{
    if (!i->has_modrm || i->modrm >= 0xc0 || i->vex || i->map == MAP_ONE)
        return false;
    if (i->map != MAP_0F)
        return true;
    return (i->opcode >= 0x10 && i->opcode <= 0x17) || i->opcode == 0x28 || i->opcode == 0x29 ||
           i->opcode == 0x2b || (i->opcode >= 0x50 && i->opcode <= 0x7f) || i->opcode == 0xc2 ||
           i->opcode == 0xc6 || i->opcode >= 0xd0;
}

static vaddr_t segment_base(struct x86 *x, const cs_insn *insn, const cs_x86_op *op)
{
    struct x86_view v;

    (void)insn;
    if (op->mem.segment != X86_REG_FS && op->mem.segment != X86_REG_GS)
        return 0;
    x86_view_load(x, &v);
    return v.seg[op->mem.segment == X86_REG_FS ? SEG_FS : SEG_GS].base;
}

static vaddr_t address_now(struct x86 *x, const cs_insn *insn, const cs_x86_op *op)
{
    int base = gpr_index(op->mem.base), index = gpr_index(op->mem.index);
    uint64_t at = (uint64_t)op->mem.disp;

    if (op->mem.base == X86_REG_RIP)
        at += insn->address + insn->size;
    if (base >= 0)
        at += x86_gpr(x, (unsigned)base);
    if (index >= 0)
        at += x86_gpr(x, (unsigned)index) * (uint64_t)op->mem.scale;
    if (insn->detail->x86.addr_size == 4)
        at = (uint32_t)at;
    return at + segment_base(x, insn, op);
}

static bool uses_stack(const cs_insn *insn)
{
    switch (insn->id) {
    case X86_INS_PUSH:
    case X86_INS_POP:
    case X86_INS_CALL:
    case X86_INS_RET:
    case X86_INS_PUSHFQ:
    case X86_INS_POPFQ:
    case X86_INS_LEAVE:
        return true;
    default:
        return false;
    }
}

unsigned x86_operands(struct x86 *x, vaddr_t rip, const uint8_t *bytes, size_t len,
                      struct x86_operand out[X86_OPERANDS_MAX])
{
    cs_insn *insn = disassemble(x, rip, bytes, len);
    unsigned count = 0;

    if (!insn)
        return 0;
    for (unsigned i = 0; i < insn->detail->x86.op_count && count < X86_OPERANDS_MAX - 1; i++) {
        const cs_x86_op *op = &insn->detail->x86.operands[i];
        if (op->type != X86_OP_MEM || insn->id == X86_INS_LEA || insn->id == X86_INS_NOP ||
            !strncmp(insn->mnemonic, "prefetch", 8))
            continue;
        out[count++] = (struct x86_operand){address_now(x, insn, op), op->size,
                                            must_align(insn, op)};
    }
    if (uses_stack(insn))
        out[count++] = (struct x86_operand){
            x86_gpr(x, insn->id == X86_INS_LEAVE ? 5 : 4), 8, false};
    cs_free(insn, 1);
    return count;
}

/* ---- addresses by the registers at a block's start ---- */

enum { UNKNOWN = -2, CONSTANT = -1 };

/* A register is that of the start named `root` plus `offset`, modulo 16. */
struct symbol {
    int root;
    int64_t offset;
};

static void mark_written(csh cs, const cs_insn *insn, struct symbol reg[16])
{
    cs_regs read, written;
    uint8_t reads, writes;

    if (cs_regs_access(cs, insn, read, &reads, written, &writes) != CS_ERR_OK) {
        for (int i = 0; i < 16; i++)
            reg[i].root = UNKNOWN;
        return;
    }
    for (unsigned i = 0; i < writes; i++) {
        int index = gpr_part(cs, written[i]);
        if (index >= 0)
            reg[index].root = UNKNOWN;
    }
}

/* The value that `op` gives, where that can be told. */
static struct symbol source(const cs_insn *insn, const cs_x86_op *op, const struct symbol reg[16])
{
    struct symbol s = {UNKNOWN, 0};
    int base;

    if (op->type == X86_OP_IMM) {
        s = (struct symbol){CONSTANT, op->imm};
    } else if (op->type == X86_OP_REG && gpr_index(op->reg) >= 0) {
        s = reg[gpr_index(op->reg)];
    } else if (insn->id == X86_INS_LEA && op->mem.index == X86_REG_INVALID) {
        base = gpr_index(op->mem.base);
        if (base >= 0)
            s = (struct symbol){reg[base].root, reg[base].offset + op->mem.disp};
    }
    return s;
}

/* What the instruction leaves in its first operand. */
static struct symbol result_of(const cs_insn *insn, const struct symbol *old, const cs_x86_op *op,
                               const struct symbol reg[16])
{
    int64_t imm = op->type == X86_OP_IMM ? op->imm : 0;
    bool has_imm = op->type == X86_OP_IMM;

    switch (insn->id) {
    case X86_INS_MOV:
    case X86_INS_MOVABS:
    case X86_INS_LEA:
        return source(insn, op, reg);
    case X86_INS_INC:
        return (struct symbol){old->root, old->offset + 1};
    case X86_INS_DEC:
        return (struct symbol){old->root, old->offset - 1};
    case X86_INS_ADD:
        return has_imm ? (struct symbol){old->root, old->offset + imm}
                       : (struct symbol){UNKNOWN, 0};
    case X86_INS_SUB:
        return has_imm ? (struct symbol){old->root, old->offset - imm}
                       : (struct symbol){UNKNOWN, 0};
    case X86_INS_AND:
        return has_imm && !(imm & 15) ? (struct symbol){CONSTANT, 0} : (struct symbol){UNKNOWN, 0};
    default:
        return (struct symbol){UNKNOWN, 0};
    }
}

/* Only the low four bits matter, so 32-bit arithmetic is as good as 64-bit. */
static void follow(csh cs, const cs_insn *insn, struct symbol reg[16])
{
    const cs_x86_op *op = insn->detail->x86.operands;
    int to = insn->detail->x86.op_count && op[0].type == X86_OP_REG ? gpr_index(op[0].reg) : -1;
    struct symbol result = {UNKNOWN, 0}, old_sp = reg[4];

    if (to >= 0)
        result = result_of(insn, &reg[to], &op[1], reg);
    mark_written(cs, insn, reg);
    if (result.root != UNKNOWN)
        reg[to] = result;
    if ((insn->id == X86_INS_PUSH || insn->id == X86_INS_POP) && to != 4)
        reg[4] = (struct symbol){old_sp.root,
                                 old_sp.offset + (insn->id == X86_INS_PUSH ? -8 : 8)};
}

static void add_check(struct x86_blocks_cold *b, const cs_insn *insn, const cs_x86_op *op,
                      const struct symbol reg[16])
{
    int base = gpr_index(op->mem.base), index = gpr_index(op->mem.index);
    struct x86_block_check c = {.base = -1, .index = -1, .disp = (uint8_t)op->mem.disp};

    if (op->mem.segment == X86_REG_FS || op->mem.segment == X86_REG_GS ||
        b->checks == X86_BLOCK_CHECKS || (base >= 0 && reg[base].root == UNKNOWN) ||
        (index >= 0 && reg[index].root == UNKNOWN)) {
        b->flags |= BLOCK_SPLIT;
        return;
    }
    if (op->mem.base == X86_REG_RIP)
        c.disp += (uint8_t)(insn->address + insn->size);
    if (base >= 0) {
        c.base = (int8_t)reg[base].root;
        c.disp += (uint8_t)reg[base].offset;
    }
    if (index >= 0 && op->mem.scale < 16) {
        c.index = (int8_t)reg[index].root;
        c.scale = (uint8_t)op->mem.scale;
        c.disp += (uint8_t)(reg[index].offset * op->mem.scale);
    }
    c.disp &= 15;
    for (unsigned i = 0; i < b->checks; i++)
        if (!memcmp(&b->check[i], &c, sizeof(c)))
            return;
    if (c.base < 0 && c.index < 0 && !c.disp)
        return;
    b->check[b->checks++] = c;
}

void x86_operands_align(struct x86 *x, struct x86_blocks_cold *b, const uint8_t *bytes)
{
    struct symbol reg[16];
    unsigned at = 0;

    for (int i = 0; i < 16; i++)
        reg[i] = (struct symbol){i, 0};
    while (at < b->size) {
        cs_insn *insn = disassemble(x, b->pc + at, bytes + at, b->size - at);
        if (!insn)
            return;
        for (unsigned i = 0; i < insn->detail->x86.op_count; i++)
            if (must_align(insn, &insn->detail->x86.operands[i]))
                add_check(b, insn, &insn->detail->x86.operands[i], reg);
        follow(x->disassembler, insn, reg);
        at += insn->size;
        cs_free(insn, 1);
    }
}
