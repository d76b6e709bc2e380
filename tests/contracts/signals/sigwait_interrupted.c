// SPDX-License-Identifier: GPL-2.0-or-later
/* A handler for a signal that is not waited for ends the wait with EINTR. */
#include "contract.h"

static volatile int got;

static void on_any(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    got = signo;
}

int main(void)
{
    sigset_t set = set_of(SIGUSR1);
    struct timespec some = {5, 0};
    struct itimerval it = {{0, 0}, {0, 100000}};
    siginfo_t info;

    sigprocmask(SIG_BLOCK, &set, NULL);
    on_signal(SIGALRM, on_any, SA_RESTART);
    R(setitimer(ITIMER_REAL, &it, NULL));
    R(syscall(SYS_rt_sigtimedwait, &set, &info, &some, 8));
    V(got);
    R(setitimer(ITIMER_REAL, &it, NULL));
    R(syscall(SYS_rt_sigtimedwait, &set, &info, NULL, 8));
    return verdict();
}
