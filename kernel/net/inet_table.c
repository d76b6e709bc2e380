/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inet_table.c - addresses, and who has which port.
 *
 * Ephemeral ports are given out one after the other from 32768, so that two runs give the same.
 * Two sockets may share a port when their addresses do not overlap, when both have
 * SO_REUSEPORT, or when both have SO_REUSEADDR and the one that came first does not listen.
 */
#include "kernel/net/inet.h"

#define EPHEMERAL_FIRST 32768u
#define EPHEMERAL_LAST 60999u
#define PRIVILEGED_PORTS 1024u
#define BUCKETS 64u
#define TIME_WAIT_NS (60 * NS_PER_S)

struct time_wait {
    struct list node;
    struct inet_end local;
    bool reuse;
    uint64_t until_ns;
};

static struct list buckets[2][BUCKETS]; /* TCP, UDP; by port */
static struct list time_waits = {&time_waits, &time_waits};

static const uint8_t v4_prefix[12] = {[10] = 0xff, [11] = 0xff};

bool inet_is_v4(const struct inet_end *e)
{
    return !memcmp(e->addr, v4_prefix, sizeof(v4_prefix));
}

bool inet_is_any(const struct inet_end *e)
{
    static const uint8_t zero[16];
    return inet_is_v4(e) ? !memcmp(e->addr + 12, zero, 4) : !memcmp(e->addr, zero, 16);
}

static bool is_v6_loopback(const struct inet_end *e)
{
    static const uint8_t one[16] = {[15] = 1};
    return !memcmp(e->addr, one, sizeof(one));
}

bool inet_is_local(const struct inet_end *e)
{
    return is_v6_loopback(e) || (inet_is_v4(e) && e->addr[12] == 127);
}

static uint16_t swap16(uint16_t v)
{
    return (uint16_t)(v << 8 | v >> 8);
}

int inet_parse(const struct inet_sock *i, const struct sockaddr_any *a, uint32_t len,
               struct inet_end *out)
{
    memset(out, 0, sizeof(*out));
    if (len < sizeof(a->family))
        return -EINVAL;
    if (i->s.family == AF_INET || (a->family == AF_INET && i->s.protocol == IPPROTO_UDP)) {
        if (len < sizeof(a->in))
            return -EINVAL;
        if (a->family != AF_INET)
            return -EAFNOSUPPORT;
        memcpy(out->addr, v4_prefix, sizeof(v4_prefix));
        memcpy(out->addr + 12, a->in.addr, 4);
        out->port = swap16(a->in.port);
        return 0;
    }
    if (len < SOCKADDR_IN6_BYTES_MIN)
        return -EINVAL;
    if (a->family != AF_INET6)
        return -EAFNOSUPPORT;
    memcpy(out->addr, a->in6.addr, 16);
    out->port = swap16(a->in6.port);
    return 0;
}

void inet_show(const struct inet_sock *i, const struct inet_end *e, struct sockaddr_any *a,
               uint32_t *len)
{
    if (i->s.family == AF_INET) {
        memset(&a->in, 0, sizeof(a->in));
        a->in.family = AF_INET;
        a->in.port = swap16(e->port);
        memcpy(a->in.addr, e->addr + 12, 4);
        *len = sizeof(a->in);
        return;
    }
    memset(&a->in6, 0, sizeof(a->in6));
    a->in6.family = AF_INET6;
    a->in6.port = swap16(e->port);
    memcpy(a->in6.addr, e->addr, 16);
    *len = sizeof(a->in6);
}

static struct list *bucket_of(int protocol, uint16_t port)
{
    struct list *b = &buckets[protocol == IPPROTO_UDP][port % BUCKETS];
    if (!b->next)
        list_init(b);
    return b;
}

/* Does what is bound to e (wild: by a dual socket to ::) take what comes to the other's address? */
static bool covers(const struct inet_end *e, bool v6only, const struct inet_end *other)
{
    if (!memcmp(e->addr, other->addr, 16))
        return true;
    if (!inet_is_any(e))
        return false;
    return inet_is_v4(e) ? inet_is_v4(other) : !(v6only && inet_is_v4(other));
}

/* May i have a port that o has already? */
static bool may_share(const struct inet_sock *i, const struct inet_sock *o)
{
    uint32_t both = i->s.flags & o->s.flags;
    if (both & SOCKF_REUSEPORT)
        return true;
    return (both & SOCKF_REUSEADDR) && o->s.state != TCP_LISTEN;
}

static void time_wait_expire(void)
{
    uint64_t now = port_monotonic_ns();
    list_for_each_safe(w, &time_waits, struct time_wait, node) {
        if (w->until_ns > now)
            return; /* the rest is later still */
        list_remove(&w->node);
        kfree(w);
    }
}

static bool is_free(const struct inet_sock *i, uint16_t port)
{
    list_for_each(o, bucket_of(i->s.protocol, port), struct inet_sock, node)
        if (o != i && o->local.port == port && !may_share(i, o) &&
            (covers(&o->local, o->v6only, &i->local) || covers(&i->local, i->v6only, &o->local)))
            return false;
    if (i->s.protocol != IPPROTO_TCP)
        return true;
    time_wait_expire();
    list_for_each(w, &time_waits, struct time_wait, node)
        if (w->local.port == port && !(w->reuse && (i->s.flags & SOCKF_REUSEADDR)) &&
            covers(&i->local, i->v6only, &w->local))
            return false;
    return true;
}

