// SPDX-License-Identifier: GPL-2.0-or-later
/* Both sides of a fork have all registers of the one before. */
#include "contract.h"

#include "traps/regs.h"

int main(void)
{
    struct state in, out;
    long call[3] = {SIGCHLD, 0, SYS_clone};

    for (unsigned seed = 0; seed < 4; seed++) {
        long p;

        fill_state(&in, seed);
        p = run_with_state(&in, &out, OP_SYSCALL, call);
        if (p == 0) {
            compare("child", &in, &out);
            _exit(0);
        }
        show_status("child", reap((pid_t)p));
        compare("parent", &in, &out);
    }
    return verdict();
}
