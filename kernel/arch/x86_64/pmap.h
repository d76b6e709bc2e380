/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pmap.h - user address spaces, what only this folder uses of them. */
#ifndef KERNEL_ARCH_PMAP_H
#define KERNEL_ARCH_PMAP_H

struct pmap;

/* Loads CR3, where that is another one; NULL: the kernel's own tables. */
void pmap_activate(struct pmap *pm);

#endif
