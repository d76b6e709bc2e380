// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_time.c - clocks and sleeping. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/sched.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vdso.h"
#include "kernel/proc/cpu_timer.h"
#include "kernel/proc/lifecycle.h"
#include "kernel/proc/user_time.h"

#define SECONDS_MAX (INT64_MAX / (int64_t)NS_PER_S)
/* Linux: room for 30 years of uptime */
#define SETTOD_SECONDS_MAX (SECONDS_MAX - 30ll * 365 * 24 * 3600)

int timespec_from_user(vaddr_t u, struct timespec_k *ts)
{
    return copy_from_user(ts, u, sizeof(*ts));
}

bool timespec_is_valid(const struct timespec_k *ts)
{
    return ts->sec >= 0 && ts->nsec >= 0 && ts->nsec < (int64_t)NS_PER_S;
}

struct timespec_k timespec_of_ns(int64_t ns)
{
    return (struct timespec_k){ ns / (int64_t)NS_PER_S, ns % (int64_t)NS_PER_S };
}

uint64_t timespec_to_ns(const struct timespec_k *ts)
{
    return ts->sec >= SECONDS_MAX ? INT64_MAX : (uint64_t)ts->sec * NS_PER_S + (uint64_t)ts->nsec;
}

uint64_t deadline_relative(const struct timespec_k *ts)
{
    uint64_t ns = timespec_to_ns(ts);

    return ns >= INT64_MAX ? NO_DEADLINE : clock_monotonic_ns() + ns;
}

uint64_t deadline_absolute(const struct timespec_k *ts, int clock)
{
    uint64_t ns = timespec_to_ns(ts);
    int64_t offset = clock_realtime_ns() - (int64_t)clock_monotonic_ns();

    if (ns >= INT64_MAX)
        return NO_DEADLINE;
    if (clock != CLOCK_REALTIME && clock != CLOCK_TAI)
        return ns;
    return (int64_t)ns > offset ? ns - (uint64_t)offset : 0;
}

#define CPU_CLOCK_PER_THREAD 4
#define CPU_CLOCK_KIND 3 /* 0 PROF, 1 VIRT, 2 SCHED, 3 a descriptor */

/* Negative clocks: ~pid above three bits that say which. */
static const struct thread *cpu_clock_thread(int clock, bool *per_thread)
{
    int32_t pid = ~(clock >> 3);
    const struct thread *t;

    *per_thread = clock & CPU_CLOCK_PER_THREAD;
    if ((clock & CPU_CLOCK_KIND) == 3)
        return NULL;
    if (!pid)
        return current;
    t = thread_find(pid);
    if (!t || !t->process ||
        (*per_thread ? t->process != current->process : t->process->pid != pid))
        return NULL;
    return t;
}

int clock_cpu_target(int clock, int32_t *tid)
{
    const struct thread *t = current;
    bool per_thread = clock == CLOCK_THREAD_CPUTIME_ID;

    if (clock < 0)
        t = cpu_clock_thread(clock, &per_thread);
    else if (clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID)
        return -EINVAL;
    if (!t || t->process != current->process)
        return -EINVAL;
    if (tid)
        *tid = per_thread ? t->tid : 0;
    return 0;
}

static int cpu_clock_read(int clock, int64_t *ns)
{
    bool per_thread;
    const struct thread *t = cpu_clock_thread(clock, &per_thread);

    if (!t)
        return -EINVAL;
    *ns = (int64_t)(per_thread ? cpu_time_of_thread(t) : cpu_time_of_process(t->process));
    return 0;
}

int clock_read(int clock, int64_t *ns)
{
    struct usage u = { 0 };

    if (clock < 0)
        return cpu_clock_read(clock, ns);

    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
        *ns = clock_realtime_ns();
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *ns = (int64_t)clock_monotonic_ns();
        return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
        process_usage(current->process, &u);
        break;
    case CLOCK_THREAD_CPUTIME_ID:
        usage_add_thread(&u, current);
        break;
    default:
        return -EINVAL;
    }
    *ns = (int64_t)(u.user_ns + u.system_ns);
    return 0;
}

SYSCALL2(clock_gettime, int, clock, vaddr_t, uts)
{
    struct timespec_k ts;
    int64_t ns;

    if (clock_read(clock, &ns))
        return -EINVAL;
    ts = timespec_of_ns(ns);
    return copy_to_user(uts, &ts, sizeof(ts));
}

