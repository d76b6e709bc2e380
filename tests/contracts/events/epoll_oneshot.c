// SPDX-License-Identifier: GPL-2.0-or-later
/* EPOLLONESHOT: told once, then asleep until EPOLL_CTL_MOD. */
#include "epoll.h"

int main(void)
{
    int ep = epoll_create1(0), p[2];
    char c;

    CHECK(pipe(p) == 0);
    R(watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN | EPOLLONESHOT, 1));
    write(p[1], "x", 1);
    READY(ep, "first");
    READY(ep, "second");
    write(p[1], "y", 1);
    READY(ep, "more came");
    R(watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN, 1));
    R(watch(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT, 2));
    READY(ep, "armed");
    READY(ep, "told");
    read(p[0], &c, 1);
    read(p[0], &c, 1);
    R(watch(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT | EPOLLET, 3));
    READY(ep, "armed, empty");
    write(p[1], "z", 1);
    READY(ep, "came");
    close(p[1]);
    READY(ep, "end");
    R(watch(ep, EPOLL_CTL_MOD, p[0], 0, 4));
    READY(ep, "end, nothing asked");
    return verdict();
}
