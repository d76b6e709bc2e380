// SPDX-License-Identifier: GPL-2.0-or-later
/* What a new socket of each kind says of itself. */
#include "net.h"

static void show(const char *what, int fd)
{
    SAY("%s: type %d, domain %d, protocol %d, error %d, listening %d, lowat %d %d, keepalive %d",
        what, opt(fd, SOL_SOCKET, SO_TYPE), opt(fd, SOL_SOCKET, SO_DOMAIN),
        opt(fd, SOL_SOCKET, SO_PROTOCOL), opt(fd, SOL_SOCKET, SO_ERROR),
        opt(fd, SOL_SOCKET, SO_ACCEPTCONN), opt(fd, SOL_SOCKET, SO_RCVLOWAT),
        opt(fd, SOL_SOCKET, SO_SNDLOWAT), opt(fd, SOL_SOCKET, SO_KEEPALIVE));
}

int main(void)
{
    int t = socket(AF_INET, SOCK_STREAM, 0), t6 = socket(AF_INET6, SOCK_STREAM, 0);
    int d = socket(AF_INET, SOCK_DGRAM, 0), u = socket(AF_UNIX, SOCK_STREAM, 0);
    int ud = socket(AF_UNIX, SOCK_DGRAM, 0), v = -1;
    struct timeval tv;
    struct linger l = {9, 9};
    struct tcp_info info;
    socklen_t len;
    char c[8];

    show("tcp", t);
    show("tcp6", t6);
    show("udp", d);
    show("unix stream", u);
    show("unix datagram", ud);
    V(opt(u, SOL_SOCKET, SO_SNDBUF));
    V(opt(u, SOL_SOCKET, SO_RCVBUF));
    V(opt(d, SOL_SOCKET, SO_SNDBUF));
    V(opt(d, SOL_SOCKET, SO_RCVBUF));
    V(opt(t, SOL_SOCKET, SO_SNDBUF));
    V(opt(t, SOL_SOCKET, SO_RCVBUF));
    V(opt(t, IPPROTO_TCP, TCP_NODELAY));
    V(opt(t, IPPROTO_TCP, TCP_MAXSEG));
    V(opt(t, IPPROTO_TCP, TCP_KEEPIDLE));
    V(opt(t, IPPROTO_TCP, TCP_KEEPINTVL));
    V(opt(t, IPPROTO_TCP, TCP_KEEPCNT));
    V(opt(t, IPPROTO_TCP, TCP_SYNCNT));
    V(opt(t, IPPROTO_TCP, TCP_LINGER2));
    V(opt(t, IPPROTO_TCP, TCP_DEFER_ACCEPT));
    V(opt(t, IPPROTO_TCP, TCP_QUICKACK));
    V(opt(t, IPPROTO_TCP, TCP_USER_TIMEOUT));
    V(opt(t, IPPROTO_IP, IP_TTL));
    V(opt(t, IPPROTO_IP, IP_TOS));
    V(opt(t, IPPROTO_IP, IP_MTU_DISCOVER));
    V(opt(t, IPPROTO_IP, IP_MTU));
    V(opt(t6, IPPROTO_IPV6, IPV6_V6ONLY));
    V(opt(t6, IPPROTO_IPV6, IPV6_UNICAST_HOPS));
    V(opt(t6, IPPROTO_IP, IP_TTL));
    V(opt(t, SOL_SOCKET, 9999));
    V(opt(t, IPPROTO_TCP, 9999));
    V(opt(t, IPPROTO_IP, 9999));
    V(opt(t, 9999, 1));
    V(opt(u, IPPROTO_TCP, TCP_NODELAY));
    V(opt(d, IPPROTO_TCP, TCP_NODELAY));
    V(opt(0, SOL_SOCKET, SO_TYPE));
    V(opt(99, SOL_SOCKET, SO_TYPE));
    len = sizeof(tv);
    R(getsockopt(t, SOL_SOCKET, SO_SNDTIMEO, &tv, &len));
    SAY("%ld.%06ld, %d bytes", (long)tv.tv_sec, (long)tv.tv_usec, (int)len);
    len = sizeof(l);
    R(getsockopt(t, SOL_SOCKET, SO_LINGER, &l, &len));
    SAY("%d %d", l.l_onoff, l.l_linger);
    len = 2;
    v = -1;
    R(getsockopt(t, SOL_SOCKET, SO_TYPE, &v, &len));
    SAY("0x%x, %d bytes", v, (int)len);
    len = 8;
    R(getsockopt(t, SOL_SOCKET, SO_TYPE, c, &len));
    V(len);
    len = 1;
    v = 0;
    R(getsockopt(t, IPPROTO_IP, IP_TTL, &v, &len));
    SAY("%d, %d bytes", v, (int)len);
    len = (socklen_t)-1;
    R(getsockopt(t, SOL_SOCKET, SO_TYPE, &v, &len));
    len = 4;
    R(getsockopt(t, SOL_SOCKET, SO_TYPE, nowhere, &len));
    R(getsockopt(t, SOL_SOCKET, SO_TYPE, &v, nowhere));
    len = sizeof(info);
    memset(&info, 0, sizeof(info));
    R(getsockopt(t, IPPROTO_TCP, TCP_INFO, &info, &len));
    V(info.tcpi_state);
    CHECK(listen(t, 1) == 0);
    len = sizeof(info);
    R(getsockopt(t, IPPROTO_TCP, TCP_INFO, &info, &len));
    V(info.tcpi_state);
    show("listening", t);
    return verdict();
}
