/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is special about an instruction for the block that holds it (BLOCK_*).
 */
#include "cpu/arch/x86_64/counter.h"

enum fp_words blocks_fp_words(const struct insn *i)
{
    unsigned reg = i->modrm >> 3 & 7;
    bool memory = i->modrm < 0xc0;

    if (i->map == MAP_0F) { /* FXSAVE to XSAVEOPT; with a register these are fences */
        if (i->opcode != 0xae || !memory || reg == 7)
            return WORDS_NONE;
        return reg == 1 || reg == 2 || reg == 5 ? WORDS_LOADED : WORDS_READ;
    }
    if (i->map != MAP_ONE)
        return WORDS_NONE;
    if (memory && i->opcode == 0xd9)
        return reg == 4 ? WORDS_LOADED : reg == 5 ? WORDS_CONTROL : reg == 6 ? WORDS_READ : 0;
    if (memory && i->opcode == 0xdd)
        return reg == 4 ? WORDS_LOADED : reg >= 6 ? WORDS_READ : WORDS_NONE;
    if (i->opcode == 0xdb && (i->modrm == 0xe2 || i->modrm == 0xe3)) /* they clear */
        return WORDS_READ;
    return i->opcode == 0xdf && i->modrm == 0xe0 ? WORDS_READ : WORDS_NONE;
}

static bool is_fp_arithmetic(const struct insn *i)
{
    if (i->map == MAP_ONE)
        return (i->opcode >= 0xd8 && i->opcode <= 0xdf) || i->opcode == 0x9b;
    if (i->map == MAP_0F3A)
        return (i->opcode >= 0x08 && i->opcode <= 0x0b) || i->opcode == 0x40 || i->opcode == 0x41;
    if (i->map != MAP_0F)
        return false;
    switch (i->opcode) {
    case 0x2a: /* conversions */
    case 0x2c:
    case 0x2d:
    case 0x5a:
    case 0x5b:
    case 0xe6:
    case 0x2e: /* comparisons */
    case 0x2f:
    case 0xc2:
    case 0x7c: /* horizontal and alternating addition */
    case 0x7d:
    case 0xd0:
        return true;
    default:
        return (i->opcode >= 0x51 && i->opcode <= 0x53) || i->opcode == 0x58 ||
               i->opcode == 0x59 || (i->opcode >= 0x5c && i->opcode <= 0x5f);
    }
}

/* IRET, far RET, JMP and CALL; SYSRET and SYSEXIT. */
static bool is_far(const struct insn *i)
{
    unsigned reg = i->modrm >> 3 & 7;

    if (i->map == MAP_0F)
        return i->opcode == 0x07 || i->opcode == 0x35;
    if (i->map != MAP_ONE)
        return false;
    return i->opcode == 0xcf || i->opcode == 0xca || i->opcode == 0xcb || i->opcode == 0x9a ||
           i->opcode == 0xea || (i->opcode == 0xff && (reg == 3 || reg == 5));
}

unsigned blocks_insn_flags(const struct insn *i)
{
    if (insn_is_refused(i))
        return BLOCK_PORT;
    if (is_far(i))
        return BLOCK_FAR;
    if (blocks_fp_words(i))
        return BLOCK_FPCTL;
    if (is_fp_arithmetic(i))
        return BLOCK_FP;
    if (i->map == MAP_ONE) {
        if (i->opcode == 0xfb || i->opcode == 0x17 ||
            (i->opcode == 0x8e && (i->modrm >> 3 & 7) == 2))
            return BLOCK_SHADOW; /* STI, POP SS, MOV SS */
        if ((i->opcode >= 0x6c && i->opcode <= 0x6f) || (i->opcode >= 0xe4 && i->opcode <= 0xe7) ||
            (i->opcode >= 0xec && i->opcode <= 0xef))
            return BLOCK_PORT;
        if (i->opcode == 0x9d)
            return BLOCK_POPF;
    }
    if (i->map == MAP_0F &&
        (i->opcode == 0x22 || (i->opcode == 0x01 && (i->modrm >> 3 & 7) == 7 && i->modrm < 0xc0)))
        return BLOCK_REMAP; /* MOV to CR, INVLPG */
    return 0;
}
