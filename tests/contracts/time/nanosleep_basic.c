// SPDX-License-Identifier: GPL-2.0-or-later
/* Sleeping zero, short, and wrong times. */
#include "contract.h"

int main(void)
{
    struct timespec t = {0, 0};
    long long start;

    R(syscall(SYS_nanosleep, &t, NULL));
    t.tv_nsec = 1;
    R(syscall(SYS_nanosleep, &t, NULL));
    t.tv_nsec = 15000000;
    start = now_ns();
    R(syscall(SYS_nanosleep, &t, NULL));
    V(now_ns() - start >= 15000000);
    V(now_ns() - start < 2000000000);
    t.tv_nsec = 1000000000;
    R(syscall(SYS_nanosleep, &t, NULL));
    t.tv_nsec = -1;
    R(syscall(SYS_nanosleep, &t, NULL));
    t = (struct timespec){-1, 5};
    R(syscall(SYS_nanosleep, &t, NULL));
    R(syscall(SYS_nanosleep, (void *)8, NULL));
    R(syscall(SYS_nanosleep, NULL, NULL));
    return verdict();
}
