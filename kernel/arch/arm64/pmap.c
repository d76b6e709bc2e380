// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pmap.c - user page tables: 4 KiB pages, 48-bit addresses, four levels, under TTBR0.
 *
 * Order of every change (DDI 0487, "TLB maintenance"):
 *
 *   invalid -> valid      store; DSB ISHST; ISB. No invalidation: a TLB holds no invalid entry
 *   valid -> other page   store 0; DSB ISHST; TLBI; DSB ISH; then store the new one
 *                         (break-before-make: two entries for one address are never visible)
 *   rights, valid -> 0    store; DSB ISHST; TLBI; DSB ISH
 *
 * All invalidations are of the last level: tables are never freed or replaced while
 * their pmap lives, so the walk caches stay true.
 *
 * ASIDs. A pmap gets one when it is first activated, and keeps it for a generation; none is
 * given twice in a generation. When they run out, the TLB is emptied and the next
 * generation begins. So a destroyed pmap needs no invalidation: its ASID is not used again
 * before everything is. ASID 0 is the empty table's, for threads without user space.
 */
#include "kernel/arch/arm64/cpu.h"
#include "kernel/arch/arm64/frame.h"
#include "kernel/arch/arm64/kmap.h"
#include "kernel/arch/arm64/pte.h"
#include "kernel/include/ktrace.h"
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/thread.h"

#define LEVEL_LAST 3
#define TLBI_PAGES_MAX 32 /* beyond, one invalidation of the ASID costs less */
#define MMFR0_ASID_SHIFT 4
#define TTBR_ASID_SHIFT 48
#define CTR_DLINE_SHIFT 16
#define CTR_ILINE_SHIFT 0
#define CTR_L1IP_SHIFT 14
#define CTR_L1IP_PIPT 3

struct pmap {
    uint64_t *root;
    uint64_t asid;          /* valid while generation is the current one */
    uint64_t generation;    /* 0: never had one */
    uint64_t *last_table;   /* the last-level table of the last page entered, or NULL; */
    vaddr_t last_base;      /* what it maps begins here */
};

extern uint64_t empty_l0[TABLE_ENTRIES];

static struct pmap *active; /* NULL: the empty table */
static uint64_t asid_generation = 1, asid_next = 1;

static unsigned index_at(vaddr_t va, unsigned level)
{
    return va >> (39 - 9 * level) & (TABLE_ENTRIES - 1);
}

static uint64_t level_bytes(unsigned level)
{
    return 1ull << (39 - 9 * level);
}

static uint64_t *table_at(uint64_t descriptor)
{
    return direct_map(descriptor & PTE_ADDRESS_MASK);
}

static bool has_tlb_entries(const struct pmap *pm)
{
    return pm->generation == asid_generation;
}

static void flush_page(const struct pmap *pm, vaddr_t va)
{
    cpu_tables_written();
    if (has_tlb_entries(pm))
        cpu_tlbi_page(va, pm->asid);
    cpu_tlbi_done();
}

struct pmap *pmap_create(void)
{
    struct pmap *pm = kzalloc(sizeof(*pm));
    struct page *root = page_alloc_zeroed();

    if (!pm || !root) {
        kfree(pm);
        if (root)
            page_unref(root);
        return NULL;
    }
    pm->root = page_to_virt(root);
    return pm;
}

static void free_tables(uint64_t *table, unsigned level)
{
    for (unsigned i = 0; level < LEVEL_LAST && i < TABLE_ENTRIES; i++)
        if (table[i])
            free_tables(table_at(table[i]), level + 1);
    page_unref(page_from_virt(table));
}

static void use_empty_table(void)
{
    cpu_write(ttbr0_el1, arch_virt_to_phys(empty_l0));
    cpu_isb();
    active = NULL;
}

void pmap_destroy(struct pmap *pm)
{
    if (pm == active)
        use_empty_table();
    free_tables(pm->root, 0);
    kfree(pm);
}

/* The last-level table of va; NULL: no memory for it or those above. */
static uint64_t *last_table_make(struct pmap *pm, vaddr_t va)
{
    uint64_t *table = pm->root;

    for (unsigned level = 0; level < LEVEL_LAST; level++) {
        uint64_t *d = &table[index_at(va, level)];

        if (!*d) {
            struct page *p = page_alloc_zeroed();

            if (!p)
                return NULL;
            cpu_tables_written(); /* the walker must not find the table before its zeros */
            *d = page_to_phys(p) | PTE_TO_TABLE;
        }
        table = table_at(*d);
    }
    return table;
}

