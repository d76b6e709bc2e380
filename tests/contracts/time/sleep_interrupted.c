// SPDX-License-Identifier: GPL-2.0-or-later
/* What remains of a sleep that a handler cut short. */
#include "contract.h"

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
}

int main(void)
{
    struct itimerval it = {{0, 0}, {0, 50000}};
    struct timespec t = {0, 300000000}, left = {9, 9};

    on_signal(SIGALRM, on_alarm, SA_RESTART);
    setitimer(ITIMER_REAL, &it, NULL);
    R(syscall(SYS_nanosleep, &t, &left));
    V(left.tv_sec == 0 && left.tv_nsec > 0 && left.tv_nsec < 300000000);
    setitimer(ITIMER_REAL, &it, NULL);
    R(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &t, NULL));
    setitimer(ITIMER_REAL, &it, NULL);
    R(syscall(SYS_nanosleep, &t, (void *)8));
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += 1;
    left = (struct timespec){9, 9};
    setitimer(ITIMER_REAL, &it, NULL);
    R(syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &t, &left));
    V(left.tv_sec);
    return verdict();
}
