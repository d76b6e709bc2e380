/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sched.h - who runs: a round-robin queue, a quantum of 10 ms, park and unpark.
 *
 * Rules of use
 *   - The kernel is not preempted: between two calls that may sleep, nothing
 *     else of the kernel runs but interrupt handlers, and those only leave notes
 *     (timer_due, tty_input_pending, leave_work). So kernel data needs no locks.
 *   - sched_park() gives the CPU away until sched_unpark() of this thread, the
 *     deadline, or (if interruptible) a signal. An unpark that comes first is
 *     remembered, so checking a condition and then parking loses nothing; it may
 *     also return 0 without cause, so callers check their condition in a loop.
 *   - The quantum counts only while somebody else is runnable.
 */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#include <stdbool.h>
#include <stdint.h>
#include "kernel/include/thread.h"

#define SCHED_QUANTUM_NS (10 * 1000000ull)
#define NO_DEADLINE UINT64_MAX

/* 0: unparked; -ETIMEDOUT: deadline passed; -EINTR: interruptible and a signal is pending. */
int sched_park(uint64_t deadline_ns, bool interruptible);
void sched_unpark(struct thread *t);
void sched_yield(void);

/* A new thread becomes runnable. */
void sched_start(struct thread *t);
/*
 * The current thread leaves for ever: its last switch. Its memory is freed by the next thread that
 * runs.
 */
_Noreturn void sched_exit(void);
/* The current thread becomes stopped (job control) until sched_continue(). */
void sched_stop(void);
void sched_continue(struct thread *t);

/*
 * Set by whatever may have left something to do before user mode: the interrupt handlers, and each
 * change of the pending timers or the run queue. So the way out reads one word for all of them.
 */
extern volatile bool leave_work;

/* Whether the current thread should give way on its return to user mode. */
bool sched_quantum_over(void);
uint64_t sched_quantum_deadline(void); /* TIMER_NEVER while nobody else is runnable */
unsigned sched_runnable_count(void);
uint64_t sched_idle_ns(void);

/* Turns the boot stack into the idle thread; never returns. */
_Noreturn void sched_idle_loop(void);
void sched_init(void);

#endif