/* The last-level descriptor of va; NULL: no memory. Faults come one page after the other. */
FAULT_PATH static uint64_t *descriptor_make(struct pmap *pm, vaddr_t va)
{
    vaddr_t base = va & ~(level_bytes(LEVEL_LAST - 1) - 1);

    if (!pm->last_table || pm->last_base != base) {
        pm->last_table = last_table_make(pm, va);
        pm->last_base = base;
    }
    return pm->last_table ? &pm->last_table[index_at(va, LEVEL_LAST)] : NULL;
}

static uint64_t attributes_of(unsigned prot)
{
    uint64_t d = PTE_TO_TABLE | PTE_AF | PTE_SH_INNER | PTE_ATTR_NORMAL | PTE_NG | PTE_PXN;

    if ((prot & (PROT_U | PROT_R)) == (PROT_U | PROT_R))
        d |= PTE_USER;
    if (!(prot & PROT_W))
        d |= PTE_RDONLY;
    if (!(prot & PROT_X))
        d |= PTE_UXN;
    return d;
}

FAULT_PATH int pmap_enter(struct pmap *pm, vaddr_t va, paddr_t pa, unsigned prot)
{
    uint64_t *d = descriptor_make(pm, va);
    uint64_t old, new = pa | attributes_of(prot);

    if (!d)
        return -ENOMEM;
    old = *(volatile uint64_t *)d;
    if (old == new)
        return 0;
    if (old && (old & PTE_ADDRESS_MASK) != pa) {
        *(volatile uint64_t *)d = 0;
        flush_page(pm, va);
        old = 0;
    }
    *(volatile uint64_t *)d = new;
    ktrace(table_write, va, new);
    if (old) {
        flush_page(pm, va);
    } else {
        cpu_tables_written();
        cpu_isb();
    }
    return 0;
}

/* Collects the invalidations of one range: page by page, or the whole ASID where that is less. */
struct tlb_batch {
    struct pmap *pmap;
    vaddr_t va[TLBI_PAGES_MAX];
    unsigned count;         /* may be larger than va[] */
};

static void batch_add(struct tlb_batch *b, vaddr_t va)
{
    if (b->count < TLBI_PAGES_MAX)
        b->va[b->count] = va;
    b->count++;
}

static void batch_flush(const struct tlb_batch *b)
{
    if (!b->count)
        return;
    cpu_tables_written();
    if (has_tlb_entries(b->pmap)) {
        for (unsigned i = 0; b->count <= TLBI_PAGES_MAX && i < b->count; i++)
            cpu_tlbi_page(b->va[i], b->pmap->asid);
        if (b->count > TLBI_PAGES_MAX)
            cpu_tlbi_asid(b->pmap->asid);
    }
    cpu_tlbi_done();
}

/*
 * The last-level descriptor of the first mapped page at or above *va and below end, whose
 * address becomes *va; NULL: none. Steps over what has no tables.
 */
static uint64_t *descriptor_next(struct pmap *pm, vaddr_t *va, vaddr_t end)
{
    while (*va < end) {
        uint64_t *table = pm->root;
        unsigned level = 0;
        uint64_t *d = &table[index_at(*va, 0)];

        while (*d && level < LEVEL_LAST) {
            table = table_at(*d);
            d = &table[index_at(*va, ++level)];
        }
        if (*d)
            return d;
        *va = (*va & ~(level_bytes(level) - 1)) + level_bytes(level);
    }
    return NULL;
}

/* The same behind `d`, which is that of *va: most often the next one in its table. */
static uint64_t *descriptor_after(struct pmap *pm, uint64_t *d, vaddr_t *va, vaddr_t end)
{
    *va += PAGE_SIZE;
    if (*va < end && index_at(*va, LEVEL_LAST) && d[1])
        return d + 1;
    return descriptor_next(pm, va, end);
}

void pmap_remove(struct pmap *pm, vaddr_t va, vaddr_t end)
{
    struct tlb_batch batch = { .pmap = pm };
    uint64_t *d = descriptor_next(pm, &va, end);

    for (; d; d = descriptor_after(pm, d, &va, end)) {
        *(volatile uint64_t *)d = 0;
        ktrace(table_write, va, 0);
        batch_add(&batch, va);
    }
    batch_flush(&batch);
}

