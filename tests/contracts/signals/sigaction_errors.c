// SPDX-License-Identifier: GPL-2.0-or-later
/* What sigaction refuses, what it gives back, and SA_RESETHAND. */
#include "contract.h"

static void on_usr(int signo, siginfo_t *info, void *context)
{
    struct sigaction sa;

    (void)info;
    (void)context;
    CHECK(sigaction(signo, NULL, &sa) == 0);
    SAY("in %d: %s", signo, sa.sa_handler == SIG_DFL ? "default again" : "still set");
}

int main(void)
{
    struct sigaction sa = {.sa_handler = SIG_IGN}, old;

    R(sigaction(SIGKILL, &sa, NULL));
    R(sigaction(SIGSTOP, &sa, NULL));
    R(sigaction(SIGKILL, NULL, &old));
    R(sigaction(0, &sa, NULL));
    R(sigaction(65, &sa, NULL));
    R(sigaction(-1, NULL, &old));
    R(sigaction(64, NULL, &old));
    R(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
    R(syscall(SYS_rt_sigaction, SIGUSR1, (void *)8, NULL, 8));
    on_signal(SIGUSR1, on_usr, (int)(SA_RESETHAND | SA_RESTART | SA_NODEFER));
    R(sigaction(SIGUSR1, NULL, &old));
    V(old.sa_sigaction == on_usr);
    X(old.sa_flags & ~0x04000000);
    R(raise(SIGUSR1));
    CHILD(raise(SIGUSR1));
    R(sigaction(SIGUSR1, NULL, &old));
    V(old.sa_handler == SIG_DFL);
    unsigned long raw[4] = {(unsigned long)SIG_IGN, 0x80001234, 0, ~0ul}, back[4] = {0};
    R(syscall(SYS_rt_sigaction, SIGUSR2, raw, NULL, 8));
    R(syscall(SYS_rt_sigaction, SIGUSR2, NULL, back, 8));
    V(back[0] == raw[0]);
    return verdict();
}
