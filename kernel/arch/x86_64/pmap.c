// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pmap.c - four-level page tables (SDM vol. 3, 4.5).
 *
 * A user address space is a PML4 whose upper half is a copy of the kernel's. The kernel's
 * PML4 entries are all made at boot and never change, so the copies never go stale.
 *
 * W^X: kernel text is R-X, read-only data R--, everything else RW- and NX, in the image's
 * mapping and in the direct map alike: no alias of the text is writable. A user page is
 * writable and executable only where the program asked for both.
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
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"

#define PTE_P 0x1ull
#define PTE_W 0x2ull
#define PTE_U 0x4ull
#define PTE_PWT 0x8ull
#define PTE_PCD 0x10ull
#define PTE_A 0x20ull
#define PTE_D 0x40ull
#define PTE_PS 0x80ull  /* in a level-2 entry: maps 2 MiB */
#define PTE_G 0x100ull
#define PTE_NX (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull
#define PTE_TABLE (PTE_P | PTE_W | PTE_A)

#define LEVELS 4
#define TABLE_ENTRIES 512
#define KERNEL_SLOT (TABLE_ENTRIES / 2) /* first entry of the kernel's half of a PML4 */
#define LARGE_BYTES 0x200000ull
#define FLUSH_PAGES_MAX 32 /* above this many INVLPGs, reload CR3 */

struct pmap {
    paddr_t root;
};

extern const char kernel_text_start[], kernel_text_end[], kernel_rodata_end[];
extern const char boot_stack_guard[], ist_stacks[], ist_stacks_end[];
extern const char kernel_end[];

static struct pmap kernel_pmap;
static paddr_t *early_pages; /* next page to take at boot; NULL once page.c is in charge */
static paddr_t direct_map_end;

void *arch_phys_to_virt(paddr_t pa)
{
    return (void *)(DIRECT_MAP_BASE + pa);
}

paddr_t arch_virt_to_phys(const void *va)
{
    uint64_t a = (uint64_t)va;

    return a >= KERNEL_BASE ? a - KERNEL_BASE : a - DIRECT_MAP_BASE;
}

/* ---- walking ---- */

static unsigned index_of(vaddr_t va, unsigned level)
{
    return (unsigned)(va >> (PAGE_SHIFT + 9 * (level - 1))) & (TABLE_ENTRIES - 1);
}

static uint64_t *table_at(uint64_t entry_or_root)
{
    return arch_phys_to_virt(entry_or_root & PTE_ADDR);
}

static paddr_t table_alloc(void)
{
    struct page *p;

    if (early_pages) {
        paddr_t pa = *early_pages;

        *early_pages += PAGE_SIZE;
        memset(arch_phys_to_virt(pa), 0, PAGE_SIZE);
        return pa;
    }
    p = page_alloc_zeroed();
    return p ? page_to_phys(p) : 0;
}

/* The entry for va at `level` (1: a page, 2: 2 MiB), making tables on the way. NULL: no memory. */
static uint64_t *entry_make(paddr_t root, vaddr_t va, unsigned level, uint64_t table_bits)
{
    uint64_t *table = table_at(root);

    for (unsigned l = LEVELS; l > level; l--) {
        uint64_t *e = &table[index_of(va, l)];

        if (!(*e & PTE_P)) {
            paddr_t pa = table_alloc();

            if (!pa)
                return NULL;
            *e = pa | PTE_TABLE | table_bits;
        }
        table = table_at(*e);
    }
    return &table[index_of(va, level)];
}

/* The page's entry, or NULL where there is no table; *next is where the hole ends. */
static uint64_t *entry_find(paddr_t root, vaddr_t va, vaddr_t *next)
{
    uint64_t *table = table_at(root);

    for (unsigned l = LEVELS; l > 1; l--) {
        uint64_t e = table[index_of(va, l)];

        if (!(e & PTE_P)) {
            uint64_t span = 1ull << (PAGE_SHIFT + 9 * (l - 1));

            *next = (va & ~(span - 1)) + span;
            return NULL;
        }
        table = table_at(e);
    }
    *next = va + PAGE_SIZE;
    return &table[index_of(va, 1)];
}

/* ---- the TLB ---- */

static bool is_active(const struct pmap *pm)
{
    return (read_cr3() & PTE_ADDR) == pm->root;
}

static void tlb_flush(const struct pmap *pm, vaddr_t va, uint64_t pages)
{
    if (!pages || !is_active(pm))
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
    if (!pm)
        pm = &kernel_pmap;
    if (!is_active(pm))
        write_cr3(pm->root);
}

/* ---- user address spaces ---- */

struct pmap *pmap_create(void)
{
    struct pmap *pm = kmalloc(sizeof(*pm));

