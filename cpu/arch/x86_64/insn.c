/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instruction lengths, straight from the opcode maps. The decoder accepts more
 * than the processor does: what is invalid ends a block anyway.
 */
#include <string.h>

#include "cpu/arch/x86_64/insn.h"

struct cursor {
    const uint8_t *bytes;
    size_t avail;
    unsigned at;
};

static uint8_t next(struct cursor *c)
{
    uint8_t byte = c->at < c->avail ? c->bytes[c->at] : 0;

    c->at++;
    return byte;
}

/* Immediate operands: bytes, or one of these. */
enum { IMM_Z = 16, IMM_V, IMM_FAR, IMM_OFFSET, IMM_GROUP3B, IMM_GROUP3Z };

static bool one_byte_modrm(uint8_t op, bool is_long)
{
    if (op < 0x40)
        return (op & 7) < 4;
    if (op == 0x62)
        return !is_long;
    if (op >= 0x80 && op <= 0x8f)
        return true;
    switch (op) {
    case 0x63:
    case 0x69:
    case 0x6b:
    case 0xc0:
    case 0xc1:
    case 0xc4:
    case 0xc5:
    case 0xc6:
    case 0xc7:
    case 0xf6:
    case 0xf7:
    case 0xfe:
    case 0xff:
        return true;
    default:
        return (op >= 0xd0 && op <= 0xd3) || (op >= 0xd8 && op <= 0xdf);
    }
}

static unsigned one_byte_imm(uint8_t op)
{
    if (op < 0x40)
        return (op & 7) == 4 ? 1 : (op & 7) == 5 ? IMM_Z : 0;
    if ((op >= 0x70 && op <= 0x7f) || (op >= 0xb0 && op <= 0xb7) || (op >= 0xe0 && op <= 0xe7))
        return 1;
    if (op >= 0xb8 && op <= 0xbf)
        return IMM_V;
    if (op >= 0xa0 && op <= 0xa3)
        return IMM_OFFSET;
    switch (op) {
    case 0x6a:
    case 0x6b:
    case 0x80:
    case 0x82:
    case 0x83:
    case 0xa8:
    case 0xc0:
    case 0xc1:
    case 0xc6:
    case 0xcd:
    case 0xd4:
    case 0xd5:
    case 0xeb:
        return 1;
    case 0xc2:
    case 0xca:
        return 2;
    case 0xc8:
        return 3;
    case 0x68:
    case 0x69:
    case 0x81:
    case 0xa9:
    case 0xc7:
    case 0xe8:
    case 0xe9:
        return IMM_Z;
    case 0x9a:
    case 0xea:
        return IMM_FAR;
    case 0xf6:
        return IMM_GROUP3B;
    case 0xf7:
        return IMM_GROUP3Z;
    default:
        return 0;
    }
}

static bool two_byte_modrm(uint8_t op)
{
    if ((op >= 0x30 && op <= 0x37) || (op >= 0x80 && op <= 0x8f) || (op >= 0xc8 && op <= 0xcf))
        return false;
    if (op >= 0x04 && op <= 0x0e && op != 0x0d)
        return false;
    return op != 0x77 && !(op >= 0xa0 && op <= 0xa2) && !(op >= 0xa8 && op <= 0xaa);
}

static unsigned two_byte_imm(uint8_t op)
{
    if (op >= 0x80 && op <= 0x8f)
        return IMM_Z;
    switch (op) {
    case 0x0f:
    case 0x70:
    case 0x71:
    case 0x72:
    case 0x73:
    case 0xa4:
    case 0xac:
    case 0xba:
    case 0xc2:
    case 0xc4:
    case 0xc5:
    case 0xc6:
        return 1;
    default:
        return 0;
    }
}

static void skip_prefixes(struct insn *i, struct cursor *c, bool is_long)
{
    for (; c->at < INSN_BYTES_MAX; c->at++) {
        uint8_t b = c->at < c->avail ? c->bytes[c->at] : 0;
        bool is_rex = is_long && (b & 0xf0) == 0x40;

        switch (b) {
        case 0x66:
            i->size16 = true;
            break;
        case 0x67:
            i->addr_override = true;
            break;
        case 0xf0:
            i->lock = true;
            break;
        case 0xf2:
            i->repne = true;
            i->rep = false;
            break;
        case 0xf3:
            i->rep = true;
            i->repne = false;
            break;
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
        case 0x64:
        case 0x65:
            break;
        default:
            if (!is_rex)
                return;
        }
        i->rex = is_rex ? b : 0; /* counts only right before the opcode */
    }
}

static void skip_memory_operand(const struct insn *i, struct cursor *c, bool is_long)
{
    unsigned mod = i->modrm >> 6, rm = i->modrm & 7;

    if (mod == 3)
        return;
    if (!is_long && i->addr_override) { /* 16-bit addressing */
        c->at += mod == 1 ? 1 : mod == 2 || rm == 6 ? 2 : 0;
        return;
    }
    if (rm == 4 && (next(c) & 7) == 5 && mod == 0)
        c->at += 4;
    if (mod == 0 && rm == 5)
        c->at += 4;
    c->at += mod == 1 ? 1 : mod == 2 ? 4 : 0;
}

