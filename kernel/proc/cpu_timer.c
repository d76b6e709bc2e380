// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpu_timer.c - timers on CPU time.
 *
 * A process that has some keeps them in a list, with one timer of real time for the earliest: CPU
 * time goes no faster than real time, so "now plus what is missing" is never too late, and where it
 * was too early it is set again. It is pending only while the process has the CPU.
 */
#include "kernel/proc/cpu_timer.h"
#include "kernel/include/signal.h"
#include "kernel/proc/lifecycle.h"

uint64_t cpu_time_of_process(const struct process *p)
{
    struct usage u;

    process_usage(p, &u);
    return u.user_ns + u.system_ns;
}

uint64_t cpu_time_of_thread(const struct thread *t)
{
    struct usage u = { 0 };

    usage_add_thread(&u, t);
    return u.user_ns + u.system_ns;
}

uint64_t cpu_timer_now(const struct cpu_timer *ct)
{
    const struct thread *t = ct->tid ? thread_find(ct->tid) : NULL;

    if (!ct->tid)
        return cpu_time_of_process(ct->process);
    return t ? cpu_time_of_thread(t) : 0; /* the clock of a dead thread stands still */
}

static void arm(struct process *p)
{
    uint64_t least = UINT64_MAX;

    list_for_each (ct, &p->cpu_timers, struct cpu_timer, node) {
        uint64_t now = cpu_timer_now(ct), left = ct->deadline_ns > now ? ct->deadline_ns - now : 0;

        if (left < least)
            least = left;
    }
    if (least != UINT64_MAX)
        timer_start(&p->cpu_clock, clock_monotonic_ns() + least);
}

static void expire(struct timer *t)
{
    struct process *p = container_of(t, struct process, cpu_clock);

    list_for_each_safe (ct, &p->cpu_timers, struct cpu_timer, node) {
        if (cpu_timer_now(ct) < ct->deadline_ns)
            continue;
        list_remove(&ct->node);
        ct->fn(ct);
    }
    arm(p);
}

void cpu_timer_init(struct cpu_timer *ct, struct process *p, void (*fn)(struct cpu_timer *ct))
{
    list_init(&ct->node);
    ct->process = p;
    ct->tid = 0;
    ct->fn = fn;
}

void cpu_timer_start(struct cpu_timer *ct, uint64_t deadline_ns)
{
    list_remove(&ct->node);
    ct->deadline_ns = deadline_ns;
    list_push_back(&ct->process->cpu_timers, &ct->node);
    if (current->process == ct->process)
        arm(ct->process);
}

void cpu_timer_cancel(struct cpu_timer *ct)
{
    list_remove(&ct->node);
}

void cpu_timers_switch(struct process *prev, struct process *next)
{
    if (prev && prev != next)
        timer_cancel(&prev->cpu_clock);
    if (next && next != prev && !list_is_empty(&next->cpu_timers))
        arm(next);
}

/* SIGXCPU at the soft limit and each second after it, SIGKILL at the hard one. */
static void limit_reached(struct cpu_timer *ct)
{
    struct process *p = ct->process;
    uint64_t hard = p->rlimit[RLIMIT_CPU].hard;
    bool is_hard = hard != RLIM_INFINITY && cpu_timer_now(ct) >= hard * NS_PER_S;

    signal_send_process(p, is_hard ? SIGKILL : SIGXCPU, NULL);
    if (!is_hard)
        cpu_timer_start(ct, ct->deadline_ns + NS_PER_S);
}

void cpu_limit_update(struct process *p)
{
    uint64_t soft = p->rlimit[RLIMIT_CPU].soft;

    cpu_timer_cancel(&p->cpu_limit);
    if (soft < RLIM_INFINITY / NS_PER_S)
        cpu_timer_start(&p->cpu_limit, (soft ? soft : 1) * NS_PER_S);
}

void cpu_timers_init(struct process *p)
{
    list_init(&p->cpu_timers);
    timer_init(&p->cpu_clock, expire);
    cpu_timer_init(&p->cpu_limit, p, limit_reached);
}

void cpu_timers_exit(struct process *p)
{
    timer_cancel(&p->cpu_clock);
    while (!list_is_empty(&p->cpu_timers))
        list_remove(&list_first(&p->cpu_timers, struct cpu_timer, node)->node);
}
