// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sched.c - the scheduler.
 *
 * The run queue holds the runnable threads but the current one. `current`
 * changes in switch_away() alone. The idle thread (the boot stack) runs when the
 * queue is empty and is never on it.
 *
 * A thread's last switch leaves its stack in use until the next thread has
 * begun, so that one frees it: finish_switch(), which every thread runs first
 * after any switch.
 */
#include "kernel/include/ktrace.h"
#include "kernel/include/doorbell.h"
#include "kernel/include/sched.h"
#include "kernel/include/errno.h"
#include "kernel/include/printk.h"
#include "kernel/include/process.h"
#include "kernel/include/signal.h"
#include "kernel/include/timer.h"
#include "kernel/include/tty.h"

static struct thread idle_thread = { .state = THREAD_RUNNABLE, .name = "idle" };
struct thread *current = &idle_thread;
static struct list run_queue = { &run_queue, &run_queue };
static unsigned run_queue_count;
static struct thread *dead; /* switched away from for the last time, not yet freed */
static uint64_t idle_ns;
volatile bool leave_work;

static void run_queue_add(struct thread *t)
{
    list_push_back(&run_queue, &t->run_node);
    run_queue_count++;
    leave_work = true;
}

static struct thread *run_queue_take(void)
{
    struct thread *t;

    if (list_is_empty(&run_queue))
        return &idle_thread;
    t = list_first(&run_queue, struct thread, run_node);
    list_remove(&t->run_node);
    run_queue_count--;
    return t;
}

static void finish_switch(void)
{
    if (dead) {
        struct thread *t = dead;

        dead = NULL;
        thread_free(t);
    }
}

/* Gives the CPU to the next thread; returns when this one is chosen again. */
static void switch_away(void)
{
    struct thread *prev = current, *next = run_queue_take();
    uint64_t now = arch_clock_ns();
    unsigned long irq;

    prev->user_ns += now - prev->accounted_until_ns;
    next->accounted_until_ns = now;
    next->quantum_start_ns = now;
    leave_work = true;
    if (next == prev)
        return;
    ktrace(context_switch, next->tid, prev->state);
    irq = arch_irq_save();
    current = next;
    if (prev->process != next->process)
        cpu_timers_switch(prev->process, next->process);
    arch_thread_activate(next);
    context_switch(&prev->context, next->context);
    arch_irq_restore(irq);
    finish_switch();
}

void thread_start_user(void)
{
    finish_switch();
    trap_leave_user(current->frame);
}

struct park_timer {
    struct timer timer;
    struct thread *thread;
    bool fired;
};

static void park_timeout(struct timer *t)
{
    struct park_timer *p = container_of(t, struct park_timer, timer);

    p->fired = true;
    sched_unpark(p->thread);
}

int sched_park(uint64_t deadline_ns, bool interruptible)
{
    struct park_timer timeout = { .thread = current };
    struct thread *t = current;

    if (t->wake_token) {
        t->wake_token = false;
        return 0;
    }
    if (interruptible && t->signal_pending)
        return -EINTR;
    if (deadline_ns != NO_DEADLINE) {
        if (deadline_ns <= arch_clock_ns())
            return -ETIMEDOUT;
        timer_init(&timeout.timer, park_timeout);
        timer_start(&timeout.timer, deadline_ns);
    }
    t->state = THREAD_PARKED;
    t->park_interruptible = interruptible;
    t->switches_voluntary++;
    switch_away();
    if (deadline_ns != NO_DEADLINE)
        timer_cancel(&timeout.timer);
    if (timeout.fired)
        return -ETIMEDOUT;
    return interruptible && t->signal_pending ? -EINTR : 0;
}

void sched_unpark(struct thread *t)
{
    if (t->state == THREAD_PARKED) {
        t->state = THREAD_RUNNABLE;
        run_queue_add(t);
    } else if (t->state == THREAD_RUNNABLE || t->state == THREAD_STOPPED) {
        t->wake_token = true;
    }
}

void sched_yield(void)
{
    if (run_queue_count == 0)
        return;
    run_queue_add(current);
    switch_away();
}

void sched_start(struct thread *t)
{
    t->state = THREAD_RUNNABLE;
    run_queue_add(t);
}

_Noreturn void sched_exit(void)
{
    kassert(!dead);
    current->state = THREAD_DEAD;
    dead = current;
    switch_away();
    panic("a dead thread runs");
}

void sched_stop(void)
{
    current->state = THREAD_STOPPED;
    switch_away();
}

void sched_continue(struct thread *t)
{
    if (t->state == THREAD_STOPPED)
        sched_start(t);
}

uint64_t sched_quantum_deadline(void)
{
    if (run_queue_count == 0)
        return TIMER_NEVER;
    return current->quantum_start_ns + SCHED_QUANTUM_NS;
}

bool sched_quantum_over(void)
{
    return run_queue_count != 0 && arch_clock_ns() >= sched_quantum_deadline();
}

unsigned sched_runnable_count(void)
{
    return run_queue_count + (current != &idle_thread);
}

uint64_t sched_idle_ns(void)
{
    return idle_ns;
}

void sched_init(void)
{
    list_init(&idle_thread.run_node);
}

_Noreturn void sched_idle_loop(void)
{
    for (;;) {
        uint64_t before = arch_clock_ns();

        arch_irq_disable();
        if (!timer_due && !tty_input_pending() && run_queue_count == 0) {
            timer_rearm();
            arch_idle();
        }
        arch_irq_enable();
        idle_ns += arch_clock_ns() - before;
        if (timer_due)
            timer_run_expired();
        if (tty_input_pending())
            tty_run_input();
        if (run_queue_count)
            switch_away();
    }
}

/*
 * The way out to user mode. The order matters: timers and input first, because they
 * send signals and wake threads; then the CPU is given away; signals last, so that
 * nothing writes the frame after them. Each may make work for another (and interrupts come in
 * between), so they are asked again; the hardware timer is armed when all is quiet. Where
 * leave_work is not set, nothing has changed that the timer depends on.
 */
static bool leave_work_is_pending(const struct thread *t)
{
    return leave_work || t->signal_pending || t->restart_code || t->signal_mask_restore;
}

static void leave_do_work(struct trap_frame *f)
{
    leave_work = false;
    arch_irq_enable();
    if (timer_due) {
        timer_run_expired();
        if (sched_quantum_over()) {
            current->switches_involuntary++;
            sched_yield();
        }
    }
    if (tty_input_pending())
        tty_run_input();
    if (doorbell_pending())
        doorbell_run();
    if (current->signal_pending || current->restart_code || current->signal_mask_restore)
        signal_deliver(f);
    arch_irq_disable();
}

FAULT_PATH void trap_leave_user(struct trap_frame *f)
{
    if (!leave_work_is_pending(current))
        return;
    do
        leave_do_work(f);
    while (leave_work_is_pending(current));
    timer_rearm();
}
