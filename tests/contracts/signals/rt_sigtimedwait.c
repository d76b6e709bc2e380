// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for signals: the siginfo, the order, a timeout, and errors. */
#include "contract.h"

int main(void)
{
    sigset_t set = set_of(SIGUSR1);
    struct timespec zero = {0, 0}, bad = {0, 1000000000}, some = {0, 10000000};
    siginfo_t info;
    union sigval v = {.sival_int = 77};

    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGCHLD);
    R(sigprocmask(SIG_BLOCK, &set, NULL));
    R(sigtimedwait(&set, &info, &zero));
    R(sigtimedwait(&set, &info, &some));
    R(sigtimedwait(&set, &info, &bad));
    R(sigqueue(getpid(), SIGRTMIN + 1, v));
    R(kill(getpid(), SIGUSR1));
    R(sigtimedwait(&set, &info, &zero) == SIGUSR1);
    SAY("signo %d code %d mine %d", info.si_signo, info.si_code, info.si_pid == getpid());
    R(sigwaitinfo(&set, &info) == SIGRTMIN + 1);
    SAY("code %d value %d", info.si_code, info.si_value.sival_int);
    R(sigtimedwait(&set, NULL, &zero));
    CHILD(_exit(3));
    R(sigtimedwait(&set, &info, &zero));
    SAY("code %d status %d", info.si_code, info.si_status);
    pid_t parent = getpid(), p = fork();
    if (p == 0) {
        sleep_ms(5);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    R(sigwaitinfo(&set, &info));
    V(info.si_pid == p);
    reap(p);
    R(syscall(SYS_rt_sigtimedwait, &set, NULL, &zero, 4));
    R(syscall(SYS_rt_sigtimedwait, (void *)8, NULL, &zero, 8));
    R(syscall(SYS_rt_sigtimedwait, &set, NULL, (void *)8, 8));
    return verdict();
}
