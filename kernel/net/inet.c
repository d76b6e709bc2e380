/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inet.c - sockets of AF_INET and AF_INET6 made, bound and named. */
#include "kernel/net/inet.h"

struct inet_sock *inet_alloc(int family, int type, int protocol)
{
    struct inet_sock *i = kzalloc(sizeof(*i));
    if (!i)
        return NULL;
    socket_init(&i->s, type == SOCK_STREAM ? &tcp_ops : &udp_ops, family, type, protocol);
    list_init(&i->node);
    timer_init(&i->retry, tcp_connect_retry);
    if (family == AF_INET) /* any: ::ffff:0.0.0.0 */
        i->local.addr[10] = i->local.addr[11] = 0xff;
    memcpy(i->asked, i->local.addr, sizeof(i->asked));
    inet_options_init(i);
    return i;
}

int inet_create(int family, int type, int protocol, struct socket **out)
{
    if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_RAW)
        return -ESOCKTNOSUPPORT;
    if (protocol < 0 || protocol >= 256)
        return -EINVAL;
    if (type == SOCK_RAW) /* no packets to look at: QUIRKS */
        return port_is_privileged() ? -EPROTONOSUPPORT : -EPERM;
    if (type == SOCK_DGRAM && protocol == IPPROTO_ICMP)
        return -EACCES; /* net.ipv4.ping_group_range is empty */
    int mine = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    if (protocol && protocol != mine)
        return -EPROTONOSUPPORT;
    struct inet_sock *i = inet_alloc(family, type, mine);
    if (!i)
        return -ENOMEM;
    *out = &i->s;
    return 0;
}

static int check_bind_address(const struct inet_sock *i, const struct sockaddr_any *a,
                              uint32_t len, struct inet_end *e)
{
    static const uint8_t any4[4];
    struct sockaddr_any copy = *a;
    if (i->s.family == AF_INET) {
        if (len < sizeof(a->in))
            return -EINVAL;
        /* AF_UNSPEC and 0.0.0.0 has always been taken for AF_INET. */
        if (a->family == AF_UNSPEC && !memcmp(a->in.addr, any4, 4))
            copy.family = AF_INET;
    } else if (len >= SOCKADDR_IN6_BYTES_MIN && a->family != AF_INET6) {
        return -EAFNOSUPPORT;
    }
    int err = inet_parse(i, &copy, len, e);
    if (err)
        return err;
    if (i->s.family == AF_INET6 && inet_is_v4(e) && i->v6only)
        return -EINVAL;
    return inet_is_any(e) || inet_is_local(e) ? 0 : -EADDRNOTAVAIL;
}

int inet_bind(struct socket *s, const struct sockaddr_any *a, uint32_t len)
{
    struct inet_sock *i = inet_of(s);
    struct inet_end e, before = i->local;
    int err = check_bind_address(i, a, len, &e);
    if (err)
        return err;
    if (e.port && e.port < 1024 && !port_is_privileged())
        return -EACCES;
    if (s->state != TCP_CLOSE || i->bound)
        return -EINVAL;
    memcpy(i->local.addr, e.addr, 16);
    err = inet_take_port(i, e.port);
    if (err)
        i->local = before;
    else
        memcpy(i->asked, e.addr, sizeof(i->asked));
    if (!err)
        i->bound_by_user = i->keeps_port = true;
    return err;
}

int inet_name(struct socket *s, bool peer, struct sockaddr_any *a, uint32_t *len)
{
    const struct inet_sock *i = inet_of(s);
    if (peer && (!i->has_remote || s->state == TCP_CLOSE || s->state == TCP_SYN_SENT))
        return -ENOTCONN;
    inet_show(i, peer ? &i->remote : &i->local, a, len);
    return 0;
}
