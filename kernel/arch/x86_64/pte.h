/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pte.h - page table entries (SDM vol. 3, 4.5.4), the same at each of the four levels.
 *
 * Rules of use: level 4 is the PML4, level 1 holds pages. A table is reached through the direct
 * map, which boot.S's tables have as well.
 */
#ifndef KERNEL_ARCH_PTE_H
#define KERNEL_ARCH_PTE_H

#include "kernel/arch/x86_64/kmap.h"
#include "kernel/include/arch.h"
#include "kernel/include/page.h"

#define PTE_P 0x1ull
#define PTE_W 0x2ull
#define PTE_U 0x4ull
#define PTE_PWT 0x8ull
#define PTE_PCD 0x10ull
#define PTE_A 0x20ull
#define PTE_D 0x40ull
#define PTE_PS 0x80ull /* at level 2: maps 2 MiB */
#define PTE_G 0x100ull
#define PTE_NX (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull
#define PTE_TABLE (PTE_P | PTE_W | PTE_A)

#define LEVELS 4
#define TABLE_ENTRIES 512
#define KERNEL_SLOT (TABLE_ENTRIES / 2) /* first entry of the kernel's half of a PML4 */
#define LARGE_BYTES 0x200000ull

/* Bytes that one entry of this level covers. */
static inline uint64_t level_bytes(unsigned level)
{
    return PAGE_SIZE << (9 * (level - 1));
}

static inline unsigned level_index(vaddr_t va, unsigned level)
{
    return (unsigned)(va >> (PAGE_SHIFT + 9 * (level - 1))) & (TABLE_ENTRIES - 1);
}

static inline uint64_t *table_at(uint64_t entry_or_root)
{
    return direct_map(entry_or_root & PTE_ADDR);
}

#endif
