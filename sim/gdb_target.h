/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/gdb_target.h - this CPU's registers as GDB numbers and describes them.
 *
 * Rules of use: a table in GDB's order for each CPU (sim/arch/CPU/gdb_regs.c); GDB's numbers
 * are indexes into it. The features are those of GDB's manual, appendix G, so that GDB knows
 * what sp and q0 are, and one of our own with the system registers.
 */
#ifndef TRAPLINE_SIM_GDB_TARGET_H
#define TRAPLINE_SIM_GDB_TARGET_H

#include "cpu/cpu.h"
#include "sim/bytes.h"

struct gdb_reg {
    const char *name;    /* GDB's */
    const char *source;  /* in cpu_reg_table(); NULL: reads as zero */
    unsigned bits;
    const char *type;    /* GDB's, NULL: by its size */
    const char *feature; /* where a feature begins: its name, else NULL */
    const char *types;   /* there: XML of the types that its registers use, or NULL */
};

struct gdb_target {
    const char *architecture; /* as in <architecture> */
    const struct gdb_reg *reg;
    size_t reg_count;
    bool watch_steps; /* GDB takes a watch for hit before its instruction, and steps over that */
    size_t pc, general_count; /* number of the PC; registers of a 'g' packet without system ones */
    /* A register that is not simply in the table; NULL or false: it is. */
    bool (*read_special)(struct cpu *cpu, size_t number, uint8_t value[16]);
};

extern const struct gdb_target arm64_gdb_target, x86_64_gdb_target;

const struct gdb_target *gdb_target_get(enum arch arch);
/* The description as XML. */
void gdb_target_xml(const struct gdb_target *t, struct byte_buf *out);
/* Bytes of register `number`, its value in *value, little-endian; 0: there is none. */
size_t gdb_target_read(const struct gdb_target *t, struct cpu *cpu, size_t number,
                       uint8_t value[16]);

#endif
