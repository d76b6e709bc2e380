/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer.h - software timers over the CPU's one-shot timer.
 *
 * Rules of use
 *   - Tickless: the hardware is armed only for the earliest deadline (and by
 *     the scheduler for the end of a quantum), so a machine with one runnable
 *     thread and no timers takes no timer interrupts.
 *   - timer_interrupt() only leaves a note. Callbacks run in thread context from
 *     timer_run_expired(), on the way back to user mode or in the idle loop, and
 *     must not sleep. So they may wake threads, send signals and allocate.
 *   - Deadlines are monotonic nanoseconds since boot; TIMER_NEVER does not fire.
 */
#ifndef KERNEL_TIMER_H
#define KERNEL_TIMER_H

#include <stdbool.h>
#include <stdint.h>
#include "kernel/include/list.h"

#define TIMER_NEVER UINT64_MAX
#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull

struct timer {
    struct list node; /* in the pending list, by deadline */
    uint64_t deadline_ns;
    void (*fn)(struct timer *t);
};

void timer_init(struct timer *t, void (*fn)(struct timer *t));
void timer_start(struct timer *t, uint64_t deadline_ns); /* also moves a pending one */
void timer_cancel(struct timer *t);                      /* harmless where not pending */
static inline bool timer_is_pending(const struct timer *t)
{
    return list_is_linked(&t->node);
}

/* Set by the interrupt, cleared by timer_run_expired(). */
extern volatile bool timer_due;
void timer_run_expired(void);
uint64_t timer_next_deadline(void); /* TIMER_NEVER where there is none */
/* Arms the hardware for the earlier of the next timer and the scheduler's quantum. */
void timer_rearm(void);

/* Wall clock: monotonic time plus an offset read from the RTC at boot and moved by settimeofday. */
uint64_t clock_monotonic_ns(void);
int64_t clock_realtime_ns(void);
int64_t clock_realtime_offset_ns(void); /* wall clock minus monotonic */
void clock_set_realtime(int64_t ns);
void clock_init(void);

#endif
