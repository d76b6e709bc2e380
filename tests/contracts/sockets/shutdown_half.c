// SPDX-License-Identifier: GPL-2.0-or-later
/* One direction of a connection ends: AF_UNIX and TCP. */
#include "net.h"

static void both(const char *kind, int a, int b)
{
    struct sockaddr_storage x;
    socklen_t len = sizeof(x);

    SAY("%s", kind);
    R(shutdown(a, 3));
    R(shutdown(a, -1));
    CHECK(write(a, "last", 4) == 4);
    R(shutdown(a, SHUT_WR));
    POLL_SHOW(a);
    POLL_SHOW(b);
    R(write(a, "x", 1));
    RECV(b, 8, 0);
    RECV(b, 8, 0);
    R(write(b, "reply", 5));
    RECV(a, 8, 0);
    RECV(a, 8, 0);
    R(shutdown(a, SHUT_WR));
    R(shutdown(b, SHUT_WR));
    POLL_SHOW(a);
    POLL_SHOW(b);
    R(getpeername(a, SA(&x), &len));
    R(getpeername(b, SA(&x), &len));
    RECV(a, 8, 0);
    R(write(b, "x", 1));
    close(a);
    close(b);
}

static void reading(const char *kind, int a, int b)
{
    SAY("%s, reading end", kind);
    R(shutdown(a, SHUT_RD));
    POLL_SHOW(a);
    POLL_SHOW(b);
    RECV(a, 8, 0);
    R(write(b, "data", 4));
    RECV(a, 8, 0);
    RECV(a, 8, 0);
    R(write(a, "out", 3));
    RECV(b, 8, 0);
    close(a);
    close(b);
}

int main(void)
{
    int s[2], l = listener4(1), u = socket(AF_UNIX, SOCK_STREAM, 0);

    signal(SIGPIPE, SIG_IGN);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    both("unix", s[0], s[1]);
    tcp_pair(&s[0], &s[1]);
    both("tcp", s[0], s[1]);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    reading("unix", s[0], s[1]);
    tcp_pair(&s[0], &s[1]);
    reading("tcp", s[0], s[1]);
    R(shutdown(u, SHUT_RD));
    R(shutdown(l, SHUT_WR));
    POLL_SHOW(l);
    R(shutdown(l, SHUT_RD));
    POLL_SHOW(l);
    R(accept(l, NULL, NULL));
    R(listen(l, 1));
    R(shutdown(0, SHUT_RD));
    R(shutdown(99, SHUT_RD));
    return verdict();
}
