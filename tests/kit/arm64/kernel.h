/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.h - the frame that trap.S stores, and who calls whom. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

#define PAGE_BYTES 4096u

struct frame {
    uint64_t x[31];
    uint64_t sp, pc, pstate;
    uint8_t v[32][16];
};

uint64_t *tables_build(void);
/* Map a zeroed page at `va`; 0: there is none left, or it is not the heap's. */
int memory_fault(uint64_t va);
void trap_user(struct frame *frame, uint64_t esr, uint64_t far);
_Noreturn void power_off(uint64_t status);

#endif
