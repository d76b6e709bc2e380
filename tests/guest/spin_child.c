// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spin_child - a child that first runs because the timer took the CPU from its parent, and never
 * lets go.
 */
#include "check.h"

#include <time.h>

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(void)
{
    volatile unsigned long turns = 0;
    long end = now_ms() + 60;
    int status;
    pid_t pid = fork();

    if (pid == 0)
        for (;;)
            turns++;
    while (now_ms() < end)
        for (int i = 0; i < 1000; i++)
            turns++;
    CHECK(kill(pid, SIGKILL) == 0);
    CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
    return verdict();
}
