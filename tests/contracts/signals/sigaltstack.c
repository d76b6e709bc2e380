// SPDX-License-Identifier: GPL-2.0-or-later
/* Setting, reading and using the alternate stack; errors. */
#include "contract.h"

#ifdef __aarch64__
#define SIZE_MIN 5120 /* of the kernel's headers */
#else
#define SIZE_MIN 2048
#endif

static char stack[65536];

static void on_usr(int signo, siginfo_t *info, void *context)
{
    char here;
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};

    (void)info;
    SAY("signal %d on the alternate stack: %d", signo, &here >= stack && &here < stack + 65536);
    V(((ucontext_t *)context)->uc_stack.ss_sp == stack);
    V(((ucontext_t *)context)->uc_stack.ss_flags);
    R(sigaltstack(&ss, NULL));
    R(sigaltstack(NULL, &ss));
    V(ss.ss_flags);
    V(ss.ss_sp == stack);
}

int main(void)
{
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)}, old = {0};

    R(sigaltstack(NULL, &old));
    V(old.ss_flags);
    on_signal(SIGUSR1, on_usr, SA_ONSTACK);
    on_signal(SIGUSR2, on_usr, 0);
    R(raise(SIGUSR2));
    R(sigaltstack(&ss, &old));
    V(old.ss_flags);
    R(sigaltstack(NULL, &old));
    SAY("%d %d %zu", old.ss_flags, old.ss_sp == stack, old.ss_size);
    R(raise(SIGUSR1));
    R(raise(SIGUSR2));
    ss.ss_size = 100;
    R(syscall(SYS_sigaltstack, &ss, NULL));
    ss.ss_size = SIZE_MIN - 1;
    R(syscall(SYS_sigaltstack, &ss, NULL));
    ss.ss_size = SIZE_MIN;
    R(syscall(SYS_sigaltstack, &ss, NULL));
    ss.ss_size = 65536;
    ss.ss_flags = 12345;
    R(syscall(SYS_sigaltstack, &ss, NULL));
    ss.ss_flags = SS_ONSTACK;
    R(syscall(SYS_sigaltstack, &ss, NULL));
    R(syscall(SYS_sigaltstack, (void *)8, NULL));
    ss.ss_flags = SS_DISABLE;
    ss.ss_size = 1;
    R(sigaltstack(&ss, &old));
    V(old.ss_size);
    R(raise(SIGUSR1));
    return verdict();
}
