// SPDX-License-Identifier: GPL-2.0-or-later
/* The state in which a handler starts: FP control, direction flag; what it leaves is not kept. */
#include "contract.h"

#include <fenv.h>
#include "traps/regs.h"

static void on_usr(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    SAY("signal %d rounding %s", signo, fegetround() == FE_TONEAREST ? "nearest" : "kept");
#if defined(__x86_64__)
    unsigned long flags;

    __asm__ volatile("pushfq; pop %0" : "=r"(flags));
    V((flags & 0x400) != 0);
    V((flags & 0x100) != 0);
#endif
    fesetround(FE_UPWARD);
}

int main(void)
{
    struct state in, out;
    long call[3] = {getpid(), SIGUSR1, SYS_kill};

    on_signal(SIGUSR1, on_usr, 0);
    for (unsigned seed = 0; seed < 4; seed++) {
        fill_state(&in, seed);
        run_with_state(&in, &out, OP_SYSCALL, call);
        compare("signal", &in, &out);
    }
    return verdict();
}
