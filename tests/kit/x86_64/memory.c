/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.c - pages for the heap as they are touched: 2 MiB at HEAP, none there at first. */
#include "kernel.h"

#define HEAP_BYTES (2u << 20)
#define HEAP       0x2000000ull
#define POOL_PAGES 16u
#define PRESENT_WRITE_USER 7u
#define NX         (1ull << 63)

uint64_t heap_table[512] __attribute__((aligned(4096)));
static uint64_t pool[POOL_PAGES][PAGE_BYTES / 8] __attribute__((aligned(4096)));
static unsigned pool_used;

/* At -O2 with vectors this is a loop of 16-byte stores: of xmm0. */
static void page_zero(uint64_t *page)
{
    for (unsigned i = 0; i < PAGE_BYTES / 8; i++)
        page[i] = 0;
}

int memory_fault(uint64_t va)
{
    uint64_t *page;

    if (va - HEAP >= HEAP_BYTES || pool_used == POOL_PAGES)
        return 0;
    page = pool[pool_used++];
    page_zero(page);
    heap_table[(va - HEAP) / PAGE_BYTES] = (uint64_t)page | PRESENT_WRITE_USER | NX;
    return 1;
}
