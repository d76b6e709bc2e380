/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/arch/arm64/operands.c - loads, stores and moves of A64 (DDI 0487, C3.2 and C3.4 to C3.6).
 *
 * Memory operands: base, and a displacement or an index that may be extended and shifted. After
 * a post-indexed access, whose displacement stands outside of the brackets, comes the write-back.
 * Lists of registers are read from the text, {v0.2s, v1.2s} or one lane as in {v0.s}[2]: what
 * capstone says of them differs between its versions.
 */
#include "sim/operands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool number_of(const char *name, char prefix, unsigned max, unsigned *number)
{
    char *end;

    if (name[0] != prefix || name[1] < '0' || name[1] > '9')
        return false;
    *number = (unsigned)strtoul(name + 1, &end, 10);
    return *end == '\0' && *number <= max;
}

static bool table_reg(csh cs, unsigned reg, struct value_place *place)
{
    static const struct {
        char prefix;
        uint8_t bytes;
    } vector[] = {{'v', 16}, {'q', 16}, {'d', 8}, {'s', 4}, {'h', 2}, {'b', 1}};
    const char *name = reg ? cs_reg_name(cs, reg) : NULL;
    char text[8];
    unsigned n;

    memset(place, 0, sizeof(*place));
    if (!name)
        return false;
    place->bytes = 8;
    if (strcmp(name, "fp") == 0)
        name = "x29";
    else if (strcmp(name, "lr") == 0)
        name = "x30";
    snprintf(text, sizeof(text), "%s", name);
    if (number_of(name, 'w', 30, &n)) {
        place->bytes = 4;
        snprintf(text, sizeof(text), "x%u", n);
    } else if (strcmp(name, "wsp") == 0) {
        place->bytes = 4;
        snprintf(text, sizeof(text), "sp");
    }
    for (unsigned i = 0; i < ARRAY_LEN(vector); i++)
        if (number_of(name, vector[i].prefix, 31, &n)) {
            place->bytes = vector[i].bytes;
            snprintf(text, sizeof(text), "v%u", n);
        }
    place->reg = cpu_reg_find(ARCH_ARM64, text);
    return place->reg >= 0;
}

static bool starts(const cs_insn *insn, const char *with)
{
    return strncmp(insn->mnemonic, with, strlen(with)) == 0;
}

static bool is_load(const cs_insn *insn)
{
    return starts(insn, "ld");
}

static bool is_store(const cs_insn *insn)
{
    return starts(insn, "st");
}

static const cs_arm64_op *memory_operand(const cs_arm64 *d, unsigned *index)
{
    for (*index = 0; *index < d->op_count; (*index)++)
        if (d->operands[*index].type == ARM64_OP_MEM)
            return &d->operands[*index];
    return NULL;
}

/* The first register that is data: a store exclusive's status comes before. */
static unsigned first_data(const cs_insn *insn)
{
    return starts(insn, "stx") || starts(insn, "stlx") ? 1 : 0;
}

/* The system register that MRS or MSR names, where the table has it. */
static int system_register(const char *from)
{
    char name[16];
    size_t len = 0;

    for (from += strspn(from, " "); *from && *from != ',' && len + 1 < sizeof(name); from++)
        name[len++] = *from >= 'A' && *from <= 'Z' ? (char)(*from - 'A' + 'a') : *from;
    name[len] = '\0';
    return cpu_reg_find(ARCH_ARM64, name);
}

static bool is_reg(const struct operands *o, unsigned cs_reg, int reg)
{
    struct value_place place;

    return table_reg(o->cs, cs_reg, &place) && place.reg == reg;
}

/* Instructions whose first operand is only read. capstone's list has some of these as written. */
static bool reads_only(const cs_insn *insn)
{
    static const char *const names[] = {"cmp",  "cmn", "tst",  "ccm", "fcm", "fccm",
                                        "b",    "cb",  "tb",   "ret", "dc",  "ic",
                                        "tlbi", "at",  "prfm", "sys", "svc", "hvc"};

    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        if (starts(insn, names[i]))
            return !starts(insn, "bic") && !starts(insn, "bf") && !starts(insn, "bsl") &&
                   !starts(insn, "bit") && !starts(insn, "bif") && !starts(insn, "sysl");
    return false;
}