void inet_share_port(struct inet_sock *i)
{
    i->bound = true;
    list_push_back(bucket_of(i->s.protocol, i->local.port), &i->node);
}

int inet_take_port(struct inet_sock *i, uint16_t port)
{
    static uint16_t next[2] = {EPHEMERAL_FIRST, EPHEMERAL_FIRST};
    uint16_t *n = &next[i->s.protocol == IPPROTO_UDP];
    if (port && port < PRIVILEGED_PORTS && !port_is_privileged())
        return -EACCES;
    if (port && !is_free(i, port))
        return -EADDRINUSE;
    for (uint32_t tries = EPHEMERAL_FIRST; !port; tries++) {
        if (tries > EPHEMERAL_LAST)
            return -EADDRINUSE;
        if (is_free(i, *n))
            port = *n;
        *n = (uint16_t)(*n >= EPHEMERAL_LAST ? EPHEMERAL_FIRST : *n + 1u);
    }
    i->local.port = port;
    inet_share_port(i);
    return 0;
}

void inet_reset_local(struct inet_sock *i)
{
    memcpy(i->local.addr, i->asked, sizeof(i->asked));
    if (i->bound_by_user)
        return;
    inet_give_port(i);
    i->local.port = 0;
}

void inet_give_port(struct inet_sock *i)
{
    if (!i->bound)
        return;
    list_remove(&i->node);
    i->bound = false;
}

int inet_autobind(struct inet_sock *i)
{
    if (i->bound)
        return 0;
    int err = inet_take_port(i, 0);
    return err ? -EAGAIN : 0;
}

static bool same_end(const struct inet_end *a, const struct inet_end *b)
{
    return a->port == b->port && !memcmp(a->addr, b->addr, 16);
}

/* 0: no match; else the more the closer. */
static unsigned match(const struct inet_sock *o, const struct inet_end *source,
                      const struct inet_end *target)
{
    if (o->local.port != target->port || !covers(&o->local, o->v6only, target))
        return 0;
    unsigned score = inet_is_any(&o->local) ? inet_is_v4(&o->local) + 1 : 4;
    if (o->s.protocol == IPPROTO_TCP)
        return o->s.state == TCP_LISTEN ? score : 0;
    if (o->has_remote)
        return same_end(&o->remote, source) ? score + 8 : 0;
    return score;
}

struct inet_sock *inet_find(int protocol, const struct inet_end *source,
                            const struct inet_end *target)
{
    struct inet_sock *best = NULL;
    unsigned best_score = 0;
    list_for_each(o, bucket_of(protocol, target->port), struct inet_sock, node) {
        unsigned score = match(o, source, target);
        if (score < best_score || !score)
            continue;
        /* of several equal UDP sockets Linux takes the last bound, of listeners the first */
        if (score == best_score && protocol == IPPROTO_TCP)
            continue;
        best = o;
        best_score = score;
    }
    return best;
}

/* Ports that were chosen for the caller are not kept: the next one is another anyway. */
void inet_linger_port(const struct inet_sock *i)
{
    struct time_wait *w = NULL;
    if (!i->keeps_port)
        return;
    list_for_each(o, &time_waits, struct time_wait, node)
        if (same_end(&o->local, &i->local))
            w = o;
    if (w)
        list_remove(&w->node);
    else
        w = kzalloc(sizeof(*w));
    if (!w)
        return;
    w->local = i->local;
    w->reuse = i->s.flags & SOCKF_REUSEADDR;
    w->until_ns = port_monotonic_ns() + TIME_WAIT_NS;
    list_push_back(&time_waits, &w->node);
}

int inet_route(struct inet_sock *i, struct inet_end *to, struct inet_end *source)
{
    static const uint8_t v4_loopback[4] = {127, 0, 0, 1};
    if (inet_is_any(to)) { /* "any" as a destination is this host */
        if (inet_is_v4(to))
            memcpy(to->addr + 12, v4_loopback, 4);
        else
            to->addr[15] = 1;
    }
    if (!inet_is_local(to) || (i->v6only && inet_is_v4(to)))
        return -ENETUNREACH;
    bool bound_v4 = inet_is_v4(&i->local), to_v4 = inet_is_v4(to);
    if (i->s.family == AF_INET6 && !inet_is_any(&i->local) && bound_v4 != to_v4)
        return to_v4 ? -ENETUNREACH : -EINVAL;
    memcpy(source->addr, i->local.addr, 16);
    if (!inet_is_any(&i->local))
        return 0;
    memset(source->addr, 0, 16);
    if (inet_is_v4(to)) {
        memcpy(source->addr, v4_prefix, sizeof(v4_prefix));
        memcpy(source->addr + 12, v4_loopback, 4);
    } else {
        source->addr[15] = 1;
    }
    return 0;
}
