/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vdso.h - what vdso/vdso.c needs of this CPU in user mode: the counter, a system call, names.
 * Not for the kernel itself.
 */
#ifndef KERNEL_ARCH_VDSO_H
#define KERNEL_ARCH_VDSO_H

#include <stdint.h>

#define VDSO_NAME(name) __vdso_##name
/* Linux exports each under its plain name too. */
#define VDSO_ALIAS(name)                                                                           \
    extern __typeof__(__vdso_##name) name __attribute__((weak, alias("__vdso_" #name)));
#define VDSO_HAS_TIME
#define VDSO_HAS_GETCPU
#define VDSO_NR_clock_gettime 228
#define VDSO_NR_clock_getres 229

/* LFENCE keeps RDTSC from being done early (vol. 2, RDTSC). */
static inline uint64_t vdso_counter(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static inline long vdso_syscall2(long number, long a, long b)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b)
                     : "rcx", "r11", "memory");
    return result;
}

struct timespec_v;
struct timeval_v;
struct timezone_v;
long __vdso_clock_gettime(int clock, struct timespec_v *ts);
long __vdso_clock_getres(int clock, struct timespec_v *ts);
long __vdso_gettimeofday(struct timeval_v *tv, struct timezone_v *tz);
int64_t __vdso_time(int64_t *out);
long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused);

#endif