static bool arm64_writes(const struct operands *o, int reg)
{
    const cs_insn *insn = o->insn;
    const cs_arm64 *d = &insn->detail->arm64;
    unsigned at, registers = 1;
    const cs_arm64_op *memory = memory_operand(d, &at);

    if (strcmp(insn->mnemonic, "msr") == 0)
        return system_register(insn->op_str) == reg;
    if (strcmp(insn->mnemonic, "bl") == 0 || strcmp(insn->mnemonic, "blr") == 0)
        return reg == cpu_reg_find(ARCH_ARM64, "x30");
    if (memory && d->writeback && is_reg(o, memory->mem.base, reg))
        return true;
    if (memory && is_load(insn))
        registers = at;
    else if (is_store(insn))
        registers = first_data(insn);
    else if (reads_only(insn))
        return false;
    for (unsigned i = 0; i < registers && i < d->op_count; i++)
        if (d->operands[i].type == ARM64_OP_REG && is_reg(o, d->operands[i].reg, reg))
            return true;
    return false;
}

static vaddr_t address_of(struct operands *o, struct cpu *cpu, const cs_arm64_op *op)
{
    uint64_t base = operands_word(&arm64_operands, cpu, o->cs, op->mem.base);
    uint64_t index = operands_word(&arm64_operands, cpu, o->cs, op->mem.index);

    if (op->ext == ARM64_EXT_SXTW)
        index = (uint64_t)(int64_t)(int32_t)index;
    else if (op->ext == ARM64_EXT_UXTW)
        index = (uint32_t)index;
    if (op->shift.type == ARM64_SFT_LSL)
        index <<= op->shift.value;
    return base + index + (uint64_t)(int64_t)op->mem.disp;
}

static bool is_lane(const cs_insn *insn)
{
    return strstr(insn->op_str, "}[") != NULL;
}

/* Of a list of registers: bytes of memory for each, and where in the register they are. */
static unsigned list_bytes(const cs_insn *insn, unsigned *offset)
{
    static const char units[] = "bhsd";
    const char *dot = strchr(insn->op_str, '.'), *unit = NULL;
    unsigned long count = 0;
    unsigned bytes;
    char *end;

    *offset = 0;
    if (dot) {
        count = strtoul(dot + 1, &end, 10);
        unit = *end ? strchr(units, *end) : NULL;
    }
    bytes = unit ? 1u << (unit - units) : 0;
    if (is_lane(insn))
        *offset = (unsigned)strtoul(strstr(insn->op_str, "}[") + 2, NULL, 10) * bytes;
    else if (insn->mnemonic[strlen(insn->mnemonic) - 1] != 'r') /* LD1R: the same in all */
        bytes *= (unsigned)count;
    return bytes;
}

/*
 * Bytes of memory for each register: by the list, the mnemonic's end, else the register's own. Those
 * of a lane are not at its start.
 */
static unsigned access_bytes(const cs_insn *insn, unsigned reg_bytes, unsigned *offset)
{
    const char *m = insn->mnemonic;
    size_t len = strlen(m);

    *offset = 0;
    if (insn->op_str[0] == '{')
        return list_bytes(insn, offset);
    if (len < 4)
        return reg_bytes;
    if (strcmp(m + len - 2, "sw") == 0)
        return 4;
    if (m[len - 1] == 'b')
        return 1;
    return m[len - 1] == 'h' ? 2 : reg_bytes;
}

static enum value_source load(struct operands *o, struct cpu *cpu, const struct value_place *to,
                              struct value_place *from)
{
    const cs_arm64 *d = &o->insn->detail->arm64;
    unsigned at, offset, size = 0;
    const cs_arm64_op *memory = memory_operand(d, &at);
    struct value_place reg;

