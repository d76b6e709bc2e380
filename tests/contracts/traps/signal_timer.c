// SPDX-License-Identifier: GPL-2.0-or-later
/* A signal that interrupts a loop in user code: the handler ends it, all registers hold. */
#include "contract.h"

#include "traps/regs.h"

static char flag;

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    clobber();
    flag = 1;
}

int main(void)
{
    struct itimerval it = {{0, 0}, {0, 20000}};
    struct state in, out;

    on_signal(SIGALRM, on_alarm, 0);
    for (unsigned seed = 0; seed < 4; seed++) {
        flag = 0;
        fill_state(&in, seed);
        setitimer(ITIMER_REAL, &it, NULL);
        run_with_state(&in, &out, OP_SPIN, &flag);
        compare("alarm", &in, &out);
    }
    return verdict();
}
