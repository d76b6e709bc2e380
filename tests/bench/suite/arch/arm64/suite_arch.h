/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_arch.h - arm64: raw system calls and the instruction clock.
 *
 * The counter runs at 62.5 MHz on a clock of one instruction a nanosecond, so it steps by 16
 * instructions: loops are long enough that it does not matter.
 */
#ifndef SUITE_ARCH_H
#define SUITE_ARCH_H

#include <stdint.h>

#define INSNS_PER_TICK 16

static inline uint64_t clock_insns(void)
{
    uint64_t ticks;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
    return ticks * INSNS_PER_TICK;
}

static inline long sys(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;

    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

#endif
