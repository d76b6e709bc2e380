/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unix_stream.c - byte streams of AF_UNIX.
 *
 * The queue is of packets, not of bytes: a read does not go on past a packet that carried
 * descriptors, nor from one sender's credentials to another's.
 */
#include "kernel/net/unix.h"

#define HEAD_BYTES_MAX 3776u  /* of a packet in one block */
#define PAGED_BYTES_MAX 32768u /* of a packet in pages */

/* A listener that takes connections, with room for one more. */
static int wait_for_listener(const struct sockaddr_any *a, uint32_t len, int type,
                             uint64_t deadline, struct unix_sock **out)
{
    for (;;) {
        struct unix_sock *l;
        int err = unix_find(a, len, type, &l);
        if (err)
            return err;
        if (l->s.state != TCP_LISTEN || (l->s.shutdown & SOCK_SHUT_RECV))
            err = -ECONNREFUSED;
        else if (!unix_queue_full(l)) {
            *out = l;
            return 0;
        } else {
            err = socket_wait(&l->s, deadline);
        }
        socket_unref(&l->s);
        if (err)
            return err;
    }
}

int unix_stream_connect(struct unix_sock *u, const struct sockaddr_any *a, uint32_t len,
                        bool nonblock)
{
    struct unix_sock *listener;
    struct socket *child;
    int err = unix_check_address(a, len);
    if (!err && (u->s.flags & SOCKF_PASSCRED))
        err = unix_autobind(u);
    if (!err)
        err = wait_for_listener(a, len, u->s.type, socket_send_deadline(&u->s, nonblock),
                                &listener);
    if (err)
        return err;
    if (u->s.state != TCP_CLOSE)
        err = u->s.state == TCP_ESTABLISHED ? -EISCONN : -EINVAL;
    if (!err)
        err = unix_create(u->s.type, 0, &child);
    if (!err) {
        struct unix_sock *c = unix_of(child);
        c->name = listener->name;
        c->name->refs++;
        child->peer_cred = socket_cred_current();
        child->flags = listener->s.flags & SOCKF_PASSCRED;
        u->s.peer_cred = listener->s.peer_cred;
        unix_set_peer(u, c);
        unix_set_peer(c, u);
        u->s.state = child->state = TCP_ESTABLISHED;
        socket_accept_put(&listener->s, child);
        socket_wake(&u->s, 0);
    }
    socket_unref(&listener->s);
    return err;
}

static int packet_fill(struct packet *p, struct uio *u)
{
    return p->len && uio_write(u, p->data, p->len) < (long)p->len ? -EFAULT : 0;
}

