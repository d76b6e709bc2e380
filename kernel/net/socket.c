/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * socket.c - sockets as files, and what all families share: waiting, errors, accept queues.
 *
 * A socket has one poll head. Wakes carry their events, so that an epoll sees only what it
 * asked for; plain sleepers look at their condition again.
 */
#include "kernel/fs/async.h"
#include "kernel/net/socket.h"
#include "kernel/net/packet.h"
#include "kernel/net/scm.h"

#define SNDBUF_DEFAULT 212992
#define ID_NONE UINT32_MAX

void socket_init(struct socket *s, const struct sock_ops *ops, int family, int type, int protocol)
{
    s->ops = ops;
    s->refs = 1;
    s->family = (uint16_t)family;
    s->type = (uint8_t)type;
    s->protocol = (uint8_t)protocol;
    s->state = TCP_CLOSE;
    s->sndbuf = s->rcvbuf = SNDBUF_DEFAULT;
    s->rcvlowat = 1;
    s->peer_cred = (struct peer_cred){0, ID_NONE, ID_NONE};
    poll_head_init(&s->head);
    list_init(&s->rx);
    list_init(&s->accept_queue);
    list_init(&s->accept_node);
}

struct socket *socket_ref(struct socket *s)
{
    s->refs++;
    return s;
}

void socket_unref(struct socket *s)
{
    if (!s || --s->refs)
        return;
    packet_purge(s);
    s->ops->destroy(s);
    kfree(s);
}

static long socket_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    struct socket *s = f->priv;
    struct message m = {.u = u};
    if (!u->resid)
        return 0;
    return s->ops->recv(s, &m, socket_recv_deadline(s, file_is_nonblocking(f)));
}

static long socket_write(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    struct socket *s = f->priv;
    struct message m = {.u = u};
    return s->ops->send(s, &m, socket_send_deadline(s, file_is_nonblocking(f)));
}

static uint32_t socket_poll(struct file *f, struct poll_table *pt)
{
    struct socket *s = f->priv;
    poll_register(pt, &s->head);
    return s->ops->poll(s);
}

#define FIOSETOWN 0x8901u
#define SIOCSPGRP 0x8902u
#define FIOGETOWN 0x8903u
#define SIOCGPGRP 0x8904u
#define SIOCATMARK 0x8905u

static long ioctl_owner(struct file *f, unsigned cmd, uint64_t arg)
{
    int32_t owner = (int32_t)async_fcntl(f, F_GETOWN, 0);
    if (cmd == FIOGETOWN || cmd == SIOCGPGRP)
        return port_copy_out(arg, &owner, sizeof(owner));
    if (port_copy_in(&owner, arg, sizeof(owner)))
        return -EFAULT;
    return async_set_owner(f, owner);
}

static long socket_ioctl(struct file *f, unsigned cmd, uint64_t arg)
{
    struct socket *s = f->priv;
    int32_t n = 0;
    switch (cmd) {
    case FIOSETOWN:
    case SIOCSPGRP:
    case FIOGETOWN:
    case SIOCGPGRP:
        return ioctl_owner(f, cmd, arg);
    case SIOCINQ:
    case SIOCOUTQ: {
        int err = s->ops->queued(s, cmd, &n);
        return err ? err : port_copy_out(arg, &n, sizeof(n));
    }
    case SIOCATMARK: /* there is no urgent data */
        if (s->type != SOCK_STREAM || s->family == AF_UNIX)
            return -ENOTTY;
        return port_copy_out(arg, &n, sizeof(n));
    }
    return net_ioctl(s, cmd, arg);
}

static void socket_release(struct file *f)
{
    struct socket *s = f->priv;
    s->file = NULL;
    s->dead = true;
    s->ops->release(s);
    socket_unref(s);
    if (unix_inflight_total)
        unix_collect();
}

static const struct file_ops socket_fops = {
    .release = socket_release,
    .read = socket_read,
    .write = socket_write,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
    .async = true,
};