SYSCALL2(clock_getres, int, clock, vaddr_t, uts)
{
    struct timespec_k ts = { 0, 1 };
    int64_t ns;

    if (clock_read(clock, &ns))
        return -EINVAL;
    if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
        ts.nsec = CLOCK_COARSE_RESOLUTION_NS;
    return uts ? copy_to_user(uts, &ts, sizeof(ts)) : 0;
}

SYSCALL2(clock_settime, int, clock, vaddr_t, uts)
{
    struct timespec_k ts;

    if (clock != CLOCK_REALTIME)
        return -EINVAL;
    if (timespec_from_user(uts, &ts))
        return -EFAULT;
    if (!timespec_is_valid(&ts) || ts.sec >= SETTOD_SECONDS_MAX)
        return -EINVAL;
    if (!cred_is_privileged(&current->process->cred))
        return -EPERM;
    clock_set_realtime((int64_t)timespec_to_ns(&ts));
    return 0;
}

SYSCALL2(gettimeofday, vaddr_t, utv, vaddr_t, utz)
{
    int64_t ns = clock_realtime_ns();
    struct timeval_k tv = { ns / (int64_t)NS_PER_S, ns % (int64_t)NS_PER_S / 1000 };
    const int32_t tz[2] = { 0, 0 };

    if (utv && copy_to_user(utv, &tv, sizeof(tv)))
        return -EFAULT;
    return utz ? copy_to_user(utz, tz, sizeof(tz)) : 0;
}

SYSCALL2(settimeofday, vaddr_t, utv, vaddr_t, utz)
{
    struct timeval_k tv;

    if (utv && copy_from_user(&tv, utv, sizeof(tv)))
        return -EFAULT;
    if (!cred_is_privileged(&current->process->cred))
        return -EPERM;
    if (utv && (tv.sec < 0 || tv.sec >= SETTOD_SECONDS_MAX || tv.usec < 0 || tv.usec >= 1000000))
        return -EINVAL;
    if (utv)
        clock_set_realtime(tv.sec * (int64_t)NS_PER_S + tv.usec * 1000);
    return 0;
}

SYSCALL1(time, vaddr_t, ut)
{
    int64_t s = clock_realtime_ns() / (int64_t)NS_PER_S;

    return ut && copy_to_user(ut, &s, sizeof(s)) ? -EFAULT : s;
}

/* 0, or -EINTR with what is left in *left_ns. */
static long sleep_until(uint64_t deadline_ns, uint64_t *left_ns)
{
    int error;

    do {
        error = sched_park(deadline_ns, true);
    } while (error == 0);
    if (error == -ETIMEDOUT)
        return 0;
    uint64_t now = clock_monotonic_ns();

    *left_ns = deadline_ns > now ? deadline_ns - now : 0;
    return -EINTR;
}

/* restart.arg[0]: where the rest is stored, 0 where nobody wants it. */
static long sleep_restart(struct restart *r)
{
    struct timespec_k left;
    uint64_t left_ns;

    if (sleep_until(r->deadline_ns, &left_ns) == 0)
        return 0;
    left = timespec_of_ns((int64_t)left_ns);
    if (r->arg[0] && r->deadline_ns != NO_DEADLINE && copy_to_user(r->arg[0], &left, sizeof(left)))
        return -EFAULT;
    return syscall_restart_block(sleep_restart);
}

static long sleep_relative(const struct timespec_k *ts, vaddr_t uleft)
{
    current->restart.arg[0] = uleft;
    current->restart.deadline_ns = deadline_relative(ts);
    return sleep_restart(&current->restart);
}

SYSCALL2(nanosleep, vaddr_t, uts, vaddr_t, uleft)
{
    struct timespec_k ts;

    if (timespec_from_user(uts, &ts))
        return -EFAULT;
    return timespec_is_valid(&ts) ? sleep_relative(&ts, uleft) : -EINVAL;
}

SYSCALL4(clock_nanosleep, int, clock, int, flags, vaddr_t, uts, vaddr_t, uleft)
{
    struct timespec_k ts;
    uint64_t left_ns;
    int64_t now;

    if (clock_read(clock, &now))
        return -EINVAL;
    if (clock == CLOCK_THREAD_CPUTIME_ID || clock == CLOCK_MONOTONIC_RAW ||
        clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_REALTIME_COARSE)
        return -EOPNOTSUPP;
    if (timespec_from_user(uts, &ts))
        return -EFAULT;
    if (!timespec_is_valid(&ts))
        return -EINVAL;
    if (!(flags & TIMER_ABSTIME))
        return sleep_relative(&ts, uleft);
    return sleep_until(deadline_absolute(&ts, clock), &left_ns) ? -ERESTARTNOHAND : 0;
}
