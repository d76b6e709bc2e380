/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockopt.c - options of level SOL_SOCKET, and setsockopt and getsockopt.
 *
 * Flags are a table. What an option means is elsewhere; here it is kept as Linux shows it again:
 * buffer sizes are doubled and bounded, times are rounded to microseconds.
 */
#include "kernel/net/sockopt.h"
#include "kernel/include/syscall.h"
#include "kernel/net/socket.h"

#define BUFFER_MAX 212992 /* net.core.wmem_max, rmem_max */
#define SNDBUF_MIN 4608
#define RCVBUF_MIN 2304
#define DEVICE_NAME_BYTES 16u

static const struct {
    int name;
    uint32_t flag;
} flag_options[] = {
    {SO_DEBUG, SOCKF_DEBUG},         {SO_REUSEADDR, SOCKF_REUSEADDR},
    {SO_DONTROUTE, SOCKF_DONTROUTE}, {SO_BROADCAST, SOCKF_BROADCAST},
    {SO_KEEPALIVE, SOCKF_KEEPALIVE}, {SO_OOBINLINE, SOCKF_OOBINLINE},
    {SO_NO_CHECK, SOCKF_NO_CHECK},   {SO_REUSEPORT, SOCKF_REUSEPORT},
    {SO_PASSCRED, SOCKF_PASSCRED},   {SO_TIMESTAMP, SOCKF_TIMESTAMP},
    {SO_PASSSEC, SOCKF_PASSSEC},     {SO_TIMESTAMPNS, SOCKF_TIMESTAMPNS},
    {SO_RXQ_OVFL, SOCKF_RXQ_OVFL},
};

static uint32_t flag_of(int name)
{
    for (size_t i = 0; i < sizeof(flag_options) / sizeof(flag_options[0]); i++)
        if (flag_options[i].name == name)
            return flag_options[i].flag;
    return 0;
}

int sockopt_int_in(uint64_t value, uint32_t len, int32_t *out)
{
    if (len < sizeof(*out))
        return -EINVAL;
    return port_copy_in(out, value, sizeof(*out));
}

int sockopt_out(uint64_t value, uint32_t *len, const void *data, uint32_t bytes)
{
    if (*len > bytes)
        *len = bytes;
    return *len ? port_copy_out(value, data, *len) : 0;
}

static int buffer_size(int32_t v, int min, bool bounded)
{
    if (v < 0 || (bounded && v > BUFFER_MAX))
        v = v < 0 ? 0 : BUFFER_MAX;
    if (v > INT32_MAX / 2)
        v = INT32_MAX / 2;
    return v * 2 < min ? min : v * 2;
}

static int set_timeout(uint64_t *out, uint64_t value, uint32_t len)
{
    int64_t tv[2];
    if (len < sizeof(tv))
        return -EINVAL;
    if (port_copy_in(tv, value, sizeof(tv)))
        return -EFAULT;
    if (tv[1] < 0 || tv[1] >= 1000000)
        return -EDOM;
    if (tv[0] < 0) {
        *out = 1; /* a negative time has passed already */
        return 0;
    }
    *out = tv[0] >= INT64_MAX / PORT_NS_PER_S / 2
               ? 0
               : (uint64_t)tv[0] * PORT_NS_PER_S + (uint64_t)tv[1] * 1000;
    return 0;
}

static int set_linger(struct socket *s, uint64_t value, uint32_t len)
{
    struct linger_k l;
    if (len < sizeof(l))
        return -EINVAL;
    if (port_copy_in(&l, value, sizeof(l)))
        return -EFAULT;
    s->flags &= ~SOCKF_LINGER;
    if (l.on) {
        s->flags |= SOCKF_LINGER;
        s->linger_s = l.seconds;
    }
    return 0;
}

static int set_device(uint64_t value, uint32_t len)
{
    char name[DEVICE_NAME_BYTES] = "";
    if (len >= sizeof(name))
        len = sizeof(name) - 1;
    if (len && port_copy_in(name, value, len))
        return -EFAULT;
    return !name[0] || !strcmp(name, "lo") ? 0 : -ENODEV;
}

static int set_flag(struct socket *s, int name, int32_t v)
{
    uint32_t flag = flag_of(name);
    if (name == SO_DEBUG && v && !port_is_privileged())
        return -EACCES;
    if (name == SO_PASSSEC && s->family != AF_UNIX && s->family != AF_NETLINK)
        return -EOPNOTSUPP;
    s->flags = v ? s->flags | flag : s->flags & ~flag;
    if (name == SO_TIMESTAMP && v)
        s->flags &= ~SOCKF_TIMESTAMPNS;
    return 0;
}

static int set_int(struct socket *s, int name, int32_t v)
{
    switch (name) {
    case SO_SNDBUF:
    case SO_SNDBUFFORCE:
        if (name == SO_SNDBUFFORCE && !port_is_privileged())
            return -EPERM;
        s->sndbuf = buffer_size(v, SNDBUF_MIN, name == SO_SNDBUF);
        socket_wake(s, SOCK_WAKE_WRITE);
        return 0;
    case SO_RCVBUF:
    case SO_RCVBUFFORCE:
        if (name == SO_RCVBUFFORCE && !port_is_privileged())
            return -EPERM;
        s->rcvbuf = buffer_size(v, RCVBUF_MIN, name == SO_RCVBUF);
        return 0;
    case SO_PRIORITY:
        if ((v < 0 || v > 6) && !port_is_privileged())
            return -EPERM;
        s->priority = v;
        return 0;
    case SO_RCVLOWAT:
        s->rcvlowat = v < 0 ? INT32_MAX : v ? v : 1;
        return 0;
    case SO_MARK:
        if (!port_is_privileged())
            return -EPERM;
        s->mark = v;
        return 0;
    case SO_TYPE:
    case SO_PROTOCOL:
    case SO_DOMAIN:
    case SO_ERROR:
    case SO_SNDLOWAT:
        return -ENOPROTOOPT;
    }
    return flag_of(name) ? set_flag(s, name, v) : -ENOPROTOOPT;
}

