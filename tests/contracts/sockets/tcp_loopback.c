// SPDX-License-Identifier: GPL-2.0-or-later
/* A TCP connection over loopback from socket() to the end, and what wrong steps say. */
#include "net.h"

static void steps(void)
{
    struct sockaddr_in a = ip4("127.0.0.1", 0), b;
    socklen_t len = sizeof(b);
    int l = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0), s;
    char buf[32];

    R(listen(c, 1) ? 1 : 0);
    R(connect(c, SA(&a), sizeof(a)));
    close(c);
    c = socket(AF_INET, SOCK_STREAM, 0);
    R(getpeername(c, SA(&b), &len));
    R(recv(c, buf, 1, 0));
    R(send(c, buf, 1, MSG_NOSIGNAL));
    R(accept(c, NULL, NULL));
    R(shutdown(c, SHUT_RDWR));
    close(c);
    c = socket(AF_INET, SOCK_STREAM, 0);
    R(bind(l, SA(&a), sizeof(a)));
    R(bind(l, SA(&a), sizeof(a)));
    a.sin_port = htons((uint16_t)port_of(l));
    CHECK(a.sin_port != 0);
    R(connect(c, SA(&a), sizeof(a)));
    R(opt(c, SOL_SOCKET, SO_ERROR));
    R(listen(l, 5));
    R(connect(c, SA(&a), sizeof(a)));
    R(connect(c, SA(&a), sizeof(a)));
    POLL_SHOW(l);
    R(send(c, "early", 5, 0));
    memset(&b, 0, sizeof(b));
    len = sizeof(b);
    s = accept(l, SA(&b), &len);
    SAY("accepted %d, from %s, same port %d, %d bytes", s >= 0, inet_ntoa(b.sin_addr),
        ntohs(b.sin_port) == port_of(c), (int)len);
    len = sizeof(b);
    R(getpeername(c, SA(&b), &len));
    V(b.sin_port == a.sin_port);
    len = sizeof(b);
    R(getsockname(s, SA(&b), &len));
    V(b.sin_port == a.sin_port);
    RECV(s, 3, MSG_PEEK);
    RECV(s, 3, 0);
    R(recv(s, buf, 32, MSG_TRUNC));
    RECV(s, 32, 0);
    R(send(s, "answer", 6, 0));
    RECV(c, 32, 0);
    R(recv(l, buf, 1, 0));
    R(send(l, buf, 1, MSG_NOSIGNAL));
    R(connect(l, SA(&a), sizeof(a)));
    R(recv(s, buf, 1, MSG_OOB));
    R(close(c));
    RECV(s, 4, 0);
    RECV(s, 4, 0);
    close(s);
    close(l);
}

static void addresses(void)
{
    struct sockaddr_in a = ip4("10.1.2.3", 80);
    int s = socket(AF_INET, SOCK_STREAM, 0);

    R(bind(s, SA(&a), sizeof(a)));
    R(connect(s, SA(&a), sizeof(a)));
    R(bind(s, SA(&a), sizeof(a) - 1));
    R(connect(s, SA(&a), 1));
    R(connect(s, SA(&a), sizeof(a) - 1));
    a.sin_family = AF_INET6;
    R(bind(s, SA(&a), sizeof(a)));
    R(connect(s, SA(&a), sizeof(a)));
    a.sin_family = AF_UNSPEC;
    R(bind(s, SA(&a), sizeof(a)));
    R(connect(s, SA(&a), sizeof(a)));
    a = ip4("127.3.4.5", 0);
    R(bind(s, SA(&a), sizeof(a)));
    R(listen(s, 1));
    a.sin_port = htons((uint16_t)port_of(s));
    int c = socket(AF_INET, SOCK_STREAM, 0);
    R(connect(c, SA(&a), sizeof(a)));
    struct sockaddr_in b;
    socklen_t len = sizeof(b);
    CHECK(getsockname(c, SA(&b), &len) == 0);
    S(inet_ntoa(b.sin_addr));
    c = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    R(connect(c, SA(&a), sizeof(a)));
    R(socket(AF_INET, SOCK_SEQPACKET, 0));
    R(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    R(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP));
    R(socket(AF_INET, SOCK_RAW, 0));
    R(socket(AF_INET, 0, 0));
    R(socket(AF_INET, 77, 0));
    R(socket(-1, SOCK_STREAM, 0));
    R(socket(3, SOCK_STREAM, 0));
    R(socket(AF_INET, SOCK_STREAM, -1));
    R(socket(AF_INET, SOCK_STREAM, 300));
}

int main(void)
{
    steps();
    addresses();
    return verdict();
}
