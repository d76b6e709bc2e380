/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet.c - receive queues and what they are charged.
 *
 * The charge is Linux 6.1's truesize of an sk_buff: its 256 bytes, the data block with 320
 * bytes of shared info behind it in a power of two, and whole pages for the rest.
 */
#include "kernel/net/packet.h"
#include "kernel/net/scm.h"

#define SKB_BYTES 256u
#define SHARED_INFO_BYTES 320u
#define BLOCK_BYTES_MIN 512u

uint32_t packet_truesize(size_t head, size_t paged)
{
    size_t need = ((head + 63) & ~(size_t)63) + SHARED_INFO_BYTES;
    size_t block = BLOCK_BYTES_MIN;
    while (block < need)
        block *= 2;
    return (uint32_t)(SKB_BYTES + block + ((paged + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1)));
}

struct packet *packet_create(struct socket *sender, size_t len, uint32_t truesize)
{
    struct packet *p = kmalloc(sizeof(*p) + len);
    if (!p)
        return NULL;
    memset(p, 0, sizeof(*p));
    list_init(&p->node);
    p->len = p->room = (uint32_t)len;
    p->truesize = truesize;
    if (sender) {
        p->sender = socket_ref(sender);
        sender->wmem += truesize;
    }
    return p;
}

void packet_free(struct packet *p)
{
    struct socket *s = p->sender;
    scm_drop(&p->scm);
    unix_name_unref(p->from);
    if (s) {
        s->wmem -= p->truesize;
        if (!s->dead && s->wmem * 4 <= (size_t)s->sndbuf)
            socket_wake(s, SOCK_WAKE_WRITE);
        socket_unref(s);
    }
    kfree(p);
}

void packet_deliver(struct socket *s, struct packet *p)
{
    list_push_back(&s->rx, &p->node);
    s->rx_charge += p->truesize;
    p->stamp_ns = port_realtime_ns();
    socket_wake(s, SOCK_WAKE_READ);
}

struct packet *packet_first(const struct socket *s)
{
    return list_is_empty(&s->rx) ? NULL : list_first(&s->rx, struct packet, node);
}

void packet_unlink(struct socket *s, struct packet *p)
{
    list_remove(&p->node);
    s->rx_charge -= p->truesize;
}

void packet_purge(struct socket *s)
{
    for (struct packet *p; (p = packet_first(s));) {
        packet_unlink(s, p);
        packet_free(p);
    }
}

struct packet *packet_wait(struct socket *s, uint64_t deadline_ns, int *err)
{
    for (;;) {
        *err = socket_take_error(s);
        if (*err)
            return NULL;
        struct packet *p = packet_first(s);
        if (p)
            return p;
        if (!deadline_ns) {
            *err = -EAGAIN;
            return NULL;
        }
        if (s->shutdown & SOCK_SHUT_RECV)
            return NULL;
        if (s->type == SOCK_SEQPACKET && s->state != TCP_ESTABLISHED) {
            *err = -ENOTCONN;
            return NULL;
        }
        *err = socket_wait(s, deadline_ns);
        if (*err)
            return NULL;
    }
}

long packet_copy_datagram(const struct packet *p, struct message *m)
{
    size_t n = p->len;
    if (n > m->u->resid) {
        n = m->u->resid;
        m->flags_out |= MSG_TRUNC;
    }
    if (n && uio_read(m->u, p->data, n) < (long)n)
        return -EFAULT;
    return m->flags & MSG_TRUNC ? (long)p->len : (long)n;
}

void message_put_control(struct message *m, int level, int type, const void *data, size_t len)
{
    size_t total = sizeof(struct cmsghdr_k) + len;
    if (!m->control_out || m->control_len < sizeof(struct cmsghdr_k)) {
        m->flags_out |= MSG_CTRUNC;
        return;
    }
    if (total > m->control_len) {
        m->flags_out |= MSG_CTRUNC;
        total = m->control_len;
    }
    const struct cmsghdr_k h = {.len = total, .level = level, .type = type};
    if (port_copy_out(m->control_out, &h, sizeof(h)) ||
        (total > sizeof(h) &&
         port_copy_out(m->control_out + sizeof(h), data, total - sizeof(h))))
        return; /* as in Linux: the message is as if there had been no room */
    size_t space = CMSG_ALIGN(sizeof(h) + len);
    if (space > m->control_len)
        space = m->control_len;
    m->control_out += space;
    m->control_len -= space;
}

#define SO_TIMESTAMP_TYPE 29
#define SO_TIMESTAMPNS_TYPE 35

void message_put_stamp(struct socket *s, struct message *m, const struct packet *p)
{
    int64_t t[2] = {p->stamp_ns / PORT_NS_PER_S, p->stamp_ns % PORT_NS_PER_S};
    if (s->flags & SOCKF_TIMESTAMPNS) {
        message_put_control(m, SOL_SOCKET, SO_TIMESTAMPNS_TYPE, t, sizeof(t));
    } else if (s->flags & SOCKF_TIMESTAMP) {
        t[1] /= 1000;
        message_put_control(m, SOL_SOCKET, SO_TIMESTAMP_TYPE, t, sizeof(t));
    }
}
