// SPDX-License-Identifier: GPL-2.0-or-later
/* During a handler its own signal and sa_mask are blocked, SA_NODEFER leaves its own open. */
#include "contract.h"

static volatile int depth, most, entries;

static void on_usr(int signo, siginfo_t *info, void *context)
{
    sigset_t now;

    (void)info;
    (void)context;
    depth++;
    most = depth > most ? depth : most;
    sigprocmask(SIG_SETMASK, NULL, &now);
    SAY("in %d at depth %d: USR1 %d USR2 %d HUP %d", signo, depth, sigismember(&now, SIGUSR1),
        sigismember(&now, SIGUSR2), sigismember(&now, SIGHUP));
    if (signo == SIGUSR1 && entries++ < 2) {
        raise(SIGUSR1);
        raise(SIGUSR2);
        raise(SIGHUP);
        SAY("end of USR1 at depth %d", depth);
    }
    depth--;
}

static void with(int flags)
{
    struct sigaction sa = {.sa_sigaction = on_usr, .sa_flags = SA_SIGINFO | flags};

    sigemptyset(&sa.sa_mask);
    sigaddset(&sa.sa_mask, SIGUSR2);
    CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
    most = entries = 0;
    raise(SIGUSR1);
    V(most);
    sigset_t now;
    sigprocmask(SIG_SETMASK, NULL, &now);
    SAY("after: USR1 %d USR2 %d", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2));
}

int main(void)
{
    on_signal(SIGUSR2, on_usr, 0);
    on_signal(SIGHUP, on_usr, 0);
    with(0);
    with(SA_NODEFER);
    return verdict();
}
