// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vdso.c - the functions of the vDSO: clocks without a system call.
 *
 * Runs in user mode, in each process. It may touch its arguments, the data page and the CPU's
 * counter, nothing else; a clock that the data page does not know is the system call's. The
 * names that programs look up are the CPU's (arch/CPU/vdso.h, vdso.map).
 *
 * Linux's own behaviour: no EFAULT here, a bad pointer is the caller's SIGSEGV.
 */
#include "kernel/include/vdso.h"
#include <stdbool.h>
#include <stddef.h>
#include "vdso.h"

#define NS_PER_SECOND 1000000000u
#define CLOCK_REALTIME 0
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6

/* REALTIME, MONOTONIC, MONOTONIC_RAW, both coarse ones, BOOTTIME, TAI; of these, wall clocks. */
#define CLOCKS_HERE 0x8f3u
#define CLOCKS_WALL 0x821u
#define CLOCKS_COARSE (1u << CLOCK_REALTIME_COARSE | 1u << CLOCK_MONOTONIC_COARSE)

struct timespec_v {
    int64_t sec, nsec;
};
struct timeval_v {
    int64_t sec, usec;
};
struct timezone_v {
    int32_t minutes_west, dst;
};

extern const struct vdso_data vvar __attribute__((visibility("hidden"))); /* vdso.ld */

static bool is_one_of(unsigned clock, unsigned set)
{
    return clock < 32 && (set >> clock & 1);
}

static int64_t read_ns(bool wall)
{
    const volatile struct vdso_data *d = &vvar;
    uint32_t seq;
    uint64_t ticks;
    int64_t ns;

    do {
        seq = __atomic_load_n(&d->seq, __ATOMIC_ACQUIRE);
        ticks = vdso_counter() - d->counter_start;
        ns = (int64_t)((unsigned __int128)ticks * d->ns_per_tick >> 32);
        if (wall)
            ns += d->realtime_offset_ns;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while ((seq & 1) || seq != d->seq);
    return ns;
}

long VDSO_NAME(clock_gettime)(int clock, struct timespec_v *ts)
{
    int64_t ns;

    if (!is_one_of((unsigned)clock, CLOCKS_HERE))
        return vdso_syscall2(VDSO_NR_clock_gettime, clock, (uintptr_t)ts);
    ns = read_ns(is_one_of((unsigned)clock, CLOCKS_WALL));
    ts->sec = ns / NS_PER_SECOND;
    ts->nsec = ns % NS_PER_SECOND;
    return 0;
}
VDSO_ALIAS(clock_gettime)

long VDSO_NAME(clock_getres)(int clock, struct timespec_v *ts)
{
    if (!is_one_of((unsigned)clock, CLOCKS_HERE))
        return vdso_syscall2(VDSO_NR_clock_getres, clock, (uintptr_t)ts);
    if (ts) {
        ts->sec = 0;
        ts->nsec = is_one_of((unsigned)clock, CLOCKS_COARSE) ? CLOCK_COARSE_RESOLUTION_NS : 1;
    }
    return 0;
}
VDSO_ALIAS(clock_getres)

long VDSO_NAME(gettimeofday)(struct timeval_v *tv, struct timezone_v *tz)
{
    if (tv) {
        int64_t ns = read_ns(true);

        tv->sec = ns / NS_PER_SECOND;
        tv->usec = ns % NS_PER_SECOND / 1000;
    }
    if (tz)
        tz->minutes_west = tz->dst = 0; /* the kernel keeps none */
    return 0;
}
VDSO_ALIAS(gettimeofday)

#ifdef VDSO_HAS_TIME
int64_t VDSO_NAME(time)(int64_t *out)
{
    int64_t s = read_ns(true) / NS_PER_SECOND;

    if (out)
        *out = s;
    return s;
}
VDSO_ALIAS(time)
#endif

#ifdef VDSO_HAS_GETCPU
/* One CPU, one node. */
long VDSO_NAME(getcpu)(unsigned *cpu, unsigned *node, void *unused)
{
    if (cpu)
        *cpu = 0;
    if (node)
        *node = 0;
    return 0;
}
VDSO_ALIAS(getcpu)
#endif
