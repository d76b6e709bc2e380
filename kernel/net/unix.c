/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unix.c - AF_UNIX: names, life, and what all three kinds share.
 *
 * A path name is a socket inode; who is bound to it is found by the inode. Abstract names
 * are apart for each kind of socket, as in Linux, whose hash takes the kind in.
 */
#include "kernel/net/unix.h"
#include "kernel/fs/sys.h"

struct list unix_sockets = {&unix_sockets, &unix_sockets};

#define DGRAM_QUEUE_MAX 10u /* net.unix.max_dgram_qlen */
#define AUTOBIND_MAX 0xfffffu

void unix_name_unref(struct unix_name *n)
{
    if (!n || --n->refs)
        return;
    dentry_unref(n->dentry);
    kfree(n);
}

static struct unix_name *name_create(const struct sockaddr_any *a, uint32_t len)
{
    struct unix_name *n = kzalloc(sizeof(*n));
    if (!n)
        return NULL;
    n->refs = 1;
    memcpy(&n->addr, a, len < sizeof(n->addr) ? len : sizeof(n->addr));
    n->len = len;
    return n;
}

int unix_check_address(const struct sockaddr_any *a, uint32_t len)
{
    if (len <= UNIX_PATH_OFFSET || len > sizeof(struct sockaddr_un_k) || a->family != AF_UNIX)
        return -EINVAL;
    return 0;
}

static struct unix_sock *find_abstract(const struct sockaddr_any *a, uint32_t len, int type)
{
    list_for_each(u, &unix_sockets, struct unix_sock, node)
        if (u->owns_name && !u->name->dentry && u->s.type == type && u->name->len == len &&
            !memcmp(u->name->addr.path, a->un.path, len - UNIX_PATH_OFFSET))
            return u;
    return NULL;
}

static int find_path(const struct sockaddr_any *a, uint32_t len, int type, struct unix_sock **out)
{
    char path[UNIX_PATH_BYTES + 1] = "";
    struct dentry *d;
    struct unix_sock *found = NULL;
    memcpy(path, a->un.path, len - UNIX_PATH_OFFSET);
    int err = path_lookup(NULL, path, LOOKUP_FOLLOW, &d);
    if (err)
        return err;
    err = vnode_permission(d->vnode, MAY_WRITE);
    if (!err) {
        err = -ECONNREFUSED;
        if ((d->vnode->mode & S_IFMT_) == S_IFSOCK_)
            list_for_each(u, &unix_sockets, struct unix_sock, node)
                if (u->owns_name && u->name->dentry && u->name->dentry->vnode == d->vnode)
                    found = u;
    }
    dentry_unref(d);
    if (!found)
        return err;
    if (found->s.type != type)
        return -EPROTOTYPE;
    socket_ref(&found->s);
    *out = found;
    return 0;
}

int unix_find(const struct sockaddr_any *a, uint32_t len, int type, struct unix_sock **out)
{
    if (a->un.path[0])
        return find_path(a, len, type, out);
    *out = find_abstract(a, len, type);
    if (!*out)
        return -ECONNREFUSED;
    socket_ref(&(*out)->s);
    return 0;
}

static void name_set(struct unix_sock *u, struct unix_name *n)
{
    u->name = n;
    u->owns_name = true;
}

int unix_autobind(struct unix_sock *u)
{
    static uint32_t next;
    struct sockaddr_any a = {.family = AF_UNIX};
    if (u->name)
        return 0;
    for (uint32_t tries = 0; tries <= AUTOBIND_MAX; tries++) {
        char digits[8];
        snprintf(digits, sizeof(digits), "%05x", next++ & AUTOBIND_MAX);
        memcpy(a.un.path + 1, digits, 5);
        if (find_abstract(&a, UNIX_PATH_OFFSET + 6, u->s.type))
            continue;
        struct unix_name *n = name_create(&a, UNIX_PATH_OFFSET + 6);
        if (!n)
            return -ENOMEM;
        name_set(u, n);
        return 0;
    }
    return -ENOSPC;
}

static int bind_path(struct unix_sock *u, const struct sockaddr_any *a, uint32_t len)
{
    char path[UNIX_PATH_BYTES + 1] = "";
    struct dentry *d;
    memcpy(path, a->un.path, len - UNIX_PATH_OFFSET);
    int err = fs_mknod(NULL, path, S_IFSOCK_ | (0777 & ~port_fs()->umask), 0);
    if (err)
        return err == -EEXIST ? -EADDRINUSE : err;
    if (u->name) {
        fs_unlink(NULL, path);
        return -EINVAL;
    }
    err = path_lookup(NULL, path, 0, &d);
    if (err)
        return err;
    struct unix_name *n = name_create(a, len);
    if (!n) {
        dentry_unref(d);
        return -ENOMEM;
    }
    n->len = UNIX_PATH_OFFSET + (uint32_t)strlen(path) + 1;
    n->dentry = d;
    name_set(u, n);
    return 0;
}

