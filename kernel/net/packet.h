/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet.h - what stands in a receive queue: bytes, where they came from, and what
 * was passed along with them.
 *
 * Rules of use
 *   - A packet is charged to its sender (wmem) from packet_create() to packet_free(), by
 *     what Linux would charge, so that a full queue is full after as many messages.
 *   - struct message is one send or receive call. For a send, address and control are in
 *     kernel memory; for a receive, the family fills address and writes control messages with
 *     message_put_control().
 */
#ifndef KERNEL_NET_PACKET_H
#define KERNEL_NET_PACKET_H

#include "kernel/include/uio.h"
#include "kernel/net/socket.h"

#define SCM_RIGHTS_MAX 253u
#define ID_OVERFLOW 65534u

struct scm_rights {
    unsigned count;
    struct file *files[SCM_RIGHTS_MAX]; /* referenced */
};

/* Who sent it, and descriptors on the way. */
struct scm {
    struct scm_rights *rights; /* NULL: none */
    struct peer_cred cred;
    bool has_cred;
};

struct inet_end {
    uint8_t addr[16]; /* IPv4 as ::ffff:a.b.c.d */
    uint16_t port;    /* host order */
};

struct unix_name;

struct packet {
    struct list node;
    struct socket *sender; /* referenced, charged; NULL: nobody is */
    uint32_t truesize;
    uint32_t len, used;    /* bytes; of them received */
    uint32_t room;         /* bytes of data[]; TCP appends to the last packet */
    struct scm scm;
    struct unix_name *from; /* AF_UNIX: the sender's name, referenced */
    struct inet_end source, target; /* AF_INET* */
    int64_t stamp_ns;
    uint8_t data[];
};

struct message {
    struct uio *u;
    struct sockaddr_any *addr;
    uint32_t addr_len;
    bool want_addr;
    unsigned flags;      /* MSG_* of the caller */
    unsigned flags_out;
    const uint8_t *control_in;
    uint64_t control_out; /* user address of what is left */
    size_t control_len;   /* of control_in, or left at control_out */
};

/* `head` bytes in one block and the rest in pages, as Linux allocates them. */
uint32_t packet_truesize(size_t head, size_t paged);
/* Charged to sender. NULL: no memory. */
struct packet *packet_create(struct socket *sender, size_t len, uint32_t truesize);
void packet_free(struct packet *p);
/* On s's queue; wakes its readers. */
void packet_deliver(struct socket *s, struct packet *p);
struct packet *packet_first(const struct socket *s); /* NULL: none */
void packet_unlink(struct socket *s, struct packet *p);
void packet_purge(struct socket *s);
static inline uint32_t packet_left(const struct packet *p)
{
    return p->len - p->used;
}

/* A control message to the receiver; sets MSG_CTRUNC where it does not fit. */
void message_put_control(struct message *m, int level, int type, const void *data, size_t len);
/* Waits for the first packet: NULL and *err (0: receiving is shut). */
struct packet *packet_wait(struct socket *s, uint64_t deadline_ns, int *err);
/* A datagram into the message: bytes to return; sets MSG_TRUNC. */
long packet_copy_datagram(const struct packet *p, struct message *m);
void message_put_stamp(struct socket *s, struct message *m, const struct packet *p);

#endif