    if (!pm)
        return NULL;
    pm->root = table_alloc();
    if (!pm->root) {
        kfree(pm);
        return NULL;
    }
    memcpy(table_at(pm->root) + KERNEL_SLOT, table_at(kernel_pmap.root) + KERNEL_SLOT,
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
    kassert(!is_active(pm));
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

int pmap_enter(struct pmap *pm, vaddr_t va, paddr_t pa, unsigned prot)
{
    uint64_t *e, old;

    kassert(va < USER_TOP && !((va | pa) & PAGE_MASK));
    e = entry_make(pm->root, va, 1, PTE_U);
    if (!e)
        return -ENOMEM;
    old = *e;
    *e = pte_of(pa, prot);
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

    for (; va < end; va = next) {
        uint64_t *e = entry_find(pm->root, va, &next), new;

        if (!e || !(*e & PTE_P))
            continue;
        new = prot ? pte_of(*e & PTE_ADDR, prot) : 0;
        if (*e == new)
            continue;
        *e = new;
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
    const uint64_t *e = entry_find(pm->root, va, &next);

    if (!e || !(*e & PTE_P))
        return false;
    *pa = *e & PTE_ADDR;
    *prot = PROT_R | ((*e & PTE_W) ? PROT_W : 0) | ((*e & PTE_U) ? PROT_U : 0) |
            ((*e & PTE_NX) ? 0 : PROT_X);
    return true;
}

/* Instruction fetch is coherent with stores (8.1.3). */
void arch_sync_icache(const void *va, size_t len)
{
    (void)va;
    (void)len;
}

/* ---- the kernel's half ---- */

static void kernel_map(vaddr_t va, paddr_t pa, uint64_t bits)
{
    uint64_t *e = entry_make(kernel_pmap.root, va, 1, 0);

    kassert(e && (bits & PTE_NX || !(bits & PTE_W)));
    *e = pa | bits | PTE_P | PTE_A | PTE_D | PTE_G;
}

/* What may be done with a page of the image; 0: a guard page. Addresses from KERNEL_BASE up. */
static uint64_t image_bits(vaddr_t va)
{
    bool in_ist = va >= (vaddr_t)ist_stacks && va < (vaddr_t)ist_stacks_end;

    if (va == (vaddr_t)boot_stack_guard ||
        (in_ist && ((va - (vaddr_t)ist_stacks) / PAGE_SIZE) % 2 == 0))
        return 0;
    if (va >= (vaddr_t)kernel_text_start && va < (vaddr_t)kernel_text_end)
        return PTE_P;
    if (va >= (vaddr_t)kernel_text_end && va < (vaddr_t)kernel_rodata_end)
        return PTE_P | PTE_NX;
    return PTE_P | PTE_W | PTE_NX;
}

static void map_image(void)
{
    for (vaddr_t va = (vaddr_t)kernel_text_start; va < (vaddr_t)kernel_end; va += PAGE_SIZE) {
        uint64_t bits = image_bits(va);

        if (bits)
            kernel_map(va, va - KERNEL_BASE, bits);
    }
}

/* 2 MiB pages, but for the ends and for the pieces that hold the image: those have its rights. */
static void map_ram(paddr_t start, paddr_t end)
{
    paddr_t image_end = arch_virt_to_phys(kernel_end), pa = start;
    uint64_t *e;

    while (pa < end) {
        if (!(pa & (LARGE_BYTES - 1)) && pa + LARGE_BYTES <= end && pa >= image_end) {
            e = entry_make(kernel_pmap.root, DIRECT_MAP_BASE + pa, 2, 0);
            *e = pa | PTE_P | PTE_W | PTE_A | PTE_D | PTE_PS | PTE_G | PTE_NX;
            pa += LARGE_BYTES;
            continue;
        }
        uint64_t bits = pa < image_end ? image_bits(KERNEL_BASE + pa) : PTE_P | PTE_W;

        if (bits)
            kernel_map(DIRECT_MAP_BASE + pa, pa, bits | PTE_NX);
        pa += PAGE_SIZE;
    }
    direct_map_end = end;
}

void pmap_init(const struct boot_info *bi, paddr_t *kernel_end_phys)
{
    early_pages = kernel_end_phys;
    kernel_pmap.root = table_alloc();
    map_image();
    map_ram(bi->ram_base, bi->ram_base + bi->ram_bytes);
    /* The device window's tables, so that no later mapping changes a PML4. */
    entry_make(kernel_pmap.root, DEVICE_BASE, 1, 0);
    early_pages = NULL;
    write_cr3(kernel_pmap.root);
    write_cr4(read_cr4() | CR4_PGE);
}

volatile uint32_t *pmap_map_device(unsigned slot, paddr_t pa)
{
    vaddr_t va = DEVICE_BASE + slot * PAGE_SIZE;

    kernel_map(va, pa, PTE_W | PTE_NX | PTE_PCD | PTE_PWT);
    invlpg(va);
    return (volatile uint32_t *)va;
}
