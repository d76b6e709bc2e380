// SPDX-License-Identifier: GPL-2.0-or-later
/* A breakpoint with a handler changes no register; signal, code and address. */
#include "contract.h"

#include "traps/regs.h"

static void on_trap(int signo, siginfo_t *info, void *context)
{
    SAY("signal %d code %d", signo, info->si_code);
    clobber();
    skip_trap(context);
}

int main(void)
{
    struct state in, out;

    on_signal(SIGTRAP, on_trap, 0);
    for (unsigned seed = 0; seed < 4; seed++) {
        fill_state(&in, seed);
        run_with_state(&in, &out, OP_BREAK, NULL);
        compare("breakpoint", &in, &out);
    }
    signal(SIGTRAP, SIG_DFL);
    CHILD(run_with_state(&in, &out, OP_BREAK, NULL));
    return verdict();
}