static int unix_bind(struct socket *s, const struct sockaddr_any *a, uint32_t len)
{
    struct unix_sock *u = unix_of(s);
    if (len == UNIX_PATH_OFFSET && a->family == AF_UNIX)
        return unix_autobind(u);
    int err = unix_check_address(a, len);
    if (err)
        return err;
    if (a->un.path[0])
        return bind_path(u, a, len);
    if (u->name)
        return -EINVAL;
    if (find_abstract(a, len, s->type))
        return -EADDRINUSE;
    struct unix_name *n = name_create(a, len);
    if (!n)
        return -ENOMEM;
    name_set(u, n);
    return 0;
}

static int unix_connect(struct socket *s, const struct sockaddr_any *a, uint32_t len,
                        bool nonblock)
{
    if (len < sizeof(a->family))
        return -EINVAL;
    if (s->type == SOCK_DGRAM)
        return unix_dgram_connect(unix_of(s), a, len);
    return unix_stream_connect(unix_of(s), a, len, nonblock);
}

static int unix_listen(struct socket *s, int backlog)
{
    if (s->type == SOCK_DGRAM)
        return -EOPNOTSUPP;
    if (!unix_of(s)->name || (s->state != TCP_CLOSE && s->state != TCP_LISTEN))
        return -EINVAL;
    unsigned before = s->backlog;
    s->backlog = (unsigned)backlog;
    s->state = TCP_LISTEN;
    s->peer_cred = socket_cred_current();
    if (s->backlog > before)
        socket_wake(s, 0);
    return 0;
}

static int unix_accept(struct socket *s, bool nonblock, struct socket **out)
{
    if (s->type == SOCK_DGRAM)
        return -EOPNOTSUPP;
    int err = socket_accept_wait(s, nonblock, out);
    if (!err)
        socket_wake(s, SOCK_WAKE_WRITE); /* connects that wait for room */
    return err;
}

static int unix_name(struct socket *s, bool peer, struct sockaddr_any *a, uint32_t *len)
{
    const struct unix_sock *u = unix_of(s);
    if (peer && !u->peer)
        return -ENOTCONN;
    const struct unix_name *n = peer ? u->peer->name : u->name;
    a->family = AF_UNIX;
    *len = UNIX_PATH_OFFSET;
    if (n) {
        memcpy(a, &n->addr, n->len);
        *len = n->len;
    }
    return 0;
}

static int unix_shutdown(struct socket *s, unsigned how)
{
    struct unix_sock *peer = unix_of(s)->peer;
    s->shutdown |= how;
    if (peer && s->type != SOCK_DGRAM) {
        if (how & SOCK_SHUT_RECV)
            peer->s.shutdown |= SOCK_SHUT_SEND;
        if (how & SOCK_SHUT_SEND)
            peer->s.shutdown |= SOCK_SHUT_RECV;
        socket_wake(&peer->s, POLL_PEER);
    }
    socket_wake(s, 0);
    return 0;
}

uint32_t unix_writable(const struct socket *s)
{
    bool room = s->state != TCP_LISTEN && s->wmem * 4 <= (size_t)s->sndbuf;
    return room ? POLL_WRITABLE | POLL_WRBAND : 0;
}

static uint32_t unix_poll(struct socket *s)
{
    uint32_t events = s->error ? POLL_ERR : 0;
    if (s->shutdown == SOCK_SHUT_BOTH)
        events |= POLL_HUP;
    if (s->shutdown & SOCK_SHUT_RECV)
        events |= POLL_READABLE | POLL_RDHUP;
    if (packet_first(s) || !list_is_empty(&s->accept_queue))
        events |= POLL_READABLE;
    if (s->state == TCP_CLOSE)
        events |= POLL_HUP;
    return events | unix_writable(s);
}

static int unix_queued(struct socket *s, unsigned cmd, int32_t *bytes)
{
    *bytes = (int32_t)s->wmem;
    if (cmd == SIOCOUTQ)
        return 0;
    if (s->state == TCP_LISTEN)
        return -EINVAL;
    *bytes = 0;
    list_for_each(p, &s->rx, struct packet, node) {
        *bytes += (int32_t)packet_left(p);
        if (s->type == SOCK_DGRAM)
            break;
    }
    return 0;
}

static int unix_no_setopt(struct socket *s, int level, int name, uint64_t value, uint32_t len)
{
    (void)s, (void)level, (void)name, (void)value, (void)len;
    return -EOPNOTSUPP;
}

