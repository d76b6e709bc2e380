// SPDX-License-Identifier: GPL-2.0-or-later
/* A signal ends a futex wait with EINTR, or with SA_RESTART lets it go on. */
#include "contract.h"

static volatile int word, got;

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    got++;
}

int main(void)
{
    struct itimerval it = {{0, 0}, {0, 100000}};
    struct timespec t = {0, 400000000};

    on_signal(SIGALRM, on_alarm, 0);
    setitimer(ITIMER_REAL, &it, NULL);
    R(syscall(SYS_futex, &word, 0, 0, NULL));
    V(got);
    on_signal(SIGALRM, on_alarm, SA_RESTART);
    setitimer(ITIMER_REAL, &it, NULL);
    R(syscall(SYS_futex, &word, 0, 0, &t));
    V(got);
    return verdict();
}
