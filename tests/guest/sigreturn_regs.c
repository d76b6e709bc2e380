// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sigreturn_regs - a handler that edits the interrupted context: sigreturn must
 * load exactly what the frame says: PC, result register, a vector register, mask.
 */
#include "check.h"
#include "simd.h"
#include "uctx.h"

#include <sys/syscall.h>

static volatile sig_atomic_t traps;

static void step_over(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)info;
    traps++;
    *uctx_pc(uc) += signo == SIGTRAP ? UCTX_BREAK_SKIP : UCTX_UNDEF_SKIP;
    memset(uctx_simd(uc, 3), 0xa5, 16);
    memset(uctx_simd(uc, SIMD_REGS - 1), 0x5a, 16);
}

static void change_result(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)signo;
    (void)info;
    *uctx_result(uc) = 4242;
    sigaddset(&uc->uc_sigmask, SIGUSR2);
}

static void expect_edited(struct simd_regs *in, const struct simd_regs *out)
{
    memset(in->v[3], 0xa5, 16);
    memset(in->v[SIMD_REGS - 1], 0x5a, 16);
    CHECK(memcmp(in, out, sizeof(*in)) == 0);
}

int main(void)
{
    struct simd_regs in, out;
    sigset_t now;

    STEP("breakpoint");
    handle(SIGTRAP, step_over, 0);
    simd_pattern(&in, 1);
    simd_breakpoint(&in, &out);
    CHECK(traps == 1);
    expect_edited(&in, &out);

    STEP("undefined instruction");
    handle(SIGILL, step_over, 0);
    simd_pattern(&in, 2);
    simd_undefined(&in, &out);
    CHECK(traps == 2);
    expect_edited(&in, &out);

    STEP("system call result and mask");
    handle(SIGUSR1, change_result, 0);
    simd_pattern(&in, 3);
    CHECK(simd_syscall(SYS_kill, getpid(), SIGUSR1, &in, &out) == 4242);
    CHECK(memcmp(&in, &out, sizeof(in)) == 0);
    sigprocmask(SIG_BLOCK, NULL, &now);
    CHECK(sigismember(&now, SIGUSR2));
    CHECK(!sigismember(&now, SIGUSR1));
    return verdict();
}
