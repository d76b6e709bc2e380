// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pmap.c - four-level page tables (SDM vol. 3, 4.5).
 *
 * A user address space is a PML4 whose upper half is a copy of the kernel's. The kernel's
 * PML4 entries are all made at boot and never change, so the copies never go stale.
 *
 * A user page is writable and executable only where the program asked for both.
 *
 * TLB (4.10.4): an entry that becomes present needs no INVLPG, since the CPU never caches
 * one that is not. Any other change of an active table does, and so each change of a
 * present entry below ends in tlb_flush(). Tables that are not in CR3 need nothing: loading
 * CR3 drops all but global translations (no PCID), and global ones are the kernel's alone.
 *
 * Accessed and dirty bits are set from the start: nothing reads them, and the CPU then never
 * has to write a page table.
 */
#include "kernel/arch/x86_64/pmap.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/kmap.h"
#include "kernel/arch/x86_64/pte.h"
#include "kernel/include/ktrace.h"
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"

#define FLUSH_PAGES_MAX 32 /* above this many INVLPGs, reload CR3 */

struct pmap {
    paddr_t root;
    uint64_t *last_table; /* the level 1 table of the last page entered, or NULL; tables live as */
    vaddr_t last_base;    /* long as their pmap. What it maps begins here */
};

/* The page's entry, or NULL where there is no table; *next is where the hole ends. */
static uint64_t *entry_find(paddr_t root, vaddr_t va, vaddr_t *next)
{
    uint64_t *table = table_at(root);

    for (unsigned l = LEVELS; l > 1; l--) {
        uint64_t e = table[level_index(va, l)];

        if (!(e & PTE_P)) {
            *next = (va & ~(level_bytes(l) - 1)) + level_bytes(l);
            return NULL;
        }
        table = table_at(e);
    }
    *next = va + PAGE_SIZE;
    return &table[level_index(va, 1)];
}

/* ---- the TLB ---- */

static bool is_active(paddr_t root)
{
    return (read_cr3() & PTE_ADDR) == root;
}

static void tlb_flush(const struct pmap *pm, vaddr_t va, uint64_t pages)
{
    if (!pages || !is_active(pm->root))
        return;
    if (pages > FLUSH_PAGES_MAX) {
        write_cr3(pm->root);
        return;
    }
    for (uint64_t i = 0; i < pages; i++)
        invlpg(va + i * PAGE_SIZE);
}

void pmap_activate(struct pmap *pm)
{
    paddr_t root = pm ? pm->root : kmap_root();

    if (!is_active(root))
        write_cr3(root);
}

/* ---- user address spaces ---- */

struct pmap *pmap_create(void)
{
    struct pmap *pm = kzalloc(sizeof(*pm));

    if (!pm)
        return NULL;
    pm->root = kmap_table_alloc();
    if (!pm->root) {
        kfree(pm);
        return NULL;
    }
    memcpy(table_at(pm->root) + KERNEL_SLOT, table_at(kmap_root()) + KERNEL_SLOT,
           (TABLE_ENTRIES - KERNEL_SLOT) * sizeof(uint64_t));
    return pm;
}

static void table_free(paddr_t pa, unsigned level, unsigned entries)
{
    uint64_t *table = table_at(pa);

    for (unsigned i = 0; level > 1 && i < entries; i++)
        if (table[i] & PTE_P)
            table_free(table[i] & PTE_ADDR, level - 1, TABLE_ENTRIES);
    page_unref(page_from_phys(pa));
}

void pmap_destroy(struct pmap *pm)
{
    kassert(!is_active(pm->root));
    table_free(pm->root, LEVELS, KERNEL_SLOT);
    kfree(pm);
}

static uint64_t pte_of(paddr_t pa, unsigned prot)
{
    uint64_t e = pa | PTE_P | PTE_A;

    if (prot & PROT_W)
        e |= PTE_W | PTE_D;
    if (prot & PROT_U)
        e |= PTE_U;
    if (!(prot & PROT_X))
        e |= PTE_NX;
    return e;
}

/* The level 1 entry of va; NULL: no memory. Faults come one page after the other. */
FAULT_PATH static uint64_t *entry_make(struct pmap *pm, vaddr_t va)
{
    vaddr_t base = va & ~(level_bytes(2) - 1);

    if (!pm->last_table || pm->last_base != base) {
        pm->last_table = kmap_entry_make(pm->root, base, 1, PTE_U);
        pm->last_base = base;
    }
    return pm->last_table ? &pm->last_table[level_index(va, 1)] : NULL;
}

FAULT_PATH int pmap_enter(struct pmap *pm, vaddr_t va, paddr_t pa, unsigned prot)
{
    uint64_t *e, old;

    kassert(va < USER_TOP && !((va | pa) & PAGE_MASK));
    e = entry_make(pm, va);
    if (!e)
        return -ENOMEM;
    old = *e;
    *e = pte_of(pa, prot);
    ktrace(table_write, va, *e);
    if ((old & PTE_P) && old != *e)
        tlb_flush(pm, va, 1);
    return 0;
}

/*
 * Sets the present entries of [va, end) to prot, or clears them where it is 0: a page that may
 * not be read cannot be present on this CPU.
 */
static void change_range(struct pmap *pm, vaddr_t va, vaddr_t end, unsigned prot)
{
    vaddr_t first = end, last = va, next;
    uint64_t *e = NULL, old, new;

    for (; va < end; va = next) {
        if (e && level_index(va, 1)) {
            e++; /* of the same table */
            next = va + PAGE_SIZE;
        } else {
            e = entry_find(pm->root, va, &next);
        }
        old = e ? *(volatile uint64_t *)e : 0; /* once: it may be taken away at any time */
        if (!(old & PTE_P))
            continue;
        new = prot ? pte_of(old & PTE_ADDR, prot) : 0;
        if (old == new)
            continue;
        *e = new;
        ktrace(table_write, va, new);
        first = first < va ? first : va;
        last = next;
    }
    if (first < last)
        tlb_flush(pm, first, (last - first) >> PAGE_SHIFT);
}

void pmap_remove(struct pmap *pm, vaddr_t va, vaddr_t end)
{
    kassert(end <= USER_TOP);
    change_range(pm, va, end, 0);
}

void pmap_protect(struct pmap *pm, vaddr_t va, vaddr_t end, unsigned prot)
{
    kassert(end <= USER_TOP);
    change_range(pm, va, end, prot & (PROT_R | PROT_W | PROT_X) ? prot : 0);
}

bool pmap_extract(struct pmap *pm, vaddr_t va, paddr_t *pa, unsigned *prot)
{
    vaddr_t next;
    const uint64_t *found = entry_find(pm->root, va, &next);
    uint64_t e = found ? *(const volatile uint64_t *)found : 0;

    if (!(e & PTE_P))
        return false;
    *pa = e & PTE_ADDR;
    *prot = PROT_R | ((e & PTE_W) ? PROT_W : 0) | ((e & PTE_U) ? PROT_U : 0) |
            ((e & PTE_NX) ? 0 : PROT_X);
    return true;
}

/* Instruction fetch is coherent with stores (8.1.3). */
void arch_sync_icache(const void *va, size_t len)
{
    (void)va;
    (void)len;
}
