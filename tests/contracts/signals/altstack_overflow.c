// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stack overflow is handled on the alternate stack, and a handler there that raises again
 * stays there.
 */
#include "contract.h"

#include <setjmp.h>

static char stack[65536];
static sigjmp_buf back;
static volatile int depth;

static bool is_on(void *p)
{
    return (char *)p >= stack && (char *)p < stack + sizeof(stack);
}

static void on_segv(int signo, siginfo_t *info, void *context)
{
    char here;

    (void)context;
    SAY("signal %d code %d on the alternate stack %d", signo, info->si_code, is_on(&here));
    if (depth++ == 0)
        raise(SIGUSR1);
    siglongjmp(back, 1);
}

static void on_usr(int signo, siginfo_t *info, void *context)
{
    char here;

    (void)info;
    (void)context;
    SAY("signal %d nested, still there %d", signo, is_on(&here));
}

static int overflow(int n)
{
    volatile char frame[4096];

    frame[0] = (char)n;
    return overflow(n + 1) + frame[0];
}

int main(void)
{
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct rlimit r = {1 << 20, 1 << 20};

    setrlimit(RLIMIT_STACK, &r);
    R(sigaltstack(&ss, NULL));
    on_signal(SIGSEGV, on_segv, SA_ONSTACK);
    on_signal(SIGUSR1, on_usr, SA_ONSTACK);
    for (int i = 0; i < 2; i++)
        if (sigsetjmp(back, 1) == 0)
            V(overflow(0));
    V(depth);
    signal(SIGUSR1, SIG_DFL);
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    CHILD(V(overflow(0)));
    return verdict();
}
