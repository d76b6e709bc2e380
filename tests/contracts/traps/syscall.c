// SPDX-License-Identifier: GPL-2.0-or-later
/* A system call changes its result register and no other that it need not. */
#include "contract.h"

#include "traps/regs.h"

int main(void)
{
    struct state in, out;
    long calls[][3] = {{0, 0, SYS_getppid},    {0, 0, SYS_sched_yield}, {99, 0, SYS_close},
                       {8, 8, SYS_uname},      {0, 0, 9999},            {0, 0, SYS_gettid},
                       {-1, -1, SYS_dup3},     {1, 2, SYS_setpgid}};

    for (unsigned i = 0; i < ARRAY_LEN(calls); i++) {
        long r;

        fill_state(&in, i);
        r = run_with_state(&in, &out, OP_SYSCALL, calls[i]);
        compare("call", &in, &out);
        SAY("%s", r < 0 ? errno_name((int)-r) : "ok");
    }
    return verdict();
}
