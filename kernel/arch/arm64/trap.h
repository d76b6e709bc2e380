/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trap.h - the C side of trap.S.
 *
 * Rules of use
 *   - All are entered with interrupts masked, on the current thread's kernel stack.
 *   - The user's side leaves through trap_leave_user(), and nothing writes the
 *     frame after that.
 */
#ifndef KERNEL_ARCH_TRAP_H
#define KERNEL_ARCH_TRAP_H

#include "kernel/arch/arm64/frame.h"
#include "kernel/include/arch.h"

void trap_user_sync(struct trap_frame *f, uint64_t esr);
void trap_user_irq(struct trap_frame *f);
void trap_kernel_sync(struct kernel_frame *f, uint64_t esr, uint64_t far);
_Noreturn void trap_unexpected(const struct kernel_frame *f, uint64_t esr, uint64_t far);
_Noreturn void trap_stack_overflow(const struct kernel_frame *f, uint64_t esr, uint64_t far);

#endif
