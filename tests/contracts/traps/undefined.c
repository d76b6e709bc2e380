// SPDX-License-Identifier: GPL-2.0-or-later
/* An undefined instruction with a handler changes no register; signal and code. */
#include "contract.h"

#include "traps/regs.h"

static void on_ill(int signo, siginfo_t *info, void *context)
{
    SAY("signal %d code %d", signo, info->si_code);
    V(info->si_addr != NULL);
    clobber();
    skip_trap(context);
}

int main(void)
{
    struct state in, out;

    on_signal(SIGILL, on_ill, 0);
    for (unsigned seed = 0; seed < 4; seed++) {
        fill_state(&in, seed);
        run_with_state(&in, &out, OP_ILL, NULL);
        compare("undefined", &in, &out);
    }
    signal(SIGILL, SIG_DFL);
    CHILD(run_with_state(&in, &out, OP_ILL, NULL));
    return verdict();
}