    if (!memory) { /* PC-relative */
        if (d->op_count != 2 || d->operands[1].type != ARM64_OP_IMM ||
            !table_reg(o->cs, d->operands[0].reg, &reg))
            return SOURCE_COMPUTED;
        *from = (struct value_place){.in_memory = true, .va = (vaddr_t)d->operands[1].imm};
        size = access_bytes(o->insn, reg.bytes, &offset);
        return operands_part(to, to->offset, size, from) ? SOURCE_LOAD : SOURCE_CONSTANT;
    }
    if (starts(o->insn, "ld1r") || starts(o->insn, "ld2") || starts(o->insn, "ld3") ||
        starts(o->insn, "ld4"))
        return SOURCE_COMPUTED;
    *from = (struct value_place){.in_memory = true, .va = address_of(o, cpu, memory)};
    for (unsigned i = 0; i < at; i++) {
        if (!table_reg(o->cs, d->operands[i].reg, &reg))
            continue;
        size = access_bytes(o->insn, reg.bytes, &offset);
        if (reg.reg == to->reg && is_lane(o->insn) && operands_kept(to, offset, size, from))
            return SOURCE_COPY;
        if (reg.reg == to->reg)
            return operands_part(to, to->offset - offset, size, from) ? SOURCE_LOAD
                                                                      : SOURCE_CONSTANT;
        from->va += size;
    }
    return SOURCE_COMPUTED; /* the base, written back */
}

static enum value_source store(struct operands *o, struct cpu *cpu, const struct value_place *to,
                               struct value_place *from)
{
    const cs_arm64 *d = &o->insn->detail->arm64;
    unsigned at;
    const cs_arm64_op *memory = memory_operand(d, &at);
    struct value_place reg;
    vaddr_t va;

    if (!memory || starts(o->insn, "st2") || starts(o->insn, "st3") || starts(o->insn, "st4"))
        return SOURCE_COMPUTED;
    va = address_of(o, cpu, memory);
    for (unsigned i = first_data(o->insn); i < at; i++) {
        unsigned cs_reg = d->operands[i].reg, size, offset;
        bool zero = cs_reg == ARM64_REG_XZR || cs_reg == ARM64_REG_WZR;

        memset(&reg, 0, sizeof(reg));
        if (zero)
            reg.bytes = cs_reg == ARM64_REG_XZR ? 8 : 4;
        else if (!table_reg(o->cs, cs_reg, &reg))
            return SOURCE_COMPUTED;
        size = access_bytes(o->insn, reg.bytes, &offset);
        if (to->va >= va && to->va - va < size) {
            *from = reg;
            from->offset = offset;
            operands_part(to, (unsigned)(to->va - va), size, from);
            return zero ? SOURCE_CONSTANT : SOURCE_STORE;
        }
        va += size;
    }
    return SOURCE_NONE;
}

static enum value_source system_read(struct operands *o, const struct value_place *to,
                                     struct value_place *from)
{
    const char *comma = strchr(o->insn->op_str, ',');

    from->reg = comma ? system_register(comma + 1) : -1;
    if (from->reg < 0)
        return SOURCE_COMPUTED;
    from->bytes = to->bytes;
    from->offset = to->offset;
    return SOURCE_COPY;
}

static enum value_source move(struct operands *o, const struct value_place *to,
                              struct value_place *from)
{
    const cs_arm64 *d = &o->insn->detail->arm64;
    struct value_place into, reg;

    if (d->op_count != 2 || !table_reg(o->cs, d->operands[0].reg, &into))
        return SOURCE_COMPUTED;
    if (d->operands[1].type == ARM64_OP_IMM || d->operands[1].type == ARM64_OP_FP)
        return SOURCE_CONSTANT;
    if (d->operands[1].type != ARM64_OP_REG || d->operands[0].vector_index >= 0 ||
        d->operands[1].vector_index >= 0)
        return SOURCE_COMPUTED;
    if (d->operands[1].reg == ARM64_REG_XZR || d->operands[1].reg == ARM64_REG_WZR)
        return SOURCE_CONSTANT;
    if (!table_reg(o->cs, d->operands[1].reg, &reg))
        return SOURCE_COMPUTED;
    *from = reg;
    from->offset = 0;
    if (into.bytes < reg.bytes)
        reg.bytes = into.bytes;
    if (strstr(o->insn->op_str, ".8b")) /* zeros above */
        reg.bytes = 8;
    return operands_part(to, to->offset, reg.bytes, from) ? SOURCE_COPY : SOURCE_CONSTANT;
}

