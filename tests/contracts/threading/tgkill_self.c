// SPDX-License-Identifier: GPL-2.0-or-later
/* A signal for a thread interrupts just it, at once. */
#include "contract.h"

static volatile int got;

static void on_usr(int signo, siginfo_t *info, void *context)
{
    (void)context;
    got++;
    SAY("signal %d code %d", signo, info->si_code);
}

int main(void)
{
    pid_t me = getpid();
    sigset_t set = set_of(SIGUSR1), pending;

    on_signal(SIGUSR1, on_usr, 0);
    R(syscall(SYS_tgkill, me, syscall(SYS_gettid), SIGUSR1));
    V(got);
    sigprocmask(SIG_BLOCK, &set, NULL);
    R(syscall(SYS_tgkill, me, me, SIGUSR1));
    R(kill(me, SIGUSR1));
    sigpending(&pending);
    V(sigismember(&pending, SIGUSR1));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    V(got);
    CHILD(sigprocmask(SIG_BLOCK, &set, NULL); sigpending(&pending);
          V(sigismember(&pending, SIGUSR1)));
    return verdict();
}
