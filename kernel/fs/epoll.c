/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * epoll.c - interest lists: level, edge and one-shot.
 *
 * A watch is one (descriptor, file) of an epoll. It stands in the poll heads
 * of its file all the time; a wake puts it on the ready list. epoll_wait
 * walks that list once: a watch whose file is still ready is reported and,
 * unless it is edge-triggered or one-shot, put back at the end for next time.
 */
#include "kernel/fs/epoll.h"
#include "kernel/fs/poller.h"
#include "kernel/fs/sys.h"

#include "fs_abi.h"

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3
#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP (1u << 29)
#define EPOLLONESHOT (1u << 30)
#define EPOLLET (1u << 31)
#define EPOLL_FLAGS (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)
#define EXCLUSIVE_OK                                                                              \
    (POLL_READABLE | POLL_WRITABLE | POLL_ERR | POLL_HUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)
#define NEST_MAX 4

struct epoll {
    struct list watches, ready;
    struct poll_head head; /* epoll_wait sleepers, and pollers of the epoll itself */
    const struct file *file; /* its own; no reference */
};

struct epoll_source {
    struct poll_entry entry;
    struct epoll_source *next;
};

struct epoll_watch {
    struct epoll_watch *file_next, **file_link; /* file->epoll_watches; what points here */
    struct epoll *epoll;
    struct file *file; /* no reference: epoll_forget_file() */
    int fd;
    uint32_t events;
    uint64_t data;
    struct list node, ready_node;
    struct epoll_source *sources;
    struct poll_table table;
};

static const struct file_ops epoll_fops;

static void watch_wake(struct poll_entry *e, uint32_t events)
{
    struct epoll_watch *w = e->owner;
    if (!(w->events & ~EPOLL_FLAGS)) /* a one-shot that has fired */
        return;
    events &= ~POLL_HINTS;
    if (events && !(events & w->events))
        return;
    if (!list_is_linked(&w->ready_node))
        list_push_back(&w->epoll->ready, &w->ready_node);
    e->took = w->epoll->head.first != NULL;
    poll_wake(&w->epoll->head, POLL_READABLE);
}