void pmap_protect(struct pmap *pm, vaddr_t va, vaddr_t end, unsigned prot)
{
    struct tlb_batch batch = { .pmap = pm };
    uint64_t *d = descriptor_next(pm, &va, end);

    for (; d; d = descriptor_after(pm, d, &va, end)) {
        uint64_t old = *(volatile uint64_t *)d; /* once: it may be taken away at any time */
        uint64_t new = (old & PTE_ADDRESS_MASK) | attributes_of(prot);

        if (!old || new == old)
            continue;
        *(volatile uint64_t *)d = new;
        ktrace(table_write, va, new);
        batch_add(&batch, va);
    }
    batch_flush(&batch);
}

bool pmap_extract(struct pmap *pm, vaddr_t va, paddr_t *pa, unsigned *prot)
{
    vaddr_t at = va & ~PAGE_MASK;
    const uint64_t *found = descriptor_next(pm, &at, at + PAGE_SIZE);
    uint64_t d = found ? *(const volatile uint64_t *)found : 0;

    if (!d)
        return false;
    *pa = (d & PTE_ADDRESS_MASK) | (va & PAGE_MASK);
    *prot = PROT_R | ((d & PTE_USER) ? PROT_U : 0) | ((d & PTE_RDONLY) ? 0 : PROT_W) |
            ((d & PTE_UXN) ? 0 : PROT_X);
    return true;
}

static uint64_t asid_limit(void)
{
    bool has_16_bits = cpu_read(id_aa64mmfr0_el1) >> MMFR0_ASID_SHIFT & 2;

    return 1ull << (has_16_bits ? 16 : 8);
}

static void asid_assign(struct pmap *pm)
{
    if (asid_next == asid_limit()) {
        asid_generation++;
        asid_next = 1;
        use_empty_table(); /* no walk may fill the TLB with an old ASID behind the flush */
        cpu_tables_written();
        cpu_tlbi_all();
        cpu_tlbi_done();
    }
    pm->asid = asid_next++;
    pm->generation = asid_generation;
}

/*
 * What a user context has outside its frame. The kernel stack needs nothing: SP_EL1 is at its
 * top whenever user mode runs. The address space is TTBR0 and its ASID, in one store.
 */
/* MDSCR_EL1.SS is the CPU's, not the thread's; the frame's PSTATE.SS says which instruction. */
static void step_activate(bool on)
{
    static bool is_on;

    if (on == is_on)
        return;
    is_on = on;
    cpu_write(mdscr_el1, MDSCR_TDCC | (on ? MDSCR_SS : 0));
    cpu_isb();
}

void arch_thread_activate(struct thread *t)
{
    struct pmap *pm = t->pmap;

    frame_unload();
    step_activate(t->stepping);
    if (pm == active && (!pm || has_tlb_entries(pm)))
        return;
    if (!pm) {
        use_empty_table();
        return;
    }
    if (!has_tlb_entries(pm))
        asid_assign(pm);
    cpu_write(ttbr0_el1, pm->asid << TTBR_ASID_SHIFT | arch_virt_to_phys(pm->root));
    cpu_isb();
    active = pm;
}

/*
 * Data cache to the point of unification, then the instruction cache (DDI 0487, "Ordering and
 * completion of data and instruction cache instructions"). A cache that is not PIPT holds lines by
 * virtual address, and this is not the address of the fetch: all of it goes.
 */
void arch_sync_icache(const void *va, size_t len)
{
    uint64_t ctr = cpu_read(ctr_el0);
    uint64_t dline = 4ull << (ctr >> CTR_DLINE_SHIFT & 15);
    uint64_t iline = 4ull << (ctr >> CTR_ILINE_SHIFT & 15);
    uint64_t start = (uint64_t)va, end = start + len;

    for (uint64_t a = start & ~(dline - 1); a < end; a += dline)
        asm volatile("dc cvau, %0" : : "r"(a) : "memory");
    asm volatile("dsb ish" : : : "memory");
    if ((ctr >> CTR_L1IP_SHIFT & 3) == CTR_L1IP_PIPT)
        for (uint64_t a = start & ~(iline - 1); a < end; a += iline)
            asm volatile("ic ivau, %0" : : "r"(a) : "memory");
    else
        asm volatile("ic iallu" : : : "memory");
    asm volatile("dsb ish\n\tisb" : : : "memory");
}