static enum value_source arm64_source(struct operands *o, struct cpu *cpu,
                                      const struct value_place *to, struct value_place *from)
{
    static const char *const constants[] = {"movz", "movn", "adr", "adrp", "movi", "mvni"};
    const cs_insn *insn = o->insn;

    if (to->in_memory) {
        if (is_store(insn))
            return store(o, cpu, to, from);
        return starts(insn, "dc") ? SOURCE_CONSTANT : SOURCE_NONE;
    }
    if (is_load(insn))
        return load(o, cpu, to, from);
    if (strcmp(insn->mnemonic, "mov") == 0 || strcmp(insn->mnemonic, "fmov") == 0)
        return move(o, to, from);
    if (strcmp(insn->mnemonic, "mrs") == 0)
        return system_read(o, to, from);
    if (strcmp(insn->mnemonic, "msr") == 0) {
        const cs_arm64 *d = &insn->detail->arm64;

        if (d->op_count == 2 && table_reg(o->cs, d->operands[1].reg, from))
            return operands_part(to, to->offset, 8, from) ? SOURCE_COPY : SOURCE_COMPUTED;
        return SOURCE_CONSTANT;
    }
    for (unsigned i = 0; i < ARRAY_LEN(constants); i++)
        if (strcmp(insn->mnemonic, constants[i]) == 0)
            return SOURCE_CONSTANT;
    return SOURCE_COMPUTED;
}

/* All operands but a first one that is written: capstone calls that read, too, or not. */
static unsigned arm64_more_reads(struct operands *o, unsigned *cs_reg, unsigned max)
{
    const cs_arm64 *d = &o->insn->detail->arm64;
    unsigned count = 0;

    for (unsigned i = 0; i < d->op_count && count + 1 < max; i++) {
        const cs_arm64_op *op = &d->operands[i];
        struct value_place place;

        if (op->type == ARM64_OP_MEM) {
            cs_reg[count++] = op->mem.base;
            if (op->mem.index)
                cs_reg[count++] = op->mem.index;
        } else if (op->type == ARM64_OP_REG &&
                   (i > 0 || !table_reg(o->cs, op->reg, &place) ||
                    !arm64_writes(o, place.reg)) &&
                   !(is_load(o->insn) && i < 2)) {
            cs_reg[count++] = op->reg;
        }
    }
    return count;
}

static bool arm64_memory(struct operands *o, struct cpu *cpu, struct value_place *from)
{
    const cs_arm64 *d = &o->insn->detail->arm64;
    unsigned at, offset;
    const cs_arm64_op *memory = memory_operand(d, &at);
    struct value_place reg;
    unsigned bytes = 0;

    if (!memory || !is_load(o->insn))
        return false;
    for (unsigned i = 0; i < at; i++)
        if (table_reg(o->cs, d->operands[i].reg, &reg))
            bytes += access_bytes(o->insn, reg.bytes, &offset);
    from->va = address_of(o, cpu, memory);
    from->bytes = bytes < 16 ? bytes : 16;
    return bytes > 0;
}

static unsigned arm64_touches(struct operands *o, struct cpu *cpu, struct touched *list)
{
    const cs_arm64 *d = &o->insn->detail->arm64;
    unsigned at, offset, bytes = 0;
    const cs_arm64_op *memory = memory_operand(d, &at);
    struct value_place reg;

    if (strcmp(o->insn->mnemonic, "dc") == 0 && strstr(o->insn->op_str, "zva")) {
        list[0] = (struct touched){operands_word(&arm64_operands, cpu, o->cs,
                                                 d->operands[d->op_count - 1].reg), 1};
        return 1;
    }
    if (!is_load(o->insn) && !is_store(o->insn))
        return 0;
    for (unsigned i = first_data(o->insn); i < (memory ? at : d->op_count); i++)
        if (d->operands[i].type == ARM64_OP_REG && table_reg(o->cs, d->operands[i].reg, &reg))
            bytes += access_bytes(o->insn, reg.bytes, &offset);
    if (memory)
        list[0].va = address_of(o, cpu, memory);
    else if (d->op_count == 2 && d->operands[1].type == ARM64_OP_IMM)
        list[0].va = (vaddr_t)d->operands[1].imm; /* PC-relative */
    else
        return 0;
    list[0].bytes = bytes ? bytes : 1;
    return 1;
}

const struct operands_arch arm64_operands = {.reg = table_reg,
                                             .writes = arm64_writes,
                                             .source = arm64_source,
                                             .flags = "pstate",
                                             .cs_flags = ARM64_REG_NZCV,
                                             .more_reads = arm64_more_reads,
                                             .memory = arm64_memory,
                                             .touches = arm64_touches};
