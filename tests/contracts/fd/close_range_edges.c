// SPDX-License-Identifier: GPL-2.0-or-later
/* close_range: ranges, the flag for close-on-exec, errors. */
#include "contract.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
static void open_ones(void)
{
    char line[33] = {0};

    for (int i = 0; i < 32; i++)
        line[i] = fcntl(i, F_GETFD) < 0 ? '-' : fcntl(i, F_GETFD) ? 'c' : 'o';
    SAY("%s", line);
}

int main(void)
{
    for (int i = 3; i < 30; i++)
        CHECK(dup2(0, i) == i);
    open_ones();
    R(syscall(SYS_close_range, 10, 12, 0));
    open_ones();
    R(syscall(SYS_close_range, 9, 13, 4));
    open_ones();
    R(syscall(SYS_close_range, 20, ~0u, 0));
    open_ones();
    R(syscall(SYS_close_range, 12, 10, 0));
    R(syscall(SYS_close_range, 500, 600, 0));
    R(syscall(SYS_close_range, 5, 5, 1));
    CHILD(R(syscall(SYS_close_range, 5, ~0u, 2)); open_ones());
    open_ones();
    return verdict();
}
