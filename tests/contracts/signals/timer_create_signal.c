// SPDX-License-Identifier: GPL-2.0-or-later
/* POSIX timers: the signal and its value, overruns, reading and deleting. */
#include "contract.h"

int main(void)
{
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2};
    struct itimerspec its = {{0, 0}, {0, 5000000}}, now;
    sigset_t set = set_of(SIGRTMIN + 2);
    siginfo_t info;
    timer_t t, none;

    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    ev.sigev_value.sival_int = 31;
    R(timer_create(CLOCK_MONOTONIC, &ev, &t));
    R(timer_gettime(t, &now));
    SAY("%ld %ld", (long)now.it_value.tv_sec, now.it_value.tv_nsec);
    R(timer_settime(t, 0, &its, NULL));
    R(timer_gettime(t, &now));
    V(now.it_value.tv_nsec > 0 && now.it_value.tv_nsec <= 5000000);
    R(sigwaitinfo(&set, &info) == SIGRTMIN + 2);
    SAY("code %d value %d overrun %d", info.si_code, info.si_value.sival_int, info.si_overrun);
    R(timer_gettime(t, &now));
    V(now.it_value.tv_nsec);
    its.it_interval.tv_nsec = 2000000;
    R(timer_settime(t, 0, &its, NULL));
    sleep_ms(30);
    R(sigwaitinfo(&set, &info) == SIGRTMIN + 2);
    V(timer_getoverrun(t) >= 5);
    its.it_value.tv_nsec = 0;
    R(timer_settime(t, 0, &its, &now));
    V(now.it_interval.tv_nsec);
    its.it_value.tv_nsec = 1000000000;
    R(timer_settime(t, 0, &its, NULL));
    R(timer_delete(t));
    while (sigtimedwait(&set, NULL, &(struct timespec){0, 0}) > 0)
        ;
    R(syscall(SYS_timer_delete, 77));
    R(syscall(SYS_timer_gettime, 77, &now));
    R(syscall(SYS_timer_create, 99, NULL, &none));
    ev.sigev_notify = 55;
    R(syscall(SYS_timer_create, CLOCK_REALTIME, &ev, &none));
    R(timer_create(CLOCK_REALTIME, NULL, &t));
    its = (struct itimerspec){{0, 0}, {0, 1000000}};
    R(timer_settime(t, 0, &its, NULL));
    R(sigwaitinfo(&set, &info));
    V(info.si_code);
    return verdict();
}
