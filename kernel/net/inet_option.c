/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inet_option.c - options of levels IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP and IPPROTO_UDP.
 *
 * Over loopback most of them change nothing: they are kept within Linux's bounds and shown
 * again. One table says which there are. IPV6_V6ONLY and the requests for control messages have
 * a meaning.
 */
#include "kernel/net/inet.h"

#define IP_TTL 2
#define IP_TOS 1
#define IP_PKTINFO 8
#define IP_RECVTOS 13
#define IP_RECVTTL 12
#define IP_MTU 14
#define IPV6_UNICAST_HOPS 16
#define IPV6_MTU 24
#define IPV6_V6ONLY 26
#define IPV6_RECVPKTINFO 49
#define IPV6_PKTINFO 50
#define IPV6_RECVHOPLIMIT 51
#define IPV6_HOPLIMIT 52
#define TCP_INFO 11
#define TCP_CONGESTION 13
#define LOOPBACK_MTU 65536
#define LOOPBACK_INDEX 1
#define HOPS_DEFAULT 64
#define TCP_INFO_BYTES 232u
#define STREAM_ONLY 1u
#define BYTE_OK 2u     /* a value of one byte is taken */
#define ZERO_IS_DEFAULT 4u
#define AS_BOOL 8u

struct option {
    uint8_t level, name, flags;
    int32_t initial, min, max;
};

#define BOOL_MAX INT32_MAX
static const struct option options[] = {
    {IPPROTO_IP, IP_TOS, BYTE_OK, 0, 0, 255},
    {IPPROTO_IP, IP_TTL, BYTE_OK, HOPS_DEFAULT, 1, 255},
    {IPPROTO_IP, 6 /* IP_RECVOPTS */, BYTE_OK | AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IP, IP_PKTINFO, BYTE_OK | AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IP, 10 /* IP_MTU_DISCOVER */, BYTE_OK, 1, 0, 5},
    {IPPROTO_IP, 11 /* IP_RECVERR */, BYTE_OK | AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IP, IP_RECVTTL, BYTE_OK | AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IP, IP_RECVTOS, BYTE_OK | AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IP, 15 /* IP_FREEBIND */, BYTE_OK | AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, BYTE_OK | AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IP, 33 /* IP_MULTICAST_TTL */, BYTE_OK, 1, 0, 255},
    {IPPROTO_IP, 34 /* IP_MULTICAST_LOOP */, BYTE_OK | AS_BOOL, 1, INT32_MIN, BOOL_MAX},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, ZERO_IS_DEFAULT, HOPS_DEFAULT, -1, 255},
    {IPPROTO_IPV6, 18 /* IPV6_MULTICAST_HOPS */, 0, 1, -1, 255},
    {IPPROTO_IPV6, 19 /* IPV6_MULTICAST_LOOP */, 0, 1, 0, 1},
    {IPPROTO_IPV6, 23 /* IPV6_MTU_DISCOVER */, 0, 1, 0, 5},
    {IPPROTO_IPV6, 25 /* IPV6_RECVERR */, AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO, AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IPV6, IPV6_RECVHOPLIMIT, AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IPV6, 66 /* IPV6_RECVTCLASS */, AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_IPV6, 67 /* IPV6_TCLASS */, 0, 0, -1, 255},
    {IPPROTO_TCP, 1 /* TCP_NODELAY */, AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_TCP, 2 /* TCP_MAXSEG */, 0, 536, 88, 32767},
    {IPPROTO_TCP, 3 /* TCP_CORK */, AS_BOOL, 0, INT32_MIN, BOOL_MAX},
    {IPPROTO_TCP, 4 /* TCP_KEEPIDLE */, 0, 7200, 1, 32767},
    {IPPROTO_TCP, 5 /* TCP_KEEPINTVL */, 0, 75, 1, 32767},
    {IPPROTO_TCP, 6 /* TCP_KEEPCNT */, 0, 9, 1, 127},
    {IPPROTO_TCP, 7 /* TCP_SYNCNT */, 0, 6, 1, 127},
    {IPPROTO_TCP, 8 /* TCP_LINGER2 */, 0, 60, INT32_MIN, INT32_MAX},
    {IPPROTO_TCP, 9 /* TCP_DEFER_ACCEPT */, 0, 0, 0, INT32_MAX},
    {IPPROTO_TCP, 10 /* TCP_WINDOW_CLAMP */, 0, 0, 0, INT32_MAX},
    {IPPROTO_TCP, 12 /* TCP_QUICKACK */, AS_BOOL, 1, INT32_MIN, BOOL_MAX},
    {IPPROTO_TCP, 18 /* TCP_USER_TIMEOUT */, 0, 0, 0, INT32_MAX},
    {IPPROTO_TCP, 23 /* TCP_FASTOPEN */, 0, 0, 0, INT32_MAX},
    {IPPROTO_TCP, 24 /* TCP_TIMESTAMP */, 0, 0, 0, INT32_MAX},
    {IPPROTO_TCP, 25 /* TCP_NOTSENT_LOWAT */, 0, 0, 0, INT32_MAX},
    {IPPROTO_UDP, 1 /* UDP_CORK */, AS_BOOL, 0, 0, BOOL_MAX},
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))
_Static_assert(OPTIONS <= INET_OPTIONS_MAX, "room in struct inet_sock");

