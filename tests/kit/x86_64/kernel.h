/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.h - the frame that trap.S stores, and who calls whom. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

#define PAGE_BYTES 4096u

struct frame {
    uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t error, rip, cs, rflags, rsp, ss;
};

/* Map a zeroed page at `va`; 0: there is none left, or it is not the heap's. */
int memory_fault(uint64_t va);
void trap_page_fault(struct frame *frame, uint64_t addr);
_Noreturn void power_off(uint64_t status);

#endif
