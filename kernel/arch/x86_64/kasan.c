// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kasan.c - where the shadow of the address sanitizer stands (kernel/kasan).
 *
 * With KASAN_SHADOW_OFFSET 0xdffffc0000000000 the shadow of the kernel's half is
 * 0xffffec0000000000 to 0xfffffc0000000000: between the windows of stacks and the image. Its
 * entries of the PML4 are made by kasan_init(), before any address space has a copy.
 */
#include "kernel/kasan/kasan_private.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/kmap.h"
#include "kernel/arch/x86_64/pte.h"
#include "kernel/include/errno.h"
#include "kernel/include/thread.h"

extern const char kernel_text_start[], kernel_text_end[], kernel_end[];

struct kasan_range arch_kasan_image(void)
{
    return (struct kasan_range){ (vaddr_t)kernel_text_start,
                                 (uint64_t)(kernel_end - kernel_text_start) };
}

struct kasan_range arch_kasan_text(void)
{
    return (struct kasan_range){ (vaddr_t)kernel_text_start,
                                 (uint64_t)(kernel_text_end - kernel_text_start) };
}

struct kasan_range arch_kasan_stacks(const struct boot_info *bi)
{
    return (struct kasan_range){ KSTACK_BASE + 2 * bi->ram_base, 2 * bi->ram_bytes };
}

vaddr_t arch_kasan_stack(void *direct_top)
{
    return (vaddr_t)kmap_stack_top(direct_top) - KSTACK_BYTES;
}

/* The entry of the page at va; `make`: with the tables above it. NULL: there are none. */
static uint64_t *entry_of(vaddr_t va, bool make)
{
    uint64_t *table = table_at(kmap_root());

    for (unsigned level = LEVELS; level > 1; level--) {
        uint64_t *e = &table[level_index(va, level)];

        if (!(*e & PTE_P)) {
            paddr_t pa = make ? kasan_table_alloc() : 0;

            if (!pa)
                return NULL;
            *e = pa | PTE_TABLE;
        }
        table = table_at(*e);
    }
    return &table[level_index(va, 1)];
}

int arch_kasan_map(vaddr_t va, paddr_t pa)
{
    uint64_t *e = entry_of(va, true);

    if (!e)
        return -ENOMEM;
    if (!(*e & PTE_P))
        *e = pa | PTE_P | PTE_W | PTE_A | PTE_D | PTE_G | PTE_NX;
    return 0;
}

bool arch_kasan_is_mapped(vaddr_t va)
{
    const uint64_t *e = entry_of(va, false);

    return e && (*e & PTE_P);
}
