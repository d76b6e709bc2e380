// SPDX-License-Identifier: GPL-2.0-or-later
/* Priorities of processes, groups and users, and who may raise them. */
#include "contract.h"

int main(void)
{
    R(getpriority(PRIO_PROCESS, 0));
    R(setpriority(PRIO_PROCESS, 0, 5));
    R(getpriority(PRIO_PROCESS, 0));
    V(syscall(SYS_getpriority, PRIO_PROCESS, 0));
    R(setpriority(PRIO_PROCESS, 0, 100));
    V(syscall(SYS_getpriority, PRIO_PROCESS, 0));
    R(setpriority(PRIO_PROCESS, 0, -100));
    V(syscall(SYS_getpriority, PRIO_PROCESS, 0));
    R(setpriority(PRIO_PGRP, 0, 3));
    CHILD(V(syscall(SYS_getpriority, PRIO_PGRP, 0)));
    R(getpriority(PRIO_PROCESS, 99999));
    R(setpriority(PRIO_PROCESS, 99999, 0));
    R(getpriority(99, 0));
    R(getpriority(-1, 0));
    V(syscall(SYS_getpriority, PRIO_PROCESS, getppid()));
    CHILD(R(setuid(1000)); R(setpriority(PRIO_PROCESS, 0, 8)); R(setpriority(PRIO_PROCESS, 0, 7));
          R(setpriority(PRIO_PROCESS, getppid(), 10)); R(getpriority(PRIO_USER, 1000)));
    return verdict();
}
