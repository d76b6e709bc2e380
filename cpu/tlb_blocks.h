/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/tlb_blocks.h - the blocks (large pages) of which the engine's TLB holds pages of 4 KiB.
 *
 * Purpose
 *   A guest drops a block by one TLBI or INVLPG for any address in it. The engine would drop that
 *   page alone, as its hook (tlb_hook.h) can fill nothing larger. So tlb.c notes each block that it
 *   fills a page of, and before the guest drops an address all goes if that is in such a block.
 *
 * Rules of use
 *   - What is noted may be gone from the TLB already, never the other way round. Who drops
 *     all of the TLB may forget the notes.
 *   - Where there are more blocks than fit, every address counts as in one.
 */
#ifndef TRAPLINE_CPU_TLB_BLOCKS_H
#define TRAPLINE_CPU_TLB_BLOCKS_H

#include "cpu/types.h"

#define TLB_BLOCKS_MAX 64u

struct tlb_blocks {
    struct {
        vaddr_t first, last; /* addresses of it */
    } block[TLB_BLOCKS_MAX];
    unsigned count; /* TLB_BLOCKS_MAX + 1: more than fit */
    unsigned again; /* the one noted last */
};

static inline bool tlb_blocks_has(const struct tlb_blocks *b, vaddr_t va)
{
    if (b->count > TLB_BLOCKS_MAX)
        return true;
    for (unsigned i = 0; i < b->count; i++)
        if (va >= b->block[i].first && va <= b->block[i].last)
            return true;
    return false;
}

/* A page at `va` was filled, of a block of `bytes` (a power of two). */
static inline void tlb_blocks_note(struct tlb_blocks *b, vaddr_t va, uint64_t bytes)
{
    vaddr_t first = va & ~(bytes - 1);

    if (b->count > TLB_BLOCKS_MAX ||
        (b->again < b->count && b->block[b->again].first == first &&
         b->block[b->again].last == first + bytes - 1))
        return;
    for (b->again = 0; b->again < b->count; b->again++)
        if (b->block[b->again].first == first && b->block[b->again].last == first + bytes - 1)
            return;
    if (b->count < TLB_BLOCKS_MAX) {
        b->block[b->count].first = first;
        b->block[b->count].last = first + bytes - 1;
    }
    b->count++;
}

static inline void tlb_blocks_forget(struct tlb_blocks *b)
{
    b->count = b->again = 0;
}

#endif
