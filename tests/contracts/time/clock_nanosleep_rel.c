// SPDX-License-Identifier: GPL-2.0-or-later
/* Relative and absolute sleeps, by several clocks, and errors. */
#include "contract.h"

int main(void)
{
    struct timespec t = {0, 10000000}, now;
    long long start = now_ns();

    R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &t, NULL));
    V(now_ns() - start >= 10000000);
    clock_gettime(CLOCK_MONOTONIC, &now);
    now.tv_nsec += 20000000;
    if (now.tv_nsec >= 1000000000) {
        now.tv_sec++;
        now.tv_nsec -= 1000000000;
    }
    R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &now, NULL));
    V(now_ns() >= now.tv_sec * 1000000000ll + now.tv_nsec);
    R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &now, NULL));
    R(syscall(SYS_clock_nanosleep, CLOCK_REALTIME, 0, &t, NULL));
    R(syscall(SYS_clock_nanosleep, CLOCK_BOOTTIME, 0, &t, NULL));
    R(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &t, NULL));
    R(syscall(SYS_clock_nanosleep, 99, 0, &t, NULL));
    R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC_COARSE, 0, &t, NULL));
    R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, (void *)8, NULL));
    t.tv_nsec = 1000000000;
    R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &t, NULL));
    t = (struct timespec){-1, 0};
    R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &t, NULL));
    return verdict();
}
