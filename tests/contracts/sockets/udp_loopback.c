// SPDX-License-Identifier: GPL-2.0-or-later
/* Datagrams over loopback: addresses, boundaries, connection, refusal, control messages. */
#include "net.h"

static int bound(void)
{
    struct sockaddr_in a = ip4("127.0.0.1", 0);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    CHECK(bind(fd, SA(&a), sizeof(a)) == 0);
    return fd;
}

static void plain(void)
{
    static char big[70000];
    int r = bound(), s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in to = ip4("127.0.0.1", port_of(r)), from;
    socklen_t len = sizeof(from);
    char buf[64];

    V(port_of(s));
    R(send(s, "x", 1, 0));
    R(sendto(s, "first", 5, 0, SA(&to), sizeof(to)));
    V(port_of(s) != 0);
    R(sendto(s, "second", 6, 0, SA(&to), sizeof(to)));
    R(sendto(s, "", 0, 0, SA(&to), sizeof(to)));
    R(recvfrom(r, buf, 3, 0, SA(&from), &len));
    SAY("from %s, its port %d", inet_ntoa(from.sin_addr), ntohs(from.sin_port) == port_of(s));
    R(ioctl(r, 0x541b, &len));
    V(len);
    R(recv(r, buf, 3, MSG_TRUNC));
    R(recv(r, buf, 3, 0));
    R(recv(r, buf, 3, 0));
    R(sendto(s, big, 65507, 0, SA(&to), sizeof(to)));
    R(sendto(s, big, 65508, 0, SA(&to), sizeof(to)));
    R(sendto(s, big, 70000, 0, SA(&to), sizeof(to)));
    R(recv(r, big, sizeof(big), 0));
    R(sendto(s, "x", 1, 0, SA(&to), 4));
    R(sendto(s, "x", 1, MSG_OOB, SA(&to), sizeof(to)));
    to.sin_family = AF_INET6;
    R(sendto(s, "x", 1, 0, SA(&to), sizeof(to)));
    to = ip4("127.0.0.1", 0);
    R(sendto(s, "x", 1, 0, SA(&to), sizeof(to)));
    to = ip4("10.0.0.1", 9);
    R(sendto(s, "x", 1, 0, SA(&to), sizeof(to)));
    R(listen(s, 1));
    R(accept(s, NULL, NULL));
}

static void connected(void)
{
    int r = bound(), s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), o = bound();
    struct sockaddr_in to = ip4("127.0.0.1", port_of(r)), me, other = ip4("127.0.0.1", port_of(o));
    socklen_t len = sizeof(me);

    R(getpeername(s, SA(&me), &len));
    R(connect(s, SA(&to), sizeof(to)));
    R(getsockname(s, SA(&me), &len));
    S(inet_ntoa(me.sin_addr));
    R(send(s, "x", 1, 0));
    RECV(r, 4, 0);
    R(sendto(s, "y", 1, 0, SA(&other), sizeof(other)));
    RECV(o, 4, 0);
    R(sendto(o, "stranger", 8, 0, SA(&me), sizeof(me)));
    RECV(s, 16, 0);
    R(sendto(r, "friend", 6, 0, SA(&me), sizeof(me)));
    RECV(s, 16, 0);
    close(r);
    R(send(s, "x", 1, 0));
    POLL_SHOW(s);
    R(send(s, "x", 1, 0));
    R(send(s, "x", 1, 0));
    RECV(s, 4, 0);
    R(send(s, "x", 1, 0));
    V(opt(s, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
    POLL_SHOW(s);
    to.sin_family = AF_UNSPEC;
    R(connect(s, SA(&to), sizeof(to)));
    R(send(s, "x", 1, 0));
    R(getpeername(s, SA(&me), &len));
    R(shutdown(s, SHUT_RD));
    POLL_SHOW(s);
    CHECK(connect(s, SA(&other), sizeof(other)) == 0);
    R(shutdown(s, SHUT_WR));
    R(send(s, "x", 1, MSG_NOSIGNAL));
    POLL_SHOW(s);
}

static void full(void)
{
    int r = bound(), s = bound(), count = 0;
    struct sockaddr_in to = ip4("127.0.0.1", port_of(r));
    char buf[8];

    CHECK(connect(s, SA(&to), sizeof(to)) == 0);
    for (int i = 0; i < 2000; i++)
        CHECK(send(s, "x", 1, 0) == 1);
    while (recv(r, buf, 8, 0) == 1)
        count++;
    SAY("some were dropped: %d, many arrived: %d", count < 2000, count > 100);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    plain();
    connected();
    full();
    return verdict();
}
