/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_socket.c - sockets made, named, connected and shut. Messages are in sys_message.c. */
#include "kernel/include/syscall.h"
#include "kernel/net/socket.h"

static int socket_create(uint64_t domain, unsigned type, uint64_t protocol, struct socket **out)
{
    int family = (int)domain, proto = (int)protocol;
    if (family < 0 || family >= AF_COUNT)
        return -EAFNOSUPPORT;
    if (type >= SOCK_COUNT)
        return -EINVAL;
    switch (family) {
    case AF_UNIX:
        return unix_create((int)type, proto, out);
    case AF_INET:
    case AF_INET6:
        return inet_create(family, (int)type, proto, out);
    case AF_NETLINK:
        return netlink_create((int)type, proto, out);
    }
    return -EAFNOSUPPORT;
}

static bool bad_flags(uint64_t type)
{
    return ((uint32_t)type & ~(SOCK_TYPE_MASK | O_CLOEXEC | O_NONBLOCK)) != 0;
}

/* A descriptor for a new socket, whose reference is taken over. */
static long socket_install(struct socket *s, unsigned flags)
{
    struct file *f;
    int err = socket_open_file(s, flags, &f);
    if (err)
        return err;
    return fd_give(f, (flags & O_CLOEXEC) != 0);
}

SYSCALL3(socket, uint64_t, domain, uint64_t, type, uint64_t, protocol)
{
    struct socket *s;
    if (bad_flags(type))
        return -EINVAL;
    int err = socket_create(domain, (unsigned)type & SOCK_TYPE_MASK, protocol, &s);
    return err ? err : socket_install(s, (unsigned)type);
}

SYSCALL4(socketpair, uint64_t, domain, uint64_t, type, uint64_t, protocol, uint64_t, fds)
{
    struct socket *a, *b;
    struct file *fa, *fb;
    if (bad_flags(type))
        return -EINVAL;
    int err = socket_create(domain, (unsigned)type & SOCK_TYPE_MASK, protocol, &a);
    if (err)
        return err;
    err = socket_open_file(a, (unsigned)type, &fa);
    if (err)
        return err;
    err = socket_create(domain, (unsigned)type & SOCK_TYPE_MASK, protocol, &b);
    if (!err)
        err = socket_open_file(b, (unsigned)type, &fb);
    if (err) {
        file_unref(fa);
        return err;
    }
    err = a->family == AF_UNIX ? unix_pair(a, b) : -EOPNOTSUPP;
    if (err) {
        file_unref(fa);
        file_unref(fb);
        return err;
    }
    return fd_install_pair(fa, fb, (type & O_CLOEXEC) != 0, fds);
}

/* An address of user memory. */
static int address_in(uint64_t addr, uint64_t len, struct sockaddr_any *a)
{
    memset(a, 0, sizeof(*a));
    if ((int32_t)len < 0 || (uint32_t)len > sizeof(*a))
        return -EINVAL;
    if ((uint32_t)len && port_copy_in(a, addr, (uint32_t)len))
        return -EFAULT;
    return 0;
}

/* An address to user memory, cut to the caller's room, and its whole length. */
static int address_out(const struct sockaddr_any *a, uint32_t len, uint64_t addr, uint64_t len_addr)
{
    int32_t room;
    if (port_copy_in(&room, len_addr, sizeof(room)))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    if ((uint32_t)room > len)
        room = (int32_t)len;
    if (room && port_copy_out(addr, a, (uint32_t)room))
        return -EFAULT;
    return port_copy_out(len_addr, &len, sizeof(len));
}

SYSCALL3(bind, uint64_t, fd, uint64_t, addr, uint64_t, len)
{
    struct file *f;
    struct socket *s;
    struct sockaddr_any a;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    err = address_in(addr, len, &a);
    if (!err)
        err = s->ops->bind(s, &a, (uint32_t)len);
    file_unref(f);
    return err;
}

SYSCALL3(connect, uint64_t, fd, uint64_t, addr, uint64_t, len)
{
    struct file *f;
    struct socket *s;
    struct sockaddr_any a;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    err = address_in(addr, len, &a);
    if (!err)
        err = s->ops->connect(s, &a, (uint32_t)len, file_is_nonblocking(f));
    file_unref(f);
    return err;
}

SYSCALL2(listen, uint64_t, fd, uint64_t, backlog)
{
    struct file *f;
    struct socket *s;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    uint32_t n = (uint32_t)backlog > SOMAXCONN ? SOMAXCONN : (uint32_t)backlog;
    err = s->ops->listen(s, (int)n);
    file_unref(f);
    return err;
}

static long do_accept(struct socket *s, struct file *f, uint64_t addr, uint64_t len, unsigned flags)
{
    struct socket *child;
    struct file *cf;
    struct sockaddr_any a;
    uint32_t a_len = 0;
    int err = s->ops->accept(s, file_is_nonblocking(f), &child);
    if (err)
        return err;
    err = socket_open_file(child, flags, &cf);
    if (err)
        return err;
    if (addr) {
        memset(&a, 0, sizeof(a));
        err = child->ops->name(child, true, &a, &a_len);
        err = err ? -ECONNABORTED : address_out(&a, a_len, addr, len);
    }
    long fd = err ? err : fd_install(cf, 0, (flags & O_CLOEXEC) != 0);
    if (fd < 0)
        file_unref(cf);
    return fd;
}

SYSCALL4(accept4, uint64_t, fd, uint64_t, addr, uint64_t, len, uint64_t, flags)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    struct socket *s = socket_of_file(f);
    long r = -EINVAL;
    if (!((uint32_t)flags & ~(O_CLOEXEC | O_NONBLOCK)))
        r = s ? do_accept(s, f, addr, len, (unsigned)flags) : -ENOTSOCK;
    file_unref(f);
    return r;
}

SYSCALL3(accept, uint64_t, fd, uint64_t, addr, uint64_t, len)
{
    return syscall_accept4(fd, addr, len, 0);
}

static long get_name(uint64_t fd, bool peer, uint64_t addr, uint64_t len)
{
    struct file *f;
    struct socket *s;
    struct sockaddr_any a;
    uint32_t a_len = 0;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    memset(&a, 0, sizeof(a));
    err = s->ops->name(s, peer, &a, &a_len);
    if (!err)
        err = address_out(&a, a_len, addr, len);
    file_unref(f);
    return err;
}

SYSCALL3(getsockname, uint64_t, fd, uint64_t, addr, uint64_t, len)
{
    return get_name(fd, false, addr, len);
}

SYSCALL3(getpeername, uint64_t, fd, uint64_t, addr, uint64_t, len)
{
    return get_name(fd, true, addr, len);
}

SYSCALL2(shutdown, uint64_t, fd, uint64_t, how)
{
    struct file *f;
    struct socket *s;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    /* 0, 1, 2 are receiving, sending, both: one more is the mask. */
    err = (uint32_t)how > 2 ? -EINVAL : s->ops->shutdown(s, (unsigned)how + 1);
    file_unref(f);
    return err;
}
