// SPDX-License-Identifier: GPL-2.0-or-later
/* Wrong uses of epoll. */
#include "epoll.h"

static void *volatile nowhere = (void *)8;

int main(void)
{
    int ep = epoll_create1(0), p[2], f = file_with("/tmp/regular", "x"), dir = open("/", O_RDONLY);
    int chain[8];
    struct epoll_event e = {.events = EPOLLIN}, out[2];

    CHECK(pipe(p) == 0);
    R(epoll_create1(1));
    R(epoll_create(0));
    R(epoll_create(-1));
    V(fcntl(epoll_create1(EPOLL_CLOEXEC), F_GETFD));
    R(watch(ep, EPOLL_CTL_ADD, f, EPOLLIN, 0));
    R(watch(ep, EPOLL_CTL_ADD, dir, EPOLLIN, 0));
    R(watch(ep, EPOLL_CTL_ADD, ep, EPOLLIN, 0));
    R(watch(ep, EPOLL_CTL_ADD, 99, EPOLLIN, 0));
    R(watch(99, EPOLL_CTL_ADD, p[0], EPOLLIN, 0));
    R(watch(p[0], EPOLL_CTL_ADD, p[1], EPOLLIN, 0));
    R(watch(ep, EPOLL_CTL_MOD, p[0], EPOLLIN, 0));
    R(watch(ep, EPOLL_CTL_DEL, p[0], EPOLLIN, 0));
    R(watch(ep, 77, p[0], EPOLLIN, 0));
    R(watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN, 0));
    R(watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN, 0));
    R(epoll_ctl(ep, EPOLL_CTL_ADD, p[1], nowhere));
    R(epoll_ctl(ep, EPOLL_CTL_ADD, p[1], NULL));
    R(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));
    R(epoll_wait(ep, out, 0, 0));
    R(epoll_wait(ep, out, -1, 0));
    R(epoll_wait(99, out, 1, 0));
    R(epoll_wait(p[0], out, 1, 0));
    R(watch(ep, EPOLL_CTL_ADD, p[1], EPOLLOUT, 0));
    R(epoll_wait(ep, nowhere, 1, 0));
    R(epoll_wait(ep, out, 1, 0));
    /* Epolls in epolls: no circle, and no deeper than five. */
    for (int i = 0; i < 8; i++)
        chain[i] = epoll_create1(0);
    for (int i = 0; i < 7; i++)
        R(epoll_ctl(chain[i + 1], EPOLL_CTL_ADD, chain[i], &e));
    R(epoll_ctl(chain[0], EPOLL_CTL_ADD, chain[2], &e));
    /* Exclusive: only some events, only at the start, not for an epoll. */
    R(watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN | EPOLLONESHOT | EPOLLEXCLUSIVE, 0));
    R(watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN | EPOLLRDHUP | EPOLLEXCLUSIVE, 0));
    R(watch(ep, EPOLL_CTL_ADD, chain[7], EPOLLIN | EPOLLEXCLUSIVE, 0));
    R(watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN | EPOLLET | EPOLLEXCLUSIVE, 0));
    R(watch(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLEXCLUSIVE, 0));
    R(watch(ep, EPOLL_CTL_MOD, p[0], EPOLLIN, 0));
    R(watch(ep, EPOLL_CTL_MOD, p[1], EPOLLOUT | EPOLLEXCLUSIVE, 0));
    R(watch(ep, EPOLL_CTL_DEL, p[0], 0, 0));
    R(epoll_pwait(ep, out, 1, 0, (sigset_t *)nowhere));
    R(lseek(ep, 0, SEEK_SET));
    R(read(ep, out, 8));
    R(write(ep, out, 8));
    return verdict();
}
