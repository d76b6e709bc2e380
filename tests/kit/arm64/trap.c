/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trap.c - what a trap from user mode means. */
#include "kernel.h"

#define EC_SVC        0x15u
#define EC_DATA_LOWER 0x24u
#define DFSC_TRANSLATION_L3 0x07u

void trap_user(struct frame *frame, uint64_t esr, uint64_t far)
{
    unsigned class = esr >> 26 & 0x3f;

    if (class == EC_SVC)
        power_off(frame->x[0]);
    if (class != EC_DATA_LOWER || (esr & 0x3f) != DFSC_TRANSLATION_L3 || !memory_fault(far))
        power_off(3);
}
