/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trap.h - between trap.S and C. Called by trap.S alone, interrupts masked. */
#ifndef KERNEL_ARCH_TRAP_H
#define KERNEL_ARCH_TRAP_H

#include "kernel/arch/x86_64/frame.h"

/* The last two return with interrupts masked, after trap_leave_user(). */
void trap_kernel(struct trap_regs *r);
void trap_paranoid(struct trap_regs *r);
void trap_user(struct trap_frame *f);
void trap_syscall(struct trap_frame *f);

#endif
