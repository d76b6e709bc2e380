// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes that yield to each other with registers in use keep them. */
#include "contract.h"

#include "traps/regs.h"

int main(void)
{
    for (unsigned who = 0; who < 3; who++)
        if (fork() == 0) {
            struct state in, out;
            long yield[3] = {0, 0, SYS_sched_yield};

            for (unsigned i = 0; i < 200; i++) {
                fill_state(&in, who * 3 + i);
                run_with_state(&in, &out, OP_SYSCALL, yield);
                CHECK(vectors_same(&in, &out) && control_same(&in, &out));
                CHECK(flags_same(&in, &out) && general_same(&in, &out));
            }
            _exit(contract_failures != 0);
        }
    for (int i = 0; i < 3; i++) {
        int status;

        CHECK(wait(&status) > 0);
        show_status("process", status);
    }
    return verdict();
}
