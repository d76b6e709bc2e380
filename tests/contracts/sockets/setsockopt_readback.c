// SPDX-License-Identifier: GPL-2.0-or-later
/* What is set is shown again: flags, buffer sizes, times, linger, bounds. */
#include "net.h"

static void set(const char *what, int fd, int level, int name, int v)
{
    int r = setsockopt(fd, level, name, &v, sizeof(v));

    if (r)
        SAY("%s := %d: %s", what, v, errno_name(errno));
    else
        SAY("%s := %d: %d", what, v, opt(fd, level, name));
}
#define SET(fd, level, name, v) set(#name, fd, level, name, v)

static void time_out(int fd, long s, long us)
{
    struct timeval t = {s, us}, u = {0, 0};
    socklen_t len = sizeof(u);
    int r = setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));

    getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &u, &len);
    SAY("SO_RCVTIMEO %ld.%06ld: %s, %ld s, %d bytes", s, us, r ? errno_name(errno) : "ok",
        (long)u.tv_sec, (int)len);
}

int main(void)
{
    int t = socket(AF_INET, SOCK_STREAM, 0), u = socket(AF_UNIX, SOCK_STREAM, 0);
    int d = socket(AF_INET, SOCK_DGRAM, 0), v6 = socket(AF_INET6, SOCK_STREAM, 0), v;
    struct linger l = {1, 5}, got;
    socklen_t len = sizeof(got);
    char text[32] = "";

    SET(t, SOL_SOCKET, SO_REUSEADDR, 1);
    SET(t, SOL_SOCKET, SO_REUSEADDR, 7);
    SET(t, SOL_SOCKET, SO_REUSEADDR, 0);
    SET(t, SOL_SOCKET, SO_REUSEPORT, 1);
    SET(t, SOL_SOCKET, SO_KEEPALIVE, 1);
    SET(d, SOL_SOCKET, SO_BROADCAST, 1);
    SET(t, SOL_SOCKET, SO_OOBINLINE, 1);
    SET(u, SOL_SOCKET, SO_PASSCRED, 1);
    SET(t, SOL_SOCKET, SO_SNDBUF, 10000);
    SET(t, SOL_SOCKET, SO_RCVBUF, 10000);
    SET(t, SOL_SOCKET, SO_SNDBUF, 1);
    SET(t, SOL_SOCKET, SO_RCVBUF, 1);
    SET(u, SOL_SOCKET, SO_SNDBUF, 200000);
    SET(u, SOL_SOCKET, SO_SNDBUFFORCE, 500000);
    SET(t, SOL_SOCKET, SO_RCVLOWAT, 9);
    SET(t, SOL_SOCKET, SO_RCVLOWAT, 0);
    SET(t, SOL_SOCKET, SO_SNDLOWAT, 9);
    SET(t, SOL_SOCKET, SO_PRIORITY, 3);
    SET(t, SOL_SOCKET, SO_MARK, 17);
    SET(t, SOL_SOCKET, SO_TYPE, 1);
    SET(t, SOL_SOCKET, SO_ERROR, 1);
    SET(t, SOL_SOCKET, 9999, 1);
    SET(t, IPPROTO_TCP, TCP_NODELAY, 1);
    SET(t, IPPROTO_TCP, TCP_NODELAY, 5);
    SET(t, IPPROTO_TCP, TCP_KEEPIDLE, 10);
    SET(t, IPPROTO_TCP, TCP_KEEPIDLE, 0);
    SET(t, IPPROTO_TCP, TCP_KEEPINTVL, 11);
    SET(t, IPPROTO_TCP, TCP_KEEPCNT, 12);
    SET(t, IPPROTO_TCP, TCP_KEEPCNT, 200);
    SET(t, IPPROTO_TCP, TCP_SYNCNT, 3);
    SET(t, IPPROTO_TCP, TCP_USER_TIMEOUT, 3000);
    SET(t, IPPROTO_TCP, 9999, 1);
    SET(d, IPPROTO_TCP, TCP_NODELAY, 1);
    SET(u, IPPROTO_TCP, TCP_NODELAY, 1);
    SET(t, IPPROTO_IP, IP_TTL, 9);
    SET(t, IPPROTO_IP, IP_TTL, 0);
    SET(t, IPPROTO_IP, IP_TTL, 256);
    SET(t, IPPROTO_IP, IP_TOS, 0x10);
    SET(t, IPPROTO_IP, 9999, 1);
    SET(v6, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    SET(v6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 5);
    SET(v6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1);
    SET(t, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    CHECK(setsockopt(t, SOL_SOCKET, SO_LINGER, &l, sizeof(l)) == 0);
    CHECK(getsockopt(t, SOL_SOCKET, SO_LINGER, &got, &len) == 0);
    SAY("linger %d %d", got.l_onoff, got.l_linger);
    R(setsockopt(t, SOL_SOCKET, SO_LINGER, &l, 4));
    time_out(t, 3, 500000);
    time_out(t, 0, 0);
    time_out(t, 1, 1000000);
    time_out(t, 1, -1);
    v = 1;
    R(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &v, 3));
    R(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, nowhere, 4));
    R(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &v, (socklen_t)-1));
    R(setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &v, 4));
    R(setsockopt(99, SOL_SOCKET, SO_REUSEADDR, &v, 4));
    R(setsockopt(t, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
    len = sizeof(text);
    R(getsockopt(t, IPPROTO_TCP, TCP_CONGESTION, text, &len));
    SAY("%s, %d bytes", text, (int)len);
    R(setsockopt(t, IPPROTO_TCP, TCP_CONGESTION, "nothing", 7));
    R(setsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
    R(setsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, "none0", 6));
    return verdict();
}
