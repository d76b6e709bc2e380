/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.c - NETLINK_ROUTE, as far as getifaddrs and `ip` look: the one link and its addresses.
 *
 * A request is answered at once, onto the asker's own queue. Dumps are one packet of messages and
 * one with NLMSG_DONE; what would change something is answered with -EOPNOTSUPP.
 */
#include "kernel/net/packet.h"

#define NETLINK_ROUTE 0
#define NETLINK_PROTOCOLS 32
#define NLMSG_ERROR 2
#define NLMSG_DONE 3
#define RTM_NEWLINK 16
#define RTM_GETLINK 18
#define RTM_NEWADDR 20
#define RTM_GETADDR 22
#define RTM_GETROUTE 26
#define NLM_F_REQUEST 0x1u
#define NLM_F_MULTI 0x2u
#define NLM_F_ACK 0x4u
#define NLM_F_DUMP 0x300u
#define REPLY_BYTES_MAX 1024u

struct nlmsghdr_k {
    uint32_t len;
    uint16_t type, flags;
    uint32_t seq, pid;
};

struct ifinfomsg_k {
    uint8_t family, pad;
    uint16_t type;
    int32_t index;
    uint32_t flags, change;
};

struct ifaddrmsg_k {
    uint8_t family, prefix_len, flags, scope;
    uint32_t index;
};

struct netlink_sock {
    struct socket s;
    uint32_t port;
    uint32_t groups;
    struct sockaddr_nl_k peer;
};

struct reply {
    uint8_t bytes[REPLY_BYTES_MAX];
    uint32_t len;    /* of all messages */
    uint32_t at;     /* the one being written */
};

static struct netlink_sock *netlink_of(struct socket *s)
{
    return container_of(s, struct netlink_sock, s);
}

static void put(struct reply *r, const void *data, uint32_t len)
{
    memcpy(r->bytes + r->len, data, len);
    r->len += (len + 3) & ~3u;
}

static void put_attribute(struct reply *r, uint16_t type, const void *data, uint16_t len)
{
    const uint16_t head[2] = {(uint16_t)(len + 4), type};
    put(r, head, sizeof(head));
    put(r, data, len);
}

static void begin(struct reply *r, const struct nlmsghdr_k *ask, uint16_t type, uint16_t flags)
{
    const struct nlmsghdr_k h = {0, type, flags, ask->seq, ask->pid};
    r->at = r->len;
    put(r, &h, sizeof(h));
}

static void end(struct reply *r)
{
    uint32_t len = r->len - r->at;
    memcpy(r->bytes + r->at, &len, sizeof(len));
}

static void put_link(struct reply *r, const struct nlmsghdr_k *ask, uint16_t flags)
{
    static const uint8_t no_address[6];
    const uint32_t mtu = 65536, queue = 1000;
    const uint8_t operstate = 0, mode = 0;
    const struct ifinfomsg_k m = {.type = 772, .index = 1, .flags = 0x10049};
    begin(r, ask, RTM_NEWLINK, flags);
    put(r, &m, sizeof(m));
    put_attribute(r, 3, "lo", 3);
    put_attribute(r, 13, &queue, sizeof(queue));
    put_attribute(r, 16, &operstate, sizeof(operstate));
    put_attribute(r, 17, &mode, sizeof(mode));
    put_attribute(r, 4, &mtu, sizeof(mtu));
    put_attribute(r, 6, "noqueue", 8);
    put_attribute(r, 1, no_address, sizeof(no_address));
    put_attribute(r, 2, no_address, sizeof(no_address));
    end(r);
}

static void put_addresses(struct reply *r, const struct nlmsghdr_k *ask, uint8_t family)
{
    static const uint8_t v4[4] = {127, 0, 0, 1}, v6[16] = {[15] = 1};
    const uint32_t permanent = 0x80;
    if (family == AF_UNSPEC || family == AF_INET) {
        const struct ifaddrmsg_k m = {AF_INET, 8, 0x80, 254, 1};
        begin(r, ask, RTM_NEWADDR, NLM_F_MULTI);
        put(r, &m, sizeof(m));
        put_attribute(r, 1, v4, sizeof(v4));
        put_attribute(r, 2, v4, sizeof(v4));
        put_attribute(r, 3, "lo", 3);
        put_attribute(r, 8, &permanent, sizeof(permanent));
        end(r);
    }
    if (family == AF_UNSPEC || family == AF_INET6) {
        const struct ifaddrmsg_k m = {AF_INET6, 128, 0x80, 254, 1};
        begin(r, ask, RTM_NEWADDR, NLM_F_MULTI);
        put(r, &m, sizeof(m));
        put_attribute(r, 1, v6, sizeof(v6));
        put_attribute(r, 8, &permanent, sizeof(permanent));
        end(r);
    }
}

