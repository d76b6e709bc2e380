// SPDX-License-Identifier: GPL-2.0-or-later
/* Edge-triggered: told once for each thing that happens. */
#include "epoll.h"

int main(void)
{
    int ep = epoll_create1(0), p[2], s[2];
    char buf[16];
    static char big[65536];

    CHECK(pipe(p) == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s) == 0);
    write(p[1], "before", 6);
    R(watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN | EPOLLET, 1));
    READY(ep, "was ready");
    READY(ep, "told");
    write(p[1], "more", 4);
    READY(ep, "more");
    READY(ep, "told");
    read(p[0], buf, 2);
    READY(ep, "some read");
    write(p[1], "a", 1);
    write(p[1], "b", 1);
    READY(ep, "two writes");
    READY(ep, "told");
    R(watch(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET, 1));
    READY(ep, "asked again");
    read(p[0], buf, 16);
    READY(ep, "empty");
    write(p[1], "x", 1);
    read(p[0], buf, 16);
    READY(ep, "came and went");
    close(p[1]);
    READY(ep, "end");
    READY(ep, "told");
    close(p[0]);

    R(watch(ep, EPOLL_CTL_ADD, s[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 2));
    READY(ep, "writable");
    READY(ep, "told");
    write(s[1], "x", 1);
    READY(ep, "readable");
    while (write(s[0], big, sizeof(big)) > 0)
        ;
    READY(ep, "full");
    while (read(s[1], big, sizeof(big)) > 0)
        ;
    READY(ep, "drained");
    shutdown(s[1], SHUT_WR);
    READY(ep, "half closed");
    READY(ep, "told");
    close(s[1]);
    READY(ep, "closed");
    READY(ep, "told");
    return verdict();
}
