/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User pages taken out of the guest's own tables; see cpu_unmap_user(). The entries are those of
 * the lower half below CR3 (Intel SDM vol. 3, 4.5) that user mode may use, of 4 KiB pages at
 * four levels.
 */
#include <string.h>

#include "cpu/arch/x86_64/arch.h"
#include "cpu/arch/x86_64/x86.h"

#define PTE_P    1ull
#define PTE_U    4ull
#define PTE_PS   0x80ull
#define PTE_ADDR 0x000ffffffffff000ull
#define LEVEL_LAST 3u

struct range {
    struct x86 *x;
    vaddr_t first, last;
    size_t count;
};

static uint64_t *entry_at(const struct x86 *x, paddr_t pa)
{
    return pa <= x->config.ram_bytes - 8 ? (uint64_t *)(void *)(x->ram + pa) : NULL;
}

static void unmap_below(struct range *r, paddr_t table, unsigned level, vaddr_t base)
{
    unsigned shift = 39 - 9 * level;

    for (uint64_t i = 0; i < 512; i++) {
        vaddr_t va = base + (i << shift);
        uint64_t *entry;

        if (va > r->last || va + (1ull << shift) - 1 < r->first)
            continue;
        entry = entry_at(r->x, table + i * 8);
        if (!entry || (*entry & (PTE_P | PTE_U)) != (PTE_P | PTE_U))
            continue;
        if (level == LEVEL_LAST) {
            x86_dirty_note(r->x, table + i * 8, 8);
            *entry = 0;
            r->count++;
        } else if (!(*entry & PTE_PS)) {
            unmap_below(r, *entry & PTE_ADDR, level + 1, va);
        }
    }
}

size_t x86_unmap_user(struct x86 *x, vaddr_t first, vaddr_t last)
{
    struct range r = {.x = x, .first = first, .last = last};

    x86_paging_refresh(x);
    if (!(x->paging.cr0 & CR0_PG) || !(x->paging.efer & EFER_LMA))
        return 0;
    unmap_below(&r, x->paging.cr3 & PTE_ADDR, 0, 0);
    if (r.count)
        x86_engine_flush_tlb(x);
    return r.count;
}
