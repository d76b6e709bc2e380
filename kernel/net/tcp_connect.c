/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp_connect.c - TCP connections made and ended.
 *
 * A handshake is done by the connecting side alone: it finds the listener and makes the other
 * end. A caller that must not wait gets -EINPROGRESS all the same, as on Linux, where the
 * answer comes a moment after connect() has returned.
 *
 * A listener whose queue is full does not answer. The connecting side tries again after 1,
 * 3, 7 ... seconds, as Linux's SYN is sent again, and gives up after the seventh time.
 */
#include "kernel/net/inet.h"

#define SYN_RETRIES_MAX 6u
#define SYN_TIMEOUT_NS NS_PER_S
#define SNDBUF_CONNECTED 2626560

static void send_buffer_grow(struct inet_sock *i)
{
    if (!i->sndbuf_set)
        i->s.sndbuf = SNDBUF_CONNECTED;
}

static void tcp_close(struct inet_sock *i, bool abort);

/* The listener's end of a connection from i. */
static int make_child(struct inet_sock *i, struct inet_sock *listener)
{
    struct inet_sock *c = inet_alloc(listener->s.family, SOCK_STREAM, IPPROTO_TCP);
    if (!c)
        return -ENOMEM;
    c->local = i->remote;
    c->remote = i->local;
    c->has_remote = true;
    c->v6only = listener->v6only;
    memcpy(c->option, listener->option, sizeof(c->option));
    memcpy(c->congestion, listener->congestion, sizeof(c->congestion));
    c->s.flags = listener->s.flags;
    c->s.linger_s = listener->s.linger_s;
    c->s.sndbuf = listener->s.sndbuf;
    c->s.rcvbuf = listener->s.rcvbuf;
    c->s.rcvlowat = listener->s.rcvlowat;
    c->s.rcvtimeo_ns = listener->s.rcvtimeo_ns;
    c->s.sndtimeo_ns = listener->s.sndtimeo_ns;
    c->s.priority = listener->s.priority;
    c->sndbuf_set = listener->sndbuf_set;
    c->s.state = i->s.state = TCP_ESTABLISHED;
    c->s.connected = c->keeps_port = true;
    c->peer = i;
    i->peer = c;
    send_buffer_grow(c);
    send_buffer_grow(i);
    inet_share_port(c);
    socket_accept_put(&listener->s, &c->s);
    socket_wake(&i->s, SOCK_WAKE_WRITE | POLL_ROOM);
    return 0;
}

/* One SYN, and what comes back. */
static void handshake(struct inet_sock *i)
{
    struct inet_sock *l = inet_find(IPPROTO_TCP, &i->local, &i->remote);
    if (!l) {
        tcp_reset(i);
        return;
    }
    if (l->s.accept_count <= l->s.backlog && !make_child(i, l))
        return;
    if (i->retries > SYN_RETRIES_MAX) {
        tcp_reset(i);
        i->s.error = ETIMEDOUT;
        return;
    }
    timer_start(&i->retry, port_monotonic_ns() + (SYN_TIMEOUT_NS << i->retries++));
}

void tcp_connect_retry(struct timer *t)
{
    handshake(container_of(t, struct inet_sock, retry));
}

/* Unconnected again; a port that bind chose stays. */
static void disconnect(struct inet_sock *i)
{
    struct inet_sock *peer = i->peer;
    timer_cancel(&i->retry);
    if (i->s.state == TCP_LISTEN)
        for (struct socket *c; (c = socket_accept_take(&i->s));) {
            tcp_close(inet_of(c), true);
            socket_unref(c);
        }
    i->s.state = TCP_CLOSE;
    i->peer = NULL;
    if (peer) {
        peer->peer = NULL;
        tcp_reset(peer);
    }
    inet_reset_local(i);
    packet_purge(&i->s);
    i->unread = 0;
    i->has_remote = false;
    i->s.shutdown = 0;
    i->s.flags &= ~SOCKF_DONE;
    i->s.connecting = i->s.connected = false;
    socket_wake(&i->s, 0);
}

static int connect_start(struct inet_sock *i, const struct sockaddr_any *a, uint32_t len)
{
    struct inet_end to, source;
    if (i->s.state != TCP_CLOSE)
        return -EISCONN;
    int err = inet_parse(i, a, len, &to);
    if (!err)
        err = inet_route(i, &to, &source);
    if (err)
        return err;
    i->s.shutdown = 0;
    i->s.error = 0;
    memcpy(i->local.addr, source.addr, 16);
    if (!i->bound) {
        err = inet_take_port(i, 0);
        if (err)
            return -EADDRNOTAVAIL;
    }
    i->remote = to;
    i->has_remote = true;
    i->retries = 0;
    i->s.state = TCP_SYN_SENT;
    i->s.connecting = true;
    handshake(i);
    return 0;
}

