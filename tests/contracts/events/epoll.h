/* SPDX-License-Identifier: GPL-2.0-or-later */
/* epoll.h - small steps that epoll tests share. */
#ifndef CONTRACT_EPOLL_H
#define CONTRACT_EPOLL_H

#include "contract.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

__attribute__((unused)) static int watch(int ep, int op, int fd, uint32_t events, uint64_t data)
{
    struct epoll_event e = {.events = events, .data.u64 = data};

    return epoll_ctl(ep, op, fd, &e);
}

/* What is ready now, in the order in which it is told. */
__attribute__((unused)) static void show_ready(const char *when, int ep, int timeout_ms)
{
    struct epoll_event e[8];
    int n = epoll_wait(ep, e, 8, timeout_ms);

    if (n < 0)
        say("%s: %s", when, errno_name(errno));
    else if (!n)
        say("%s: nothing", when);
    for (int i = 0; i < n; i++)
        say("%s: %d:%s%s%s%s%s", when, (int)e[i].data.u64, e[i].events & EPOLLIN ? " IN" : "",
            e[i].events & EPOLLOUT ? " OUT" : "", e[i].events & EPOLLRDHUP ? " RDHUP" : "",
            e[i].events & EPOLLHUP ? " HUP" : "", e[i].events & EPOLLERR ? " ERR" : "");
}
#define READY(ep, when) show_ready(when, ep, 0)

#endif