static int send_reply(struct netlink_sock *n, struct reply *r)
{
    if (!r->len)
        return 0;
    struct packet *p = packet_create(NULL, r->len, packet_truesize(r->len, 0));
    if (!p)
        return -ENOBUFS;
    memcpy(p->data, r->bytes, r->len);
    packet_deliver(&n->s, p);
    r->len = 0;
    return 0;
}

static void put_status(struct reply *r, const struct nlmsghdr_k *ask, int32_t error)
{
    begin(r, ask, NLMSG_ERROR, 0);
    put(r, &error, sizeof(error));
    put(r, ask, sizeof(*ask));
    end(r);
}

static int answer_dump(struct netlink_sock *n, struct reply *r, const struct nlmsghdr_k *ask,
                       uint8_t family)
{
    const int32_t zero = 0;
    if (ask->type == RTM_GETLINK)
        put_link(r, ask, NLM_F_MULTI);
    else if (ask->type == RTM_GETADDR)
        put_addresses(r, ask, family);
    else if (ask->type != RTM_GETROUTE) {
        put_status(r, ask, -EOPNOTSUPP);
        return send_reply(n, r);
    }
    int err = send_reply(n, r);
    begin(r, ask, NLMSG_DONE, NLM_F_MULTI);
    put(r, &zero, sizeof(zero));
    end(r);
    return err ? err : send_reply(n, r);
}

static int answer(struct netlink_sock *n, const uint8_t *bytes, const struct nlmsghdr_k *ask)
{
    struct reply *r = kzalloc(sizeof(*r));
    uint8_t family = ask->len > sizeof(*ask) ? bytes[sizeof(*ask)] : 0;
    struct ifinfomsg_k info = {0};
    int err;
    if (!r)
        return -ENOBUFS;
    if (ask->len >= sizeof(*ask) + sizeof(info))
        memcpy(&info, bytes + sizeof(*ask), sizeof(info));
    if ((ask->flags & NLM_F_DUMP) == NLM_F_DUMP && ask->type >= RTM_NEWLINK) {
        err = answer_dump(n, r, ask, family);
    } else {
        if (ask->type == RTM_GETLINK && info.index <= 1)
            put_link(r, ask, 0);
        else if (ask->type >= RTM_NEWLINK)
            put_status(r, ask, ask->type == RTM_GETLINK ? -ENODEV : -EOPNOTSUPP);
        if (ask->flags & NLM_F_ACK && ask->type == RTM_GETLINK && info.index <= 1)
            put_status(r, ask, 0);
        err = send_reply(n, r);
    }
    kfree(r);
    return err;
}

static void give_port(struct netlink_sock *n)
{
    static uint32_t others;
    if (!n->port) /* the first has its process's number; others what Linux gives the second */
        n->port = others++ ? 0xffffe000u + others : (uint32_t)port_pid();
}

