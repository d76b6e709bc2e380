// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes that compute share the CPU: none starves. */
#include "contract.h"

int main(void)
{
    volatile long *count = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                                0);
    cpu_set_t one;
    pid_t p[4];

    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof(one), &one);
    for (int i = 0; i < 4; i++) {
        p[i] = fork();
        if (p[i] == 0)
            for (;;)
                count[i]++;
    }
    sleep_ms(400);
    for (int i = 0; i < 4; i++) {
        kill(p[i], SIGKILL);
        reap(p[i]);
        SAY("process %d ran: %d", i, count[i] > 1000);
    }
    long low = count[0], high = count[0];
    for (int i = 1; i < 4; i++) {
        low = count[i] < low ? count[i] : low;
        high = count[i] > high ? count[i] : high;
    }
    V(high < low * 10);
    return verdict();
}
