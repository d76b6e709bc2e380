// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With SIGCHLD ignored or SA_NOCLDWAIT children leave no zombie and wait blocks until all are
 * gone.
 */
#include "contract.h"

static volatile int got;

static void on_chld(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    got++;
}

int main(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            sleep_ms(5 * i);
            _exit(i);
        }
    R(waitpid(-1, NULL, 0));
    R(wait4(-1, NULL, WNOHANG, NULL));
    on_signal(SIGCHLD, on_chld, SA_NOCLDWAIT | SA_RESTART);
    pid_t p = fork();
    if (p == 0)
        _exit(1);
    R(waitpid(p, NULL, 0));
    V(got);
    signal(SIGCHLD, SIG_DFL);
    CHILD(_exit(5));
    p = fork();
    if (p == 0)
        _exit(6);
    sleep_ms(5);
    signal(SIGCHLD, SIG_IGN);
    show_status("zombie from before", reap(p));
    return verdict();
}
