// SPDX-License-Identifier: GPL-2.0-or-later
/* eventfd: adding, taking, the largest value, semaphores, readiness. */
#include "epoll.h"

#include <sys/eventfd.h>

static void add(int fd, uint64_t v)
{
    ssize_t n = write(fd, &v, 8);

    SAY("add 0x%llx: %s", (unsigned long long)v, n == 8 ? "ok" : errno_name(errno));
}

static void take(int fd)
{
    uint64_t v = 0;
    ssize_t n = read(fd, &v, 8);

    if (n == 8)
        SAY("take: 0x%llx", (unsigned long long)v);
    else
        SAY("take: %s", errno_name(errno));
}

static void ready(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};

    poll(&p, 1, 0);
    SAY("ready:%s%s%s", p.revents & POLLIN ? " IN" : "", p.revents & POLLOUT ? " OUT" : "",
        p.revents & POLLERR ? " ERR" : "");
}

int main(void)
{
    int fd = eventfd(3, EFD_NONBLOCK), s = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK), b;
    char c[16];

    ready(fd);
    take(fd);
    take(fd);
    ready(fd);
    add(fd, 0);
    ready(fd);
    add(fd, 5);
    add(fd, 6);
    take(fd);
    add(fd, 0xffffffffffffffff);
    add(fd, 0xfffffffffffffffe);
    ready(fd);
    add(fd, 1);
    take(fd);
    R(read(fd, c, 4));
    R(write(fd, c, 4));
    take(s);
    take(s);
    take(s);
    add(s, 2);
    ready(s);
    take(s);
    R(eventfd(0, 0x100));
    V(fcntl(eventfd(0, EFD_CLOEXEC), F_GETFD));
    R(lseek(fd, 0, SEEK_SET));
    R(pread(fd, c, 8, 0));
    b = eventfd(0, 0);
    if (fork() == 0) {
        sleep_ms(20);
        eventfd_write(b, 9);
        _exit(0);
    }
    take(b);
    wait(NULL);
    add(b, 0xfffffffffffffffe);
    if (fork() == 0) {
        sleep_ms(20);
        take(b);
        _exit(0);
    }
    add(b, 7);
    wait(NULL);
    take(b);
    return verdict();
}
