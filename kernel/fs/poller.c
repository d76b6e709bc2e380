/* SPDX-License-Identifier: GPL-2.0-or-later */
/* poller.c - entries of one waiting thread in many poll heads. */
#include "kernel/fs/poller.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

static void poller_wake(struct poll_entry *e, uint32_t events)
{
    (void)events;
    struct poller *p = e->owner;
    p->woken = true;
    port_wake(p->thread);
}

static int poller_add(struct poll_table *pt, struct poll_head *h)
{
    struct poller *p = (struct poller *)pt;
    struct poller_node *n;
    if (p->used < POLLER_FAST) {
        n = &p->fast[p->used++];
    } else {
        n = kmalloc(sizeof(*n));
        if (!n)
            return -ENOMEM;
        n->next = p->more;
        p->more = n;
    }
    n->entry.wake = poller_wake;
    n->entry.owner = p;
    n->entry.exclusive = false;
    poll_add(h, &n->entry);
    return 0;
}

void poller_init(struct poller *p)
{
    p->table.add = poller_add;
    p->table.error = 0;
    p->thread = port_thread();
    p->woken = false;
    p->used = 0;
    p->more = NULL;
}

int poller_wait(struct poller *p, uint64_t deadline_ns)
{
    int err = port_sleep(&p->woken, deadline_ns);
    p->woken = false;
    return err;
}

void poller_done(struct poller *p)
{
    for (unsigned i = 0; i < p->used; i++)
        poll_remove(&p->fast[i].entry);
    while (p->more) {
        struct poller_node *n = p->more;
        p->more = n->next;
        poll_remove(&n->entry);
        kfree(n);
    }
}

int poller_set_mask(uint64_t mask_addr, uint64_t mask_bytes)
{
    uint64_t mask;
    if (!mask_addr)
        return 0;
    if (mask_bytes != sizeof(mask))
        return -EINVAL;
    if (port_copy_in(&mask, mask_addr, sizeof(mask)))
        return -EFAULT;
    port_sigmask_temporary(mask);
    return 0;
}

long poller_result(long result)
{
    if (result != -EINTR && result != -ERESTARTSYS && result != -ERESTARTNOHAND)
        port_sigmask_undo();
    return result;
}

void poller_time_left(uint64_t addr, uint64_t deadline_ns)
{
    if (!addr || deadline_ns == POLL_NO_DEADLINE)
        return;
    uint64_t now = port_monotonic_ns();
    int64_t left = deadline_ns > now ? (int64_t)(deadline_ns - now) : 0;
    struct timespec_k ts = {left / PORT_NS_PER_S, left % PORT_NS_PER_S};
    (void)port_copy_out(addr, &ts, sizeof(ts)); /* Linux ignores this failure too */
}
