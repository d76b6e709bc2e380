// SPDX-License-Identifier: GPL-2.0-or-later
/* Pending signals are delivered lowest number first, each handler above the one before it. */
#include "contract.h"

static void on_any(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    SAY("in %d", signo);
    SAY("out %d", signo);
}

int main(void)
{
    const int all[] = {SIGTERM, SIGUSR2, SIGUSR1, SIGHUP, SIGRTMIN + 2, SIGRTMIN, SIGCHLD, SIGIO};
    sigset_t full, pending, old;

    sigfillset(&full);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        on_signal(all[i], on_any, 0);
    R(sigprocmask(SIG_SETMASK, &full, &old));
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        CHECK(kill(getpid(), all[i]) == 0);
    CHECK(kill(getpid(), SIGUSR1) == 0);
    R(sigpending(&pending));
    for (int s = 1; s < 65; s++)
        if (sigismember(&pending, s))
            SAY("pending %d", s);
    R(sigprocmask(SIG_SETMASK, &old, NULL));
    R(sigpending(&pending));
    V(sigismember(&pending, SIGUSR1));
    return verdict();
}
