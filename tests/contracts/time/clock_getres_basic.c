// SPDX-License-Identifier: GPL-2.0-or-later
/* Resolutions of the clocks, and clocks that are not. */
#include "contract.h"

int main(void)
{
    struct timespec t;

    for (int c = 0; c < 12; c++) {
        if (c == 8 || c == 9) /* alarm clocks: there where the machine can wake itself */
            continue;
        memset(&t, 0, sizeof(t));
        if (clock_getres(c, &t) == 0)
            SAY("%d: %s", c, t.tv_sec == 0 && t.tv_nsec == 1 ? "1 ns" : "coarse");
        else
            SAY("%d: %s", c, errno_name(errno));
    }
    R(clock_getres(99, &t));
    R(clock_getres(-1, &t));
    R(clock_getres(CLOCK_MONOTONIC, NULL));
    R(syscall(SYS_clock_getres, CLOCK_MONOTONIC, (void *)8));
    R(syscall(SYS_clock_gettime, 99, &t));
    R(syscall(SYS_clock_gettime, -1, &t));
    return verdict();
}