static int option_find(int level, int name)
{
    for (size_t k = 0; k < OPTIONS; k++)
        if (options[k].level == level && options[k].name == name)
            return (int)k;
    return -ENOPROTOOPT;
}

static int32_t option_value(const struct inet_sock *i, int level, int name)
{
    int k = option_find(level, name);
    return k < 0 ? 0 : i->option[k];
}

void inet_options_init(struct inet_sock *i)
{
    for (size_t k = 0; k < OPTIONS; k++)
        i->option[k] = options[k].initial;
    strlcpy(i->congestion, "cubic", sizeof(i->congestion));
    if (i->s.protocol == IPPROTO_TCP) {
        i->s.sndbuf = 16384;
        i->s.rcvbuf = 131072;
    }
}

/* Does the socket have options of that level at all? */
static bool has_level(const struct inet_sock *i, int level)
{
    return level == IPPROTO_IP || level == i->s.protocol ||
           (level == IPPROTO_IPV6 && i->s.family == AF_INET6);
}

static int set_congestion(struct inet_sock *i, uint64_t value, uint32_t len)
{
    char name[16] = "";
    if (len < 1)
        return -EINVAL;
    if (port_copy_in(name, value, len < sizeof(name) - 1 ? len : sizeof(name) - 1))
        return -EFAULT;
    if (strcmp(name, "cubic") && strcmp(name, "reno"))
        return -ENOENT;
    strlcpy(i->congestion, name, sizeof(i->congestion));
    return 0;
}

static int option_in(const struct option *o, uint64_t value, uint32_t len, int32_t *v)
{
    uint8_t byte;
    if (len >= sizeof(*v))
        return port_copy_in(v, value, sizeof(*v));
    if (!(o->flags & BYTE_OK) || !len)
        return -EINVAL;
    if (port_copy_in(&byte, value, 1))
        return -EFAULT;
    *v = byte;
    return 0;
}

int inet_setopt(struct socket *s, int level, int name, uint64_t value, uint32_t len)
{
    struct inet_sock *i = inet_of(s);
    int32_t v;
    if (!has_level(i, level))
        return -ENOPROTOOPT;
    if (level == IPPROTO_TCP && name == TCP_CONGESTION)
        return set_congestion(i, value, len);
    if (level == IPPROTO_IPV6 && name == IPV6_V6ONLY) {
        int err = sockopt_int_in(value, len, &v);
        if (!err && i->bound)
            err = -EINVAL;
        if (!err)
            i->v6only = v != 0;
        return err;
    }
    int k = option_find(level, name);
    if (k < 0)
        return k;
    const struct option *o = &options[k];
    int err = option_in(o, value, len, &v);
    if (err)
        return err;
    if (level == IPPROTO_IP && name == IP_TTL && v == -1)
        v = HOPS_DEFAULT;
    if (v < o->min || v > o->max)
        return -EINVAL;
    if ((o->flags & ZERO_IS_DEFAULT) && v == -1)
        v = HOPS_DEFAULT;
    i->option[k] = o->flags & AS_BOOL ? v != 0 : v;
    return 0;
}

