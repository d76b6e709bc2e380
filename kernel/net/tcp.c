/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp.c - the bytes of a TCP connection, and its readiness.
 *
 * What is sent stands on the peer's queue at once. A sender waits once the peer's unread bytes
 * reach its own send buffer and half the peer's receive buffer, which is where Linux's
 * window and queue together end.
 */
#include "kernel/net/inet.h"

#define PIECE_BYTES_MAX 16384u
#define PIECE_ROOM_MIN 1024u
#define TCP_MIN_SEND_BYTES 4096u

size_t tcp_send_limit(const struct inet_sock *i)
{
    size_t limit = (size_t)i->s.sndbuf + (size_t)i->peer->s.rcvbuf / 2;
    return limit < TCP_MIN_SEND_BYTES ? TCP_MIN_SEND_BYTES : limit;
}

bool tcp_is_writable(const struct inet_sock *i)
{
    return !i->peer || i->peer->unread <= tcp_send_limit(i) / 3 * 2;
}

void tcp_reset(struct inet_sock *i)
{
    struct socket *s = &i->s;
    int error = s->state == TCP_SYN_SENT     ? ECONNREFUSED
                : s->state == TCP_CLOSE_WAIT ? EPIPE
                                             : ECONNRESET;
    if (s->state == TCP_CLOSE)
        return;
    s->state = TCP_CLOSE;
    s->shutdown = SOCK_SHUT_BOTH;
    i->peer = NULL;
    if (!i->bound_by_user)
        inet_give_port(i);
    s->error = error;
    socket_wake(s, POLL_PEER);
}

/* At most what fits: into the room of the last packet, or a new one. */
static long put_bytes(struct inet_sock *to, struct uio *u, size_t max)
{
    struct list *rx = &to->s.rx;
    size_t n = u->resid < max ? u->resid : max;
    if (!list_is_empty(rx)) {
        struct packet *last = list_entry(rx->prev, struct packet, node);
        size_t room = last->room - last->len;
        if (room) {
            long r = uio_write(u, last->data + last->len, n < room ? n : room);
            if (r > 0)
                last->len += (uint32_t)r;
            return r;
        }
    }
    if (n > PIECE_BYTES_MAX)
        n = PIECE_BYTES_MAX;
    size_t room = n < PIECE_ROOM_MIN ? PIECE_ROOM_MIN : n;
    struct packet *p = packet_create(NULL, room, (uint32_t)room);
    if (!p)
        return -ENOBUFS;
    long r = uio_write(u, p->data, n);
    if (r <= 0) {
        packet_free(p);
        return r;
    }
    p->len = (uint32_t)r;
    list_push_back(rx, &p->node);
    to->s.rx_charge += p->truesize;
    return r;
}

/* May bytes be sent? Waits for a connection under way, and for room. */
static int send_ready(struct inet_sock *i, uint64_t deadline)
{
    struct socket *s = &i->s;
    for (;;) {
        if (s->error || (s->shutdown & SOCK_SHUT_SEND)) {
            int err = socket_take_error(s);
            return err ? err : -EPIPE;
        }
        bool waits = s->state == TCP_SYN_SENT;
        if (!waits && s->state != TCP_ESTABLISHED && s->state != TCP_CLOSE_WAIT)
            return -EPIPE;
        if (!waits && (!i->peer || i->peer->unread < tcp_send_limit(i)))
            return 0;
        s->no_room = true;
        int err = socket_wait(s, deadline);
        if (err)
            return err;
    }
}

static long tcp_send(struct socket *s, struct message *m, uint64_t deadline)
{
    struct inet_sock *i = inet_of(s);
    long sent = 0;
    int err = m->flags & MSG_OOB ? -EOPNOTSUPP : 0; /* no urgent data: QUIRKS */
    if (!err && !m->u->resid)
        err = send_ready(i, deadline);
    while (!err && m->u->resid) {
        err = send_ready(i, deadline);
        if (err)
            break;
        if (!i->peer) { /* closed there: it goes out, and the answer is a reset */
            sent += (long)m->u->resid;
            uio_skip(m->u, m->u->resid);
            tcp_reset(i);
            break;
        }
        long n = put_bytes(i->peer, m->u, tcp_send_limit(i) - i->peer->unread);
        if (n <= 0) {
            err = n ? (int)n : -EFAULT;
            break;
        }
        i->peer->unread += (size_t)n;
        sent += n;
        socket_wake(&i->peer->s, SOCK_WAKE_READ);
    }
    if (sent || !err)
        return sent;
    return err == -EPIPE ? socket_broken_pipe(m->flags) : err;
}

