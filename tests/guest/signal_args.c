// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signal_args - a handler's three arguments, its stack and its context.
 *
 * The classic bug: the system call's result is stored over the frame after
 * delivery wrote the signal number there, and the handler receives 0.
 */
#include "check.h"
#include "simd.h"
#include "uctx.h"

#include <sys/syscall.h>

static volatile sig_atomic_t seen_signo, seen_code, seen_pid_ok, seen_aligned, seen_context;
static siginfo_t *seen_info;
static struct simd_regs live;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    char here;

    seen_signo = signo;
    seen_info = info;
    seen_code = info && info->si_signo == signo ? info->si_code : 12345;
    seen_pid_ok = info && info->si_pid == getpid();
    seen_aligned = ((uintptr_t)__builtin_frame_address(0) & 15) == 0;
    /* The frame stands below the interrupted stack pointer, the PC is not 0. */
    seen_context = uc && *uctx_sp(uc) > (uintptr_t)&here && *uctx_pc(uc) != 0;
    for (int i = 0; i < SIMD_REGS && seen_context; i++)
        seen_context = uctx_simd(uc, i) && memcmp(uctx_simd(uc, i), live.v[i], 16) == 0;
    simd_clobber(0xee);
}

static void deliver(int signo)
{
    static struct simd_regs out;

    seen_signo = 0;
    simd_pattern(&live, (unsigned)signo);
    long r = simd_syscall(SYS_kill, getpid(), signo, &live, &out);
    CHECK(r == 0);
    CHECK(seen_signo == signo);
    CHECK(seen_info != NULL);
    CHECK(seen_code == SI_USER);
    CHECK(seen_pid_ok);
    CHECK(seen_aligned);
    CHECK(seen_context);
    CHECK(memcmp(&live, &out, sizeof(out)) == 0);
}

int main(void)
{
    STEP("SIGUSR1");
    handle(SIGUSR1, on_signal, 0);
    deliver(SIGUSR1);
    STEP("SIGUSR2 with SA_RESTART");
    handle(SIGUSR2, on_signal, SA_RESTART);
    deliver(SIGUSR2);
    STEP("a real-time signal");
    handle(SIGRTMIN + 3, on_signal, 0);
    deliver(SIGRTMIN + 3);
    return verdict();
}
