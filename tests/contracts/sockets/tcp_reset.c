// SPDX-License-Identifier: GPL-2.0-or-later
/* Ends that are not orderly: unread bytes, abortive linger, writing to who has gone. */
#include "net.h"

int main(void)
{
    int c, s;
    struct linger hard = {1, 0};
    struct sockaddr_in a = ip4("127.0.0.1", 9);
    socklen_t len = sizeof(a);

    signal(SIGPIPE, SIG_IGN);
    SAY("closed with unread bytes");
    tcp_pair(&c, &s);
    CHECK(write(c, "unread", 6) == 6);
    CHECK(write(s, "before", 6) == 6);
    close(s);
    POLL_SHOW(c);
    RECV(c, 3, 0);
    RECV(c, 8, 0);
    RECV(c, 8, 0);
    RECV(c, 8, 0);
    R(write(c, "x", 1));
    R(getpeername(c, SA(&a), &len));
    close(c);

    SAY("linger 0");
    tcp_pair(&c, &s);
    CHECK(setsockopt(s, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)) == 0);
    close(s);
    POLL_SHOW(c);
    R(write(c, "x", 1));
    R(write(c, "x", 1));
    RECV(c, 8, 0);
    close(c);

    SAY("writing after the other side has closed");
    tcp_pair(&c, &s);
    close(s);
    POLL_SHOW(c);
    R(write(c, "x", 1));
    POLL_SHOW(c);
    R(write(c, "x", 1));
    RECV(c, 8, 0);
    POLL_SHOW(c);
    R(connect(c, SA(&a), sizeof(a)));
    close(c);

    SAY("the same, looking at the error");
    tcp_pair(&c, &s);
    close(s);
    R(write(c, "x", 1));
    V(opt(c, SOL_SOCKET, SO_ERROR));
    V(opt(c, SOL_SOCKET, SO_ERROR));
    RECV(c, 8, 0);
    close(c);

    SAY("a listener that goes");
    int l = listener4(2);
    c = client4(port_of(l));
    R(write(c, "x", 1));
    close(l);
    POLL_SHOW(c);
    RECV(c, 8, 0);
    RECV(c, 8, 0);
    R(write(c, "x", 1));
    CHILD(signal(SIGPIPE, SIG_DFL); write(c, "x", 1));
    return verdict();
}
