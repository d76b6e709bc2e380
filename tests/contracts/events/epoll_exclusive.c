// SPDX-License-Identifier: GPL-2.0-or-later
/* Of several epolls that wait for one thing, EPOLLEXCLUSIVE wakes fewer than all. */
#include "epoll.h"

#define WAITERS 4

static int woken_by_one_byte(uint32_t flags)
{
    int p[2], report[2], count = 0;
    char c;

    CHECK(pipe(p) == 0 && pipe(report) == 0);
    for (int i = 0; i < WAITERS; i++)
        if (fork() == 0) {
            int ep = epoll_create1(0);
            struct epoll_event e;

            watch(ep, EPOLL_CTL_ADD, p[0], EPOLLIN | flags, 0);
            if (epoll_wait(ep, &e, 1, 300) == 1)
                write(report[1], "w", 1);
            _exit(0);
        }
    sleep_ms(100);
    write(p[1], "x", 1);
    while (wait(NULL) > 0)
        ;
    close(report[1]);
    while (read(report[0], &c, 1) == 1)
        count++;
    return count;
}

int main(void)
{
    SAY("without: %s", woken_by_one_byte(0) == WAITERS ? "all" : "not all");
    SAY("with: %s", woken_by_one_byte(EPOLLEXCLUSIVE) < WAITERS ? "not all" : "all");
    return verdict();
}
