// SPDX-License-Identifier: GPL-2.0-or-later
/* pause returns only after a handler, not for an ignored or blocked signal. */
#include "contract.h"

static volatile int got;

static void on_any(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    got = signo;
}

static pid_t sender(int first, int second)
{
    pid_t parent = getpid(), p = fork();

    if (p == 0) {
        sleep_ms(5);
        kill(parent, first);
        sleep_ms(5);
        kill(parent, second);
        _exit(0);
    }
    return p;
}

int main(void)
{
    pid_t p;

    on_signal(SIGUSR1, on_any, SA_RESTART);
    on_signal(SIGUSR2, on_any, 0);
    signal(SIGHUP, SIG_IGN);
    p = sender(SIGHUP, SIGUSR2);
    V(syscall(SYS_ppoll, NULL, 0, NULL, NULL, 8));
    SAY("%s got %d", errno_name(errno), got);
    show_status("sender", reap(p));
    p = sender(SIGCHLD, SIGUSR1);
    R(pause());
    V(got);
    show_status("sender", reap(p));
    return verdict();
}
