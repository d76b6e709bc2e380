/* SPDX-License-Identifier: GPL-2.0-or-later */
/* eventfd.c - a 64-bit counter as a file. */
#include "kernel/fs/sys.h"

#define EFD_SEMAPHORE 1u
#define COUNT_MAX (UINT64_MAX - 1)

struct eventfd {
    uint64_t count;
    bool semaphore;
    struct poll_head changed;
};

static long eventfd_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    struct eventfd *e = f->priv;
    if (u->resid < sizeof(uint64_t))
        return -EINVAL;
    while (!e->count) {
        if (file_is_nonblocking(f))
            return -EAGAIN;
        int err = poll_sleep(&e->changed, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
    uint64_t value = e->semaphore ? 1 : e->count;
    e->count -= value;
    poll_wake(&e->changed, POLL_WRITABLE);
    return uio_read(u, &value, sizeof(value));
}

static long eventfd_write(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    struct eventfd *e = f->priv;
    uint64_t value;
    if (u->resid < sizeof(value))
        return -EINVAL;
    long n = uio_write(u, &value, sizeof(value));
    if (n < (long)sizeof(value))
        return -EFAULT;
    if (value == UINT64_MAX)
        return -EINVAL;
    while (value > COUNT_MAX - e->count) {
        if (file_is_nonblocking(f))
            return -EAGAIN;
        int err = poll_sleep(&e->changed, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
    e->count += value;
    poll_wake(&e->changed, POLL_READABLE);
    return n;
}

static uint32_t eventfd_poll(struct file *f, struct poll_table *pt)
{
    struct eventfd *e = f->priv;
    uint32_t events = 0;
    poll_register(pt, &e->changed);
    if (e->count)
        events |= POLL_READABLE;
    if (e->count < COUNT_MAX)
        events |= POLL_WRITABLE;
    return events;
}

static void eventfd_release(struct file *f)
{
    struct eventfd *e = f->priv;
    poll_head_destroy(&e->changed);
    kfree(e);
}

static const struct file_ops eventfd_fops = {
    .seek = file_seek_noop,
    .release = eventfd_release,
    .read = eventfd_read,
    .write = eventfd_write,
    .poll = eventfd_poll,
};

SYSCALL2(eventfd2, uint64_t, count, uint64_t, flags)
{
    struct file *f;
    if (flags & ~(uint64_t)(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    struct eventfd *e = kzalloc(sizeof(*e));
    if (!e)
        return -ENOMEM;
    e->count = (uint32_t)count;
    e->semaphore = (flags & EFD_SEMAPHORE) != 0;
    poll_head_init(&e->changed);
    int err = file_open_anon(&eventfd_fops, e, O_RDWR | ((unsigned)flags & O_NONBLOCK),
                             "anon_inode:[eventfd]", 0600, &f);
    if (err)
        return err;
    return fd_give(f, (flags & O_CLOEXEC) != 0);
}
