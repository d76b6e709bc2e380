/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inet.h - AF_INET and AF_INET6 over loopback, the one interface there is.
 *
 * Rules of use
 *   - All addresses have 16 bytes, IPv4 as ::ffff:a.b.c.d, so the two families are one: a
 *     socket of AF_INET differs in how its addresses are read and shown.
 *   - A socket with a local port stands in the table of its protocol (inet_table.c), accepted
 *     ones beside their listener.
 *   - TCP: `peer` is the other end while both live; it is no reference. Bytes are put on the
 *     peer's queue; acknowledgements are immediate, so a sender's FIN is at its end at once.
 */
#ifndef KERNEL_NET_INET_H
#define KERNEL_NET_INET_H

#include "kernel/include/timer.h"
#include "kernel/net/packet.h"

/* Options that are only kept and shown again, by their place in the table of inet_option.c. */
#define INET_OPTIONS_MAX 56

struct inet_sock {
    struct socket s;
    struct list node;          /* in the table while `bound` */
    struct inet_end local, remote;
    bool bound, bound_by_user; /* a port; asked for by bind */
    bool keeps_port;           /* bound by bind, or accepted: rests after an active close */
    uint8_t asked[16];         /* the address as bind gave it, or any */
    bool has_remote;
    bool v6only;
    int32_t option[INET_OPTIONS_MAX];
    char congestion[16];
    /* TCP */
    struct inet_sock *peer;
    size_t unread;             /* bytes in rx */
    bool sndbuf_set;
    struct timer retry;        /* the listener's queue was full */
    unsigned retries;
};

static inline struct inet_sock *inet_of(struct socket *s)
{
    return container_of(s, struct inet_sock, s);
}

/* ---- inet_table.c: addresses and ports ---- */
bool inet_is_any(const struct inet_end *e);
bool inet_is_v4(const struct inet_end *e);
bool inet_is_local(const struct inet_end *e); /* loopback */
/* An address of the socket's family. -EINVAL, -EAFNOSUPPORT. */
int inet_parse(const struct inet_sock *i, const struct sockaddr_any *a, uint32_t len,
               struct inet_end *out);
void inet_show(const struct inet_sock *i, const struct inet_end *e, struct sockaddr_any *a,
               uint32_t *len);
/* A free port, or that one: 0, -EADDRINUSE. Sets local and bound. */
int inet_take_port(struct inet_sock *i, uint16_t port);
void inet_give_port(struct inet_sock *i);
/* Disconnected: the address as it was asked for, and no port that nobody asked for. */
void inet_reset_local(struct inet_sock *i);
int inet_autobind(struct inet_sock *i);
/* Beside the listener, whose port it has. */
void inet_share_port(struct inet_sock *i);
/* The best match for what comes from source to target. listeners: only those of TCP. */
struct inet_sock *inet_find(int protocol, const struct inet_end *source,
                            const struct inet_end *target);
/* A connection that ended here keeps its port for a minute. */
void inet_linger_port(const struct inet_sock *i);
/* Source address for a destination that is reachable: -ENETUNREACH. */
int inet_route(struct inet_sock *i, struct inet_end *to, struct inet_end *source);

/* ---- inet_option.c ---- */
void inet_options_init(struct inet_sock *i);
int inet_setopt(struct socket *s, int level, int name, uint64_t value, uint32_t len);
int inet_getopt(struct socket *s, int level, int name, uint64_t value, uint32_t *len);
void inet_put_controls(struct inet_sock *i, struct message *m, const struct packet *p);
int tcp_info(const struct inet_sock *i, uint64_t value, uint32_t *len);

/* ---- tcp.c, tcp_connect.c, udp.c ---- */
extern const struct sock_ops tcp_ops, udp_ops;
int inet_bind(struct socket *s, const struct sockaddr_any *a, uint32_t len);
int inet_name(struct socket *s, bool peer, struct sockaddr_any *a, uint32_t *len);
struct inet_sock *inet_alloc(int family, int type, int protocol);
int tcp_connect(struct socket *s, const struct sockaddr_any *a, uint32_t len, bool nonblock);
void tcp_connect_retry(struct timer *t);
int tcp_listen(struct socket *s, int backlog);
int tcp_accept(struct socket *s, bool nonblock, struct socket **out);
int tcp_shutdown(struct socket *s, unsigned how);
void tcp_release(struct socket *s);
void tcp_destroy(struct socket *s);
/* The connection is broken at this end. */
void tcp_reset(struct inet_sock *i);
size_t tcp_send_limit(const struct inet_sock *i);
bool tcp_is_writable(const struct inet_sock *i);

#endif
