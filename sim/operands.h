/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/operands.h - where an instruction takes a value from that it writes.
 *
 * Purpose: to follow a value back (who.h) one must know of an instruction which registers it
 * writes, and where the bytes come from that it puts in one, or in memory: another register,
 * memory, itself. Implemented once for each CPU in sim/arch/CPU/operands.c, by capstone's decoding.
 *
 * Rules of use
 *   - operands_source() wants the machine in the state before the instruction.
 *   - Registers are those of cpu_reg_table(); a part of one is named by offset and bytes.
 *   - What is not a plain copy, load or store counts as computed: never a wrong source.
 */
#ifndef TRAPLINE_SIM_OPERANDS_H
#define TRAPLINE_SIM_OPERANDS_H

#include <capstone/capstone.h>

#include "cpu/cpu.h"

/* Some bytes of a register, or of memory within one page. */
struct value_place {
    bool in_memory;
    int reg;            /* id; in_memory: unused */
    unsigned offset;    /* of the first byte in the register */
    vaddr_t va;
    unsigned bytes;     /* 1 to 16 */
};

enum value_source {
    SOURCE_NONE,        /* the instruction does not write there */
    SOURCE_COPY,        /* from a register, or from memory to memory */
    SOURCE_LOAD,
    SOURCE_STORE,
    SOURCE_CONSTANT,    /* of the instruction itself */
    SOURCE_COMPUTED,    /* from more than one thing, or from the machine */
};

struct operands {
    enum arch arch;
    csh cs;
    cs_insn *insn;      /* the one decoded last */
};

MUST_CHECK int operands_open(struct operands *o, enum arch arch);
void operands_close(struct operands *o);
/* Decode the instruction at `pc` of the current address space; false: there is none. */
bool operands_decode(struct operands *o, struct cpu *cpu, vaddr_t pc);
/* Does the decoded instruction write any part of the register? */
bool operands_writes(struct operands *o, int reg);
/*
 * The registers of the table that it reads, for addresses too, at most `max`; how many. The flags
 * are "pstate" and "rflags".
 */
unsigned operands_reads(struct operands *o, int *reg, unsigned max);
bool operands_sets_flags(struct operands *o);
/* The memory that it reads, where that is one piece of at most 16 bytes; false: none, or not
 * known. */
bool operands_reads_memory(struct operands *o, struct cpu *cpu, struct value_place *from);
/* What it reads or writes of memory, by its own operands; a prefetch, and what the CPU does for an
 * exception, is none of it. At most OPERANDS_TOUCHED_MAX pieces; how many. */
struct touched {
    vaddr_t va;
    unsigned bytes;     /* at least 1 */
};
#define OPERANDS_TOUCHED_MAX 3u
unsigned operands_touches(struct operands *o, struct cpu *cpu, struct touched *list);
/*
 * Where what it puts at `to` comes from: `from` for a copy, load or store, and there as many of
 * the first bytes as have one source.
 */
enum value_source operands_source(struct operands *o, struct cpu *cpu,
                                  const struct value_place *to, struct value_place *from);

/* ---- inside: each CPU's part ---- */
struct operands_arch {
    /* The register of the table that capstone's is, or a part of; false: not there. */
    bool (*reg)(csh cs, unsigned reg, struct value_place *place);
    bool (*writes)(const struct operands *o, int reg);
    enum value_source (*source)(struct operands *o, struct cpu *cpu, const struct value_place *to,
                                struct value_place *from);
    const char *flags;           /* in the table */
    unsigned cs_flags;           /* capstone's */
    /* All register operands that may be read, where capstone's list is not to be trusted. */
    unsigned (*more_reads)(struct operands *o, unsigned *cs_reg, unsigned max);
    /* The register that is the base of its memory operand's segment; -1: none. May be NULL. */
    int (*base)(const struct operands *o);
    bool (*memory)(struct operands *o, struct cpu *cpu, struct value_place *from);
    unsigned (*touches)(struct operands *o, struct cpu *cpu, struct touched *list);
};
extern const struct operands_arch arm64_operands, x86_64_operands;

/* By capstone's own list, implicit registers too. */
bool operands_listed(const struct operands_arch *a, const struct operands *o, int reg);
uint64_t operands_word(const struct operands_arch *a, struct cpu *cpu, csh cs, unsigned reg);
/* `from` as the part of a source of `size` bytes that lands at `to`, `skip` bytes into it. */
bool operands_part(const struct value_place *to, unsigned skip, unsigned size,
                   struct value_place *from);
/*
 * Only [at, at + size) of the register is written: does it keep the first byte of `to`? Then `from` is
 * what it keeps from there on.
 */
bool operands_kept(const struct value_place *to, unsigned at, unsigned size,
                   struct value_place *from);

#endif