int tcp_connect(struct socket *s, const struct sockaddr_any *a, uint32_t len, bool nonblock)
{
    struct inet_sock *i = inet_of(s);
    if (len < sizeof(a->family))
        return -EINVAL;
    if (a->family == AF_UNSPEC) {
        disconnect(i);
        return 0;
    }
    if (s->connected)
        return -EISCONN;
    bool began = !s->connecting;
    int err = began ? connect_start(i, a, len) : 0;
    if (err)
        return err;
    uint64_t deadline = socket_send_deadline(s, nonblock);
    if (began && nonblock)
        return -EINPROGRESS;
    while (s->state == TCP_SYN_SENT) {
        err = socket_wait(s, deadline);
        if (err == -EAGAIN)
            return began ? -EINPROGRESS : -EALREADY;
        if (err)
            return err;
    }
    if (s->state == TCP_CLOSE) {
        err = socket_take_error(s);
        disconnect(i);
        return err ? err : -ECONNABORTED;
    }
    s->connecting = false;
    s->connected = true;
    return 0;
}

int tcp_listen(struct socket *s, int backlog)
{
    struct inet_sock *i = inet_of(s);
    if (s->connected || s->connecting || (s->state != TCP_CLOSE && s->state != TCP_LISTEN))
        return -EINVAL;
    s->backlog = (unsigned)backlog;
    if (s->state == TCP_LISTEN)
        return 0;
    s->state = TCP_LISTEN; /* a listener shares less: the port is looked at again */
    uint16_t port = i->local.port;
    if (i->bound)
        inet_give_port(i);
    else
        port = 0;
    int err = inet_take_port(i, port);
    if (err == -EACCES) { /* bound while privileged */
        inet_share_port(i);
        err = 0;
    }
    if (err)
        s->state = TCP_CLOSE;
    return err;
}

int tcp_accept(struct socket *s, bool nonblock, struct socket **out)
{
    return socket_accept_wait(s, nonblock, out);
}

/* Our FIN has reached the peer. */
static void send_fin(struct inet_sock *i)
{
    struct inet_sock *peer = i->peer;
    struct socket *s = &i->s;
    bool last = s->state == TCP_CLOSE_WAIT;
    s->state = last ? TCP_CLOSE : TCP_FIN_WAIT2;
    if (last) {
        s->shutdown = SOCK_SHUT_BOTH;
        i->peer = NULL;
        if (!i->bound_by_user)
            inet_give_port(i);
    }
    if (!peer)
        return;
    peer->s.shutdown |= SOCK_SHUT_RECV;
    peer->s.flags |= SOCKF_DONE;
    if (peer->s.state == TCP_ESTABLISHED) {
        peer->s.state = TCP_CLOSE_WAIT;
    } else { /* FIN_WAIT2: the connection is over, and the port rests there */
        inet_linger_port(peer);
        peer->s.state = TCP_CLOSE;
        peer->s.shutdown = SOCK_SHUT_BOTH;
        peer->peer = NULL;
        if (!peer->bound_by_user)
            inet_give_port(peer);
    }
    socket_wake(&peer->s, POLL_PEER);
}

int tcp_shutdown(struct socket *s, unsigned how)
{
    struct inet_sock *i = inet_of(s);
    int err = 0;
    if (s->state == TCP_LISTEN || s->state == TCP_SYN_SENT) {
        if (s->state == TCP_SYN_SENT || (how & SOCK_SHUT_RECV))
            disconnect(i);
        return 0;
    }
    if (s->state == TCP_CLOSE)
        err = -ENOTCONN;
    s->shutdown |= how;
    if ((how & SOCK_SHUT_SEND) && (s->state == TCP_ESTABLISHED || s->state == TCP_CLOSE_WAIT))
        send_fin(i);
    socket_wake(s, 0);
    return err;
}

/* Bytes that nobody will read, or an abortive linger, make the end a reset. */
static void tcp_close(struct inet_sock *i, bool abort)
{
    struct socket *s = &i->s;
    s->dead = true;
    if (s->state == TCP_ESTABLISHED || s->state == TCP_CLOSE_WAIT) {
        if (!abort)
            send_fin(i);
    }
    struct inet_sock *peer = i->peer;
    i->peer = NULL;
    if (peer) {
        peer->peer = NULL;
        if (abort)
            tcp_reset(peer);
    }
    if (s->state == TCP_FIN_WAIT2 && !abort)
        inet_linger_port(i);
    s->state = TCP_CLOSE;
    packet_purge(s);
    i->unread = 0;
    inet_give_port(i);
}

void tcp_release(struct socket *s)
{
    struct inet_sock *i = inet_of(s);
    if (s->state == TCP_LISTEN || s->state == TCP_SYN_SENT)
        disconnect(i);
    tcp_close(i, i->unread || ((s->flags & SOCKF_LINGER) && !s->linger_s));
}

void tcp_destroy(struct socket *s)
{
    struct inet_sock *i = inet_of(s);
    timer_cancel(&i->retry);
    inet_give_port(i);
    poll_head_destroy(&s->head);
}
