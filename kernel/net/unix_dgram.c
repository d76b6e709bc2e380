/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unix_dgram.c - datagrams of AF_UNIX, connected or not, and sequenced packets, which are
 * datagrams over a connection.
 */
#include "kernel/net/unix.h"

#define BLOCK_BYTES_MAX 16064u /* of a packet in one block */
#define PAGED_BYTES_MAX (17u * PAGE_BYTES)

/* A socket that has a peer of its own takes datagrams from that one only. */
static bool may_send(const struct unix_sock *from, const struct unix_sock *to)
{
    return !to->peer || to->peer == from;
}

/* What the old peer sent is not of the new association; it is told where it thought of one. */
static void disconnected(struct unix_sock *u, struct unix_sock *old)
{
    if (!packet_first(&u->s))
        return;
    packet_purge(&u->s);
    socket_wake(&u->s, SOCK_WAKE_WRITE);
    if (!old->s.dead && old->peer == u)
        socket_set_error(&old->s, ECONNRESET);
}

int unix_dgram_connect(struct unix_sock *u, const struct sockaddr_any *a, uint32_t len)
{
    struct unix_sock *to = NULL;
    int err = 0;
    if (a->family != AF_UNSPEC) {
        err = unix_check_address(a, len);
        if (!err && (u->s.flags & SOCKF_PASSCRED))
            err = unix_autobind(u);
        if (!err)
            err = unix_find(a, len, SOCK_DGRAM, &to);
        if (err)
            return err;
        if (!may_send(u, to))
            err = -EPERM;
    }
    if (!err) {
        if (u->peer && u->peer != to)
            disconnected(u, u->peer);
        unix_set_peer(u, to);
        u->s.state = to ? TCP_ESTABLISHED : TCP_CLOSE;
        socket_wake(&u->s, 0);
    }
    if (to)
        socket_unref(&to->s);
    return err;
}

