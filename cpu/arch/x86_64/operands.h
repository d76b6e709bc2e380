/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/operands.h - which memory an instruction names, and how aligned
 * it must be.
 *
 * Rules of use
 *   - x86_operands() takes the registers as they are now: the machine stands
 *     before the instruction.
 *   - x86_operands_align() works on a block that is being decoded; see operands.c.
 */
#ifndef TRAPLINE_CPU_X86_64_OPERANDS_H
#define TRAPLINE_CPU_X86_64_OPERANDS_H

#include "cpu/types.h"

struct x86;
struct x86_blocks_cold;
struct insn;

#define X86_OPERANDS_MAX 3

struct x86_operand {
    vaddr_t at;
    unsigned bytes;
    bool must_align; /* to 16 bytes, whatever RFLAGS.AC says */
};

unsigned x86_operands(struct x86 *x, vaddr_t rip, const uint8_t *bytes, size_t len,
                      struct x86_operand out[X86_OPERANDS_MAX]);
/* Could this instruction have a memory operand that must be aligned? */
bool x86_operands_candidate(const struct insn *i);
/* Fill b->check[] with the aligned operands of the block's bytes. */
void x86_operands_align(struct x86 *x, struct x86_blocks_cold *b, const uint8_t *bytes);
void x86_operands_end(struct x86 *x);

#endif
