// SPDX-License-Identifier: GPL-2.0-or-later
/* epoll_pwait2: a time in nanoseconds, a mask, and what is refused. */
#include "contract.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

static volatile int rang;

static void ring(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    rang = signo;
}

int main(void)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 0x1234567890ull}, got[2];
    struct timespec zero = {0, 0}, soon = {0, 3000000}, bad = {0, 1000000000}, before, after;
    int ep = epoll_create1(0), fd = eventfd(0, EFD_NONBLOCK);
    uint64_t mask = 0, one = 1;
    sigset_t block;

    R(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
    R(syscall(SYS_epoll_pwait2, ep, got, 2, &zero, NULL, 8));
    clock_gettime(CLOCK_MONOTONIC, &before);
    R(syscall(SYS_epoll_pwait2, ep, got, 2, &soon, NULL, 8));
    clock_gettime(CLOCK_MONOTONIC, &after);
    SAY("waited: %d", (after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec -
                              before.tv_nsec >= soon.tv_nsec);
    R(syscall(SYS_epoll_pwait2, ep, got, 2, &bad, NULL, 8));
    R(syscall(SYS_epoll_pwait2, ep, got, 0, &zero, NULL, 8));
    R(syscall(SYS_epoll_pwait2, ep, got, 2, (void *)8, NULL, 8));
    R(syscall(SYS_epoll_pwait2, fd, got, 2, &zero, NULL, 8));
    R(syscall(SYS_epoll_pwait2, ep, got, 2, &zero, &mask, 4));
    on_signal(SIGUSR1, ring, 0);
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigprocmask(SIG_BLOCK, &block, NULL);
    raise(SIGUSR1);
    R(syscall(SYS_epoll_pwait2, ep, got, 2, NULL, &mask, 8));
    V(rang);
    CHECK(write(fd, &one, 8) == 8);
    R(syscall(SYS_epoll_pwait2, ep, got, 2, NULL, NULL, 8));
    X(got[0].events);
    X(got[0].data.u64);
    return verdict();
}
