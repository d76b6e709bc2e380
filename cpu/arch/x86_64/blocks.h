/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/blocks.h - the counter that every translated block advances.
 *
 * A hot entry matches when its key is (pc ^ bias) and its size that of the
 * block. `bias` changes whenever a virtual address may mean other bytes than
 * before (page tables, a store to a page of code), which makes every entry
 * miss once and prove itself against physical memory in the slow path. It says, too,
 * whether code is of 64 or of 32 bits, where the same bytes are other instructions.
 */
#ifndef TRAPLINE_CPU_X86_64_BLOCKS_H
#define TRAPLINE_CPU_X86_64_BLOCKS_H

#include "cpu/types.h"

#define X86_BLOCKS         32768u
#define X86_BLOCK_UNCACHED 0xffffu
/* Added to `size`: it holds operands that must be aligned; no interrupt is taken behind it. */
#define X86_BLOCK_CHECK    0x4000u
#define X86_BLOCK_SHADOWS  0x2000u

struct x86_block {
    uint64_t key;
    uint16_t size;  /* bytes; X86_BLOCK_UNCACHED sends each execution to the slow path */
    uint16_t insns;
    uint32_t index;
};

struct x86_count {
    uint64_t bias;
    insn_t n;     /* at the end of the block now running */
    /* Blocks that would pass it go to the slow path; 0 sends all there. For the lower half of the
     * addresses and for the upper one, where nobody is in user mode. */
    insn_t limit[2];
    const struct x86_block *current; /* block now running, or NULL */
    struct x86_block *blocks;
    struct x86_blocks_cold *cold;
};

static inline void x86_count_limit(struct x86_count *c, insn_t limit)
{
    c->limit[0] = c->limit[1] = limit;
}

static inline uint32_t x86_block_index(vaddr_t pc)
{
    return (uint32_t)(pc ^ pc >> 15) & (X86_BLOCKS - 1);
}

#endif
