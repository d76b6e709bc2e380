/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pipe_file.c - pipes and FIFOs as files: blocking, end of file, SIGPIPE.
 *
 * f->priv is the pipe. Both ends of a pipe(2) and all openers of a FIFO share
 * the operations; what a file may do is its access mode, which the system call
 * layer checks.
 */
#include "kernel/fs/pipe.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#include "fs_abi.h"

#define SIGPIPE_ 13
#define FIONREAD_ 0x541bu

struct pipe *pipe_of_file(const struct file *f)
{
    if (f->ops == &pipe_read_fops || f->ops == &pipe_write_fops || f->ops == &fifo_fops)
        return f->priv;
    return NULL;
}

int pipe_wait_data(struct file *f, bool nonblocking)
{
    struct pipe *p = f->priv;
    while (!p->used) {
        if (!p->writers)
            return 0; /* end of file: the caller takes nothing */
        if (nonblocking)
            return -EAGAIN;
        int err = poll_sleep(&p->readable, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
    return 0;
}

int pipe_wait_room(struct file *f, bool nonblocking, size_t len)
{
    struct pipe *p = f->priv;
    for (;;) {
        if (!p->readers) {
            port_signal_self(SIGPIPE_);
            return -EPIPE;
        }
        if (pipe_fits(p, len))
            return 0;
        if (nonblocking)
            return -EAGAIN;
        int err = poll_sleep(&p->writable, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
}

static long pipe_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    struct pipe *p = f->priv;
    if (!u->resid)
        return 0;
    int err = pipe_wait_data(f, file_is_nonblocking(f));
    if (err)
        return err;
    long n = pipe_take(p, u);
    if (n > 0) {
        poll_wake(&p->writable, POLL_WRITABLE);
        vnode_touch_atime(f->vnode);
    }
    return n;
}

static long pipe_write(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    struct pipe *p = f->priv;
    long total = 0;
    if (!u->resid)
        return 0;
    while (u->resid) {
        /* The first bytes may share a page with those before; what does not fit wants new ones. */
        size_t len = total == 0 ? u->resid : PIPE_BUF_BYTES;
        long r = pipe_wait_room(f, file_is_nonblocking(f), len);
        if (!r)
            r = pipe_give(p, u);
        if (r < 0)
            return total ? total : r;
        total += r;
        poll_wake(&p->readable, POLL_READABLE);
    }
    vnode_touch_mtime(f->vnode);
    return total;
}

static uint32_t pipe_poll(struct file *f, struct poll_table *pt)
{
    struct pipe *p = f->priv;
    uint32_t events = 0;
    if (file_can_read(f)) {
        poll_register(pt, &p->readable);
        if (p->used)
            events |= POLL_READABLE;
        if (!p->writers && p->writer_opens)
            events |= POLL_HUP;
    }
    if (file_can_write(f)) {
        poll_register(pt, &p->writable);
        if (pipe_room(p) >= PIPE_BUF_BYTES)
            events |= POLL_WRITABLE;
        if (!p->readers)
            events |= POLL_ERR;
    }
    return events;
}

static long pipe_ioctl(struct file *f, unsigned cmd, uint64_t arg)
{
    const struct pipe *p = f->priv;
    int32_t n = (int32_t)p->used;
    if (cmd != FIONREAD_)
        return -ENOTTY;
    return port_copy_out(arg, &n, sizeof(n));
}

static void pipe_join(struct pipe *p, const struct file *f)
{
    p->holders++;
    if (file_can_read(f)) {
        p->readers++;
        p->reader_opens++;
        poll_wake(&p->writable, 0);
    }
    if (file_can_write(f)) {
        p->writers++;
        p->writer_opens++;
        poll_wake(&p->readable, 0);
    }
}

static void pipe_drop(struct pipe *p, struct vnode *vn)
{
    if (--p->holders)
        return;
    if (vn && vn->pipe == p)
        vn->pipe = NULL;
    pipe_destroy(p);
}

static void pipe_leave(struct pipe *p, const struct file *f)
{
    if (file_can_read(f) && --p->readers == 0)
        poll_wake(&p->writable, POLL_ERR | POLL_WRITABLE);
    if (file_can_write(f) && --p->writers == 0)
        poll_wake(&p->readable, POLL_HUP | POLL_READABLE);
}

static void pipe_release(struct file *f)
{
    struct pipe *p = f->priv;
    pipe_leave(p, f);
    pipe_drop(p, f->vnode);
}

/* Waits until the other side has been opened since. */
static int fifo_wait_peer(const uint32_t *opens, struct poll_head *h)
{
    uint32_t seen = *opens;
    while (*opens == seen) {
        int err = poll_sleep(h, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
    return 0;
}

static int fifo_rendezvous(struct file *f, struct pipe *p)
{
    unsigned mode = f->flags & O_ACCMODE;
    bool nonblocking = file_is_nonblocking(f);
    if (mode == O_RDONLY && !p->writers && !nonblocking)
        return fifo_wait_peer(&p->writer_opens, &p->readable);
    if (mode == O_WRONLY && !p->readers)
        return nonblocking ? -ENXIO : fifo_wait_peer(&p->reader_opens, &p->writable);
    return 0;
}

static int fifo_open(struct file *f)
{
    struct pipe *p = f->vnode->pipe;
    if (!p) {
        p = pipe_create();
        if (!p)
            return -ENOMEM;
        f->vnode->pipe = p;
    }
    f->priv = p;
    pipe_join(p, f);
    /* A pipe, opened again through /proc, has had both its ends: nobody to wait for. */
    int err = f->dentry->flags & DENTRY_ANON ? 0 : fifo_rendezvous(f, p);
    if (err)
        pipe_release(f);
    return err;
}

int pipe_open_pair(unsigned flags, struct file **reader, struct file **writer)
{
    struct pipe *p = pipe_create();
    if (!p)
        return -ENOMEM;
    flags &= O_NONBLOCK | O_DIRECT;
    const struct file as_reader = {.flags = O_RDONLY}, as_writer = {.flags = O_WRONLY};
    pipe_join(p, &as_reader);
    pipe_join(p, &as_writer);
    int err = file_open_anon(&pipe_read_fops, p, O_RDONLY | flags, "pipe:", S_IFIFO_ | 0600,
                             reader);
    if (err) { /* that dropped the reader's share */
        pipe_leave(p, &as_writer);
        pipe_drop(p, NULL);
        return err;
    }
    /* Opened again through /proc/PID/fd it behaves as a FIFO. */
    (*reader)->vnode->fops = &fifo_fops;
    (*reader)->vnode->pipe = p;
    err = file_open_peer(*reader, &pipe_write_fops, p, O_WRONLY | flags, writer);
    if (err) {
        pipe_leave(p, &as_writer);
        pipe_drop(p, (*reader)->vnode);
        file_unref(*reader);
    }
    return err;
}

const struct file_ops pipe_read_fops = {
    .release = pipe_release,
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .ioctl = pipe_ioctl,
    .async = true,
};
const struct file_ops pipe_write_fops = {
    .release = pipe_release,
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .ioctl = pipe_ioctl,
    .async = true,
};
const struct file_ops fifo_fops = {
    .open = fifo_open,
    .release = pipe_release,
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .ioctl = pipe_ioctl,
    .async = true,
};