static int watch_add_source(struct poll_table *pt, struct poll_head *h)
{
    struct epoll_watch *w = container_of(pt, struct epoll_watch, table);
    struct epoll_source *s = kzalloc(sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->entry.wake = watch_wake;
    s->entry.owner = w;
    s->entry.exclusive = w->events & EPOLLEXCLUSIVE;
    s->next = w->sources;
    w->sources = s;
    poll_add(h, &s->entry);
    return 0;
}

static void watch_free(struct epoll_watch *w)
{
    while (w->sources) {
        struct epoll_source *s = w->sources;
        w->sources = s->next;
        poll_remove(&s->entry);
        kfree(s);
    }
    *w->file_link = w->file_next;
    if (w->file_next)
        w->file_next->file_link = w->file_link;
    list_remove(&w->node);
    list_remove(&w->ready_node);
    kfree(w);
}

void epoll_forget_file(struct file *f)
{
    while (f->epoll_watches)
        watch_free(f->epoll_watches);
}

static void epoll_release(struct file *f)
{
    struct epoll *ep = f->priv;
    while (!list_is_empty(&ep->watches))
        watch_free(list_first(&ep->watches, struct epoll_watch, node));
    poll_head_destroy(&ep->head);
    kfree(ep);
}

static uint32_t watch_events(struct epoll_watch *w)
{
    uint32_t wanted = w->events & ~EPOLL_FLAGS;
    if (!wanted)
        return 0;
    return file_poll(w->file, NULL) & wanted;
}

static uint32_t epoll_poll(struct file *f, struct poll_table *pt)
{
    struct epoll *ep = f->priv;
    poll_register(pt, &ep->head);
    list_for_each(w, &ep->ready, struct epoll_watch, ready_node)
        if (watch_events(w))
            return POLL_READABLE;
    return 0;
}

static const struct file_ops epoll_fops = {
    .release = epoll_release,
    .seek = file_seek_noop,
    .poll = epoll_poll,
};

SYSCALL1(epoll_create1, uint64_t, flags)
{
    struct file *f;
    if (flags & ~(uint64_t)O_CLOEXEC)
        return -EINVAL;
    struct epoll *ep = kzalloc(sizeof(*ep));
    if (!ep)
        return -ENOMEM;
    list_init(&ep->watches);
    list_init(&ep->ready);
    poll_head_init(&ep->head);
    int err = file_open_anon(&epoll_fops, ep, O_RDWR, "anon_inode:[eventpoll]", 0600, &f);
    if (err)
        return err;
    ep->file = f;
    return fd_give(f, flags != 0);
}

/*
 * A watch is on the list of its epoll and on that of its file. Many files in one epoll are as usual
 * as many epolls on one file, so both lists are walked side by side, to the end of the shorter.
 */
static struct epoll_watch *watch_find(struct epoll *ep, const struct file *f, int fd)
{
    struct epoll_watch *of_file = f->epoll_watches;
    list_for_each(w, &ep->watches, struct epoll_watch, node) {
        if (w->file == f && w->fd == fd)
            return w;
        if (!of_file)
            break;
        if (of_file->epoll == ep && of_file->fd == fd)
            return of_file;
        of_file = of_file->file_next;
    }
    return NULL;
}

/* How many epolls deep the watches of f go; more than NEST_MAX where they lead back to target. */
static int depth_below(const struct file *f, const struct epoll *target, int depth)
{
    int deepest = 0;
    if (f->ops != &epoll_fops)
        return 0;
    const struct epoll *ep = f->priv;
    if (ep == target || depth > NEST_MAX)
        return NEST_MAX + 1;
    list_for_each(w, &ep->watches, struct epoll_watch, node) {
        int d = w->file->ops == &epoll_fops ? depth_below(w->file, target, depth + 1) + 1 : 0;
        if (d > deepest)
            deepest = d;
        if (deepest > NEST_MAX)
            break;
    }
    return deepest;
}

/* How many epolls stand above ep. */
static int depth_above(const struct epoll *ep, int depth)
{
    int highest = 0;
    for (const struct epoll_watch *w = ep->file->epoll_watches; w && depth <= NEST_MAX;
         w = w->file_next) {
        int d = depth_above(w->epoll, depth + 1) + 1;
        if (d > highest)
            highest = d;
    }
    return highest;
}

/* A circle, or deeper than Linux allows. */
static bool nests_badly(const struct file *f, const struct epoll *ep)
{
    return f->ops == &epoll_fops && depth_below(f, ep, 0) + 1 + depth_above(ep, 0) > NEST_MAX;
}

static void watch_check_now(struct epoll_watch *w)
{
    if (!watch_events(w) || list_is_linked(&w->ready_node))
        return;
    list_push_back(&w->epoll->ready, &w->ready_node);
    poll_wake(&w->epoll->head, POLL_READABLE);
}

static int epoll_add(struct epoll *ep, struct file *f, int fd, const struct epoll_event_k *ev)
{
    if (nests_badly(f, ep))
        return -ELOOP;
    struct epoll_watch *w = kzalloc(sizeof(*w));
    if (!w)
        return -ENOMEM;
    w->epoll = ep;
    w->file = f;
    w->fd = fd;
    w->events = ev->events | POLL_ERR | POLL_HUP; /* always told */
    w->data = ev->data;
    w->table.add = watch_add_source;
    list_init(&w->ready_node);
    list_push_back(&ep->watches, &w->node);
    w->file_next = f->epoll_watches;
    w->file_link = &f->epoll_watches;
    if (w->file_next)
        w->file_next->file_link = &w->file_next;
    f->epoll_watches = w;
    file_poll(f, &w->table);
    if (w->table.error) {
        int err = w->table.error;
        watch_free(w);
        return err;
    }
    watch_check_now(w);
    return 0;
}

static long epoll_change(struct epoll *ep, struct file *f, int op, int fd,
                         const struct epoll_event_k *ev)
{
    struct epoll_watch *w = watch_find(ep, f, fd);
    switch (op) {
    case EPOLL_CTL_ADD:
        return w ? -EEXIST : epoll_add(ep, f, fd, ev);
    case EPOLL_CTL_DEL:
        if (!w)
            return -ENOENT;
        watch_free(w);
        return 0;
    case EPOLL_CTL_MOD:
        if (!w)
            return -ENOENT;
        if ((w->events | ev->events) & EPOLLEXCLUSIVE)
            return -EINVAL;
        w->events = ev->events | POLL_ERR | POLL_HUP;
        w->data = ev->data;
        watch_check_now(w);
        return 0;
    }
    return -EINVAL;
}

/* Only from the start, only for plain events, not for another epoll. */
static bool exclusive_refused(int op, const struct file *f, uint32_t events)
{
    return op == EPOLL_CTL_MOD ||
           (op == EPOLL_CTL_ADD && (f->ops == &epoll_fops || (events & ~EXCLUSIVE_OK)));
}

SYSCALL4(epoll_ctl, uint64_t, epfd, uint64_t, op, uint64_t, fd, uint64_t, event)
{
    struct epoll_event_k ev = {0};
    if ((int)op != EPOLL_CTL_DEL && port_copy_in(&ev, event, sizeof(ev)))
        return -EFAULT;
    struct file *epf = fd_get((int)epfd);
    struct file *f = epf ? fd_get((int)fd) : NULL;
    long r = -EBADF;
    if (f) {
        if (!f->ops->poll)
            r = -EPERM;
        else if (epf->ops != &epoll_fops || f == epf)
            r = -EINVAL;
        else if ((ev.events & EPOLLEXCLUSIVE) && exclusive_refused((int)op, f, ev.events))
            r = -EINVAL;
        else
            r = epoll_change(epf->priv, f, (int)op, (int)fd, &ev);
    }
    file_unref(f);
    file_unref(epf);
    return r;
}

/* Reports what is ready; level-triggered watches go to the back of the line. */
static long epoll_collect(struct epoll *ep, uint64_t out, int max)
{
    struct list again;
    int n = 0;
    long err = 0;
    list_init(&again);
    while (n < max && !list_is_empty(&ep->ready)) {
        struct epoll_watch *w = list_first(&ep->ready, struct epoll_watch, ready_node);
        uint32_t events = watch_events(w);
        list_remove(&w->ready_node);
        if (!events)
            continue;
        struct epoll_event_k ev = {.events = events, .data = w->data};
        if (port_copy_out(out + (uint64_t)n * sizeof(ev), &ev, sizeof(ev))) {
            list_push_front(&ep->ready, &w->ready_node);
            err = -EFAULT;
            break;
        }
        n++;
        if (w->events & EPOLLONESHOT)
            w->events &= EPOLL_FLAGS;
        else if (!(w->events & EPOLLET))
            list_push_back(&again, &w->ready_node);
    }
    while (!list_is_empty(&again)) {
        struct epoll_watch *w = list_first(&again, struct epoll_watch, ready_node);
        list_remove(&w->ready_node);
        list_push_back(&ep->ready, &w->ready_node);
    }
    return n ? n : err;
}

static long epoll_wait(uint64_t epfd, uint64_t events, int max, uint64_t deadline)
{
    if (max <= 0 || max > INT32_MAX / 16)
        return -EINVAL;
    struct file *f = fd_get((int)epfd);
    if (!f)
        return -EBADF;
    long n = f->ops == &epoll_fops ? 0 : -EINVAL;
    if (!n) {
        struct epoll *ep = f->priv;
        while (!(n = epoll_collect(ep, events, max)) && deadline > port_monotonic_ns()) {
            int err = poll_sleep(&ep->head, deadline);
            if (err == -ETIMEDOUT) {
                n = epoll_collect(ep, events, max);
                break;
            }
            if (err) {
                n = -EINTR;
                break;
            }
        }
    }
    file_unref(f);
    return n;
}

SYSCALL6(epoll_pwait, uint64_t, epfd, uint64_t, events, uint64_t, max, uint64_t, timeout_ms,
         uint64_t, mask, uint64_t, mask_bytes)
{
    uint64_t deadline = POLL_NO_DEADLINE;
    if ((int32_t)timeout_ms >= 0)
        deadline = port_monotonic_ns() + (uint64_t)(uint32_t)timeout_ms * 1000000u;
    int err = poller_set_mask(mask, mask_bytes);
    return err ? err : poller_result(epoll_wait(epfd, events, (int)max, deadline));
}

SYSCALL6(epoll_pwait2, uint64_t, epfd, uint64_t, events, uint64_t, max, uint64_t, ts, uint64_t,
         mask, uint64_t, mask_bytes)
{
    uint64_t deadline;
    int err = sys_deadline(ts, &deadline, NULL);
    if (!err)
        err = poller_set_mask(mask, mask_bytes);
    return err ? err : poller_result(epoll_wait(epfd, events, (int)max, deadline));
}
