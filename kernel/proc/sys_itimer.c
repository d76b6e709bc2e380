// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sys_itimer.c - interval timers and alarm: ITIMER_REAL on the monotonic clock, ITIMER_VIRTUAL and
 * ITIMER_PROF on the CPU time of the process (which is not split into user's and kernel's).
 */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/proc/cpu_timer.h"
#include "kernel/proc/lifecycle.h"

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
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

static void cpu_itimer_fire(struct cpu_timer *ct)
{
    struct cpu_itimer *it = container_of(ct, struct cpu_itimer, timer);
    bool is_virtual = it == &ct->process->itimer_cpu[0];

    signal_send_process(ct->process, is_virtual ? SIGVTALRM : SIGPROF, NULL);
    if (it->interval_ns)
        cpu_timer_start(ct, ct->deadline_ns + it->interval_ns);
}

void itimer_init(struct process *p)
{
    timer_init(&p->itimer_real.timer, itimer_fire);
    p->itimer_real.process = p;
    cpu_timers_init(p);
    for (int i = 0; i < 2; i++)
        cpu_timer_init(&p->itimer_cpu[i].timer, p, cpu_itimer_fire);
}

static struct timeval_k timeval_of_ns(uint64_t ns)
{
    return (struct timeval_k){ (int64_t)(ns / NS_PER_S), (int64_t)(ns % NS_PER_S / 1000) };
}

/* What is left of a pending timer is never told as 0. */
static uint64_t until(bool is_pending, uint64_t deadline_ns, uint64_t now)
{
    if (!is_pending)
        return 0;
    return deadline_ns > now + 1000 ? deadline_ns - now : 1000;
}

static uint64_t left_ns(const struct itimer *it)
{
    return until(timer_is_pending(&it->timer), it->timer.deadline_ns, clock_monotonic_ns());
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

static void cpu_itimer_set(struct cpu_itimer *it, uint64_t value_ns, uint64_t interval_ns)
{
    cpu_timer_cancel(&it->timer);
    it->interval_ns = interval_ns;
    if (value_ns)
        cpu_timer_start(&it->timer, cpu_timer_now(&it->timer) + value_ns);
}

static int store(vaddr_t u, int which)
{
    const struct process *p = current->process;
    const struct cpu_itimer *cpu = &p->itimer_cpu[which == ITIMER_PROF];
    struct itimerval_k v;

    if (which == ITIMER_REAL) {
        v.interval = timeval_of_ns(p->itimer_real.interval_ns);
        v.value = timeval_of_ns(left_ns(&p->itimer_real));
    } else {
        v.interval = timeval_of_ns(cpu->interval_ns);
        v.value = timeval_of_ns(until(cpu_timer_is_pending(&cpu->timer), cpu->timer.deadline_ns,
                                      cpu_timer_now(&cpu->timer)));
    }
    return u ? copy_to_user(u, &v, sizeof(v)) : 0;
}

SYSCALL2(getitimer, int, which, vaddr_t, u)
{
    if (which < ITIMER_REAL || which > ITIMER_PROF)
        return -EINVAL;
    return store(u, which);
}

SYSCALL3(setitimer, int, which, vaddr_t, unew, vaddr_t, uold)
{
    struct process *p = current->process;
    struct itimerval_k v = { 0 };

    if (which < ITIMER_REAL || which > ITIMER_PROF)
        return -EINVAL;
    if (unew && copy_from_user(&v, unew, sizeof(v)))
        return -EFAULT;
    if (!timeval_is_valid(&v.value) || !timeval_is_valid(&v.interval))
        return -EINVAL;
    if (store(uold, which))
        return -EFAULT;
    if (which == ITIMER_REAL)
        itimer_set(&p->itimer_real, timeval_to_ns(&v.value), timeval_to_ns(&v.interval));
    else
        cpu_itimer_set(&p->itimer_cpu[which == ITIMER_PROF], timeval_to_ns(&v.value),
                       timeval_to_ns(&v.interval));
    return 0;
}

SYSCALL1(alarm, unsigned, seconds)
{
    struct itimer *it = &current->process->itimer_real;
    uint64_t left = left_ns(it);

    itimer_set(it, seconds * NS_PER_S, 0);
    return (long)((left + NS_PER_S / 2) / NS_PER_S + (left && left < NS_PER_S / 2));
}
