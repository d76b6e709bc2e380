/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/access.h - which memory an instruction touches, by the registers as they are.
 *
 * Rules of use: in the state before the instruction. An access counts from its first byte; what the
 * instruction's length in memory is, is not looked at.
 */
#ifndef TRAPLINE_SIM_CHECK_ACCESS_H
#define TRAPLINE_SIM_CHECK_ACCESS_H

#include <capstone/capstone.h>

#include "cpu/cpu.h"

#define ACCESSES_MAX 4u

/* Our number of a general register by the disassembler's; -1 where there is none. */
int access_register_number(struct cpu *cpu, csh cs, unsigned reg);
/* Its value; 0 where there is none. */
uint64_t access_register(struct cpu *cpu, csh cs, unsigned reg);
/* Addresses of its memory operands, the implicit ones of the stack too: how many. */
unsigned access_list(struct cpu *cpu, csh cs, const cs_insn *insn, vaddr_t at[ACCESSES_MAX]);

#endif
