// SPDX-License-Identifier: GPL-2.0-or-later
/* The mask holds only while waiting and is back before the caller goes on. */
#include "contract.h"

static void on_usr(int signo, siginfo_t *info, void *context)
{
    sigset_t now;

    (void)info;
    sigprocmask(SIG_SETMASK, NULL, &now);
    SAY("in %d: USR1 %d USR2 %d TERM %d", signo, sigismember(&now, SIGUSR1),
        sigismember(&now, SIGUSR2), sigismember(&now, SIGTERM));
    SAY("to return to: USR1 %d USR2 %d TERM %d",
        sigismember(&((ucontext_t *)context)->uc_sigmask, SIGUSR1),
        sigismember(&((ucontext_t *)context)->uc_sigmask, SIGUSR2),
        sigismember(&((ucontext_t *)context)->uc_sigmask, SIGTERM));
}

int main(void)
{
    sigset_t both = set_of(SIGUSR1), wait_set = set_of(SIGTERM), now;

    sigaddset(&both, SIGUSR2);
    on_signal(SIGUSR1, on_usr, 0);
    on_signal(SIGUSR2, on_usr, 0);
    R(sigprocmask(SIG_BLOCK, &both, NULL));
    R(kill(getpid(), SIGUSR1));
    R(sigsuspend(&wait_set));
    R(sigprocmask(SIG_SETMASK, NULL, &now));
    SAY("after: USR1 %d USR2 %d TERM %d", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2),
        sigismember(&now, SIGTERM));
    pid_t parent = getpid(), p = fork();
    if (p == 0) {
        sleep_ms(5);
        kill(parent, SIGUSR2);
        _exit(0);
    }
    R(sigsuspend(&wait_set));
    reap(p);
    R(syscall(SYS_rt_sigsuspend, &wait_set, 4));
    R(syscall(SYS_rt_sigsuspend, (void *)8, 8));
    return verdict();
}
