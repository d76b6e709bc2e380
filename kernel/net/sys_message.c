/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys_message.c - send and receive in all their forms; each becomes one struct message.
 *
 * What a receive writes back is Linux's: name, lengths and flags only after success, the
 * control length by what was used of it.
 */
#include "kernel/include/syscall.h"
#include "kernel/net/packet.h"

#define CONTROL_BYTES_MAX 20480u /* net.core.optmem_max */
#define VECTOR_MAX 1024u

static uint64_t send_deadline(const struct socket *s, const struct file *f, unsigned flags)
{
    return socket_send_deadline(s, file_is_nonblocking(f) || (flags & MSG_DONTWAIT));
}

static uint64_t recv_deadline(const struct socket *s, const struct file *f, unsigned flags)
{
    return socket_recv_deadline(s, file_is_nonblocking(f) || (flags & MSG_DONTWAIT));
}

SYSCALL6(sendto, uint64_t, fd, uint64_t, buf, uint64_t, len, uint64_t, flags, uint64_t, addr,
         uint64_t, addr_len)
{
    struct file *f;
    struct socket *s;
    struct uio u;
    struct sockaddr_any a;
    struct message m = {.u = &u, .flags = (unsigned)flags};
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    uio_init_user(&u, buf, len);
    if (addr) {
        memset(&a, 0, sizeof(a));
        m.addr = &a;
        m.addr_len = (uint32_t)addr_len;
        if ((int32_t)addr_len < 0 || m.addr_len > sizeof(a))
            err = -EINVAL;
        else if (m.addr_len && port_copy_in(&a, addr, m.addr_len))
            err = -EFAULT;
        if (!m.addr_len)
            m.addr = NULL;
    }
    long r = err ? err : s->ops->send(s, &m, send_deadline(s, f, m.flags));
    file_unref(f);
    return r;
}

static int name_out(const struct message *m, uint64_t addr, uint64_t len_addr)
{
    int32_t room;
    if (port_copy_in(&room, len_addr, sizeof(room)))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    if ((uint32_t)room > m->addr_len)
        room = (int32_t)m->addr_len;
    if (room && port_copy_out(addr, m->addr, (uint32_t)room))
        return -EFAULT;
    return port_copy_out(len_addr, &m->addr_len, sizeof(m->addr_len));
}

SYSCALL6(recvfrom, uint64_t, fd, uint64_t, buf, uint64_t, len, uint64_t, flags, uint64_t, addr,
         uint64_t, addr_len)
{
    struct file *f;
    struct socket *s;
    struct uio u;
    struct sockaddr_any a;
    struct message m = {.u = &u, .flags = (unsigned)flags, .addr = &a, .want_addr = addr != 0};
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    memset(&a, 0, sizeof(a));
    uio_init_user(&u, buf, len);
    long r = s->ops->recv(s, &m, recv_deadline(s, f, m.flags));
    if (r >= 0 && addr) {
        err = name_out(&m, addr, addr_len);
        if (err)
            r = err;
    }
    file_unref(f);
    return r;
}

/* A struct msghdr: its head and vectors; -EMSGSIZE, -EINVAL, -EFAULT. */
static int header_in(uint64_t addr, struct msghdr_k *h, struct uio *u)
{
    if (port_copy_in(h, addr, sizeof(*h)))
        return -EFAULT;
    if (!h->name)
        h->name_len = 0;
    if (h->name_len < 0)
        return -EINVAL;
    if (h->name_len > (int32_t)sizeof(struct sockaddr_any))
        h->name_len = sizeof(struct sockaddr_any);
    if (h->iov_len > UIO_MAXIOV)
        return -EMSGSIZE;
    return uio_init_user_iovec(u, h->iov, h->iov_len);
}

static int control_in(const struct msghdr_k *h, uint8_t **out)
{
    *out = NULL;
    if (!h->control || !h->control_len)
        return 0;
    if (h->control_len > CONTROL_BYTES_MAX)
        return -ENOBUFS;
    *out = kmalloc(h->control_len);
    if (!*out)
        return -ENOBUFS;
    if (!port_copy_in(*out, h->control, h->control_len))
        return 0;
    kfree(*out);
    return -EFAULT;
}

static long send_one(struct socket *s, struct file *f, uint64_t addr, unsigned flags)
{
    struct msghdr_k h;
    struct uio u;
    struct sockaddr_any a;
    uint8_t *control;
    int err = header_in(addr, &h, &u);
    if (err)
        return err;
    struct message m = {.u = &u, .flags = flags};
    memset(&a, 0, sizeof(a));
    if (h.name_len) {
        m.addr = &a;
        m.addr_len = (uint32_t)h.name_len;
        if (port_copy_in(&a, h.name, m.addr_len))
            err = -EFAULT;
    }
    if (!err)
        err = control_in(&h, &control);
    long r = err;
    if (!err) {
        m.control_in = control;
        m.control_len = control ? h.control_len : 0;
        r = s->ops->send(s, &m, send_deadline(s, f, flags));
        kfree(control);
    }
    uio_done(&u);
    return r;
}

