/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmap.h - the kernel's half of the address space (TTBR1): the direct map of RAM
 * and devices, windows of kernel stacks, and the window on the device tree.
 *
 * Rules of use
 *   - boot_main() calls kmap_start(), then kmap_init() before anything uses
 *     arch_phys_to_virt().
 *   - Kernel mappings, that window apart, are made and never taken away. So they
 *     need no TLB invalidation: a TLB holds no invalid descriptor.
 */
#ifndef KERNEL_ARCH_KMAP_H
#define KERNEL_ARCH_KMAP_H

#include "kernel/arch/arm64/layout.h"
#include "kernel/include/arch.h"

/* arch_phys_to_virt() for this folder's own hot paths, without a call. */
static inline void *direct_map(paddr_t pa)
{
    return (void *)(DIRECT_MAP_BASE + pa);
}

/* First of all: where the image was loaded. */
void kmap_start(paddr_t image);
/* While booting: FDT_BYTES_MAX bytes from pa are readable at the returned address. */
const void *kmap_fdt(paddr_t pa);
/* The direct map of [ram, ram + bytes), multiples of 2 MiB, and of devices; closes the window. */
void kmap_init(paddr_t ram, uint64_t bytes);
/*
 * Where the stack with this top in the direct map is used: at the top of its window,
 * below which there is a gap. kmap_stack() maps it: 0, or -ENOMEM.
 */
void *kmap_stack_top(const void *direct_top);
int kmap_stack(const void *direct_top);

#endif