static long netlink_send(struct socket *s, struct message *m, uint64_t deadline)
{
    struct netlink_sock *n = netlink_of(s);
    struct nlmsghdr_k h;
    size_t len = m->u->resid, at = 0;
    int err = 0;
    (void)deadline;
    if (m->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (m->addr_len && (m->addr_len < sizeof(m->addr->nl) || m->addr->family != AF_NETLINK))
        return -EINVAL;
    if (len > (size_t)s->sndbuf - 32)
        return -EMSGSIZE;
    if (m->addr_len && (m->addr->nl.pid || m->addr->nl.groups)) /* to another process */
        return m->addr->nl.groups && !port_is_privileged() ? -EPERM : -ECONNREFUSED;
    give_port(n);
    uint8_t *bytes = kmalloc(len + 1);
    if (!bytes)
        return -ENOBUFS;
    if (len && uio_write(m->u, bytes, len) < (long)len)
        err = -EFAULT;
    while (!err && len - at >= sizeof(h)) {
        memcpy(&h, bytes + at, sizeof(h));
        if (h.len < sizeof(h) || h.len > len - at)
            break;
        h.pid = n->port;
        if (h.flags & NLM_F_REQUEST)
            err = answer(n, bytes + at, &h);
        at += (h.len + 3) & ~3u;
        if (at > len)
            break;
    }
    kfree(bytes);
    return err ? err : (long)len;
}

static long netlink_recv(struct socket *s, struct message *m, uint64_t deadline)
{
    int err;
    if (m->flags & MSG_OOB)
        return -EOPNOTSUPP;
    struct packet *p = packet_wait(s, deadline, &err);
    if (!p)
        return err;
    long n = packet_copy_datagram(p, m);
    m->addr->nl = (struct sockaddr_nl_k){.family = AF_NETLINK};
    m->addr_len = sizeof(m->addr->nl);
    if (!(m->flags & MSG_PEEK)) {
        packet_unlink(s, p);
        packet_free(p);
    }
    return n;
}

static int netlink_bind(struct socket *s, const struct sockaddr_any *a, uint32_t len)
{
    struct netlink_sock *n = netlink_of(s);
    if (len < sizeof(a->nl) || a->family != AF_NETLINK)
        return -EINVAL;
    if (n->port && a->nl.pid != n->port)
        return -EINVAL;
    n->port = a->nl.pid;
    n->groups = a->nl.groups;
    give_port(n);
    return 0;
}

static int netlink_connect(struct socket *s, const struct sockaddr_any *a, uint32_t len,
                           bool nonblock)
{
    struct netlink_sock *n = netlink_of(s);
    (void)nonblock;
    if (len < sizeof(a->family))
        return -EINVAL;
    if (a->family == AF_UNSPEC) {
        memset(&n->peer, 0, sizeof(n->peer));
        return 0;
    }
    if (a->family != AF_NETLINK || len < sizeof(a->nl))
        return -EINVAL;
    give_port(n);
    n->peer = a->nl;
    return 0;
}

static int netlink_name(struct socket *s, bool peer, struct sockaddr_any *a, uint32_t *len)
{
    const struct netlink_sock *n = netlink_of(s);
    a->nl = (struct sockaddr_nl_k){AF_NETLINK, 0, n->port, n->groups};
    if (peer)
        a->nl = (struct sockaddr_nl_k){AF_NETLINK, 0, n->peer.pid, n->peer.groups};
    *len = sizeof(a->nl);
    return 0;
}

static int netlink_listen(struct socket *s, int backlog)
{
    (void)s, (void)backlog;
    return -EOPNOTSUPP;
}

static int netlink_accept(struct socket *s, bool nonblock, struct socket **out)
{
    (void)s, (void)nonblock, (void)out;
    return -EOPNOTSUPP;
}

static int netlink_shutdown(struct socket *s, unsigned how)
{
    (void)s, (void)how;
    return -EOPNOTSUPP;
}

static uint32_t netlink_poll(struct socket *s)
{
    return (packet_first(s) ? POLL_READABLE : 0) | POLL_WRITABLE | POLL_WRBAND;
}

static int netlink_queued(struct socket *s, unsigned cmd, int32_t *bytes)
{
    (void)s, (void)cmd, (void)bytes;
    return -ENOTTY;
}

/* SOL_NETLINK: what is asked for (NETLINK_EXT_ACK and its kin) changes nothing here. */
static int netlink_setopt(struct socket *s, int level, int name, uint64_t value, uint32_t len)
{
    int32_t v;
    (void)s;
    if (level != 270 || name > 12)
        return -ENOPROTOOPT;
    return len >= sizeof(v) ? port_copy_in(&v, value, sizeof(v)) : 0;
}

static int netlink_getopt(struct socket *s, int level, int name, uint64_t value, uint32_t *len)
{
    const int32_t v = 0;
    (void)s;
    if (level != 270 || name > 12)
        return -ENOPROTOOPT;
    return sockopt_out(value, len, &v, sizeof(v));
}

static void netlink_release(struct socket *s)
{
    packet_purge(s);
}

static void netlink_destroy(struct socket *s)
{
    poll_head_destroy(&s->head);
}

static const struct sock_ops netlink_ops = {
    .bind = netlink_bind,         .connect = netlink_connect, .listen = netlink_listen,
    .accept = netlink_accept,     .name = netlink_name,       .shutdown = netlink_shutdown,
    .send = netlink_send,         .recv = netlink_recv,       .poll = netlink_poll,
    .queued = netlink_queued,     .setopt = netlink_setopt,   .getopt = netlink_getopt,
    .release = netlink_release,   .destroy = netlink_destroy,
};

int netlink_create(int type, int protocol, struct socket **out)
{
    if (type != SOCK_RAW && type != SOCK_DGRAM)
        return -ESOCKTNOSUPPORT;
    if (protocol < 0 || protocol >= NETLINK_PROTOCOLS || protocol != NETLINK_ROUTE)
        return -EPROTONOSUPPORT;
    struct netlink_sock *n = kzalloc(sizeof(*n));
    if (!n)
        return -ENOMEM;
    socket_init(&n->s, &netlink_ops, AF_NETLINK, type, protocol);
    *out = &n->s;
    return 0;
}
