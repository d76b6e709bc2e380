// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaving a handler restores the mask that uc_sigmask holds, changed or not. */
#include "contract.h"

static int mode;

static void on_usr(int signo, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    sigset_t set = set_of(SIGHUP);

    (void)info;
    SAY("in %d", signo);
    if (mode == 1)
        sigprocmask(SIG_BLOCK, &set, NULL);
    if (mode == 2) {
        sigaddset(&u->uc_sigmask, SIGHUP);
        sigaddset(&u->uc_sigmask, SIGKILL);
    }
}

int main(void)
{
    sigset_t now, none = set_of(0);

    on_signal(SIGUSR1, on_usr, 0);
    for (mode = 0; mode < 3; mode++) {
        raise(SIGUSR1);
        sigprocmask(SIG_SETMASK, &none, &now);
        SAY("mode %d: USR1 %d HUP %d KILL %d", mode, sigismember(&now, SIGUSR1),
            sigismember(&now, SIGHUP), sigismember(&now, SIGKILL));
    }
    return verdict();
}
