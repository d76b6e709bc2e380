/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BT, BTS, BTR and BTC: OF, SF, AF and PF (SDM vol. 2). */
#include "cpu/arch/x86_64/insn.h"
#include "tests/robust/undefined.h"

static bool is_bit_test(const struct insn *i)
{
    return i->map == MAP_0F && (i->opcode == 0xa3 || i->opcode == 0xab || i->opcode == 0xb3 ||
                                i->opcode == 0xbb || i->opcode == 0xba);
}

/* In either mode: what is named too often does no harm. */
bool undefined_x86_64(const uint8_t *code, size_t bytes)
{
    struct insn in32, in64;

    insn_decode(&in32, code, bytes, false);
    insn_decode(&in64, code, bytes, true);
    return is_bit_test(&in32) || is_bit_test(&in64);
}