static int unix_no_getopt(struct socket *s, int level, int name, uint64_t value, uint32_t *len)
{
    (void)s, (void)level, (void)name, (void)value, (void)len;
    return -EOPNOTSUPP;
}

bool unix_queue_full(const struct unix_sock *u)
{
    unsigned n = u->s.accept_count;
    list_for_each(p, &u->s.rx, struct packet, node) {
        (void)p;
        n++;
    }
    return n > u->s.backlog;
}

void unix_copy_name(const struct unix_name *n, struct message *m)
{
    m->addr_len = 0;
    if (!m->want_addr || !n)
        return;
    memcpy(m->addr, &n->addr, n->len);
    m->addr_len = n->len;
}

void unix_set_peer(struct unix_sock *u, struct unix_sock *peer)
{
    struct unix_sock *old = u->peer;
    u->peer = peer;
    if (peer)
        socket_ref(&peer->s);
    if (old)
        socket_unref(&old->s);
}

/* The end of a connection as its peer sees it: unread bytes make it an error. */
static void peer_closed(struct unix_sock *u, struct unix_sock *peer, bool unread)
{
    if (u->s.type == SOCK_DGRAM)
        return;
    peer->s.shutdown = SOCK_SHUT_BOTH;
    if (unread)
        peer->s.error = ECONNRESET;
    socket_wake(&peer->s, POLL_PEER);
}

static void unix_release(struct socket *s)
{
    struct unix_sock *u = unix_of(s);
    struct socket *child;
    s->dead = true;
    s->shutdown = SOCK_SHUT_BOTH;
    s->state = TCP_CLOSE;
    u->owns_name = false;
    bool unread = packet_first(s) != NULL;
    struct unix_sock *peer = u->peer;
    u->peer = NULL;
    if (peer)
        peer_closed(u, peer, unread);
    while ((child = socket_accept_take(s))) {
        unix_of(child)->s.dead = true;
        if (unix_of(child)->peer)
            peer_closed(unix_of(child), unix_of(child)->peer, true);
        unix_set_peer(unix_of(child), NULL);
        socket_unref(child);
    }
    packet_purge(s);
    socket_wake(s, 0); /* senders and connects that wait for room here */
    if (peer)
        socket_unref(&peer->s);
}

static void unix_destroy(struct socket *s)
{
    struct unix_sock *u = unix_of(s);
    list_remove(&u->node);
    unix_name_unref(u->name);
    if (u->peer)
        socket_unref(&u->peer->s);
    poll_head_destroy(&s->head);
}

#define UNIX_OPS_COMMON                                                                           \
    .bind = unix_bind, .connect = unix_connect, .listen = unix_listen, .accept = unix_accept,     \
    .name = unix_name, .shutdown = unix_shutdown, .queued = unix_queued,                          \
    .setopt = unix_no_setopt, .getopt = unix_no_getopt, .release = unix_release,                  \
    .destroy = unix_destroy

static const struct sock_ops stream_ops = {
    UNIX_OPS_COMMON, .send = unix_stream_send, .recv = unix_stream_recv, .poll = unix_poll};
static const struct sock_ops dgram_ops = {
    UNIX_OPS_COMMON, .send = unix_dgram_send, .recv = unix_dgram_recv, .poll = unix_dgram_poll};
static const struct sock_ops seqpacket_ops = {UNIX_OPS_COMMON, .send = unix_seqpacket_send,
                                              .recv = unix_seqpacket_recv,
                                              .poll = unix_dgram_poll};

int unix_create(int type, int protocol, struct socket **out)
{
    if (protocol && protocol != AF_UNIX)
        return -EPROTONOSUPPORT;
    if (type == SOCK_RAW) /* BSD's way to say datagram */
        type = SOCK_DGRAM;
    const struct sock_ops *ops = type == SOCK_STREAM      ? &stream_ops
                                 : type == SOCK_DGRAM     ? &dgram_ops
                                 : type == SOCK_SEQPACKET ? &seqpacket_ops
                                                          : NULL;
    if (!ops)
        return -ESOCKTNOSUPPORT;
    struct unix_sock *u = kzalloc(sizeof(*u));
    if (!u)
        return -ENOMEM;
    socket_init(&u->s, ops, AF_UNIX, type, 0);
    u->s.backlog = DGRAM_QUEUE_MAX;
    list_push_back(&unix_sockets, &u->node);
    *out = &u->s;
    return 0;
}

int unix_pair(struct socket *a, struct socket *b)
{
    unix_set_peer(unix_of(a), unix_of(b));
    unix_set_peer(unix_of(b), unix_of(a));
    a->peer_cred = b->peer_cred = socket_cred_current();
    if (a->type != SOCK_DGRAM)
        a->state = b->state = TCP_ESTABLISHED;
    return 0;
}
