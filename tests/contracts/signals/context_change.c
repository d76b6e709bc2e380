// SPDX-License-Identifier: GPL-2.0-or-later
/* A handler that changes the interrupted registers changes where the program goes on. */
#include "contract.h"

static volatile int landed;

static void landing(void)
{
    landed = 1;
    SAY("landed");
    exit(verdict());
}

static void on_usr(int signo, siginfo_t *info, void *context)
{
    ucontext_t *u = context;

    (void)info;
    SAY("signal %d", signo);
#if defined(__aarch64__)
    u->uc_mcontext.pc = (uintptr_t)landing;
#else
    u->uc_mcontext.gregs[REG_RIP] = (long)landing;
    u->uc_mcontext.gregs[REG_RSP] = (u->uc_mcontext.gregs[REG_RSP] - 256) / 16 * 16 - 8;
#endif
    sigaddset(&u->uc_sigmask, SIGUSR2);
}

int main(void)
{
    on_signal(SIGUSR1, on_usr, 0);
    raise(SIGUSR1);
    SAY("not here");
    return 1;
}
