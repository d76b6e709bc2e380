// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kasan.c - where the shadow of the address sanitizer stands (kernel/kasan).
 *
 * With KASAN_SHADOW_OFFSET 0xdffffff000000000 the shadow of the 512 GiB that TTBR1 translates is
 * 0xffffffe000000000 to 0xfffffff000000000: between the windows of stacks and that on the
 * device tree (layout.h).
 */
#include "kernel/kasan/kasan_private.h"
#include "kernel/arch/arm64/cpu.h"
#include "kernel/arch/arm64/kmap.h"
#include "kernel/arch/arm64/layout.h"
#include "kernel/arch/arm64/pte.h"
#include "kernel/include/errno.h"
#include "kernel/include/page.h"
#include "kernel/include/thread.h"

extern uint64_t kernel_l1[TABLE_ENTRIES];
extern linker_symbol image_start, text_end, image_end;

struct kasan_range arch_kasan_image(void)
{
    return (struct kasan_range){ (vaddr_t)image_start, (uint64_t)(image_end - image_start) };
}

struct kasan_range arch_kasan_text(void)
{
    return (struct kasan_range){ (vaddr_t)image_start, (uint64_t)(text_end - image_start) };
}

struct kasan_range arch_kasan_stacks(const struct boot_info *bi)
{
    return (struct kasan_range){ KSTACK_WINDOW_BASE, 2 * bi->ram_bytes };
}

vaddr_t arch_kasan_stack(void *direct_top)
{
    return (vaddr_t)kmap_stack_top(direct_top) - KSTACK_BYTES;
}

/* The descriptor of the page at va; `make`: with the tables above it. NULL: there are none. */
static uint64_t *descriptor_of(vaddr_t va, bool make)
{
    uint64_t *table = kernel_l1;

    for (unsigned level = 1; level < 3; level++) {
        uint64_t *d = &table[va >> (39 - 9 * level) & (TABLE_ENTRIES - 1)];

        if (!(*d & PTE_VALID)) {
            paddr_t pa = make ? kasan_table_alloc() : 0;

            if (!pa)
                return NULL;
            cpu_tables_written();
            *d = pa | PTE_TO_TABLE;
        }
        table = arch_phys_to_virt(*d & PTE_ADDRESS_MASK);
    }
    return &table[va >> PAGE_SHIFT & (TABLE_ENTRIES - 1)];
}

int arch_kasan_map(vaddr_t va, paddr_t pa)
{
    uint64_t *d = descriptor_of(va, true);

    if (!d)
        return -ENOMEM;
    if (!(*d & PTE_VALID)) {
        *d = pa | PTE_PAGE_RW;
        cpu_tables_written();
        cpu_isb();
    }
    return 0;
}

bool arch_kasan_is_mapped(vaddr_t va)
{
    const uint64_t *d = descriptor_of(va, false);

    return d && (*d & PTE_VALID);
}
