// SPDX-License-Identifier: GPL-2.0-or-later
/* One-shot and repeating timers, what is left of them, and their errors. */
#include "contract.h"

static volatile int got;

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    got++;
}

int main(void)
{
    struct itimerval it = {{0, 0}, {0, 10000}}, old = {{9, 9}, {9, 9}};
    sigset_t alarm_set = set_of(SIGALRM), old_set;

    on_signal(SIGALRM, on_alarm, 0);
    on_signal(SIGVTALRM, on_alarm, 0);
    on_signal(SIGPROF, on_alarm, 0);
    sigprocmask(SIG_BLOCK, &alarm_set, &old_set);
    R(setitimer(ITIMER_REAL, &it, &old));
    SAY("%ld %ld %ld %ld", (long)old.it_interval.tv_sec, (long)old.it_interval.tv_usec,
        (long)old.it_value.tv_sec, (long)old.it_value.tv_usec);
    R(sigsuspend(&old_set));
    V(got);
    it.it_interval.tv_usec = 5000;
    R(setitimer(ITIMER_REAL, &it, NULL));
    while (got < 4)
        sigsuspend(&old_set);
    R(getitimer(ITIMER_REAL, &old));
    V(old.it_interval.tv_usec);
    V(old.it_value.tv_usec <= 5000);
    memset(&it, 0, sizeof(it));
    R(setitimer(ITIMER_REAL, &it, &old));
    V(old.it_interval.tv_usec);
    V(got);
    R(setitimer(99, &it, NULL));
    R(getitimer(99, &it));
    it.it_value.tv_usec = 1000000;
    R(setitimer(ITIMER_REAL, &it, NULL));
    it.it_value.tv_usec = -1;
    R(setitimer(ITIMER_REAL, &it, NULL));
    R(syscall(SYS_setitimer, ITIMER_REAL, (void *)8, NULL));
    got = 0;
    it.it_value.tv_usec = 3000;
    R(setitimer(ITIMER_VIRTUAL, &it, NULL));
    while (got < 1)
        ;
    V(got);
    R(setitimer(ITIMER_PROF, &it, NULL));
    while (got < 2)
        getppid();
    V(got);
    return verdict();
}
