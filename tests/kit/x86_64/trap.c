/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trap.c - what a page fault means. */
#include "kernel.h"

#define ERROR_PRESENT 1u
#define ERROR_USER    4u

void trap_page_fault(struct frame *frame, uint64_t addr)
{
    if ((frame->error & (ERROR_PRESENT | ERROR_USER)) != ERROR_USER || !memory_fault(addr))
        power_off(3);
}
