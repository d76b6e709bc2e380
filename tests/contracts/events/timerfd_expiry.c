// SPDX-License-Identifier: GPL-2.0-or-later
/* timerfd: one expiry, intervals, what a new setting forgets, absolute times, errors. */
#include "epoll.h"

#include <sys/timerfd.h>

static void *volatile nowhere = (void *)8;

static void set(int fd, int flags, long ms, long interval_ms)
{
    struct itimerspec t = {{interval_ms / 1000, interval_ms % 1000 * 1000000},
                           {ms / 1000, ms % 1000 * 1000000}};

    CHECK(timerfd_settime(fd, flags, &t, NULL) == 0);
}

static void ready(const char *when, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};

    poll(&p, 1, 0);
    SAY("%s:%s%s", when, p.revents & POLLIN ? " IN" : "", p.revents & POLLOUT ? " OUT" : "");
}

int main(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), b = timerfd_create(CLOCK_REALTIME, 0);
    struct itimerspec t = {0}, old;
    uint64_t n = 0;
    long long before;
    struct timespec now;

    ready("new", fd);
    R(read(fd, &n, 8));
    set(fd, 0, 20, 0);
    ready("set", fd);
    sleep_ms(40);
    ready("after", fd);
    R(read(fd, &n, 8));
    V(n);
    R(read(fd, &n, 8));
    set(fd, 0, 10, 10);
    sleep_ms(55);
    R(read(fd, &n, 8));
    SAY("several: %d", n >= 4 && n <= 8);
    set(fd, 0, 5, 0);
    sleep_ms(20);
    set(fd, 0, 1000, 0);
    ready("set again", fd);
    set(fd, 0, 0, 0);
    ready("disarmed", fd);
    before = now_ns();
    set(b, 0, 30, 0);
    R(read(b, &n, 8));
    SAY("waited: %d, %d", n == 1, now_ns() - before >= 29000000);
    clock_gettime(CLOCK_MONOTONIC, &now);
    t.it_value = now;
    R(timerfd_settime(fd, TFD_TIMER_ABSTIME, &t, NULL));
    sleep_ms(2);
    ready("absolute, past", fd);
    R(read(fd, &n, 4));
    R(read(fd, &n, 8));
    V(n);
    set(fd, 0, 5000, 700);
    R(timerfd_settime(fd, 0, &t, &old));
    SAY("interval %ld.%09ld, left about 5: %d", (long)old.it_interval.tv_sec,
        old.it_interval.tv_nsec, old.it_value.tv_sec == 4 || old.it_value.tv_sec == 5);
    R(timerfd_create(99, 0));
    R(timerfd_create(CLOCK_MONOTONIC, 0x1000));
    R(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
    R(timerfd_create(CLOCK_BOOTTIME, 0) >= 0);
    t.it_value.tv_nsec = 1000000000;
    R(timerfd_settime(fd, 0, &t, NULL));
    t.it_value.tv_nsec = -1;
    R(timerfd_settime(fd, 0, &t, NULL));
    t.it_value.tv_nsec = 0;
    t.it_value.tv_sec = -1;
    R(timerfd_settime(fd, 0, &t, NULL));
    t.it_value.tv_sec = 0;
    R(timerfd_settime(fd, 8, &t, NULL));
    R(timerfd_settime(fd, 0, nowhere, NULL));
    R(timerfd_settime(0, 0, &t, NULL));
    R(timerfd_settime(99, 0, &t, NULL));
    R(timerfd_gettime(0, &t));
    R(timerfd_gettime(fd, nowhere));
    R(write(fd, &n, 8));
    return verdict();
}
