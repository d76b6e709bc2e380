// SPDX-License-Identifier: GPL-2.0-or-later
/* Datagrams of AF_UNIX: addresses, truncation, full queues, peers that go. */
#include "net.h"

static int bound(const char *name, struct sockaddr_un *a, socklen_t *len)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    *len = unix_abstract(a, name);
    CHECK(bind(fd, SA(a), *len) == 0);
    return fd;
}

static void addresses(void)
{
    struct sockaddr_un a, b, from;
    socklen_t alen, blen, flen = sizeof(from);
    int s = bound("a", &a, &alen), t = bound("bb", &b, &blen);
    int u = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    char buf[16];

    R(send(s, "x", 1, 0));
    R(sendto(s, "first", 5, 0, SA(&b), blen));
    R(sendto(u, "unnamed", 7, 0, SA(&b), blen));
    R(recvfrom(t, buf, 3, 0, SA(&from), &flen));
    SAY("from %d bytes, \"%s\"", (int)flen, from.sun_path + 1);
    flen = sizeof(from);
    R(recvfrom(t, buf, 16, MSG_TRUNC, SA(&from), &flen));
    V(flen);
    R(sendto(u, "long datagram", 13, 0, SA(&b), blen));
    R(recv(t, buf, 4, MSG_TRUNC | MSG_PEEK));
    R(recv(t, buf, 4, 0));
    R(recv(t, buf, 4, 0));
    R(sendto(u, "", 0, 0, SA(&b), blen));
    R(recv(t, buf, 4, 0));
    R(connect(s, SA(&b), blen));
    R(connect(t, SA(&a), alen));
    R(sendto(u, "x", 1, 0, SA(&b), blen));
    R(send(s, "x", 1, 0));
    R(connect(u, SA(&b), blen));
    a.sun_family = AF_UNSPEC;
    R(connect(s, SA(&a), sizeof(a)));
    R(recv(t, buf, 4, 0));
    R(send(s, "x", 1, 0));
    R(send(t, "x", 1, 0));
    close(s);
    R(send(t, "x", 1, 0));
    R(send(t, "x", 1, 0));
    close(t);
    R(sendto(u, "x", 1, 0, SA(&b), blen));
}

static void full(void)
{
    static char big[300000];
    struct sockaddr_un a;
    socklen_t alen;
    int s = bound("full", &a, &alen), u = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0), p[2];
    int count = 0;

    CHECK(connect(u, SA(&a), alen) == 0);
    while (send(u, "x", 1, 0) == 1)
        count++;
    SAY("until %s: %d", errno_name(errno), count);
    POLL_SHOW(u);
    RECV(s, 4, 0);
    POLL_SHOW(u);
    R(send(u, big, sizeof(big), 0));
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, p) == 0);
    for (count = 0; send(p[0], "x", 1, 0) == 1; count++)
        ;
    SAY("pair until %s: %d", errno_name(errno), count);
    close(p[0]);
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, p) == 0);
    for (count = 0; send(p[0], big, 65536, 0) == 65536; count++)
        ;
    SAY("pair of 64 KiB until %s: %d", errno_name(errno), count);
    R(shutdown(p[1], SHUT_RD));
    signal(SIGPIPE, SIG_DFL);
    close(p[1]);
    R(send(p[0], "x", 1, 0));
    R(send(p[0], "x", 1, 0));
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, p) == 0);
    CHILD(R(shutdown(p[1], SHUT_RD)); R(send(p[0], "x", 1, 0)); R(shutdown(p[0], SHUT_WR));
          R(send(p[0], "x", 1, 0)); R(recv(p[1], big, 1, 0)));
}

int main(void)
{
    addresses();
    full();
    return verdict();
}
