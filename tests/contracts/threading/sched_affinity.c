// SPDX-License-Identifier: GPL-2.0-or-later
/* The affinity mask of a thread: sizes and errors, on one CPU. */
#include "contract.h"

int main(void)
{
    unsigned long mask[16] = {1};

    R(syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask));
    memset(mask, 0xff, sizeof(mask));
    V(syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask) >= 8);
    X(mask[0]);
    R(syscall(SYS_sched_getaffinity, 0, 1, mask));
    R(syscall(SYS_sched_getaffinity, 0, 12, mask));
    R(syscall(SYS_sched_getaffinity, 99999, sizeof(mask), mask));
    R(syscall(SYS_sched_getaffinity, -1, sizeof(mask), mask));
    R(syscall(SYS_sched_getaffinity, 0, sizeof(mask), (void *)8));
    memset(mask, 0, sizeof(mask));
    R(syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask));
    R(syscall(SYS_sched_setaffinity, 0, 0, mask));
    R(syscall(SYS_sched_setaffinity, 0, sizeof(mask), (void *)8));
    R(syscall(SYS_sched_setaffinity, 99999, sizeof(mask), mask));
    unsigned cpu = 9, node = 9;
    R(syscall(SYS_getcpu, &cpu, &node, NULL));
    V(cpu);
    V(node);
    R(syscall(SYS_getcpu, NULL, NULL, NULL));
    R(syscall(SYS_getcpu, (void *)8, NULL, NULL));
    return verdict();
}
