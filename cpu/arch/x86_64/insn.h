/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/insn.h - lengths and parts of x86 instructions.
 *
 * Purpose
 *   Counting needs the length of every instruction that the engine translates,
 *   emulation the parts of a few. Encoding: Intel SDM vol. 2, chapter 2 and
 *   appendix A. 32-bit and 64-bit code segments.
 *
 * Rules of use
 *   - insn_decode() never fails: what is not an instruction is given the
 *     length at which the processor would have stopped decoding.
 */
#ifndef TRAPLINE_CPU_X86_64_INSN_H
#define TRAPLINE_CPU_X86_64_INSN_H

#include "cpu/types.h"

#define INSN_BYTES_MAX 15u

enum insn_map { MAP_ONE, MAP_0F, MAP_0F38, MAP_0F3A };

struct insn {
    uint8_t length;
    uint8_t map;    /* enum insn_map */
    uint8_t opcode; /* last opcode byte */
    uint8_t modrm;
    uint8_t rex;
    bool has_modrm, size16, addr_override, lock, rep, repne, vex;
    bool too_long; /* more than 15 bytes: #GP */
    uint8_t imm_at, imm_bytes; /* immediate: offset in the instruction and length */
};

/* `bytes` holds `avail` bytes; decoding past them counts them as zero. */
void insn_decode(struct insn *i, const uint8_t *bytes, size_t avail, bool is_long);
/* LOCK with a bit test of a register: #UD, and nothing that the engine may see (exits.c). */
bool insn_is_lock_bt(const struct insn *i);
/*
 * #UD, which the engine does not know: LOCK BT; all of AVX, which it takes for legacy forms; memory
 * operands where there is none, which it takes for registers, and reads on in their middle.
 */
bool insn_is_refused(const struct insn *i);
/* The immediate, sign-extended. */
int64_t insn_imm(const struct insn *i, const uint8_t *bytes);

/* IRET that pops 32-bit words. */
static inline bool insn_is_iretd(const struct insn *i)
{
    return i->map == MAP_ONE && i->opcode == 0xcf && !i->size16 && !(i->rex & 8);
}

static inline unsigned insn_reg(const struct insn *i)
{
    return (i->modrm >> 3 & 7) | (i->rex & 4) << 1;
}

#endif
