/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * poll_head.c - lists of waiters of one object, and the plain sleep on one.
 *
 * poll_wake() walks the list while wake functions may take their own entry
 * off it, so the next entry is read first; a wake function never removes
 * another's entry.
 */
#include "kernel/fs/port.h"

void poll_head_init(struct poll_head *h)
{
    h->first = h->last = NULL;
}

void poll_add(struct poll_head *h, struct poll_entry *e)
{
    e->head = h;
    e->next = NULL;
    e->prev = h->last;
    if (h->last)
        h->last->next = e;
    else
        h->first = e;
    h->last = e;
}

void poll_remove(struct poll_entry *e)
{
    struct poll_head *h = e->head;
    if (!h)
        return;
    if (e->prev)
        e->prev->next = e->next;
    else
        h->first = e->next;
    if (e->next)
        e->next->prev = e->prev;
    else
        h->last = e->prev;
    e->head = NULL;
}

void poll_wake(struct poll_head *h, uint32_t events)
{
    struct poll_entry *next;
    bool taken = false;
    for (struct poll_entry *e = h->first; e; e = next) {
        next = e->next;
        if (e->exclusive && taken)
            continue;
        e->took = false;
        e->wake(e, events);
        taken |= e->exclusive && e->took;
    }
}

void poll_head_destroy(struct poll_head *h)
{
    poll_wake(h, POLL_HUP | POLL_ERR);
    while (h->first)
        poll_remove(h->first);
}

void poll_register(struct poll_table *pt, struct poll_head *h)
{
    if (pt && !pt->error)
        pt->error = pt->add(pt, h);
}

struct sleeper {
    struct thread *thread;
    volatile bool woken;
};

static void sleeper_wake(struct poll_entry *e, uint32_t events)
{
    (void)events;
    struct sleeper *s = e->owner;
    s->woken = true;
    port_wake(s->thread);
}

int poll_sleep(struct poll_head *h, uint64_t deadline_ns)
{
    struct sleeper s = {.thread = port_thread(), .woken = false};
    struct poll_entry e = {.wake = sleeper_wake, .owner = &s};
    poll_add(h, &e);
    int err = port_sleep(&s.woken, deadline_ns);
    poll_remove(&e);
    return err;
}
