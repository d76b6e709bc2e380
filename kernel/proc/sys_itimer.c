// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_itimer.c - interval timers and alarm. ITIMER_VIRTUAL and ITIMER_PROF are kept but never fire. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/proc/lifecycle.h"

#define ITIMER_REAL 0
#define ITIMER_PROF 2

struct itimerval_k {
    struct timeval_k interval, value;
};

static void itimer_fire(struct timer *t)
{
    struct itimer *it = container_of(t, struct itimer, timer);

    signal_send_process(it->process, SIGALRM, NULL);
    if (it->interval_ns)
        timer_start(t, t->deadline_ns + it->interval_ns);
}

void itimer_init(struct process *p)
{
    timer_init(&p->itimer_real.timer, itimer_fire);
    p->itimer_real.process = p;
}

static struct timeval_k timeval_of_ns(uint64_t ns)
{
    return (struct timeval_k){ (int64_t)(ns / NS_PER_S), (int64_t)(ns % NS_PER_S / 1000) };
}

static uint64_t left_ns(const struct itimer *it)
{
    uint64_t now = clock_monotonic_ns();

    if (!timer_is_pending(&it->timer))
        return 0;
    return it->timer.deadline_ns > now + 1000 ? it->timer.deadline_ns - now : 1000;
}

static bool timeval_is_valid(const struct timeval_k *tv)
{
    return tv->sec >= 0 && tv->sec < (1ll << 33) && tv->usec >= 0 && tv->usec < 1000000;
}

static uint64_t timeval_to_ns(const struct timeval_k *tv)
{
    return (uint64_t)tv->sec * NS_PER_S + (uint64_t)tv->usec * 1000;
}

static void itimer_set(struct itimer *it, uint64_t value_ns, uint64_t interval_ns)
{
    timer_cancel(&it->timer);
    it->interval_ns = interval_ns;
    if (value_ns)
        timer_start(&it->timer, clock_monotonic_ns() + value_ns);
}

static int store(vaddr_t u, const struct itimer *it, int which)
{
    struct itimerval_k v = { 0 };

    if (which == ITIMER_REAL) {
        v.interval = timeval_of_ns(it->interval_ns);
        v.value = timeval_of_ns(left_ns(it));
    }
    return u ? copy_to_user(u, &v, sizeof(v)) : 0;
}

SYSCALL2(getitimer, int, which, vaddr_t, u)
{
    if (which < ITIMER_REAL || which > ITIMER_PROF)
        return -EINVAL;
    return store(u, &current->process->itimer_real, which);
}

SYSCALL3(setitimer, int, which, vaddr_t, unew, vaddr_t, uold)
{
    struct itimer *it = &current->process->itimer_real;
    struct itimerval_k v = { 0 };

    if (which < ITIMER_REAL || which > ITIMER_PROF)
        return -EINVAL;
    if (unew && copy_from_user(&v, unew, sizeof(v)))
        return -EFAULT;
    if (!timeval_is_valid(&v.value) || !timeval_is_valid(&v.interval))
        return -EINVAL;
    if (store(uold, it, which))
        return -EFAULT;
    if (which == ITIMER_REAL)
        itimer_set(it, timeval_to_ns(&v.value), timeval_to_ns(&v.interval));
    return 0;
}

SYSCALL1(alarm, unsigned, seconds)
{
    struct itimer *it = &current->process->itimer_real;
    uint64_t left = left_ns(it);

    itimer_set(it, seconds * NS_PER_S, 0);
    return (long)((left + NS_PER_S / 2) / NS_PER_S + (left && left < NS_PER_S / 2));
}
