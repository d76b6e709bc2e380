// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals nested four deep, each level with registers of its own. */
#include "contract.h"

#include "traps/regs.h"

static int depth;

static void level(int signo)
{
    struct state in, out;
    long call[3] = {getpid(), signo + 1, SYS_kill};

    fill_state(&in, (unsigned)depth + 3);
    run_with_state(&in, &out, OP_SYSCALL, call);
    compare("level", &in, &out);
}

static void on_rt(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    clobber();
    if (++depth < 4)
        level(signo);
    SAY("leaving %d", signo - SIGRTMIN);
    clobber();
}

int main(void)
{
    for (int i = 1; i < 6; i++)
        on_signal(SIGRTMIN + i, on_rt, 0);
    level(SIGRTMIN);
    V(depth);
    return verdict();
}
