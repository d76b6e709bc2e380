/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * udp.c - datagrams of AF_INET and AF_INET6.
 *
 * A datagram is on its receiver's queue before send returns, or is dropped where the queue is
 * full. Where nobody is bound, a connected sender is told by its next call (ECONNREFUSED).
 */
#include "kernel/net/inet.h"

#define UDP_BYTES_MAX 65507u   /* of an IPv4 packet */
#define UDP6_BYTES_MAX 65527u
#define DATAGRAM_HEAD_BYTES 42u /* headers that Linux allocates before the payload */

static int udp_connect(struct socket *s, const struct sockaddr_any *a, uint32_t len, bool nonblock)
{
    struct inet_sock *i = inet_of(s);
    struct inet_end to, source;
    (void)nonblock;
    if (len < sizeof(a->family))
        return -EINVAL;
    if (a->family == AF_UNSPEC) {
        i->has_remote = false;
        s->state = TCP_CLOSE;
        s->error = 0;
        inet_reset_local(i);
        return 0;
    }
    int err = inet_autobind(i);
    if (!err)
        err = inet_parse(i, a, len, &to);
    if (!err)
        err = inet_route(i, &to, &source);
    if (err)
        return err;
    memcpy(i->local.addr, source.addr, 16);
    i->remote = to;
    i->has_remote = true;
    s->state = TCP_ESTABLISHED;
    return 0;
}

static int udp_listen(struct socket *s, int backlog)
{
    (void)s, (void)backlog;
    return -EOPNOTSUPP;
}

static int udp_accept(struct socket *s, bool nonblock, struct socket **out)
{
    (void)s, (void)nonblock, (void)out;
    return -EOPNOTSUPP;
}

static int udp_shutdown(struct socket *s, unsigned how)
{
    int err = s->state == TCP_CLOSE ? -ENOTCONN : 0;
    s->shutdown |= how;
    socket_wake(s, 0);
    return err;
}

/* Where this one goes. */
static int destination(struct inet_sock *i, const struct message *m, struct inet_end *to)
{
    if (!m->addr_len) {
        *to = i->remote;
        return i->has_remote ? 0 : -EDESTADDRREQ;
    }
    struct sockaddr_any a = *m->addr;
    uint32_t len = m->addr_len;
    if (a.family == AF_UNSPEC) { /* IPv4 by custom; on IPv6 what connect said */
        if (i->s.family == AF_INET6) {
            *to = i->remote;
            return i->has_remote ? 0 : -EDESTADDRREQ;
        }
        a.family = AF_INET;
    }
    int err = inet_parse(i, &a, len, to);
    if (!err && i->v6only && inet_is_v4(to))
        return -ENETUNREACH;
    return !err && !to->port ? -EINVAL : err;
}

static long deliver(struct inet_sock *i, struct message *m, const struct inet_end *source,
                    const struct inet_end *to)
{
    size_t len = m->u->resid;
    struct packet *p = packet_create(NULL, len, packet_truesize(len + DATAGRAM_HEAD_BYTES, 0));
    if (!p)
        return -ENOBUFS;
    if (len && uio_write(m->u, p->data, len) < (long)len) {
        packet_free(p);
        return -EFAULT;
    }
    p->source = *source;
    p->target = *to;
    struct inet_sock *r = inet_find(IPPROTO_UDP, source, to);
    if (r && r->s.rx_charge <= (size_t)r->s.rcvbuf && !(r->s.shutdown & SOCK_SHUT_RECV)) {
        packet_deliver(&r->s, p);
        return (long)len;
    }
    packet_free(p);
    if (!r && i->has_remote && i->s.state == TCP_ESTABLISHED)
        socket_set_error(&i->s, ECONNREFUSED);
    return (long)len;
}

static long udp_send(struct socket *s, struct message *m, uint64_t deadline)
{
    struct inet_sock *i = inet_of(s);
    struct inet_end to, source;
    (void)deadline;
    if (m->u->resid > 0xffff)
        return -EMSGSIZE;
    if (m->flags & MSG_OOB)
        return -EOPNOTSUPP;
    int err = inet_autobind(i);
    if (!err)
        err = destination(i, m, &to);
    if (!err)
        err = socket_take_error(s);
    if (!err && (s->shutdown & SOCK_SHUT_SEND))
        err = socket_broken_pipe(m->flags);
    if (!err)
        err = inet_route(i, &to, &source);
    if (err)
        return err;
    if (m->u->resid > (inet_is_v4(&to) ? UDP_BYTES_MAX : UDP6_BYTES_MAX))
        return -EMSGSIZE;
    source.port = i->local.port;
    return deliver(i, m, &source, &to);
}

static long udp_recv(struct socket *s, struct message *m, uint64_t deadline)
{
    struct inet_sock *i = inet_of(s);
    int err;
    if (m->flags & MSG_ERRQUEUE)
        return -EAGAIN;
    if (m->flags & MSG_OOB)
        m->flags &= ~MSG_OOB; /* has no meaning and is no error */
    struct packet *p = packet_wait(s, deadline, &err);
    if (!p)
        return err;
    long n = packet_copy_datagram(p, m);
    if (n >= 0 && m->want_addr)
        inet_show(i, &p->source, m->addr, &m->addr_len);
    if (n >= 0) {
        message_put_stamp(s, m, p);
        inet_put_controls(i, m, p);
    }
    if (!(m->flags & MSG_PEEK)) {
        packet_unlink(s, p);
        packet_free(p);
    }
    return n;
}

static uint32_t udp_poll(struct socket *s)
{
    uint32_t events = s->error ? POLL_ERR : 0;
    if (s->shutdown & SOCK_SHUT_RECV)
        events |= POLL_RDHUP | POLL_READABLE;
    if (s->shutdown == SOCK_SHUT_BOTH)
        events |= POLL_HUP;
    if (packet_first(s))
        events |= POLL_READABLE;
    return events | POLL_WRITABLE | POLL_WRBAND;
}

static int udp_queued(struct socket *s, unsigned cmd, int32_t *bytes)
{
    const struct packet *p = packet_first(s);
    *bytes = cmd == SIOCINQ && p ? (int32_t)p->len : 0;
    return 0;
}

static void udp_release(struct socket *s)
{
    s->state = TCP_CLOSE;
    inet_give_port(inet_of(s));
}

static void udp_destroy(struct socket *s)
{
    inet_give_port(inet_of(s));
    poll_head_destroy(&s->head);
}

const struct sock_ops udp_ops = {
    .bind = inet_bind,
    .connect = udp_connect,
    .listen = udp_listen,
    .accept = udp_accept,
    .name = inet_name,
    .shutdown = udp_shutdown,
    .send = udp_send,
    .recv = udp_recv,
    .poll = udp_poll,
    .queued = udp_queued,
    .setopt = inet_setopt,
    .getopt = inet_getopt,
    .release = udp_release,
    .destroy = udp_destroy,
};
