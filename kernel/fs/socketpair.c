/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * socketpair.c - connected pairs of AF_UNIX stream sockets.
 *
 * A pair is two pipes crosswise. Only pairs exist: socket(2) says EAFNOSUPPORT
 * for all families (QUIRKS), and datagram pairs say EPROTONOSUPPORT.
 */
#include "kernel/fs/pipe.h"
#include "kernel/fs/sys.h"

#define AF_UNIX_ 1
#define SOCK_STREAM_ 1
#define SOCK_TYPE_MASK 0xfu
#define SHUT_RD_ 0
#define SHUT_WR_ 1
#define SHUT_RDWR_ 2
#define MSG_DONTWAIT_ 0x40u
#define MSG_NOSIGNAL_ 0x4000u
#define SIGPIPE_ 13
#define FIONREAD_ 0x541bu

/* One direction: written by one side, read by the other. */
struct stream {
    struct pipe *pipe;
    uint32_t refs;
    bool write_shut, read_shut;
};

struct endpoint {
    struct stream *in, *out;
};

static struct stream *stream_create(void)
{
    struct stream *s = kzalloc(sizeof(*s));
    if (s)
        s->pipe = pipe_create();
    if (!s || !s->pipe) {
        kfree(s);
        return NULL;
    }
    s->refs = 1;
    return s;
}

static void stream_unref(struct stream *s)
{
    if (!s || --s->refs)
        return;
    pipe_destroy(s->pipe);
    kfree(s);
}

static void stream_changed(struct stream *s)
{
    poll_wake(&s->pipe->readable, 0);
    poll_wake(&s->pipe->writable, 0);
}

static long stream_read(struct stream *s, struct uio *u, bool nonblocking)
{
    if (!u->resid)
        return 0;
    while (!s->pipe->used) {
        if (s->write_shut || s->read_shut)
            return 0;
        if (nonblocking)
            return -EAGAIN;
        int err = poll_sleep(&s->pipe->readable, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
    long n = pipe_take(s->pipe, u);
    if (n > 0)
        poll_wake(&s->pipe->writable, POLL_WRITABLE);
    return n;
}

static long stream_write(struct stream *s, struct uio *u, bool nonblocking, bool quiet)
{
    long total = 0;
    while (u->resid) {
        long r = 0;
        if (s->read_shut || s->write_shut) {
            if (!quiet)
                port_signal_self(SIGPIPE_);
            r = -EPIPE;
        } else if (!pipe_room(s->pipe)) {
            r = nonblocking ? -EAGAIN : poll_sleep(&s->pipe->writable, POLL_NO_DEADLINE);
            if (!r)
                continue;
        } else {
            r = pipe_give(s->pipe, u);
        }
        if (r < 0)
            return total ? total : r;
        total += r;
        poll_wake(&s->pipe->readable, POLL_READABLE);
    }
    return total;
}

static long socket_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    const struct endpoint *e = f->priv;
    return stream_read(e->in, u, file_is_nonblocking(f));
}

static long socket_write(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    const struct endpoint *e = f->priv;
    return stream_write(e->out, u, file_is_nonblocking(f), false);
}

static uint32_t socket_poll(struct file *f, struct poll_table *pt)
{
    const struct endpoint *e = f->priv;
    uint32_t events = 0;
    poll_register(pt, &e->in->pipe->readable);
    poll_register(pt, &e->out->pipe->writable);
    bool in_ended = e->in->write_shut || e->in->read_shut;
    if (e->in->pipe->used || in_ended)
        events |= POLL_READABLE;
    if (in_ended)
        events |= POLL_RDHUP;
    if (in_ended && (e->out->read_shut || e->out->write_shut))
        events |= POLL_HUP;
    if (pipe_room(e->out->pipe) || e->out->read_shut || e->out->write_shut)
        events |= POLL_WRITABLE;
    return events;
}

static long socket_ioctl(struct file *f, unsigned cmd, uint64_t arg)
{
    const struct endpoint *e = f->priv;
    int32_t n = (int32_t)e->in->pipe->used;
    return cmd == FIONREAD_ ? port_copy_out(arg, &n, sizeof(n)) : -ENOTTY;
}

static void shut(struct endpoint *e, bool in, bool out)
{
    if (in) {
        e->in->read_shut = true;
        stream_changed(e->in);
    }
    if (out) {
        e->out->write_shut = true;
        stream_changed(e->out);
    }
}

static void endpoint_free(struct endpoint *e)
{
    if (!e)
        return;
    stream_unref(e->in);
    stream_unref(e->out);
    kfree(e);
}

static void socket_release(struct file *f)
{
    struct endpoint *e = f->priv;
    shut(e, true, true);
    endpoint_free(e);
}

static const struct file_ops socket_fops = {
    .release = socket_release,
    .read = socket_read,
    .write = socket_write,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
};

static int endpoints_create(struct endpoint **a, struct endpoint **b)
{
    *a = kzalloc(sizeof(**a));
    *b = kzalloc(sizeof(**b));
    if (*a && *b) {
        (*a)->in = stream_create();
        (*a)->out = stream_create();
    }
    if (!*a || !*b || !(*a)->in || !(*a)->out) {
        endpoint_free(*a);
        kfree(*b);
        return -ENOMEM;
    }
    (*b)->in = (*a)->out;
    (*b)->out = (*a)->in;
    (*a)->in->refs++;
    (*a)->out->refs++;
    return 0;
}

static long pair_create(unsigned flags, uint64_t fds)
{
    struct endpoint *a, *b;
    struct file *fa, *fb;
    int err = endpoints_create(&a, &b);
    if (err)
        return err;
    unsigned open_flags = O_RDWR | (flags & O_NONBLOCK);
    err = file_open_anon(&socket_fops, a, open_flags, "socket:", S_IFSOCK_ | 0777, &fa);
    if (err) {
        endpoint_free(b);
        return err;
    }
    err = file_open_anon(&socket_fops, b, open_flags, "socket:", S_IFSOCK_ | 0777, &fb);
    if (err) {
        file_unref(fa);
        return err;
    }
    return fd_install_pair(fa, fb, (flags & O_CLOEXEC) != 0, fds);
}

SYSCALL4(socketpair, uint64_t, domain, uint64_t, type, uint64_t, protocol, uint64_t, fds)
{
    if (type & ~(uint64_t)(SOCK_TYPE_MASK | O_NONBLOCK | O_CLOEXEC))
        return -EINVAL;
    if (domain != AF_UNIX_)
        return -EAFNOSUPPORT;
    if ((type & SOCK_TYPE_MASK) != SOCK_STREAM_ || (protocol && protocol != AF_UNIX_))
        return -EPROTONOSUPPORT;
    return pair_create((unsigned)type, fds);
}

SYSCALL3(socket, uint64_t, domain, uint64_t, type, uint64_t, protocol)
{
    (void)domain;
    (void)type;
    (void)protocol;
    return -EAFNOSUPPORT;
}

/* Referenced file of a socket descriptor; -EBADF, -ENOTSOCK. */
static int socket_get(uint64_t fd, struct file **out)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    if (f->ops != &socket_fops) {
        file_unref(f);
        return -ENOTSOCK;
    }
    *out = f;
    return 0;
}

