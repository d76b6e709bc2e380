/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vdso.h - what vdso/vdso.c needs of this CPU in user mode: the counter, a system call, names.
 * Not for the kernel itself.
 */
#ifndef KERNEL_ARCH_VDSO_H
#define KERNEL_ARCH_VDSO_H

#include <stdint.h>

#define VDSO_NAME(name) __kernel_##name
#define VDSO_ALIAS(name)
#define VDSO_NR_clock_gettime 113
#define VDSO_NR_clock_getres 114

/* The ISB keeps the read from being done early (DDI 0487, "CNTVCT_EL0"). */
static inline uint64_t vdso_counter(void)
{
    uint64_t ticks;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
    return ticks;
}

static inline long vdso_syscall2(long number, long a, long b)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x8) : "memory");
    return x0;
}

struct timespec_v;
struct timeval_v;
struct timezone_v;
long __kernel_clock_gettime(int clock, struct timespec_v *ts);
long __kernel_clock_getres(int clock, struct timespec_v *ts);
long __kernel_gettimeofday(struct timeval_v *tv, struct timezone_v *tz);

#endif