int tcp_info(const struct inet_sock *i, uint64_t value, uint32_t *len)
{
    uint8_t info[TCP_INFO_BYTES] = {0};
    const uint32_t rto_us = 204000, mss = 32741;
    info[0] = i->s.state;
    memcpy(info + 8, &rto_us, sizeof(rto_us));
    memcpy(info + 16, &mss, sizeof(mss));
    memcpy(info + 20, &mss, sizeof(mss));
    return sockopt_out(value, len, info, sizeof(info));
}

static int get_special(const struct inet_sock *i, int level, int name, int32_t *v)
{
    if (level == IPPROTO_IPV6 && name == IPV6_V6ONLY) {
        *v = i->v6only;
        return 0;
    }
    if ((level == IPPROTO_IP && name == IP_MTU) || (level == IPPROTO_IPV6 && name == IPV6_MTU)) {
        *v = LOOPBACK_MTU;
        return i->has_remote ? 0 : -ENOTCONN;
    }
    int k = option_find(level, name);
    if (k >= 0)
        *v = i->option[k];
    return k < 0 ? k : 0;
}

int inet_getopt(struct socket *s, int level, int name, uint64_t value, uint32_t *len)
{
    const struct inet_sock *i = inet_of(s);
    int32_t v = 0;
    if (!has_level(i, level))
        return -EOPNOTSUPP;
    if (level == IPPROTO_TCP && name == TCP_INFO)
        return tcp_info(i, value, len);
    if (level == IPPROTO_TCP && name == TCP_CONGESTION)
        return sockopt_out(value, len, i->congestion, sizeof(i->congestion));
    int err = get_special(i, level, name, &v);
    if (err)
        return err;
    if (level == IPPROTO_IP && *len < sizeof(v) && *len > 0 && v >= 0 && v <= 255) {
        uint8_t byte = (uint8_t)v; /* IP's options are one byte where there is room for no more */
        return sockopt_out(value, len, &byte, 1);
    }
    return sockopt_out(value, len, &v, sizeof(v));
}

void inet_put_controls(struct inet_sock *i, struct message *m, const struct packet *p)
{
    const int32_t hops = HOPS_DEFAULT;
    if (inet_is_v4(&p->target) && option_value(i, IPPROTO_IP, IP_PKTINFO)) {
        uint8_t info[12] = {LOOPBACK_INDEX};
        memcpy(info + 4, p->target.addr + 12, 4);
        memcpy(info + 8, p->target.addr + 12, 4);
        message_put_control(m, IPPROTO_IP, IP_PKTINFO, info, sizeof(info));
    }
    if (inet_is_v4(&p->target) && option_value(i, IPPROTO_IP, IP_RECVTTL))
        message_put_control(m, IPPROTO_IP, IP_TTL, &hops, sizeof(hops));
    if (inet_is_v4(&p->target) && option_value(i, IPPROTO_IP, IP_RECVTOS)) {
        const uint8_t tos = 0;
        message_put_control(m, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
    }
    if (i->s.family == AF_INET6 && option_value(i, IPPROTO_IPV6, IPV6_RECVPKTINFO)) {
        uint8_t info[20] = {[16] = LOOPBACK_INDEX};
        memcpy(info, p->target.addr, 16);
        message_put_control(m, IPPROTO_IPV6, IPV6_PKTINFO, info, sizeof(info));
    }
    if (!inet_is_v4(&p->target) && option_value(i, IPPROTO_IPV6, IPV6_RECVHOPLIMIT))
        message_put_control(m, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, sizeof(hops));
}
