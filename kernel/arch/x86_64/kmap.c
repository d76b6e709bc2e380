// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kmap.c - the kernel's own page tables.
 *
 * W^X: text is R-X, read-only data R--, everything else RW- and NX. The direct map has 2 MiB
 * pages, but for the part that holds the image: there text and read-only data are read-only
 * too, so that W^X holds for every name a byte has.
 *
 * Kernel stacks. A stack is one naturally aligned block of KSTACK_BYTES, which the direct map
 * cannot fence off. So it is used by a second name: block number n of RAM has the window
 * of twice the size at KSTACK_BASE + n * 2 * KSTACK_BYTES, and is mapped in its upper half.
 * The lower half stays empty: a stack that grows too far faults there, cannot push
 * that fault's frame either, and so becomes a double fault on a stack of its own. A window once
 * mapped stays, for the next stack in that block. The boot stack and the IST stacks have
 * such gaps in the image itself (kernel.ld).
 *
 * Nothing here is ever unmapped or changed, so nothing needs INVLPG: the CPU does not cache
 * an entry that is not present (4.10.2.3). All of it is global, CR3 may change under it.
 */
#include "kernel/arch/x86_64/kmap.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/pte.h"
#include "kernel/include/errno.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"
#include "kernel/include/thread.h"

extern const char kernel_text_start[], kernel_text_end[], kernel_rodata_end[], kernel_end[];
extern const char boot_stack_guard[], ist_stacks[], ist_stacks_end[];

static paddr_t root;
static paddr_t *early_pages; /* next page to take at boot; NULL once page.c is in charge */

void *arch_phys_to_virt(paddr_t pa)
{
    return direct_map(pa);
}

paddr_t arch_virt_to_phys(const void *va)
{
    uint64_t a = (uint64_t)va;

    return a >= KERNEL_BASE ? a - KERNEL_BASE : a - DIRECT_MAP_BASE;
}

paddr_t kmap_root(void)
{
    return root;
}

paddr_t kmap_table_alloc(void)
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

uint64_t *kmap_entry_make(paddr_t pml4, vaddr_t va, unsigned level, uint64_t table_bits)
{
    uint64_t *table = table_at(pml4);

    for (unsigned l = LEVELS; l > level; l--) {
        uint64_t *e = &table[level_index(va, l)];

        if (!(*e & PTE_P)) {
            paddr_t pa = kmap_table_alloc();

            if (!pa)
                return NULL;
            *e = pa | PTE_TABLE | table_bits;
        }
        table = table_at(*e);
    }
    return &table[level_index(va, level)];
}

static int map_page(vaddr_t va, paddr_t pa, uint64_t bits)
{
    uint64_t *e = kmap_entry_make(root, va, 1, 0);

    kassert((bits & PTE_NX) || !(bits & PTE_W));
    if (!e)
        return -ENOMEM;
    *e = pa | bits | PTE_P | PTE_A | PTE_D | PTE_G;
    return 0;
}

/* What may be done with a page of the image; 0: a gap below a stack. */
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
            map_page(va, va - KERNEL_BASE, bits);
    }
}

static void map_ram(paddr_t start, paddr_t end)
{
    paddr_t image_end = arch_virt_to_phys(kernel_end), pa = start;

    while (pa < end) {
        vaddr_t va = DIRECT_MAP_BASE + pa;
        uint64_t bits = pa < image_end ? image_bits(KERNEL_BASE + pa) : PTE_P | PTE_W;

        if (pa % LARGE_BYTES == 0 && pa + LARGE_BYTES <= end && pa >= image_end) {
            *kmap_entry_make(root, va, 2, 0) =
                pa | PTE_P | PTE_W | PTE_A | PTE_D | PTE_PS | PTE_G | PTE_NX;
            pa += LARGE_BYTES;
            continue;
        }
        if (bits)
            map_page(va, pa, bits | PTE_NX);
        pa += PAGE_SIZE;
    }
}

void kmap_init(const struct boot_info *bi, paddr_t *kernel_end_phys)
{
    early_pages = kernel_end_phys;
    root = kmap_table_alloc();
    map_image();
    map_ram(bi->ram_base, bi->ram_base + bi->ram_bytes);
    kmap_entry_make(root, KSTACK_BASE, LEVELS - 1, 0);
    kmap_entry_make(root, DEVICE_BASE, 1, 0);
    early_pages = NULL;
    write_cr3(root);
    write_cr4(read_cr4() | CR4_PGE);
}

volatile uint32_t *kmap_device(unsigned slot, paddr_t pa)
{
    vaddr_t va = DEVICE_BASE + slot * PAGE_SIZE;

    map_page(va, pa, PTE_W | PTE_NX | PTE_PCD | PTE_PWT);
    return (volatile uint32_t *)va;
}

static vaddr_t stack_window(const void *direct_top)
{
    return KSTACK_BASE + 2 * (arch_virt_to_phys(direct_top) - KSTACK_BYTES);
}

void *kmap_stack_top(const void *direct_top)
{
    return (void *)(stack_window(direct_top) + 2 * KSTACK_BYTES);
}

int kmap_stack(const void *direct_top)
{
    paddr_t pa = arch_virt_to_phys(direct_top) - KSTACK_BYTES;
    vaddr_t va = stack_window(direct_top) + KSTACK_BYTES;

    kassert(pa % KSTACK_BYTES == 0);
    for (uint64_t at = 0; at < KSTACK_BYTES; at += PAGE_SIZE)
        if (map_page(va + at, pa + at, PTE_W | PTE_NX))
            return -ENOMEM;
    return 0;
}

bool kmap_is_stack_gap(vaddr_t va)
{
    if (va >= KSTACK_BASE && va < KSTACK_BASE + level_bytes(LEVELS))
        return va % (2 * KSTACK_BYTES) < KSTACK_BYTES;
    return va >= (vaddr_t)boot_stack_guard && va < (vaddr_t)ist_stacks_end &&
           !image_bits(page_align_down(va));
}
