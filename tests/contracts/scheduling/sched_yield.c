// SPDX-License-Identifier: GPL-2.0-or-later
/* Yielding lets the others run. */
#include "contract.h"

int main(void)
{
    volatile int *turn = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                              0);
    pid_t p;

    R(sched_yield());
    p = fork();
    if (p == 0) {
        for (int i = 0; i < 100; i++) {
            while (*turn != 1)
                sched_yield();
            *turn = 0;
        }
        _exit(0);
    }
    for (int i = 0; i < 100; i++) {
        *turn = 1;
        while (*turn != 0)
            sched_yield();
    }
    show_status("child", reap(p));
    return verdict();
}