int socket_setopt(struct socket *s, int name, uint64_t value, uint32_t len)
{
    int32_t v;
    if (name == SO_BINDTODEVICE)
        return set_device(value, len);
    int err = sockopt_int_in(value, len, &v);
    if (err)
        return err;
    switch (name) {
    case SO_LINGER:
        return set_linger(s, value, len);
    case SO_RCVTIMEO:
        return set_timeout(&s->rcvtimeo_ns, value, len);
    case SO_SNDTIMEO:
        return set_timeout(&s->sndtimeo_ns, value, len);
    }
    return set_int(s, name, v);
}

static int get_int(struct socket *s, int name, int32_t *v)
{
    switch (name) {
    case SO_TYPE:
        *v = s->type;
        return 0;
    case SO_ERROR:
        *v = -socket_take_error(s);
        return 0;
    case SO_SNDBUF:
        *v = s->sndbuf;
        return 0;
    case SO_RCVBUF:
        *v = s->rcvbuf;
        return 0;
    case SO_PRIORITY:
        *v = s->priority;
        return 0;
    case SO_RCVLOWAT:
        *v = s->rcvlowat;
        return 0;
    case SO_SNDLOWAT:
        *v = 1;
        return 0;
    case SO_ACCEPTCONN:
        *v = s->state == TCP_LISTEN;
        return 0;
    case SO_MARK:
        *v = s->mark;
        return 0;
    case SO_PROTOCOL:
        *v = s->protocol;
        return 0;
    case SO_DOMAIN:
        *v = s->family;
        return 0;
    }
    if (!flag_of(name))
        return -ENOPROTOOPT;
    *v = (s->flags & flag_of(name)) != 0;
    return 0;
}

static int get_timeout(uint64_t ns, uint64_t value, uint32_t *len)
{
    const int64_t tv[2] = {(int64_t)(ns / PORT_NS_PER_S), (int64_t)(ns % PORT_NS_PER_S / 1000)};
    return sockopt_out(value, len, tv, sizeof(tv));
}

int socket_getopt(struct socket *s, int name, uint64_t value, uint32_t *len)
{
    int32_t v = 0;
    switch (name) {
    case SO_LINGER: {
        const struct linger_k l = {(s->flags & SOCKF_LINGER) != 0, s->linger_s};
        return sockopt_out(value, len, &l, sizeof(l));
    }
    case SO_RCVTIMEO:
        return get_timeout(s->rcvtimeo_ns, value, len);
    case SO_SNDTIMEO:
        return get_timeout(s->sndtimeo_ns, value, len);
    case SO_PEERCRED:
        return sockopt_out(value, len, &s->peer_cred, sizeof(s->peer_cred));
    case SO_PEERSEC:
        return -ENOPROTOOPT;
    case SO_BINDTODEVICE:
        *len = 0;
        return 0;
    case SO_COOKIE: {
        uint64_t cookie = s->file ? s->file->vnode->ino : 0;
        if (*len < sizeof(cookie))
            return -EINVAL;
        return sockopt_out(value, len, &cookie, sizeof(cookie));
    }
    case SO_PEERGROUPS:
        if (s->peer_cred.pid == 0)
            return -ENODATA;
        *len = 0;
        return 0;
    }
    int err = get_int(s, name, &v);
    return err ? err : sockopt_out(value, len, &v, sizeof(v));
}

SYSCALL5(setsockopt, uint64_t, fd, uint64_t, level, uint64_t, name, uint64_t, value, uint64_t, len)
{
    struct file *f;
    struct socket *s;
    if ((int32_t)len < 0)
        return -EINVAL;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    if ((int)level == SOL_SOCKET)
        err = socket_setopt(s, (int)name, value, (uint32_t)len);
    else
        err = s->ops->setopt(s, (int)level, (int)name, value, (uint32_t)len);
    file_unref(f);
    return err;
}

SYSCALL5(getsockopt, uint64_t, fd, uint64_t, level, uint64_t, name, uint64_t, value, uint64_t, len)
{
    struct file *f;
    struct socket *s;
    int32_t n;
    int err = socket_get(fd, &f, &s);
    if (err)
        return err;
    if (port_copy_in(&n, len, sizeof(n)))
        err = -EFAULT;
    else if (n < 0)
        err = -EINVAL;
    uint32_t room = (uint32_t)n;
    if (!err && (int)level == SOL_SOCKET)
        err = socket_getopt(s, (int)name, value, &room);
    else if (!err)
        err = s->ops->getopt(s, (int)level, (int)name, value, &room);
    if (!err && port_copy_out(len, &room, sizeof(room)))
        err = -EFAULT;
    file_unref(f);
    return err;
}
