// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * async.c - O_ASYNC: a signal to a file's owner when the file becomes ready.
 *
 * An asynchronous file is one more waiter in the poll heads of its object. When they wake, the
 * owner gets its signal at once, as by Linux's kill_fasync(): for each change, not for each state.
 * A terminal tells of input alone; a socket of room only after a sender had found none.
 */
#include "kernel/fs/async.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/tty.h"

#define ENTRIES_MAX 2 /* heads that one file depends on */
#define SIGNALS_MAX 64

struct async {
    struct poll_table table; /* first: async_add() gets its address */
    struct file *file;       /* it owns this */
    int fd;
    unsigned used;
    struct poll_entry entry[ENTRIES_MAX];
};

/* si_code of SIGIO (asm-generic/siginfo.h), and the band that goes with each (fs/fcntl.c). */
enum reason { REASON_NONE, REASON_IN, REASON_OUT, REASON_MSG, REASON_ERR, REASON_PRI, REASON_HUP };

static const int32_t band_of[] = {
    [REASON_IN] = POLL_IN | POLL_RDNORM,
    [REASON_OUT] = POLL_OUT | POLL_WRNORM | POLL_WRBAND,
    [REASON_ERR] = POLL_ERR,
    [REASON_HUP] = POLL_HUP | POLL_ERR,
};

static enum reason reason_of(struct file *f, uint32_t events)
{
    uint32_t type = f->vnode->mode & S_IFMT_;
    if (events & POLL_PEER) { /* the other side is going: how far? */
        uint32_t now = f->ops->poll(f, NULL);
        if (now & POLL_HUP)
            return REASON_HUP;
        return now & (POLL_RDHUP | POLL_IN) ? REASON_IN : REASON_NONE;
    }
    if (events & POLL_IN)
        return REASON_IN;
    if (events & POLL_OUT)
        return type == S_IFIFO_ || (events & POLL_ROOM) ? REASON_OUT : REASON_NONE;
    return events & POLL_ERR ? REASON_ERR : REASON_NONE;
}

static void async_wake(struct poll_entry *e, uint32_t events)
{
    const struct async *a = e->owner;
    struct file *f = a->file;
    enum reason why = reason_of(f, events);
    if (why != REASON_NONE)
        port_signal_io(f, (int)why, band_of[why], a->fd);
}

static int async_add(struct poll_table *pt, struct poll_head *h)
{
    struct async *a = (struct async *)pt;
    struct poll_entry *e = &a->entry[a->used];
    if (a->used == ENTRIES_MAX)
        return -ENOMEM;
    a->used++;
    *e = (struct poll_entry){.wake = async_wake, .owner = a};
    poll_add(h, e);
    return 0;
}

void async_drop(struct file *f)
{
    struct async *a = f->async;
    if (!a)
        return;
    for (unsigned i = 0; i < a->used; i++)
        poll_remove(&a->entry[i]);
    f->async = NULL;
    kfree(a);
}

/* A terminal without an owner gets its foreground group, or who asks (tty_io.c: tty_fasync()). */
static void owner_of_terminal(struct file *f)
{
    if (f->owner.pid || (f->vnode->mode & S_IFMT_) != S_IFCHR_)
        return;
    int32_t pgrp = tty_foreground(f);
    f->owner = pgrp > 0 ? (struct file_owner){F_OWNER_PGRP, pgrp}
                        : (struct file_owner){F_OWNER_PID, port_pid()};
    port_io_cred(f);
}

int async_set(struct file *f, int fd, bool on)
{
    struct async *a = f->async;
    if (!on || a) {
        if (on)
            a->fd = fd;
        else
            async_drop(f);
        return 0;
    }
    a = kzalloc(sizeof(*a));
    if (!a)
        return -ENOMEM;
    a->table.add = async_add;
    a->file = f;
    a->fd = fd;
    f->async = a;
    f->ops->poll(f, &a->table);
    owner_of_terminal(f);
    return 0;
}

static int set_owner(struct file *f, int32_t type, int32_t pid)
{
    if (pid && !port_owner_exists(type, pid))
        return -ESRCH;
    f->owner = (struct file_owner){type, pid};
    port_io_cred(f);
    return 0;
}

int async_set_owner(struct file *f, int32_t owner)
{
    if (owner == INT32_MIN)
        return -EINVAL;
    return owner < 0 ? set_owner(f, F_OWNER_PGRP, -owner) : set_owner(f, F_OWNER_PID, owner);
}

long async_fcntl(struct file *f, int cmd, uint64_t arg)
{
    struct file_owner o = f->owner;
    if (!port_owner_exists(o.type, o.pid)) /* as if it had never been */
        o.pid = 0;
    switch (cmd) {
    case F_SETOWN:
        return async_set_owner(f, (int32_t)arg);
    case F_GETOWN:
        return o.type == F_OWNER_PGRP ? -o.pid : o.pid;
    case F_SETOWN_EX:
        if (port_copy_in(&o, arg, sizeof(o)))
            return -EFAULT;
        if (o.type < F_OWNER_TID || o.type > F_OWNER_PGRP)
            return -EINVAL;
        return set_owner(f, o.type, o.pid);
    case F_GETOWN_EX:
        return port_copy_out(arg, &o, sizeof(o));
    case F_SETSIG:
        if (arg > SIGNALS_MAX)
            return -EINVAL;
        f->owner_signo = (int32_t)arg;
        return 0;
    default: /* F_GETSIG */
        return f->owner_signo;
    }
}
