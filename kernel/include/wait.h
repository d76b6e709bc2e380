/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait.h - queues of sleeping threads.
 *
 * Rules of use
 *     while (!condition) { int r = wait_sleep(&q, NO_DEADLINE, true); if (r) return r; }
 *   A wake is remembered (sched.h), and a return of 0 promises nothing.
 */
#ifndef KERNEL_WAIT_H
#define KERNEL_WAIT_H

#include "kernel/include/list.h"
#include "kernel/include/sched.h"

struct wait_queue {
    struct list waiters;
};

void wait_init(struct wait_queue *q);
/* As sched_park(), on the queue meanwhile. */
int wait_sleep(struct wait_queue *q, uint64_t deadline_ns, bool interruptible);
void wait_wake_all(struct wait_queue *q);
bool wait_wake_one(struct wait_queue *q); /* the one that waits longest; false: nobody */

#endif
