/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine's TLB has to forget for the guest.
 *
 * INVLPG drops a large page whole (SDM vol. 3, 4.10.4.1), but what tlb.c fills are pages of 4 KiB,
 * of which the engine would drop one. The large pages are noted (cpu/tlb_blocks.h). No hook of the
 * engine is for INVLPG, but it ends a block, and changes no register: before the next block its
 * address is worked out, and the whole TLB goes where that is in a large page. (The engine's own
 * walk tells its TLB how large a page is.)
 *
 * The adversary (adversary.c), too, is told of INVLPG and of MOV to CR3 from here.
 */
#include <string.h>

#include "cpu/arch/x86_64/engine.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/operands.h"

/*
 * The address in INVLPG (SDM vol. 2, tables 2-2 and 2-3). False: of another form than is usual,
 * which is 64-bit code without a segment.
 */
static bool usual_address(struct x86 *x, const struct insn *i, const uint8_t *code, vaddr_t next,
                          vaddr_t *va)
{
    unsigned mod = i->modrm >> 6, base = i->modrm & 7, index = 4, scale = 0, at = 0;
    int32_t displacement = 0;
    bool no_base;

    for (; at < i->length && code[at] != 0x0f; at++)
        if (code[at] == 0x64 || code[at] == 0x65)
            return false;
    if (!x86_long_code(x))
        return false;
    at += 3; /* 0F 01 and ModRM */
    if (base == 4) {
        scale = code[at] >> 6;
        index = (code[at] >> 3 & 7) | (i->rex & 2) << 2;
        base = code[at++] & 7;
    }
    no_base = mod == 0 && base == 5;
    if (mod == 1)
        displacement = (int32_t)((code[at] ^ 0x80u) - 0x80u);
    else if (mod == 2 || no_base)
        memcpy(&displacement, code + at, sizeof(displacement));
    *va = (vaddr_t)(int64_t)displacement;
    if (!no_base)
        *va += x86_gpr(x, base | (i->rex & 1) << 3);
    else if ((i->modrm & 7) == 5)
        *va += next;
    if (index != 4)
        *va += x86_gpr(x, index) << scale;
    if (i->addr_override)
        *va = (uint32_t)*va;
    return true;
}

static void invlpg(struct x86 *x, const struct insn *i, const uint8_t *code, vaddr_t pc)
{
    const struct tlb_blocks *b = &x->engine->tlb.blocks;
    struct x86_operand operand[X86_OPERANDS_MAX];
    vaddr_t va = 0;
    bool known = usual_address(x, i, code, pc + i->length, &va);

    if (b->count && (!known || tlb_blocks_has(b, va)))
        x86_engine_flush_tlb(x);
    if (x->adversary && !known && x86_operands(x, pc, code, i->length, operand)) {
        va = operand[0].at;
        known = true;
    }
    if (x->adversary && known)
        x86_adversary_fault(x, va);
}

void x86_remap_begins(struct x86 *x, vaddr_t pc, uint32_t size)
{
    x->remap_at = pc;
    x->remap_bytes = size;
}

void x86_remap_ran(struct x86 *x)
{
    uint32_t size = x->remap_bytes;
    uint8_t code[4096];
    unsigned at = 0;
    struct insn i;

    x->remap_bytes = 0;
    if (!size || (!x->adversary && !x->engine->tlb.blocks.count))
        return;
    if (size > sizeof(code) || x86_fetch(x, x->remap_at, code, size) != size)
        return;
    for (;; at += i.length) {
        insn_decode(&i, code + at, size - at, x86_long_code(x));
        if (at + i.length >= size)
            break;
    }
    if (i.map == MAP_0F && i.opcode == 0x22)
        x86_adversary_remapped(x);
    else if (i.map == MAP_0F && i.opcode == 0x01)
        invlpg(x, &i, code + at, x->remap_at + at);
}
