/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instruction words: DDI 0487, C4.1 "A64 instruction set encoding". */
#include <errno.h>
#include <string.h>

#include "cpu/arch/arm64/insn.h"

int arm64_fetch(struct arm64 *a, vaddr_t pc, uint32_t *word)
{
    const uint8_t *at;
    paddr_t pa;

    if (arm64_walk(a, pc, &pa, NULL) || !(at = arm64_memory(a, pa, 4)))
        return -EFAULT;
    memcpy(word, at, 4);
    return 0;
}

bool insn_is_fp(uint32_t word)
{
    uint32_t id;
    bool is_write;

    if ((word & 0x0e000000) == 0x0e000000)
        return true; /* data processing, SIMD and FP */
    if ((word & 0x0e000000) == 0x0c000000)
        return true; /* loads and stores with V set: x1x0 and bit 26 */
    return insn_sysreg(word, &id, &is_write) &&
           (id == SYSREG(3, 3, 4, 4, 0) || id == SYSREG(3, 3, 4, 4, 1));
}

bool insn_is_wait(uint32_t word)
{
    return word == INSN_WFI || word == 0xd503205f;
}

bool insn_is_daif(uint32_t word)
{
    return (word & 0xfffff0df) == 0xd50340df;
}

bool insn_sysreg(uint32_t word, uint32_t *id, bool *is_write)
{
    if ((word & 0xffd00000) != 0xd5100000)
        return false;
    *is_write = !(word & 1u << 21);
    *id = word >> 5 & 0xffff; /* o0, op1, CRn, CRm, op2 with op0's high bit set: C5.2 order */
    return true;
}

static int64_t sign_extend(uint32_t value, unsigned bits)
{
    return (int64_t)((uint64_t)value << (64 - bits)) >> (64 - bits);
}

/* opc 31:30, V 26, index 24:23 (1 post, 2 offset, 3 pre), L 22, imm7 21:15 */
static bool decode_pair(uint32_t word, struct insn_access *access)
{
    unsigned opc = word >> 30, index = word >> 23 & 3;

    if ((word & 0x3e000000) != 0x28000000 || opc == 3)
        return false;
    access->is_write = !(word & 1u << 22);
    if (opc == 1 && access->is_write)
        return false;
    access->size = opc == 2 ? 8 : 4;
    access->wide = opc != 0;
    access->sign_extend = opc == 1;
    access->count = 2;
    access->rt[1] = word >> 10 & 31;
    access->writeback = index & 1;
    access->writeback_offset = sign_extend(word >> 15 & 127, 7) * (int64_t)access->size;
    return true;
}

/* size 31:30, V 26, opc 23:22, imm9 20:12, 11:10 = 01 post, 11 pre */
static bool decode_indexed(uint32_t word, struct insn_access *access)
{
    unsigned opc = word >> 22 & 3;

    if ((word & 0x3f200400) != 0x38000400)
        return false;
    access->size = 1u << (word >> 30);
    access->is_write = opc == 0;
    access->sign_extend = opc > 1;
    access->wide = opc == 2 || (opc < 2 && access->size == 8);
    access->count = 1;
    access->writeback = true;
    access->writeback_offset = sign_extend(word >> 12 & 511, 9);
    return true;
}

bool insn_decode_access(uint32_t word, struct insn_access *access)
{
    memset(access, 0, sizeof(*access));
    access->rt[0] = word & 31;
    access->rn = word >> 5 & 31;
    return decode_pair(word, access) || decode_indexed(word, access);
}

/* opc 31:30, V 26, index 24:23 (0 no allocate), L 22 */
static bool decode_store_pair(uint32_t word, struct insn_store *s)
{
    unsigned opc = word >> 30, index = word >> 23 & 3;
    int64_t offset;

    if ((word & 0x3a400000) != 0x28000000 || opc == 3 || (!s->vector && opc == 1))
        return false;
    s->size = s->vector ? 4u << opc : opc ? 8 : 4;
    s->count = 2;
    s->rt[1] = word >> 10 & 31;
    offset = sign_extend(word >> 15 & 127, 7) * (int64_t)s->size;
    s->writeback = index & 1;
    if (s->writeback)
        s->writeback_offset = offset;
    if (index != 1)
        s->offset = offset;
    return true;
}

/* size 31:30, V 26, opc 23:22; bit 24: imm12; else by bit 21 and 11:10 */
static bool decode_store_one(uint32_t word, struct insn_store *s)
{
    unsigned size = word >> 30, opc = word >> 22 & 3, form = word >> 10 & 3;

    if ((word & 0x3a000000) != 0x38000000 || (opc && !(s->vector && opc == 2 && !size)))
        return false;
    s->size = opc ? 16 : 1u << size;
    s->count = 1;
    if (word & 1u << 24) {
        s->offset = (int64_t)(word >> 10 & 0xfff) * (int64_t)s->size;
        return true;
    }
    if (word & 1u << 21) {
        s->indexed = true;
        s->rm = word >> 16 & 31;
        s->extend = word >> 13 & 7;
        s->shift = word & 1u << 12 ? (unsigned)__builtin_ctz(s->size) : 0;
        return form == 2 && (s->extend & 2);
    }
    s->writeback = form & 1;
    if (form != 1)
        s->offset = sign_extend(word >> 12 & 511, 9);
    if (s->writeback)
        s->writeback_offset = sign_extend(word >> 12 & 511, 9);
    return !(s->vector && form == 2);
}

bool insn_decode_store(uint32_t word, struct insn_store *s)
{
    memset(s, 0, sizeof(*s));
    s->vector = word >> 26 & 1;
    s->rt[0] = word & 31;
    s->rn = word >> 5 & 31;
    if ((word & 0x3fe08000) == 0x08808000) { /* STLR */
        s->size = 1u << (word >> 30);
        s->count = 1;
        return true;
    }
    return decode_store_pair(word, s) || decode_store_one(word, s);
}

uint64_t insn_store_offset(const struct insn_store *s, uint64_t index)
{
    if (!s->indexed)
        return (uint64_t)s->offset;
    if (s->extend == 2)
        index = (uint32_t)index;
    else if (s->extend == 6)
        index = (uint64_t)(int64_t)(int32_t)index;
    return index << s->shift;
}
