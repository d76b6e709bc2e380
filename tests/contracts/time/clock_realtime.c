// SPDX-License-Identifier: GPL-2.0-or-later
/* The wall clock agrees with time() and gettimeofday(), and may be set by root only. */
#include "contract.h"

int main(void)
{
    struct timespec a, b;
    struct timeval tv;

    clock_gettime(CLOCK_REALTIME, &a);
    gettimeofday(&tv, NULL);
    clock_gettime(CLOCK_REALTIME, &b);
    V(a.tv_sec > 1600000000);
    V(tv.tv_sec >= a.tv_sec && tv.tv_sec <= b.tv_sec);
    V(time(NULL) >= a.tv_sec);
    CHILD(setuid(5); R(clock_settime(CLOCK_REALTIME, &a)));
    R(clock_settime(CLOCK_MONOTONIC, &a));
    R(syscall(SYS_clock_settime, CLOCK_REALTIME, (void *)8));
    a.tv_nsec = -1;
    R(clock_settime(CLOCK_REALTIME, &a));
    R(clock_settime(99, &b));
    return verdict();
}