/* Bytes of the queue to the message; those before *skip were peeked at already. */
static long get_bytes(struct inet_sock *i, struct message *m, size_t want, size_t skip)
{
    struct socket *s = &i->s;
    bool peek = m->flags & MSG_PEEK;
    long total = 0;
    list_for_each_safe(p, &s->rx, struct packet, node) {
        size_t left = packet_left(p);
        if (skip >= left) {
            skip -= left;
            continue;
        }
        size_t n = left - skip < want ? left - skip : want;
        if (!n)
            break;
        if (m->flags & MSG_TRUNC) {
            uio_skip(m->u, n);
        } else {
            long r = uio_read(m->u, p->data + p->used + skip, n);
            if (r <= 0)
                return total ? total : -EFAULT;
            n = (size_t)r;
        }
        skip = 0;
        want -= n;
        total += (long)n;
        if (peek)
            continue;
        p->used += (uint32_t)n;
        i->unread -= n;
        if (!packet_left(p)) {
            packet_unlink(s, p);
            packet_free(p);
        }
    }
    return total;
}

/* Nothing more is there: 1 to wait for it, else what ends the call. */
static int recv_ended(struct socket *s, long copied)
{
    if (copied)
        return !s->error && s->state != TCP_CLOSE && !(s->shutdown & SOCK_SHUT_RECV);
    if (s->flags & SOCKF_DONE)
        return 0;
    if (s->error)
        return socket_take_error(s);
    if (s->shutdown & SOCK_SHUT_RECV)
        return 0;
    return s->state == TCP_CLOSE ? -ENOTCONN : 1;
}

static long tcp_recv(struct socket *s, struct message *m, uint64_t deadline)
{
    struct inet_sock *i = inet_of(s);
    size_t want = m->u->resid, target = m->flags & MSG_WAITALL ? want : (size_t)s->rcvlowat;
    long copied = 0;
    int r = 1;
    if (m->flags & MSG_ERRQUEUE)
        return -EAGAIN;
    if (s->state == TCP_LISTEN)
        return -ENOTCONN;
    if (m->flags & MSG_OOB)
        return -EINVAL;
    if (target > want)
        target = want;
    if (!target)
        target = 1;
    bool was_writable = !i->peer || tcp_is_writable(i->peer);
    while (r > 0 && want) {
        long n = get_bytes(i, m, want, m->flags & MSG_PEEK ? (size_t)copied : 0);
        if (n < 0)
            r = (int)n;
        copied += n > 0 ? n : 0;
        want -= n > 0 ? (size_t)n : 0;
        if (n < 0 || copied >= (long)target)
            break;
        r = recv_ended(s, copied);
        if (r > 0) {
            int err = socket_wait(s, deadline);
            r = err ? err : 1;
        }
    }
    if (i->peer && !was_writable && tcp_is_writable(i->peer))
        socket_wake(&i->peer->s, SOCK_WAKE_WRITE);
    return copied ? copied : r < 0 ? r : 0;
}

static uint32_t tcp_poll(struct socket *s)
{
    const struct inet_sock *i = inet_of(s);
    uint32_t events = 0;
    if (s->state == TCP_LISTEN)
        return list_is_empty(&s->accept_queue) ? 0 : POLL_READABLE;
    if (s->shutdown == SOCK_SHUT_BOTH || s->state == TCP_CLOSE)
        events |= POLL_HUP;
    if (s->shutdown & SOCK_SHUT_RECV)
        events |= POLL_READABLE | POLL_RDHUP;
    if (s->state != TCP_SYN_SENT) {
        if (i->unread >= (size_t)s->rcvlowat)
            events |= POLL_READABLE;
        if ((s->shutdown & SOCK_SHUT_SEND) || tcp_is_writable(i))
            events |= POLL_WRITABLE;
    }
    return s->error ? events | POLL_ERR : events;
}

static int tcp_queued(struct socket *s, unsigned cmd, int32_t *bytes)
{
    const struct inet_sock *i = inet_of(s);
    if (s->state == TCP_LISTEN)
        return -EINVAL;
    *bytes = cmd == SIOCINQ ? (int32_t)i->unread : 0; /* what was sent has been acknowledged */
    return 0;
}

const struct sock_ops tcp_ops = {
    .bind = inet_bind,
    .connect = tcp_connect,
    .listen = tcp_listen,
    .accept = tcp_accept,
    .name = inet_name,
    .shutdown = tcp_shutdown,
    .send = tcp_send,
    .recv = tcp_recv,
    .poll = tcp_poll,
    .queued = tcp_queued,
    .setopt = inet_setopt,
    .getopt = inet_getopt,
    .release = tcp_release,
    .destroy = tcp_destroy,
};
