/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * descriptors.h - GDT, IDT and TSS.
 *
 * Rules of use: descriptors_init() once, with the final page tables active. After it every
 * vector has a gate, and SYSCALL enters syscall_entry.
 */
#ifndef KERNEL_ARCH_DESCRIPTORS_H
#define KERNEL_ARCH_DESCRIPTORS_H

void descriptors_init(void);
/* The stack of the next entry from user mode, by interrupt (TSS.RSP0) and by SYSCALL. */
void descriptors_set_kernel_stack(void *top);

#endif
