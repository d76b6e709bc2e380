// SPDX-License-Identifier: GPL-2.0-or-later
/* wait.c - queues of sleeping threads, over park and unpark. */
#include "kernel/include/wait.h"

struct waiter {
    struct list node;
    struct thread *thread;
};

void wait_init(struct wait_queue *q)
{
    list_init(&q->waiters);
}

int wait_sleep(struct wait_queue *q, uint64_t deadline_ns, bool interruptible)
{
    struct waiter w = { .thread = current };
    int error;

    list_push_back(&q->waiters, &w.node);
    error = sched_park(deadline_ns, interruptible);
    list_remove(&w.node);
    return error;
}

bool wait_wake_one(struct wait_queue *q)
{
    struct waiter *w;

    if (list_is_empty(&q->waiters))
        return false;
    w = list_first(&q->waiters, struct waiter, node);
    list_remove(&w->node);
    sched_unpark(w->thread);
    return true;
}

void wait_wake_all(struct wait_queue *q)
{
    while (wait_wake_one(q))
        ;
}