int socket_open_file(struct socket *s, unsigned flags, struct file **out)
{
    int err = file_open_anon(&socket_fops, s, O_RDWR | (flags & O_NONBLOCK), "socket:",
                             S_IFSOCK_ | 0777, out);
    if (!err)
        s->file = *out;
    return err;
}

struct socket *socket_of_file(const struct file *f)
{
    return f->ops == &socket_fops ? f->priv : NULL;
}

int socket_get(uint64_t fd, struct file **file, struct socket **s)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    *s = socket_of_file(f);
    *file = f;
    if (*s)
        return 0;
    file_unref(f);
    return -ENOTSOCK;
}

void socket_wake(struct socket *s, uint32_t events)
{
    if ((events & POLL_OUT) && s->no_room) {
        s->no_room = false;
        events |= POLL_ROOM;
    }
    poll_wake(&s->head, events);
}

int socket_wait(struct socket *s, uint64_t deadline_ns)
{
    if (!deadline_ns)
        return -EAGAIN;
    int err = poll_sleep(&s->head, deadline_ns);
    if (err == -ETIMEDOUT)
        return -EAGAIN;
    return err == -ERESTARTSYS && deadline_ns != POLL_NO_DEADLINE ? -EINTR : err;
}

static uint64_t deadline_of(uint64_t timeo_ns, bool nonblock)
{
    if (nonblock)
        return 0;
    return timeo_ns ? port_monotonic_ns() + timeo_ns : POLL_NO_DEADLINE;
}

uint64_t socket_recv_deadline(const struct socket *s, bool nonblock)
{
    return deadline_of(s->rcvtimeo_ns, nonblock);
}

uint64_t socket_send_deadline(const struct socket *s, bool nonblock)
{
    return deadline_of(s->sndtimeo_ns, nonblock);
}

int socket_take_error(struct socket *s)
{
    int err = -s->error;
    s->error = 0;
    return err;
}

void socket_set_error(struct socket *s, int error)
{
    s->error = error;
    socket_wake(s, POLL_ERR);
}

int socket_broken_pipe(unsigned flags)
{
    if (!(flags & MSG_NOSIGNAL))
        port_signal_self(SIGPIPE_NUMBER);
    return -EPIPE;
}

struct peer_cred socket_cred_current(void)
{
    return (struct peer_cred){port_pid(), port_fsuid(), port_fsgid()};
}

void socket_accept_put(struct socket *listener, struct socket *child)
{
    list_push_back(&listener->accept_queue, &child->accept_node);
    listener->accept_count++;
    socket_wake(listener, SOCK_WAKE_READ);
}

struct socket *socket_accept_take(struct socket *listener)
{
    if (list_is_empty(&listener->accept_queue))
        return NULL;
    struct socket *s = list_first(&listener->accept_queue, struct socket, accept_node);
    list_remove(&s->accept_node);
    listener->accept_count--;
    return s;
}

int socket_accept_wait(struct socket *s, bool nonblock, struct socket **out)
{
    uint64_t deadline = socket_recv_deadline(s, nonblock);
    if (s->state != TCP_LISTEN)
        return -EINVAL;
    while (!(*out = socket_accept_take(s))) {
        if (!deadline)
            return -EAGAIN;
        if (s->shutdown & SOCK_SHUT_RECV || s->state != TCP_LISTEN)
            return -EINVAL;
        int err = socket_wait(s, deadline);
        if (err)
            return err;
    }
    return 0;
}

int socket_wait_wmem(struct socket *s, uint64_t deadline_ns)
{
    for (;;) {
        int err = socket_take_error(s);
        if (err)
            return err;
        if (s->shutdown & SOCK_SHUT_SEND)
            return -EPIPE;
        if (s->wmem < (size_t)s->sndbuf)
            return 0;
        s->no_room = true;
        err = socket_wait(s, deadline_ns);
        if (err)
            return err;
    }
}
