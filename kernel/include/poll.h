/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * poll.h - readiness: how an object tells waiters that its state has changed.
 *
 * Rules of use
 *   - Each object that can become ready embeds a poll_head. It calls
 *     poll_wake(head, events) after every change that may make it ready.
 *   - file_ops.poll() returns the present event mask and, with pt != NULL,
 *     calls poll_register(pt, head) first for each head it depends on.
 *   - poll_wake() may be called with interrupts masked, but all file objects
 *     are only touched in thread context; see tty.h for console input.
 *   - Entries are removed by their owner, never by the object, except through
 *     poll_head_destroy().
 */
#ifndef KERNEL_POLL_H
#define KERNEL_POLL_H

#include <stdbool.h>
#include <stdint.h>

#define POLL_IN 0x001u
#define POLL_PRI 0x002u
#define POLL_OUT 0x004u
#define POLL_ERR 0x008u
#define POLL_HUP 0x010u
#define POLL_NVAL 0x020u
#define POLL_RDNORM 0x040u
#define POLL_RDBAND 0x080u
#define POLL_WRNORM 0x100u
#define POLL_WRBAND 0x200u
#define POLL_RDHUP 0x2000u

/* Only as arguments of poll_wake(), for O_ASYNC (fs/async.c); waiters do not ask for them. */
#define POLL_PEER 0x10000u /* the other side closed or shut down: what is left, poll() says */
#define POLL_ROOM 0x20000u /* with POLL_OUT: somebody had found no room */
#define POLL_HINTS (POLL_PEER | POLL_ROOM)

#define POLL_READABLE (POLL_IN | POLL_RDNORM)
#define POLL_WRITABLE (POLL_OUT | POLL_WRNORM)

struct thread;
struct poll_entry;

struct poll_head {
    struct poll_entry *first, *last;
};

/* One interest of one waiter in one head. */
struct poll_entry {
    struct poll_head *head; /* NULL when off the list */
    struct poll_entry *next, *prev;
    void (*wake)(struct poll_entry *e, uint32_t events);
    void *owner;
    bool exclusive; /* not woken once another such entry took the event on itself */
    bool took;      /* set by wake of an exclusive entry: somebody will look */
};

void poll_head_init(struct poll_head *h);
void poll_head_destroy(struct poll_head *h);
void poll_wake(struct poll_head *h, uint32_t events);
void poll_add(struct poll_head *h, struct poll_entry *e);
void poll_remove(struct poll_entry *e);

/*
 * What file_ops.poll() registers with: poll/select allocate an entry per head, epoll has its
 * own.
 */
struct poll_table {
    int (*add)(struct poll_table *pt, struct poll_head *h);
    int error;
};
void poll_register(struct poll_table *pt, struct poll_head *h);

/*
 * Sleep until the next poll_wake() of h. Check the condition first, in a loop:
 *     while (!ready(obj)) { int r = poll_sleep(&obj->head, POLL_NO_DEADLINE); if (r) return r; }
 * 0: woken; -ERESTARTSYS: a signal is pending; -ETIMEDOUT: deadline_ns (monotonic) has passed.
 */
#define POLL_NO_DEADLINE UINT64_MAX
int poll_sleep(struct poll_head *h, uint64_t deadline_ns);

#endif