static int header_out(uint64_t addr, const struct msghdr_k *h, const struct message *m)
{
    uint64_t used = m->control_out - h->control;
    uint32_t flags = m->flags_out | (m->flags & MSG_CMSG_CLOEXEC);
    int32_t room = h->name_len;
    if (!h->control || !h->control_len)
        used = 0;
    if (h->name) {
        if ((uint32_t)room > m->addr_len)
            room = (int32_t)m->addr_len;
        if ((room && port_copy_out(h->name, m->addr, (uint32_t)room)) ||
            port_copy_out(addr + offsetof(struct msghdr_k, name_len), &m->addr_len,
                          sizeof(m->addr_len)))
            return -EFAULT;
    }
    if (port_copy_out(addr + offsetof(struct msghdr_k, flags), &flags, sizeof(flags)) ||
        port_copy_out(addr + offsetof(struct msghdr_k, control_len), &used, sizeof(used)))
        return -EFAULT;
    return 0;
}

static long recv_one(struct socket *s, struct file *f, uint64_t addr, unsigned flags)
{
    struct msghdr_k h;
    struct uio u;
    struct sockaddr_any a;
    int err = header_in(addr, &h, &u);
    if (err)
        return err;
    memset(&a, 0, sizeof(a));
    struct message m = {.u = &u, .flags = flags, .addr = &a, .want_addr = h.name != 0};
    if (h.control && h.control_len) {
        m.control_out = h.control;
        m.control_len = h.control_len;
    }
    long r = s->ops->recv(s, &m, recv_deadline(s, f, flags));
    if (r >= 0) {
        err = header_out(addr, &h, &m);
        if (err)
            r = err;
    }
    uio_done(&u);
    return r;
}

SYSCALL3(sendmsg, uint64_t, fd, uint64_t, msg, uint64_t, flags)
{
    struct file *f;
    struct socket *s;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    long r = send_one(s, f, msg, (unsigned)flags);
    file_unref(f);
    return r;
}

SYSCALL3(recvmsg, uint64_t, fd, uint64_t, msg, uint64_t, flags)
{
    struct file *f;
    struct socket *s;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    long r = recv_one(s, f, msg, (unsigned)flags);
    file_unref(f);
    return r;
}

static int length_out(uint64_t vec, uint64_t i, long bytes)
{
    uint32_t n = (uint32_t)bytes;
    return port_copy_out(vec + i * sizeof(struct mmsghdr_k) + offsetof(struct mmsghdr_k, len), &n,
                         sizeof(n));
}

SYSCALL4(sendmmsg, uint64_t, fd, uint64_t, vec, uint64_t, count, uint64_t, flags)
{
    struct file *f;
    struct socket *s;
    uint32_t n = (uint32_t)count > VECTOR_MAX ? VECTOR_MAX : (uint32_t)count, i = 0;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    long r = 0;
    for (; i < n; i++) {
        r = send_one(s, f, vec + i * sizeof(struct mmsghdr_k), (unsigned)flags);
        if (r >= 0)
            r = length_out(vec, i, r);
        if (r < 0)
            break;
    }
    file_unref(f);
    return i ? (long)i : r;
}

/* The deadline is looked at only between two messages, as in Linux. */
static long recv_many(struct socket *s, struct file *f, uint64_t vec, uint32_t n, unsigned flags,
                      uint64_t deadline_ns)
{
    uint32_t i = 0;
    long r = socket_take_error(s);
    for (; i < n && r >= 0; i++) {
        r = recv_one(s, f, vec + i * sizeof(struct mmsghdr_k), flags & ~MSG_WAITFORONE);
        if (r >= 0)
            r = length_out(vec, i, r);
        if (r < 0)
            break;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        if (port_monotonic_ns() >= deadline_ns) {
            i++;
            break;
        }
    }
    if (!i)
        return r;
    if (r < 0 && r != -EAGAIN && r != -ERESTARTSYS && r != -EINTR)
        s->error = (int)-r; /* told by the next call */
    return i;
}

SYSCALL5(recvmmsg, uint64_t, fd, uint64_t, vec, uint64_t, count, uint64_t, flags, uint64_t, timeout)
{
    struct file *f;
    struct socket *s;
    struct timespec_k ts = {0};
    uint64_t deadline = POLL_NO_DEADLINE;
    if (timeout) {
        if (port_copy_in(&ts, timeout, sizeof(ts)))
            return -EFAULT;
        if (ts.sec < 0 || ts.nsec < 0 || ts.nsec >= PORT_NS_PER_S)
            return -EINVAL;
        if (ts.sec < INT64_MAX / PORT_NS_PER_S / 2)
            deadline = port_monotonic_ns() + (uint64_t)(ts.sec * PORT_NS_PER_S + ts.nsec);
    }
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    uint32_t n = (uint32_t)count > VECTOR_MAX ? VECTOR_MAX : (uint32_t)count;
    long r = recv_many(s, f, vec, n, (unsigned)flags, deadline);
    file_unref(f);
    if (r > 0 && timeout && deadline != POLL_NO_DEADLINE) {
        uint64_t now = port_monotonic_ns();
        int64_t left = deadline > now ? (int64_t)(deadline - now) : 0;
        ts = (struct timespec_k){left / PORT_NS_PER_S, left % PORT_NS_PER_S};
        if (port_copy_out(timeout, &ts, sizeof(ts)))
            return -EFAULT;
    }
    return r;
}
