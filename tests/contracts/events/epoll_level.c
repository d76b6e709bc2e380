// SPDX-License-Identifier: GPL-2.0-or-later
/* Level-triggered: told again until it is no longer so; order; a closed descriptor; a copy. */
#include "epoll.h"

int main(void)
{
    int ep = epoll_create1(0), p[2], q[2], d;
    char c;

    CHECK(pipe(p) == 0 && pipe(q) == 0);
    R(watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN, 1));
    R(watch(ep, EPOLL_CTL_ADD, q[0], EPOLLIN, 2));
    R(watch(ep, EPOLL_CTL_ADD, q[1], EPOLLOUT, 3));
    READY(ep, "empty");
    R(watch(ep, EPOLL_CTL_DEL, q[1], 0, 0));
    write(q[1], "x", 1);
    write(p[1], "xy", 2);
    READY(ep, "both");
    READY(ep, "again");
    read(p[0], &c, 1);
    READY(ep, "one of two read");
    read(p[0], &c, 1);
    READY(ep, "first empty");
    R(watch(ep, EPOLL_CTL_MOD, q[0], 0, 2));
    READY(ep, "nothing asked");
    R(watch(ep, EPOLL_CTL_MOD, q[0], EPOLLIN, 22));
    READY(ep, "asked again");
    d = dup(q[0]);
    close(q[0]);
    READY(ep, "closed, a copy is open");
    close(d);
    READY(ep, "closed");
    close(p[1]);
    READY(ep, "no writer");
    show_ready("a timeout", epoll_create1(0), 20);
    return verdict();
}
