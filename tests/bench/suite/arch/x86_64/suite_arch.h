/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite_arch.h - x86_64: raw system calls and the instruction clock, which the TSC is. */
#ifndef SUITE_ARCH_H
#define SUITE_ARCH_H

#include <stdint.h>

static inline uint64_t clock_insns(void)
{
    uint32_t lo, hi;

    __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
    return (uint64_t)hi << 32 | lo;
}

static inline long sys(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#endif
