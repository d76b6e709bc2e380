// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kmap.c - the kernel's own page tables.
 *
 * The direct map uses blocks of 1 GiB and 2 MiB. Only the 2 MiB around the image are
 * pages: there text and read-only data are read-only in the direct map too, so that W^X
 * holds for every name a byte has.
 *
 * Kernel stacks. A stack is one naturally aligned block of KSTACK_BYTES, which the
 * direct map cannot fence off. So it is used by a second name: block number n of RAM has
 * the window of twice the size at KSTACK_WINDOW_BASE + n * 2 * KSTACK_BYTES, and is mapped
 * in its upper half. The lower half stays empty: a stack that grows too far faults
 * there, and trap.S sees from one bit of SP that it has. A window once mapped stays, for
 * the next stack in that block.
 *
 * Tables come from boot_table_pool while booting and from the page allocator later.
 */
#include "kernel/arch/arm64/kmap.h"
#include "kernel/arch/arm64/cpu.h"
#include "kernel/arch/arm64/fdt.h"
#include "kernel/arch/arm64/pte.h"
#include "kernel/include/errno.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"
#include "kernel/include/thread.h"

#define BLOCK_1G (1ull << 30)
#define BLOCK_2M (1ull << 21)

_Static_assert(KSTACK_BYTES == 1ul << KSTACK_SHIFT, "trap.S tests this bit");

extern uint64_t kernel_l1[TABLE_ENTRIES];
extern uint64_t boot_table_pool[], boot_table_pool_end[];
extern linker_symbol image_start, rodata_end, image_end;

static uint64_t *pool_next = boot_table_pool;
static paddr_t image_pa, ram_pa;
static uint64_t ram_bytes;
static bool page_allocator_ready; /* after boot: tables come from there */

void *arch_phys_to_virt(paddr_t pa)
{
    return direct_map(pa);
}

paddr_t arch_virt_to_phys(const void *va)
{
    uint64_t a = (uint64_t)va;

    if (a >= KERNEL_IMAGE_BASE)
        return a - KERNEL_IMAGE_BASE + image_pa;
    kassert(a - DIRECT_MAP_BASE < DIRECT_MAP_BYTES);
    return a - DIRECT_MAP_BASE;
}

/* A table in the image or in the direct map: both are memory that arch_virt_to_phys() knows. */
static uint64_t *table_at(uint64_t descriptor)
{
    paddr_t pa = descriptor & PTE_ADDRESS_MASK;

    if (pa >= image_pa && pa - image_pa < (uint64_t)(image_end - image_start))
        return (uint64_t *)(KERNEL_IMAGE_BASE + (pa - image_pa));
    return arch_phys_to_virt(pa);
}

static uint64_t *table_alloc(void)
{
    uint64_t *table;

    if (page_allocator_ready) {
        struct page *p = page_alloc_zeroed();

        return p ? page_to_virt(p) : NULL;
    }
    if (pool_next == boot_table_pool_end)
        panic("no page tables left for this much memory");
    table = pool_next;
    pool_next += TABLE_ENTRIES;
    return table;
}

static unsigned index_at(vaddr_t va, unsigned level)
{
    return va >> (39 - 9 * level) & (TABLE_ENTRIES - 1);
}

/* The descriptor for va at `level` (1 to 3), with the tables above it; NULL: no memory. */
static uint64_t *descriptor_at(vaddr_t va, unsigned level)
{
    uint64_t *table = kernel_l1;

    for (unsigned l = 1; l < level; l++) {
        uint64_t *d = &table[index_at(va, l)];

        if (!*d) {
            uint64_t *next = table_alloc();

            if (!next)
                return NULL;
            cpu_tables_written(); /* the zeros of the new table, before it is linked */
            *d = arch_virt_to_phys(next) | PTE_TO_TABLE;
        }
        table = table_at(*d);
    }
    return &table[index_at(va, level)];
}

static void map_one(paddr_t pa, unsigned level, uint64_t attributes)
{
    *descriptor_at(DIRECT_MAP_BASE + pa, level) = pa | attributes;
}

