// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a handler finds in siginfo and ucontext: pointers right, registers those of the
 * interrupted code.
 */
#include "contract.h"

int main(void);

#if defined(__aarch64__)
#define PC(u) ((u)->uc_mcontext.pc)
#define SP(u) ((u)->uc_mcontext.sp)
#else
#define PC(u) ((uintptr_t)(u)->uc_mcontext.gregs[REG_RIP])
#define SP(u) ((uintptr_t)(u)->uc_mcontext.gregs[REG_RSP])
#endif

static void on_segv(int signo, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    SAY("signal %d signo %d code %d errno %d", signo, info->si_signo, info->si_code,
        info->si_errno);
    V(info->si_addr == (void *)0x10);
    V(info != NULL && context != NULL);
    V((uintptr_t)info > here && (uintptr_t)info < here + 8192);
    V((uintptr_t)context > here && (uintptr_t)context < here + 8192);
    V(PC(u) > (uintptr_t)main - 65536 && PC(u) < (uintptr_t)main + 65536);
    V(SP(u) > here && SP(u) < here + 16384);
    V((here & 15) == 0);
    V(u->uc_link == NULL);
    V(u->uc_stack.ss_flags);
    V(sigismember(&u->uc_sigmask, SIGUSR2));
    V(sigismember(&u->uc_sigmask, SIGSEGV));
    _exit(0);
}

int main(void)
{
    sigset_t set = set_of(SIGUSR2);

    sigprocmask(SIG_BLOCK, &set, NULL);
    on_signal(SIGSEGV, on_segv, 0);
    CHILD(*(volatile int *)0x10 = 1);
    return verdict();
}
