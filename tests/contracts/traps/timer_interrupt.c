// SPDX-License-Identifier: GPL-2.0-or-later
/* Timer interrupts under a loop change no register. */
#include "contract.h"

#include "traps/regs.h"

static char *flag;

int main(void)
{
    struct state in, out;

    flag = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (unsigned seed = 0; seed < 4; seed++) {
        pid_t p;

        *flag = 0;
        p = fork();
        if (p == 0) {
            sleep_ms(30);
            *flag = 1;
            _exit(0);
        }
        fill_state(&in, seed);
        run_with_state(&in, &out, OP_SPIN, flag);
        compare("interrupted", &in, &out);
        reap(p);
    }
    return verdict();
}