static struct packet *datagram_create(struct socket *s, size_t len)
{
    size_t paged = 0;
    if (len > BLOCK_BYTES_MAX) {
        paged = len - BLOCK_BYTES_MAX;
        if (paged > PAGED_BYTES_MAX)
            paged = PAGED_BYTES_MAX;
        paged = (paged + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
        if (paged > len)
            paged = len;
    }
    return packet_create(s, len, packet_truesize(len - paged, paged));
}

/* The receiver has gone: forget it. */
static int peer_is_dead(struct unix_sock *u, struct unix_sock *to)
{
    if (u->peer != to)
        return -ECONNREFUSED;
    disconnected(u, to);
    unix_set_peer(u, NULL);
    u->s.state = TCP_CLOSE;
    return -ECONNREFUSED;
}

/* Until `to` takes one more. */
static int wait_for_room(struct unix_sock *u, struct unix_sock *to, uint64_t deadline)
{
    for (;;) {
        if (!may_send(u, to))
            return -EPERM;
        if (to->s.dead)
            return peer_is_dead(u, to);
        if (to->s.shutdown & SOCK_SHUT_RECV)
            return -EPIPE;
        if (to == u || to->peer == u || !unix_queue_full(to))
            return 0;
        int err = socket_wait(&to->s, deadline);
        if (err)
            return err;
    }
}

static long datagram_send(struct unix_sock *u, struct unix_sock *to, struct message *m,
                          struct scm *scm, uint64_t deadline)
{
    size_t len = m->u->resid;
    if (len > (size_t)u->s.sndbuf - 32)
        return -EMSGSIZE;
    int err = socket_wait_wmem(&u->s, deadline);
    if (err)
        return err;
    struct packet *p = datagram_create(&u->s, len);
    if (!p)
        return -ENOBUFS;
    err = scm_to_packet(scm, p, true);
    if (!err && len && uio_write(m->u, p->data, len) < (long)len)
        err = -EFAULT;
    if (!err)
        err = wait_for_room(u, to, deadline);
    if (err) {
        packet_free(p);
        return err;
    }
    scm_add_cred(p, &u->s, &to->s);
    if (u->name) {
        p->from = u->name;
        u->name->refs++;
    }
    packet_deliver(&to->s, p);
    return (long)len;
}

long unix_dgram_send(struct socket *s, struct message *m, uint64_t deadline)
{
    struct unix_sock *u = unix_of(s), *to = NULL;
    struct scm scm;
    int err = scm_send(m, &scm);
    if (err)
        return err;
    if (m->flags & MSG_OOB) {
        err = -EOPNOTSUPP;
    } else if (m->addr_len) {
        err = unix_check_address(m->addr, m->addr_len);
    } else {
        to = u->peer;
        err = to ? 0 : -ENOTCONN;
        if (to)
            socket_ref(&to->s);
    }
    if (!err && (s->flags & SOCKF_PASSCRED))
        err = unix_autobind(u);
    if (!err && m->addr_len && m->u->resid > (size_t)s->sndbuf - 32)
        err = -EMSGSIZE;
    if (!err && m->addr_len)
        err = unix_find(m->addr, m->addr_len, s->type, &to);
    long r = err ? err : datagram_send(u, to, m, &scm, deadline);
    if (to)
        socket_unref(&to->s);
    scm_drop(&scm);
    return r;
}

long unix_dgram_recv(struct socket *s, struct message *m, uint64_t deadline)
{
    struct scm scm = {0};
    int err;
    if (m->flags & MSG_OOB)
        return -EOPNOTSUPP;
    struct packet *p = packet_wait(s, deadline, &err);
    if (!p) {
        bool ended = s->type == SOCK_SEQPACKET && (s->shutdown & SOCK_SHUT_RECV);
        return err == -EAGAIN && ended ? 0 : err;
    }
    unix_copy_name(p->from, m);
    long n = packet_copy_datagram(p, m);
    bool peek = m->flags & MSG_PEEK;
    if (n >= 0) {
        message_put_stamp(s, m, p);
        scm_set_cred(p, &scm);
        scm_take_rights(p, peek, &scm);
        scm_receive(s, m, &scm);
    }
    if (!peek) {
        packet_unlink(s, p);
        packet_free(p);
        socket_wake(s, SOCK_WAKE_WRITE); /* senders that wait for room here */
    }
    return n;
}

long unix_seqpacket_send(struct socket *s, struct message *m, uint64_t deadline)
{
    int err = socket_take_error(s);
    if (err)
        return err;
    if (s->state != TCP_ESTABLISHED)
        return -ENOTCONN;
    m->addr_len = 0;
    if (!unix_of(s)->peer) /* closed: the connection is shut, which tells -EPIPE */
        return s->shutdown & SOCK_SHUT_SEND ? -EPIPE : -ENOTCONN;
    return unix_dgram_send(s, m, deadline);
}

long unix_seqpacket_recv(struct socket *s, struct message *m, uint64_t deadline)
{
    return s->state != TCP_ESTABLISHED ? -ENOTCONN : unix_dgram_recv(s, m, deadline);
}

uint32_t unix_dgram_poll(struct socket *s)
{
    const struct unix_sock *u = unix_of(s), *to = u->peer;
    uint32_t events = s->error ? POLL_ERR : 0;
    if (s->shutdown & SOCK_SHUT_RECV)
        events |= POLL_RDHUP | POLL_READABLE;
    if (s->shutdown == SOCK_SHUT_BOTH)
        events |= POLL_HUP;
    if (packet_first(s) || !list_is_empty(&s->accept_queue))
        events |= POLL_READABLE;
    if (s->type == SOCK_SEQPACKET && s->state == TCP_CLOSE)
        events |= POLL_HUP;
    if (to && to->peer != u && unix_queue_full(to))
        return events;
    return events | unix_writable(s);
}
