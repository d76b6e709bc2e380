// SPDX-License-Identifier: GPL-2.0-or-later
/* SS_AUTODISARM takes the stack away while a handler runs and gives it back after. */
#include "contract.h"

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31)
#endif
static char stack[65536];

static void on_usr(int signo, siginfo_t *info, void *context)
{
    stack_t ss;
    char here;

    (void)info;
    (void)context;
    R(sigaltstack(NULL, &ss));
    SAY("in %d: flags %d, on it %d", signo, ss.ss_flags, &here >= stack && &here < stack + 65536);
    ss = (stack_t){.ss_sp = stack, .ss_size = 32768};
    R(sigaltstack(&ss, NULL));
}

int main(void)
{
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack), .ss_flags = (int)SS_AUTODISARM};

    on_signal(SIGUSR1, on_usr, SA_ONSTACK);
    R(sigaltstack(&ss, NULL));
    R(sigaltstack(NULL, &ss));
    X((unsigned)ss.ss_flags);
    R(raise(SIGUSR1));
    R(sigaltstack(NULL, &ss));
    X((unsigned)ss.ss_flags);
    V(ss.ss_size);
    return verdict();
}
