/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap.h - page tables, what only this folder uses of them.
 *
 * Rules of use: pmap_init() once, before anything of arch.h's page tables; it leaves the tables
 * of boot.S. kernel_end is where it may take pages from, and is moved past them.
 */
#ifndef KERNEL_ARCH_PMAP_H
#define KERNEL_ARCH_PMAP_H

#include "kernel/include/arch.h"

void pmap_init(const struct boot_info *bi, paddr_t *kernel_end);
/* Maps a device's page, uncached; slot is its page in the window at DEVICE_BASE. */
volatile uint32_t *pmap_map_device(unsigned slot, paddr_t pa);
/* Loads CR3, where that is another one; NULL: the kernel's own tables. */
void pmap_activate(struct pmap *pm);

#endif