static unsigned imm_bytes(const struct insn *i, unsigned kind, bool is_long)
{
    unsigned z = i->size16 && !(i->rex & 8) ? 2 : 4;

    switch (kind) {
    case IMM_Z:
        return z;
    case IMM_V:
        return i->rex & 8 ? 8 : z;
    case IMM_FAR:
        return is_long ? 0 : z + 2;
    case IMM_OFFSET:
        return is_long ? (i->addr_override ? 4 : 8) : (i->addr_override ? 2 : 4);
    case IMM_GROUP3B:
        return (i->modrm & 0x30) == 0 ? 1 : 0;
    case IMM_GROUP3Z:
        return (i->modrm & 0x30) == 0 ? z : 0;
    default:
        return kind;
    }
}

/* VEX: two or three bytes that name the map; all its instructions have a ModRM byte. */
static unsigned decode_vex(struct insn *i, struct cursor *c)
{
    uint8_t b = next(c);

    i->vex = true;
    i->map = MAP_0F;
    if (i->opcode == 0xc4) {
        i->map = (b & 31) == 2 ? MAP_0F38 : (b & 31) == 3 ? MAP_0F3A : MAP_0F;
        next(c);
    }
    i->opcode = next(c);
    i->has_modrm = i->map != MAP_0F || i->opcode != 0x77;
    return i->map == MAP_0F3A ? 1 : i->map == MAP_0F ? two_byte_imm(i->opcode) : 0;
}

static unsigned decode_opcode(struct insn *i, struct cursor *c, bool is_long)
{
    i->opcode = next(c);
    if (i->opcode != 0x0f) {
        uint8_t peek = c->at < c->avail ? c->bytes[c->at] : 0;
        if ((i->opcode == 0xc4 || i->opcode == 0xc5) && (is_long || peek >= 0xc0))
            return decode_vex(i, c);
        i->has_modrm = one_byte_modrm(i->opcode, is_long);
        return one_byte_imm(i->opcode);
    }
    i->map = MAP_0F;
    i->opcode = next(c);
    if (i->opcode == 0x38 || i->opcode == 0x3a) {
        i->map = i->opcode == 0x38 ? MAP_0F38 : MAP_0F3A;
        i->opcode = next(c);
        i->has_modrm = true;
        return i->map == MAP_0F3A ? 1 : 0;
    }
    i->has_modrm = two_byte_modrm(i->opcode);
    if (i->opcode == 0x78 && (i->size16 || i->repne))
        return 2; /* SSE4a EXTRQ, INSERTQ */
    return two_byte_imm(i->opcode);
}

void insn_decode(struct insn *i, const uint8_t *bytes, size_t avail, bool is_long)
{
    struct cursor c = {bytes, avail, 0};
    unsigned kind;

    memset(i, 0, sizeof(*i));
    skip_prefixes(i, &c, is_long);
    kind = decode_opcode(i, &c, is_long);
    if (i->has_modrm) {
        i->modrm = next(&c);
        /* MOV to and from CR and DR have no memory form whatever mod says. */
        if (!(i->map == MAP_0F && i->opcode >= 0x20 && i->opcode <= 0x23))
            skip_memory_operand(i, &c, is_long);
    }
    i->imm_at = (uint8_t)c.at;
    i->imm_bytes = (uint8_t)imm_bytes(i, kind, is_long);
    c.at += i->imm_bytes;
    if (c.at > INSN_BYTES_MAX) { /* none: #GP */
        i->too_long = true;
        c.at = INSN_BYTES_MAX;
        i->imm_at = i->imm_bytes = 0;
    }
    i->length = (uint8_t)c.at;
}

bool insn_is_lock_bt(const struct insn *i)
{
    bool by_register = i->opcode == 0xa3 || i->opcode == 0xab || i->opcode == 0xb3 ||
                       i->opcode == 0xbb;
    bool by_immediate = i->opcode == 0xba && (i->modrm >> 3 & 7) >= 4;

    return i->lock && i->map == MAP_0F && i->modrm >= 0xc0 && (by_register || by_immediate);
}

/*
 * SDM vol. 2: MOVMSKPS and PD, PEXTRW, the shifts by an immediate of MMX and SSE, MOVQ2DQ and
 * MOVDQ2Q have no memory form; nor have AMD's EXTRQ and INSERTQ (APM vol. 4).
 */
static bool is_register_form_alone(const struct insn *i)
{
    if (i->map != MAP_0F || i->modrm >= 0xc0)
        return false;
    return i->opcode == 0x50 || i->opcode == 0xc5 || (i->opcode >= 0x71 && i->opcode <= 0x73) ||
           (i->opcode == 0xd6 && (i->rep || i->repne)) ||
           (i->opcode == 0x78 && (i->size16 || i->repne));
}

bool insn_is_refused(const struct insn *i)
{
    return i->vex || insn_is_lock_bt(i) || is_register_form_alone(i);
}

int64_t insn_imm(const struct insn *i, const uint8_t *bytes)
{
    uint64_t value = 0;
    unsigned shift = 64 - 8 * i->imm_bytes;

    if (!i->imm_bytes)
        return 0;
    for (unsigned b = 0; b < i->imm_bytes; b++)
        value |= (uint64_t)bytes[i->imm_at + b] << 8 * b;
    return (int64_t)(value << shift) >> shift;
}
