/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.c - tables, and pages for the heap as they are touched.
 *
 * All maps one to one by 2 MiB: the kernel first, the user program behind it. The heap is 2 MiB of
 * 4 KiB pages at HEAP, none of them there at first.
 */
#include "kernel.h"

#define BLOCK_BYTES (2u << 20)
#define RAM         0x40000000ull
#define HEAP        0x7f000000ull
#define POOL_PAGES  16u

#define PXN (1ull << 53)
#define UXN (1ull << 54)
#define BLOCK   0x701u
#define PAGE    0x703u
#define TABLE   0x003u
#define AP_USER 0x040u
#define AP_RO   0x080u

static uint64_t level1[512] __attribute__((aligned(4096)));
static uint64_t level2[512] __attribute__((aligned(4096)));
static uint64_t level3[512] __attribute__((aligned(4096)));
static uint64_t pool[POOL_PAGES][PAGE_BYTES / 8] __attribute__((aligned(4096)));
static unsigned pool_used;

uint64_t *tables_build(void)
{
    level1[RAM >> 30] = (uint64_t)level2 | TABLE;
    level2[0] = RAM | BLOCK | UXN;                                     /* the kernel */
    level2[1] = (RAM + BLOCK_BYTES) | BLOCK | AP_USER | AP_RO | PXN;   /* the program */
    level2[(HEAP - RAM) / BLOCK_BYTES] = (uint64_t)level3 | TABLE;
    return level1;
}

/* At -O2 this is a loop of 16-byte stores: of v0, or of v31. */
static void page_zero(uint64_t *page)
{
    for (unsigned i = 0; i < PAGE_BYTES / 8; i++)
        page[i] = 0;
}

int memory_fault(uint64_t va)
{
    uint64_t *page;

    if (va - HEAP >= BLOCK_BYTES || pool_used == POOL_PAGES)
        return 0;
    page = pool[pool_used++];
    page_zero(page);
    level3[(va - HEAP) / PAGE_BYTES] = (uint64_t)page | PAGE | AP_USER | PXN | UXN;
    __asm__ volatile("dsb ishst; isb" ::: "memory");
    return 1;
}
