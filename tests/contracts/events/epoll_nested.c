// SPDX-License-Identifier: GPL-2.0-or-later
/* An epoll in an epoll, in poll; a watch whose file goes; waking a sleeper. */
#include "epoll.h"

int main(void)
{
    int inner = epoll_create1(0), outer = epoll_create1(0), p[2], q[2];
    struct pollfd pfd = {.fd = outer, .events = POLLIN | POLLOUT};
    char c;

    CHECK(pipe(p) == 0 && pipe(q) == 0);
    R(watch(inner, EPOLL_CTL_ADD, p[0], EPOLLIN, 1));
    R(watch(outer, EPOLL_CTL_ADD, inner, EPOLLIN, 2));
    READY(outer, "empty");
    V(poll(&pfd, 1, 0));
    write(p[1], "x", 1);
    READY(outer, "ready inside");
    V(poll(&pfd, 1, 0));
    X(pfd.revents);
    READY(inner, "inside");
    READY(outer, "still");
    read(p[0], &c, 1);
    READY(outer, "read");
    R(watch(outer, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLET, 3));
    write(p[1], "y", 1);
    READY(outer, "edge");
    READY(outer, "told");
    close(inner);
    READY(outer, "inner closed");
    R(watch(outer, EPOLL_CTL_ADD, q[0], EPOLLIN, 4));
    if (fork() == 0) {
        sleep_ms(30);
        write(q[1], "wake", 4);
        _exit(0);
    }
    show_ready("woken", outer, 5000);
    wait(NULL);
    return verdict();
}
