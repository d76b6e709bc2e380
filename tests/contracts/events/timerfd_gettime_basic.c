// SPDX-License-Identifier: GPL-2.0-or-later
/* What is left of a timer, and its interval. */
#include "contract.h"

#include <sys/timerfd.h>

static void show(const char *when, int fd)
{
    struct itimerspec t;

    CHECK(timerfd_gettime(fd, &t) == 0);
    SAY("%s: armed %d, seconds left %s, interval %ld.%03ld", when,
        t.it_value.tv_sec || t.it_value.tv_nsec,
        t.it_value.tv_sec >= 99 ? "about 100" : t.it_value.tv_sec ? "some" : "none",
        (long)t.it_interval.tv_sec, t.it_interval.tv_nsec / 1000000);
}

int main(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct itimerspec t = {{2, 500000000}, {100, 0}};
    uint64_t n;

    V(fcntl(fd, F_GETFD));
    X(fcntl(fd, F_GETFL) & (O_NONBLOCK | O_ACCMODE));
    show("new", fd);
    CHECK(timerfd_settime(fd, 0, &t, NULL) == 0);
    show("set", fd);
    t.it_interval.tv_sec = t.it_interval.tv_nsec = 0;
    t.it_value = (struct timespec){0, 5000000};
    CHECK(timerfd_settime(fd, 0, &t, NULL) == 0);
    sleep_ms(20);
    show("expired", fd);
    R(read(fd, &n, 8));
    t.it_value.tv_nsec = 0;
    CHECK(timerfd_settime(fd, 0, &t, NULL) == 0);
    show("disarmed", fd);
    return verdict();
}
