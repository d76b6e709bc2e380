// SPDX-License-Identifier: GPL-2.0-or-later
/* tkill, tgkill and kill: who is reached, signal 0, and errors. */
#include "contract.h"

static void on_usr(int signo, siginfo_t *info, void *context)
{
    (void)context;
    SAY("signal %d code %d from itself %d", signo, info->si_code, info->si_pid == getpid());
}

int main(void)
{
    pid_t me = getpid();

    on_signal(SIGUSR1, on_usr, 0);
    R(syscall(SYS_tkill, me, SIGUSR1));
    R(syscall(SYS_tgkill, me, me, SIGUSR1));
    R(kill(me, SIGUSR1));
    R(kill(me, 0));
    R(syscall(SYS_tkill, me, 0));
    R(syscall(SYS_tkill, 0, SIGUSR1));
    R(syscall(SYS_tkill, -1, SIGUSR1));
    R(syscall(SYS_tkill, 999999, SIGUSR1));
    R(syscall(SYS_tgkill, me, 0, SIGUSR1));
    R(syscall(SYS_tgkill, me + 100, me, SIGUSR1));
    R(syscall(SYS_tgkill, me, me, 65));
    R(kill(me, 65));
    R(kill(me, -1));
    R(kill(999999, 0));
    R(kill(-999999, 0));
    CHILD(R(setuid(1000)); R(kill(getppid(), 0)); R(kill(getppid(), SIGUSR1)); R(kill(1, 0)));
    CHILD(R(setpgid(0, 0)); signal(SIGTERM, SIG_DFL); R(kill(0, SIGTERM)));
    CHILD(setpgid(0, 0); if (fork() == 0) { pause(); _exit(0); } sleep_ms(5);
          R(kill(-getpgrp(), SIGHUP)));
    return verdict();
}
