/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu_timer.h - timers on the CPU time of a process or a thread, inside proc/ (and for the
 * scheduler).
 *
 * Rules of use
 *   - A timer fires once, in thread context, when its clock has reached the deadline; fn may
 *     start it again. Its owner cancels it before the process goes.
 *   - Only a process that runs can get there, so the hardware is armed only while it does:
 *     the scheduler tells by cpu_timers_switch().
 */
#ifndef KERNEL_PROC_CPU_TIMER_H
#define KERNEL_PROC_CPU_TIMER_H

#include "kernel/include/process.h"

void cpu_timer_init(struct cpu_timer *ct, struct process *p, void (*fn)(struct cpu_timer *ct));
void cpu_timer_start(struct cpu_timer *ct, uint64_t deadline_ns); /* of its CPU clock */
void cpu_timer_cancel(struct cpu_timer *ct);
uint64_t cpu_timer_now(const struct cpu_timer *ct);
static inline bool cpu_timer_is_pending(const struct cpu_timer *ct)
{
    return list_is_linked(&ct->node);
}

uint64_t cpu_time_of_process(const struct process *p);
uint64_t cpu_time_of_thread(const struct thread *t);
void cpu_timers_init(struct process *p);
void cpu_timers_exit(struct process *p);
/* RLIMIT_CPU has changed or was inherited. */
void cpu_limit_update(struct process *p);

#endif
