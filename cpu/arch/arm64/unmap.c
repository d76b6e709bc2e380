/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User pages taken out of the guest's own tables; see cpu_unmap_user(). The entries are those
 * below TTBR0_EL1 (DDI 0487, D8.3) that EL0 may use, of 4 KiB pages at four levels.
 */
#include <string.h>

#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/arm64.h"

#define SCTLR_M      1u
#define TCR_T0SZ     63u
#define TCR_TG0      (3ull << 14)
#define DESC_VALID   1u
#define DESC_TABLE   2u
#define DESC_EL0     (1u << 6)
#define ADDRESS_MASK 0x0000fffffffff000ull
#define LEVEL_LAST   3u

struct range {
    struct arm64 *a;
    vaddr_t first, last;
    size_t count;
};

static uint64_t *entry_at(const struct arm64 *a, paddr_t pa)
{
    bool good = pa >= ARM64_RAM_BASE && pa - ARM64_RAM_BASE <= a->config.ram_bytes - 8;

    return good ? (uint64_t *)(void *)(a->ram + (pa - ARM64_RAM_BASE)) : NULL;
}

static void unmap_below(struct range *r, paddr_t table, unsigned level, vaddr_t base)
{
    unsigned shift = 39 - 9 * level;

    for (uint64_t i = 0; i < 512; i++) {
        vaddr_t va = base + (i << shift);
        uint64_t *entry;

        if (va > r->last || va + (1ull << shift) - 1 < r->first)
            continue;
        entry = entry_at(r->a, table + i * 8);
        if (!entry || !(*entry & DESC_VALID) || !(*entry & DESC_TABLE))
            continue;
        if (level < LEVEL_LAST) {
            unmap_below(r, *entry & ADDRESS_MASK, level + 1, va);
        } else if (*entry & DESC_EL0) {
            arm64_dirty_note(r->a, table + i * 8, 8);
            *entry = 0;
            r->count++;
        }
    }
}

size_t arm64_unmap_user(struct arm64 *a, vaddr_t first, vaddr_t last)
{
    struct range r = {.a = a, .first = first, .last = last};
    uint64_t tcr = arm64_sysreg(a, SYS_TCR);

    if (!(arm64_sysreg(a, SYS_SCTLR) & SCTLR_M) || (tcr & TCR_TG0) || (tcr & TCR_T0SZ) != 16)
        return 0;
    unmap_below(&r, arm64_sysreg(a, SYS_TTBR0) & ADDRESS_MASK, 0, 0);
    if (r.count)
        arm64_engine_flush_tlb(a);
    return r.count;
}
