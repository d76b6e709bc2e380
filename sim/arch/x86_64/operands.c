/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/arch/x86_64/operands.c - moves, pushes and state areas of x86-64 (SDM vol. 2).
 *
 * FXSAVE and the legacy part of XSAVE: MXCSR at 24, ST0 to ST7 from 32, XMM0 to XMM15 from 160,
 * each 16 bytes (SDM vol. 1, table 10-2).
 */
#include "sim/operands.h"

#include <string.h>

#define AREA_MXCSR 24u
#define AREA_XMM   160u
#define AREA_END   416u

static bool table_reg(csh cs, unsigned reg, struct value_place *place)
{
    static const char *const wide[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"};
    const char *name = reg ? cs_reg_name(cs, reg) : NULL;
    size_t len = name ? strlen(name) : 0;
    char text[8] = "";

    memset(place, 0, sizeof(*place));
    if (!name || len >= sizeof(text))
        return false;
    memcpy(text, name, len + 1);
    place->bytes = strncmp(name, "xmm", 3) == 0 ? 16 : 8;
    place->reg = cpu_reg_find(ARCH_X86_64, text);
    if (place->reg >= 0)
        return true;
    if (text[0] == 'r' && text[1] >= '0' && text[1] <= '9') { /* r8d, r8w, r8b */
        place->bytes = text[len - 1] == 'd' ? 4 : text[len - 1] == 'w' ? 2 : 1;
        text[len - 1] = '\0';
        place->reg = cpu_reg_find(ARCH_X86_64, text);
        return place->reg >= 0;
    }
    for (unsigned i = 0; i < ARRAY_LEN(wide); i++) {
        const char *w = wide[i];
        bool byte =
            w[2] == 'x' && len == 2 && text[0] == w[1] && (text[1] == 'l' || text[1] == 'h');

        if (text[0] == 'e' && strcmp(text + 1, w + 1) == 0)
            place->bytes = 4;
        else if (strcmp(text, w + 1) == 0)
            place->bytes = 2;
        else if (byte || (len == 3 && strncmp(text, w + 1, 2) == 0 && text[2] == 'l'))
            place->bytes = 1;
        else
            continue;
        place->offset = byte && text[1] == 'h';
        place->reg = cpu_reg_find(ARCH_X86_64, w);
        return place->reg >= 0;
    }
    return false;
}

static bool is_restore(unsigned id)
{
    return id == X86_INS_XRSTOR || id == X86_INS_XRSTOR64 || id == X86_INS_FXRSTOR ||
           id == X86_INS_FXRSTOR64;
}

static bool is_save(unsigned id)
{
    return id == X86_INS_XSAVE || id == X86_INS_XSAVE64 || id == X86_INS_XSAVEOPT ||
           id == X86_INS_XSAVEOPT64 || id == X86_INS_FXSAVE || id == X86_INS_FXSAVE64;
}

/* WRMSR writes either; who asks knows that it changed there. */
static bool writes_base(unsigned id, char segment)
{
    return id == X86_INS_WRMSR || (segment == 'f' ? id == X86_INS_WRFSBASE
                                                  : id == X86_INS_SWAPGS || id == X86_INS_WRGSBASE);
}

static bool x86_writes(const struct operands *o, int reg)
{
    size_t count;
    const char *name = cpu_reg_table(ARCH_X86_64, &count)[reg].name;

    if (operands_listed(&x86_64_operands, o, reg))
        return true;
    if (is_restore(o->insn->id))
        return strncmp(name, "xmm", 3) == 0 || strncmp(name, "st", 2) == 0 ||
               strcmp(name, "mxcsr") == 0;
    if (o->insn->id == X86_INS_SYSCALL)
        return strcmp(name, "rcx") == 0 || strcmp(name, "r11") == 0;
    if (strcmp(name, "fs_base") == 0 || strcmp(name, "gs_base") == 0)
        return writes_base(o->insn->id, name[0]);
    return o->insn->id == X86_INS_LDMXCSR && strcmp(name, "mxcsr") == 0;
}

static uint64_t word(struct operands *o, struct cpu *cpu, unsigned reg)
{
    return operands_word(&x86_64_operands, cpu, o->cs, reg);
}

static uint64_t segment_base(struct cpu *cpu, unsigned segment)
{
    const char *name = segment == X86_REG_FS ? "fs_base" : segment == X86_REG_GS ? "gs_base" : NULL;
    uint64_t base = 0;

    return name && cpu_reg_read(cpu, cpu_reg_find(ARCH_X86_64, name), &base) == 0 ? base : 0;
}

static int x86_base(const struct operands *o)
{
    const cs_x86 *d = &o->insn->detail->x86;

    for (unsigned i = 0; i < d->op_count && o->insn->id != X86_INS_LEA; i++) {
        unsigned segment = d->operands[i].type == X86_OP_MEM ? d->operands[i].mem.segment : 0;

        if (segment == X86_REG_FS || segment == X86_REG_GS)
            return cpu_reg_find(ARCH_X86_64, segment == X86_REG_FS ? "fs_base" : "gs_base");
    }
    return -1;
}

static vaddr_t address_of(struct operands *o, struct cpu *cpu, const x86_op_mem *m)
{
    uint64_t base = m->base == X86_REG_RIP ? o->insn->address + o->insn->size
                                           : word(o, cpu, m->base);

    return segment_base(cpu, m->segment) + base + word(o, cpu, m->index) * (uint64_t)m->scale +
           (uint64_t)m->disp;
}

static bool is_move(unsigned id)
{
    switch (id) {
    case X86_INS_MOV:
    case X86_INS_MOVABS:
    case X86_INS_MOVZX:
    case X86_INS_MOVSX:
    case X86_INS_MOVSXD:
    case X86_INS_MOVNTI:
    case X86_INS_MOVNTPS:
    case X86_INS_MOVNTPD:
    case X86_INS_MOVNTDQ:
    case X86_INS_MOVNTDQA:
    case X86_INS_LDDQU:
    case X86_INS_MOVDQA:
    case X86_INS_MOVDQU:
    case X86_INS_MOVAPS:
    case X86_INS_MOVUPS:
    case X86_INS_MOVAPD:
    case X86_INS_MOVUPD:
    case X86_INS_LDMXCSR:
        return true;
    default:
        return false;
    }
}

/* Part of a vector register goes to another place, or comes from there. */
struct piece {
    unsigned into, from, bytes; /* where it begins in a register that is written, and read */
    bool keeps;                 /* the rest of the register that is written; else that is zeros */
};

static bool is_piece(const struct operands *o, struct piece *p)
{
    const cs_x86 *d = &o->insn->detail->x86;
    bool regs = d->op_count == 2 && d->operands[0].type == X86_OP_REG &&
                d->operands[1].type == X86_OP_REG;
    struct value_place a, b;

    *p = (struct piece){.bytes = 8, .keeps = true};
    switch (o->insn->id) {
    case X86_INS_MOVD:
        *p = (struct piece){.bytes = 4};
        break;
    case X86_INS_MOVQ:
        p->keeps = false;
        break;
    case X86_INS_MOVSS:
        *p = (struct piece){.bytes = 4, .keeps = regs};
        break;
    case X86_INS_MOVSD: /* a string's, too */
        p->keeps = regs;
        break;
    case X86_INS_MOVLPS:
    case X86_INS_MOVLPD:
        break;
    case X86_INS_MOVHPS:
    case X86_INS_MOVHPD:
        p->into = p->from = 8;
        break;
    case X86_INS_MOVLHPS:
        p->into = 8;
        break;
    case X86_INS_MOVHLPS:
        p->from = 8;
        break;
    default:
        return false;
    }
    return d->op_count == 2 && ((table_reg(o->cs, d->operands[0].reg, &a) && a.bytes == 16) ||
                                (table_reg(o->cs, d->operands[1].reg, &b) && b.bytes == 16));
}

/* Where a register's part stands in a save area. */
static bool area_offset(const struct value_place *reg, unsigned *at)
{
    int first = cpu_reg_find(ARCH_X86_64, "xmm0");

    if (reg->reg >= first && reg->reg < first + 16)
        *at = AREA_XMM + 16 * (unsigned)(reg->reg - first);
    else if (reg->reg == cpu_reg_find(ARCH_X86_64, "mxcsr"))
        *at = AREA_MXCSR;
    else
        return false;
    return true;
}

/* What an operand gives to `to`, `skip` bytes into it. */
static enum value_source operand(struct operands *o, struct cpu *cpu, const cs_x86_op *op,
                                 const struct value_place *to, unsigned skip,
                                 struct value_place *from)
{
    if (op->type == X86_OP_IMM)
        return SOURCE_CONSTANT;
    if (op->type == X86_OP_MEM) {
        *from = (struct value_place){.in_memory = true, .va = address_of(o, cpu, &op->mem)};
        return operands_part(to, skip, op->size, from) ? SOURCE_LOAD : SOURCE_CONSTANT;
    }
    if (op->type != X86_OP_REG || !table_reg(o->cs, op->reg, from))
        return SOURCE_COMPUTED;
    if (!operands_part(to, skip, from->bytes, from))
        return SOURCE_CONSTANT; /* zeros above it */
    return to->in_memory ? SOURCE_STORE : SOURCE_COPY;
}

/* What the second operand gives to `to`, `skip` bytes into the piece. */
static enum value_source take_piece(struct operands *o, struct cpu *cpu, const struct piece *p,
                                    const struct value_place *to, unsigned skip,
                                    struct value_place *from)
{
    const cs_x86_op *op = &o->insn->detail->x86.operands[1];
    bool memory = op->type == X86_OP_MEM;

    if (memory)
        *from = (struct value_place){.in_memory = true, .va = address_of(o, cpu, &op->mem)};
    else if (!table_reg(o->cs, op->reg, from))
        return SOURCE_COMPUTED;
    else
        from->offset = from->bytes == 16 ? p->from : 0;
    if (!operands_part(to, skip, p->bytes, from))
        return SOURCE_CONSTANT; /* zeros above it */
    return memory ? SOURCE_LOAD : to->in_memory ? SOURCE_STORE : SOURCE_COPY;
}

static enum value_source into_reg(struct operands *o, struct cpu *cpu,
                                  const struct value_place *to, struct value_place *from)
{
    const cs_x86 *d = &o->insn->detail->x86;
    unsigned id = o->insn->id, at;
    struct value_place dest;
    struct piece p;

    if (is_restore(id) && area_offset(to, &at)) {
        *from =
            (struct value_place){.in_memory = true,
                                 .bytes = to->bytes,
                                 .va = address_of(o, cpu, &d->operands[0].mem) + at + to->offset};
        return SOURCE_LOAD;
    }
    if (d->op_count >= 1 && table_reg(o->cs, d->operands[0].reg, &dest) && dest.reg != to->reg &&
        id != X86_INS_XCHG)
        return SOURCE_COMPUTED; /* a side effect: RSP, a string's pointers */
    if (id == X86_INS_LEAVE && to->reg == cpu_reg_find(ARCH_X86_64, "rbp")) {
        *from = (struct value_place){.in_memory = true, .va = word(o, cpu, X86_REG_RBP)};
        return operands_part(to, to->offset, 8, from) ? SOURCE_LOAD : SOURCE_COMPUTED;
    }
    if (id == X86_INS_POP && d->operands[0].type == X86_OP_REG) {
        *from = (struct value_place){.in_memory = true, .va = cpu_sp(cpu)};
        return operands_part(to, to->offset, 8, from) ? SOURCE_LOAD : SOURCE_COMPUTED;
    }
    if ((id == X86_INS_XOR || id == X86_INS_SUB || id == X86_INS_PXOR || id == X86_INS_XORPS) &&
        d->op_count == 2 && d->operands[1].type == X86_OP_REG &&
        d->operands[0].reg == d->operands[1].reg)
        return SOURCE_CONSTANT;
    if (id == X86_INS_LDMXCSR)
        return operand(o, cpu, &d->operands[0], to, to->offset, from);
    if (id == X86_INS_XCHG && d->op_count == 2 && table_reg(o->cs, d->operands[0].reg, &dest))
        return operand(o, cpu, &d->operands[dest.reg == to->reg], to, to->offset, from);
    if (is_piece(o, &p)) {
        if (p.keeps && operands_kept(to, p.into, p.bytes, from))
            return SOURCE_COPY;
        return take_piece(o, cpu, &p, to, to->offset - p.into, from);
    }
    if (!is_move(id) || d->op_count != 2 || to->offset < dest.offset)
        return SOURCE_COMPUTED;
    if (dest.bytes < 4 && (to->offset + to->bytes > dest.offset + dest.bytes))
        return SOURCE_COMPUTED; /* a part; the rest is kept */
    return operand(o, cpu, &d->operands[1], to, to->offset - dest.offset, from);
}

static enum value_source push(struct operands *o, struct cpu *cpu, const struct value_place *to,
                              struct value_place *from)
{
    const cs_x86 *d = &o->insn->detail->x86;
    vaddr_t at = cpu_sp(cpu) - 8;

    if (to->va < at || to->va - at >= 8)
        return SOURCE_NONE;
    if (o->insn->id == X86_INS_CALL)
        return SOURCE_CONSTANT; /* the return address */
    if (o->insn->id == X86_INS_PUSHFQ) {
        *from = (struct value_place){.reg = cpu_reg_find(ARCH_X86_64, "rflags")};
        return operands_part(to, (unsigned)(to->va - at), 8, from) ? SOURCE_STORE : SOURCE_NONE;
    }
    return operand(o, cpu, &d->operands[0], to, (unsigned)(to->va - at), from);
}

static enum value_source into_area(struct operands *o, struct cpu *cpu,
                                   const struct value_place *to, struct value_place *from)
{
    vaddr_t area = address_of(o, cpu, &o->insn->detail->x86.operands[0].mem);
    unsigned at = (unsigned)(to->va - area);

    if (to->va < area || to->va - area >= AREA_END)
        return SOURCE_COMPUTED;
    if (at >= AREA_MXCSR && at < AREA_MXCSR + 4) {
        *from = (struct value_place){.reg = cpu_reg_find(ARCH_X86_64, "mxcsr")};
        return operands_part(to, at - AREA_MXCSR, 4, from) ? SOURCE_STORE : SOURCE_COMPUTED;
    }
    if (at < AREA_XMM)
        return SOURCE_COMPUTED;
    *from = (struct value_place){
        .reg = cpu_reg_find(ARCH_X86_64, "xmm0") + (int)((at - AREA_XMM) / 16)};
    return operands_part(to, at % 16, 16, from) ? SOURCE_STORE : SOURCE_COMPUTED;
}

static enum value_source into_memory(struct operands *o, struct cpu *cpu,
                                     const struct value_place *to, struct value_place *from)
{
    const cs_x86 *d = &o->insn->detail->x86;
    unsigned id = o->insn->id;
    struct piece p;
    vaddr_t at;

    if (id == X86_INS_PUSH || id == X86_INS_CALL || id == X86_INS_PUSHFQ)
        return push(o, cpu, to, from);
    if (is_save(id))
        return into_area(o, cpu, to, from);
    if (d->op_count < 1 || d->operands[0].type != X86_OP_MEM)
        return SOURCE_NONE;
    at = address_of(o, cpu, &d->operands[0].mem);
    if (to->va < at || to->va - at >= d->operands[0].size)
        return SOURCE_NONE;
    if (is_piece(o, &p))
        return take_piece(o, cpu, &p, to, (unsigned)(to->va - at), from);
    if (d->op_count == 2 &&
        (is_move(id) || id == X86_INS_XCHG || id == X86_INS_STOSB || id == X86_INS_STOSD ||
         id == X86_INS_STOSQ || id == X86_INS_STOSW))
        return operand(o, cpu, &d->operands[1], to, (unsigned)(to->va - at), from);
    if (d->op_count == 2 && d->operands[1].type == X86_OP_MEM) /* MOVS: from RSI to RDI */
        return operand(o, cpu, &d->operands[1], to, (unsigned)(to->va - at), from);
    if (id == X86_INS_STMXCSR) {
        *from = (struct value_place){.reg = cpu_reg_find(ARCH_X86_64, "mxcsr")};
        return operands_part(to, (unsigned)(to->va - at), 4, from) ? SOURCE_STORE : SOURCE_COMPUTED;
    }
    return SOURCE_COMPUTED;
}

static enum value_source x86_source(struct operands *o, struct cpu *cpu,
                                    const struct value_place *to, struct value_place *from)
{
    return to->in_memory ? into_memory(o, cpu, to, from) : into_reg(o, cpu, to, from);
}

static bool x86_memory(struct operands *o, struct cpu *cpu, struct value_place *from)
{
    const cs_x86 *d = &o->insn->detail->x86;
    unsigned id = o->insn->id;

    if (id == X86_INS_RET || id == X86_INS_POP || id == X86_INS_POPFQ) {
        from->va = cpu_sp(cpu);
        from->bytes = 8;
        return true;
    }
    for (unsigned i = 0; i < d->op_count && id != X86_INS_LEA; i++) {
        const cs_x86_op *op = &d->operands[i];

        if (op->type != X86_OP_MEM || !(op->access & CS_AC_READ) || op->size == 0 || op->size > 16)
            continue;
        from->va = address_of(o, cpu, &op->mem);
        from->bytes = op->size;
        return true;
    }
    return false;
}

/* Named operands that are no access (SDM vol. 2: LEA, NOP, PREFETCHh, PREFETCHW, INVLPG). */
static bool only_names(unsigned id)
{
    return id == X86_INS_LEA || id == X86_INS_NOP || id == X86_INS_PREFETCH ||
           id == X86_INS_PREFETCHNTA || id == X86_INS_PREFETCHT0 || id == X86_INS_PREFETCHT1 ||
           id == X86_INS_PREFETCHT2 || id == X86_INS_PREFETCHW || id == X86_INS_INVLPG;
}

static bool stack_access(struct operands *o, struct cpu *cpu, struct touched *t)
{
    t->bytes = 8;
    switch (o->insn->id) {
    case X86_INS_PUSH:
    case X86_INS_PUSHFQ:
    case X86_INS_CALL:
        t->va = cpu_sp(cpu) - 8;
        return true;
    case X86_INS_POP:
    case X86_INS_POPFQ:
    case X86_INS_RET:
        t->va = cpu_sp(cpu);
        return true;
    case X86_INS_LEAVE:
        t->va = word(o, cpu, X86_REG_RBP);
        return true;
    default:
        return false;
    }
}

static unsigned x86_touches(struct operands *o, struct cpu *cpu, struct touched *list)
{
    const cs_x86 *d = &o->insn->detail->x86;
    unsigned count = stack_access(o, cpu, &list[0]);

    for (unsigned i = 0; i < d->op_count && !only_names(o->insn->id); i++) {
        const cs_x86_op *op = &d->operands[i];

        if (op->type != X86_OP_MEM || count == OPERANDS_TOUCHED_MAX)
            continue;
        list[count].va = address_of(o, cpu, &op->mem);
        list[count++].bytes = op->size ? op->size : 1;
    }
    return count;
}

const struct operands_arch x86_64_operands = {.reg = table_reg,
                                              .writes = x86_writes,
                                              .source = x86_source,
                                              .flags = "rflags",
                                              .cs_flags = X86_REG_EFLAGS,
                                              .base = x86_base,
                                              .memory = x86_memory,
                                              .touches = x86_touches};