/* The 2 MiB that hold some of the image: rights of each page are those of the image. */
static void map_image_block(paddr_t block)
{
    paddr_t image_rodata_end = arch_virt_to_phys(rodata_end);

    for (paddr_t pa = block; pa < block + BLOCK_2M; pa += PAGE_SIZE) {
        bool readonly = pa >= image_pa && pa < image_rodata_end;

        map_one(pa, 3, readonly ? PTE_PAGE_RO : PTE_PAGE_RW);
    }
}

static void map_ram(paddr_t start, paddr_t end)
{
    paddr_t image_first = image_pa & ~(BLOCK_2M - 1);
    paddr_t image_last = arch_virt_to_phys(image_end) - 1;
    paddr_t pa = start;

    while (pa < end) {
        bool whole = !(pa & (BLOCK_1G - 1)) && end - pa >= BLOCK_1G;

        if (whole && (pa > image_last || pa + BLOCK_1G <= image_first)) {
            map_one(pa, 1, PTE_BLOCK_RW);
            pa += BLOCK_1G;
            continue;
        }
        if (pa >= image_first && pa <= image_last)
            map_image_block(pa);
        else
            map_one(pa, 2, PTE_BLOCK_RW);
        pa += BLOCK_2M;
    }
}

static void map_devices(void)
{
    static const paddr_t devices[] = { BOARD_GICD_PA, BOARD_PL011_PA };

    for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        map_one(devices[i] & ~(BLOCK_2M - 1), 2, PTE_BLOCK_DEVICE);
}
_Static_assert((BOARD_GICD_PA ^ BOARD_GICC_PA) < BLOCK_2M, "one block maps both");
_Static_assert((BOARD_PL011_PA ^ BOARD_PL031_PA) < BLOCK_2M, "one block maps both");

void kmap_start(paddr_t image)
{
    image_pa = image;
}

/* Returns the window's two descriptors, empty: break before make. */
static uint64_t *close_fdt_window(void)
{
    uint64_t *d = descriptor_at(FDT_WINDOW_BASE, 2);

    d[0] = d[1] = 0;
    cpu_tables_written();
    cpu_tlbi_all();
    cpu_tlbi_done();
    return d;
}

const void *kmap_fdt(paddr_t pa)
{
    paddr_t block = pa & ~(BLOCK_2M - 1);
    uint64_t *d = close_fdt_window();

    d[0] = block | PTE_BLOCK_RO;
    d[1] = (block + BLOCK_2M) | PTE_BLOCK_RO;
    cpu_tables_written();
    cpu_isb();
    return (const void *)(FDT_WINDOW_BASE + (pa - block));
}

void kmap_init(paddr_t ram, uint64_t bytes)
{
    ram_pa = ram;
    ram_bytes = bytes;
    close_fdt_window();
    map_ram(ram, ram + bytes);
    map_devices();
    cpu_tables_written();
    cpu_isb();
}

static vaddr_t window_of(const void *direct_top)
{
    return KSTACK_WINDOW_BASE + 2 * (arch_virt_to_phys(direct_top) - KSTACK_BYTES - ram_pa);
}

void *kmap_stack_top(const void *direct_top)
{
    return (void *)(window_of(direct_top) + 2 * KSTACK_BYTES);
}

int kmap_stack(const void *direct_top)
{
    paddr_t pa = arch_virt_to_phys(direct_top) - KSTACK_BYTES;
    vaddr_t va = window_of(direct_top) + KSTACK_BYTES;

    page_allocator_ready = true;
    kassert(!(pa & (KSTACK_BYTES - 1)) && pa - ram_pa < ram_bytes);
    for (uint64_t i = 0; i < KSTACK_BYTES; i += PAGE_SIZE) {
        uint64_t *d = descriptor_at(va + i, 3);

        if (!d)
            return -ENOMEM;
        *d = (pa + i) | PTE_PAGE_RW;
    }
    cpu_tables_written();
    cpu_isb();
    return 0;
}
