/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unix.h - AF_UNIX sockets: unix.c has names, life and connections, unix_stream.c and
 * unix_dgram.c have the bytes, scm.c and unix_collect.c what is passed along.
 *
 * Rules of use
 *   - peer is a reference. For streams and seqpackets it is mutual from connect to close; a
 *     datagram socket's peer need not know of it.
 *   - A name is shared by a listener and the sockets accepted from it; it holds its dentry, so
 *     that the inode stays while the socket does.
 */
#ifndef KERNEL_NET_UNIX_H
#define KERNEL_NET_UNIX_H

#include "kernel/net/scm.h"

struct unix_name {
    uint32_t refs;
    uint32_t len; /* of the address */
    struct dentry *dentry; /* NULL: abstract */
    struct sockaddr_un_k addr;
    char end; /* the NUL of a path of all 108 bytes */
};

struct unix_sock {
    struct socket s;
    struct list node; /* every AF_UNIX socket */
    struct unix_name *name;
    bool owns_name;   /* bound itself: found by that name */
    struct unix_sock *peer;
    unsigned inflight;  /* packets and queues that hold its file */
    unsigned external;  /* unix_collect(): references seen; */
    bool candidate, reachable;
};

extern struct list unix_sockets;

static inline struct unix_sock *unix_of(struct socket *s)
{
    return container_of(s, struct unix_sock, s);
}

/* Who is bound to the address: referenced, or -errno as connect gives it. */
int unix_find(const struct sockaddr_any *a, uint32_t len, int type, struct unix_sock **out);
int unix_check_address(const struct sockaddr_any *a, uint32_t len);
int unix_autobind(struct unix_sock *u);
bool unix_queue_full(const struct unix_sock *u);
/* The sender's address for a receiver. */
void unix_copy_name(const struct unix_name *n, struct message *m);
void unix_set_peer(struct unix_sock *u, struct unix_sock *peer); /* takes a reference */

uint32_t unix_writable(const struct socket *s);

int unix_stream_connect(struct unix_sock *u, const struct sockaddr_any *a, uint32_t len,
                        bool nonblock);
long unix_stream_send(struct socket *s, struct message *m, uint64_t deadline_ns);
long unix_stream_recv(struct socket *s, struct message *m, uint64_t deadline_ns);
int unix_dgram_connect(struct unix_sock *u, const struct sockaddr_any *a, uint32_t len);
long unix_dgram_send(struct socket *s, struct message *m, uint64_t deadline_ns);
long unix_dgram_recv(struct socket *s, struct message *m, uint64_t deadline_ns);
long unix_seqpacket_send(struct socket *s, struct message *m, uint64_t deadline_ns);
long unix_seqpacket_recv(struct socket *s, struct message *m, uint64_t deadline_ns);
uint32_t unix_dgram_poll(struct socket *s);

#endif
