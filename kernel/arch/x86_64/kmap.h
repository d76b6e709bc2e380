/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmap.h - the kernel's half of the address space: image, direct map of RAM, devices,
 * windows of kernel stacks.
 *
 * Rules of use
 *   - kmap_init() once, before the rest; it leaves the tables of boot.S. *kernel_end is where it
 *     may take pages from, and is moved past them.
 *   - What is mapped here stays mapped, and its PML4 entries are all made by kmap_init(): each
 *     user address space has a copy of them.
 */
#ifndef KERNEL_ARCH_KMAP_H
#define KERNEL_ARCH_KMAP_H

#include "kernel/arch/x86_64/cpu.h"
#include "kernel/include/arch.h"

/* arch_phys_to_virt() for this folder's own hot paths, without a call. */
static inline void *direct_map(paddr_t pa)
{
    return (void *)(DIRECT_MAP_BASE + pa);
}

void kmap_init(const struct boot_info *bi, paddr_t *kernel_end);
/* The PML4 with nothing in its user half. */
paddr_t kmap_root(void);
/* Maps a device's page, uncached; slot is its page in the window at DEVICE_BASE. */
volatile uint32_t *kmap_device(unsigned slot, paddr_t pa);
/*
 * Where the stack with this top in the direct map is used: at the top of its window,
 * below which there is a gap. kmap_stack() maps it: 0, or -ENOMEM.
 */
void *kmap_stack_top(const void *direct_top);
int kmap_stack(const void *direct_top);
/* Does a kernel stack that grew too far fault at va? */
bool kmap_is_stack_gap(vaddr_t va);

/* A zeroed page for a table; 0: no memory. */
paddr_t kmap_table_alloc(void);
/* The entry for va at `level` below the PML4 at root, making tables on the way. NULL: no memory. */
uint64_t *kmap_entry_make(paddr_t root, vaddr_t va, unsigned level, uint64_t table_bits);

#endif
