// SPDX-License-Identifier: GPL-2.0-or-later
/* A signal at the return of a system call: the handler clobbers all, the program sees nothing. */
#include "contract.h"

#include "traps/regs.h"

static int entries;

static void on_usr(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    entries += signo == SIGUSR1;
    clobber();
}

int main(void)
{
    struct state in, out;
    long call[3] = {getpid(), SIGUSR1, SYS_kill};

    on_signal(SIGUSR1, on_usr, 0);
    for (unsigned seed = 0; seed < 4; seed++) {
        fill_state(&in, seed);
        V(run_with_state(&in, &out, OP_SYSCALL, call));
        compare("signal", &in, &out);
    }
    V(entries);
    return verdict();
}
