/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * socket.h - one endpoint of communication, whatever its family.
 *
 * Rules of use
 *   - A family embeds struct socket as the first member of its own structure and gives it
 *     a sock_ops. The open file holds one reference and calls ops->release when the last
 *     descriptor goes; peers and packets hold further ones; ops->destroy gives back
 *     what the family holds when the last has gone, and socket_unref() frees the memory.
 *   - There is no wire: what one side sends is put on the other's queue by the sender itself.
 *     States, errors and readiness are those that a program on Linux sees over loopback.
 *   - Everything runs in thread context; a section that does not sleep needs no lock. After
 *     a sleep every condition is looked at again.
 *   - A change that may wake somebody is followed by socket_wake(); events 0 wakes all.
 *   - deadlines: 0 does not wait (-EAGAIN), POLL_NO_DEADLINE waits for ever
 *     (-ERESTARTSYS on a signal), else a time (-EAGAIN when it passes, -EINTR on a signal).
 */
#ifndef KERNEL_NET_SOCKET_H
#define KERNEL_NET_SOCKET_H

#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/list.h"
#include "kernel/net/uapi.h"

struct message;
struct packet;
struct socket;

struct sock_ops {
    int (*bind)(struct socket *s, const struct sockaddr_any *a, uint32_t len);
    int (*connect)(struct socket *s, const struct sockaddr_any *a, uint32_t len, bool nonblock);
    int (*listen)(struct socket *s, int backlog);
    int (*accept)(struct socket *s, bool nonblock, struct socket **out); /* a reference */
    int (*name)(struct socket *s, bool peer, struct sockaddr_any *a, uint32_t *len);
    int (*shutdown)(struct socket *s, unsigned how); /* SOCK_SHUT_* */
    long (*send)(struct socket *s, struct message *m, uint64_t deadline_ns);
    long (*recv)(struct socket *s, struct message *m, uint64_t deadline_ns);
    uint32_t (*poll)(struct socket *s);
    int (*queued)(struct socket *s, unsigned cmd, int32_t *bytes); /* SIOCINQ, SIOCOUTQ */
    int (*setopt)(struct socket *s, int level, int name, uint64_t value, uint32_t len);
    int (*getopt)(struct socket *s, int level, int name, uint64_t value, uint32_t *len);
    void (*release)(struct socket *s);
    void (*destroy)(struct socket *s);
};

#define SOCK_SHUT_RECV 1u
#define SOCK_SHUT_SEND 2u
#define SOCK_SHUT_BOTH 3u

struct peer_cred {
    int32_t pid;
    uint32_t uid, gid;
};

struct socket {
    const struct sock_ops *ops;
    struct file *file;       /* no reference; NULL before accept and after the last close */
    uint32_t refs;
    uint16_t family;
    uint8_t type, protocol;
    uint8_t state;           /* TCP_* of uapi.h, for every family as in Linux */
    uint8_t shutdown;        /* SOCK_SHUT_* */
    bool dead;               /* the last descriptor is gone */
    bool connecting;         /* a connect has begun and its end was not told yet */
    bool no_room;            /* a sender found none since the last wake for writing */
    bool connected;          /* a connect has ended well: another is -EISCONN */
    int error;               /* positive errno, told once (SO_ERROR) */
    struct poll_head head;   /* everybody who waits for anything here */
    struct list rx;          /* packets to be received */
    size_t rx_charge;        /* sum of their truesize */
    size_t wmem;             /* charge of what was sent and not yet received */
    int sndbuf, rcvbuf, rcvlowat;
    uint64_t rcvtimeo_ns, sndtimeo_ns; /* 0: none */
    uint32_t flags;          /* SOCKF_* */
    int linger_s, priority, mark;
    struct peer_cred peer_cred;
    struct list accept_queue; /* listeners: by accept_node, each with a reference */
    struct list accept_node;
    unsigned accept_count, backlog;
};

#define SOCKF_PASSCRED 0x1u
#define SOCKF_REUSEADDR 0x2u
#define SOCKF_REUSEPORT 0x4u
#define SOCKF_KEEPALIVE 0x8u
#define SOCKF_BROADCAST 0x10u
#define SOCKF_OOBINLINE 0x20u
#define SOCKF_LINGER 0x40u
#define SOCKF_DONTROUTE 0x80u
#define SOCKF_DEBUG 0x100u
#define SOCKF_NO_CHECK 0x200u
#define SOCKF_TIMESTAMP 0x400u
#define SOCKF_TIMESTAMPNS 0x800u
#define SOCKF_PASSSEC 0x1000u
#define SOCKF_RXQ_OVFL 0x2000u
#define SOCKF_DONE 0x4000u /* TCP: the end of the stream has come */

/* Fills a zeroed structure; one reference. */
void socket_init(struct socket *s, const struct sock_ops *ops, int family, int type, int protocol);
struct socket *socket_ref(struct socket *s);
void socket_unref(struct socket *s);

/* Takes the reference over, also on failure. flags: O_NONBLOCK. */
int socket_open_file(struct socket *s, unsigned flags, struct file **out);
/* The socket behind a file, NULL where it is none. */
struct socket *socket_of_file(const struct file *f);
/* A descriptor's file, referenced, and its socket: -EBADF, -ENOTSOCK. */
int socket_get(uint64_t fd, struct file **file, struct socket **s);

void socket_wake(struct socket *s, uint32_t events);
#define SOCK_WAKE_READ (POLL_READABLE | POLL_PRI | POLL_RDBAND)
#define SOCK_WAKE_WRITE (POLL_WRITABLE | POLL_WRBAND)
/* Until the next wake of s; 0, or as the deadline says. */
int socket_wait(struct socket *s, uint64_t deadline_ns);
uint64_t socket_recv_deadline(const struct socket *s, bool nonblock);
uint64_t socket_send_deadline(const struct socket *s, bool nonblock);
/* The pending error, taken: -errno or 0. */
int socket_take_error(struct socket *s);
void socket_set_error(struct socket *s, int error);
/* -EPIPE with its signal, unless MSG_NOSIGNAL. */
int socket_broken_pipe(unsigned flags);
struct peer_cred socket_cred_current(void);

/* Takes the first of the accept queue, waiting for it; -EINVAL once it is shut. */
int socket_accept_wait(struct socket *s, bool nonblock, struct socket **out);
void socket_accept_put(struct socket *listener, struct socket *child); /* reference handed over */
struct socket *socket_accept_take(struct socket *listener);            /* NULL: empty */

/* Room to send: waits until less than sndbuf is charged. -EPIPE where sending is shut. */
int socket_wait_wmem(struct socket *s, uint64_t deadline_ns);

/* Families; *out has one reference. */
int unix_create(int type, int protocol, struct socket **out);
int unix_pair(struct socket *a, struct socket *b);
int inet_create(int family, int type, int protocol, struct socket **out);
int netlink_create(int type, int protocol, struct socket **out);

/* SIOC* that ask about interfaces, for every family; -ENOTTY where it is none of them. */
long net_ioctl(struct socket *s, unsigned cmd, uint64_t arg);
int socket_setopt(struct socket *s, int name, uint64_t value, uint32_t len);
int socket_getopt(struct socket *s, int name, uint64_t value, uint32_t *len);
/* An int option: value in; and out, cut to *len. */
int sockopt_int_in(uint64_t value, uint32_t len, int32_t *out);
int sockopt_out(uint64_t value, uint32_t *len, const void *data, uint32_t bytes);

#endif