/* One packet of at most size bytes to the peer. */
static long send_piece(struct unix_sock *u, struct message *m, struct scm *scm, bool first,
                       uint64_t deadline)
{
    struct socket *s = &u->s;
    int err = socket_wait_wmem(s, deadline);
    if (err)
        return err;
    size_t size = m->u->resid, half = (size_t)(s->sndbuf / 2) - 64;
    if (size > half)
        size = half;
    if (size > HEAD_BYTES_MAX + PAGED_BYTES_MAX)
        size = HEAD_BYTES_MAX + PAGED_BYTES_MAX;
    size_t paged = size > HEAD_BYTES_MAX ? size - HEAD_BYTES_MAX : 0;
    paged = (paged + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
    if (paged > size)
        paged = size;
    struct packet *p = packet_create(s, size, packet_truesize(size - paged, paged));
    if (!p)
        return -ENOBUFS;
    err = scm_to_packet(scm, p, first);
    if (!err)
        err = packet_fill(p, m->u);
    struct unix_sock *peer = u->peer;
    if (!err && (!peer || peer->s.dead || (peer->s.shutdown & SOCK_SHUT_RECV)))
        err = -EPIPE;
    if (err) {
        packet_free(p);
        return err;
    }
    scm_add_cred(p, s, &peer->s);
    if (u->name) {
        p->from = u->name;
        u->name->refs++;
    }
    packet_deliver(&peer->s, p);
    return (long)size;
}

long unix_stream_send(struct socket *s, struct message *m, uint64_t deadline)
{
    struct unix_sock *u = unix_of(s);
    struct scm scm;
    long sent = 0;
    int err = scm_send(m, &scm);
    if (err)
        return err;
    if (m->flags & MSG_OOB)
        err = -EOPNOTSUPP;
    else if (m->addr_len)
        err = s->state == TCP_ESTABLISHED ? -EISCONN : -EOPNOTSUPP;
    else if (!u->peer && s->state != TCP_ESTABLISHED && !(s->shutdown & SOCK_SHUT_SEND))
        err = -ENOTCONN;
    else if (s->shutdown & SOCK_SHUT_SEND)
        err = -EPIPE;
    while (!err && m->u->resid) {
        long n = send_piece(u, m, &scm, sent == 0, deadline);
        if (n < 0)
            err = (int)n;
        else
            sent += n;
    }
    scm_drop(&scm);
    if (sent || !err)
        return sent;
    return err == -EPIPE ? socket_broken_pipe(m->flags) : err;
}

struct reader {
    struct message *m;
    struct scm scm;
    bool has_cred;
    size_t left;   /* wanted */
    long copied;
};

/* Bytes of one packet; 1: go on with the next, 0: enough, or -errno. */
static int read_packet(struct socket *s, struct packet *p, struct reader *r, uint32_t skip)
{
    bool peek = r->m->flags & MSG_PEEK;
    if (r->has_cred && !scm_same_cred(p, &r->scm))
        return 0;
    if (!r->has_cred && (s->flags & SOCKF_PASSCRED)) {
        scm_set_cred(p, &r->scm);
        r->has_cred = true;
    }
    if (r->m->want_addr && !r->m->addr_len)
        unix_copy_name(p->from, r->m);
    size_t n = packet_left(p) - skip;
    if (n > r->left)
        n = r->left;
    if (n && uio_read(r->m->u, p->data + p->used + skip, n) < (long)n)
        return -EFAULT;
    r->copied += (long)n;
    r->left -= n;
    bool rights = p->scm.rights != NULL;
    scm_take_rights(p, peek, &r->scm);
    if (peek)
        return !rights;
    p->used += (uint32_t)n;
    if (packet_left(p))
        return 0;
    packet_unlink(s, p);
    packet_free(p);
    return !rights;
}

static int read_queue(struct socket *s, struct reader *r)
{
    bool peek = r->m->flags & MSG_PEEK;
    struct list *at = s->rx.next;
    int more = 1;
    while (more > 0 && r->left && at != &s->rx) {
        struct packet *p = list_entry(at, struct packet, node);
        at = at->next;
        more = read_packet(s, p, r, 0);
    }
    if (more > 0 && peek && r->copied)
        more = 0;
    return more;
}

long unix_stream_recv(struct socket *s, struct message *m, uint64_t deadline)
{
    struct reader r = {.m = m, .left = m->u->resid};
    size_t target = m->flags & MSG_WAITALL ? r.left : (size_t)s->rcvlowat;
    int err = 0;
    if (s->state != TCP_ESTABLISHED)
        return -EINVAL;
    if (m->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (target > r.left)
        target = r.left;
    if (!target)
        target = 1;
    for (;;) {
        err = read_queue(s, &r);
        if (err <= 0 || !r.left || r.copied >= (long)target)
            break;
        err = socket_take_error(s);
        if (err || (s->shutdown & SOCK_SHUT_RECV))
            break;
        err = socket_wait(s, deadline);
        if (err)
            break;
    }
    if (err < 0 && !r.copied) {
        scm_drop(&r.scm);
        return err;
    }
    scm_receive(s, m, &r.scm);
    return r.copied;
}