SYSCALL2(shutdown, uint64_t, fd, uint64_t, how)
{
    struct file *f;
    int err = socket_get(fd, &f);
    if (err)
        return err;
    if (how > SHUT_RDWR_)
        err = -EINVAL;
    else
        shut(f->priv, how != SHUT_WR_, how != SHUT_RD_);
    file_unref(f);
    return err;
}

SYSCALL6(sendto, uint64_t, fd, uint64_t, buf, uint64_t, len, uint64_t, flags, uint64_t, addr,
         uint64_t, addr_len)
{
    struct file *f;
    struct uio u;
    (void)addr_len;
    int err = socket_get(fd, &f);
    if (err)
        return err;
    uio_init_user(&u, buf, len);
    const struct endpoint *e = f->priv;
    long r = -EISCONN;
    if (!addr)
        r = stream_write(e->out, &u, file_is_nonblocking(f) || (flags & MSG_DONTWAIT_),
                         (flags & MSG_NOSIGNAL_) != 0);
    file_unref(f);
    return r;
}

SYSCALL6(recvfrom, uint64_t, fd, uint64_t, buf, uint64_t, len, uint64_t, flags, uint64_t, addr,
         uint64_t, addr_len)
{
    struct file *f;
    struct uio u;
    int err = socket_get(fd, &f);
    if (err)
        return err;
    uio_init_user(&u, buf, len);
    const struct endpoint *e = f->priv;
    long r = stream_read(e->in, &u, file_is_nonblocking(f) || (flags & MSG_DONTWAIT_));
    uint32_t none = 0;
    if (r >= 0 && addr && addr_len && port_copy_out(addr_len, &none, sizeof(none)))
        r = -EFAULT;
    file_unref(f);
    return r;
}
