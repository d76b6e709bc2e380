// SPDX-License-Identifier: GPL-2.0-or-later
/* Readiness of each kind of pair: empty, with data, shut, closed. */
#include "net.h"

static void one(const char *kind, int type)
{
    int a[2];

    SAY("%s", kind);
    CHECK(socketpair(AF_UNIX, type, 0, a) == 0);
    POLL_SHOW(a[0]);
    CHECK(write(a[1], "x", 1) == 1);
    POLL_SHOW(a[0]);
    POLL_SHOW(a[1]);
    RECV(a[0], 4, 0);
    R(shutdown(a[1], SHUT_WR));
    POLL_SHOW(a[0]);
    POLL_SHOW(a[1]);
    RECV(a[0], 4, 0);
    R(shutdown(a[0], SHUT_WR));
    POLL_SHOW(a[0]);
    POLL_SHOW(a[1]);
    close(a[1]);
    POLL_SHOW(a[0]);
    close(a[0]);
    CHECK(socketpair(AF_UNIX, type, 0, a) == 0);
    CHECK(write(a[0], "unread", 6) == 6);
    close(a[1]);
    POLL_SHOW(a[0]);
    V(opt(a[0], SOL_SOCKET, SO_ERROR));
    POLL_SHOW(a[0]);
    RECV(a[0], 4, 0);
    close(a[0]);
}

int main(void)
{
    int s;

    one("stream", SOCK_STREAM);
    one("datagram", SOCK_DGRAM);
    one("seqpacket", SOCK_SEQPACKET);
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    POLL_SHOW(s);
    s = socket(AF_UNIX, SOCK_DGRAM, 0);
    POLL_SHOW(s);
    s = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    POLL_SHOW(s);
    s = socket(AF_INET, SOCK_STREAM, 0);
    POLL_SHOW(s);
    s = socket(AF_INET, SOCK_DGRAM, 0);
    POLL_SHOW(s);
    return verdict();
}
