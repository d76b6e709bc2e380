// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer.c - software timers and the one-shot hardware timer below them.
 *
 * Pending timers are a list by deadline. The hardware is programmed in one place,
 * timer_rearm(), which runs only where it can matter: on the way to user mode and
 * before idling. `hardware_ns` is what it is set to, so nothing is written twice.
 */
#include "kernel/include/timer.h"
#include "kernel/include/arch.h"
#include "kernel/include/sched.h"
#include "kernel/include/vdso.h"

volatile bool timer_due;
static struct list pending = { &pending, &pending };
static uint64_t hardware_ns = TIMER_NEVER;
static int64_t realtime_offset_ns; /* wall clock minus monotonic */

void timer_init(struct timer *t, void (*fn)(struct timer *t))
{
    list_init(&t->node);
    t->deadline_ns = TIMER_NEVER;
    t->fn = fn;
}

void timer_start(struct timer *t, uint64_t deadline_ns)
{
    struct list *at;

    list_remove(&t->node);
    leave_work = true;
    t->deadline_ns = deadline_ns;
    if (deadline_ns == TIMER_NEVER)
        return;
    for (at = pending.next; at != &pending; at = at->next)
        if (list_entry(at, struct timer, node)->deadline_ns > deadline_ns)
            break;
    list_insert_before(at, &t->node);
}

void timer_cancel(struct timer *t)
{
    list_remove(&t->node);
    leave_work = true;
}

uint64_t timer_next_deadline(void)
{
    return list_is_empty(&pending) ? TIMER_NEVER
                                   : list_first(&pending, struct timer, node)->deadline_ns;
}

void timer_interrupt(void)
{
    timer_due = true;
    leave_work = true;
    hardware_ns = TIMER_NEVER;
    arch_timer_arm(TIMER_NEVER);
}

void timer_run_expired(void)
{
    uint64_t now = arch_clock_ns();

    timer_due = false;
    while (timer_next_deadline() <= now) {
        struct timer *t = list_first(&pending, struct timer, node);

        list_remove(&t->node);
        leave_work = true;
        t->fn(t);
    }
}

void timer_rearm(void)
{
    uint64_t next = timer_next_deadline(), quantum = sched_quantum_deadline();

    if (quantum < next)
        next = quantum;
    if (next == hardware_ns)
        return;
    hardware_ns = next;
    arch_timer_arm(next);
}

uint64_t clock_monotonic_ns(void)
{
    return arch_clock_ns();
}

int64_t clock_realtime_ns(void)
{
    return (int64_t)arch_clock_ns() + realtime_offset_ns;
}

int64_t clock_realtime_offset_ns(void)
{
    return realtime_offset_ns;
}

void clock_set_realtime(int64_t ns)
{
    realtime_offset_ns = ns - (int64_t)arch_clock_ns();
    vdso_set_realtime_offset(realtime_offset_ns);
}

void clock_init(void)
{
    clock_set_realtime((int64_t)(arch_rtc_seconds() * NS_PER_S));
}
