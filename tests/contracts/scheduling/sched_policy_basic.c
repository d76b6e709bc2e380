// SPDX-License-Identifier: GPL-2.0-or-later
/* Policies and their parameters, and errors. */
#include "contract.h"

int main(void)
{
    struct sched_param sp = {0};
    struct timespec ts;

    R(syscall(SYS_sched_getscheduler, 0));
    R(syscall(SYS_sched_getparam, 0, &sp));
    V(sp.sched_priority);
    R(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &sp));
    R(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &sp));
    sp.sched_priority = 5;
    R(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &sp));
    R(syscall(SYS_sched_setscheduler, 0, 99, &sp));
    R(syscall(SYS_sched_setscheduler, -1, SCHED_OTHER, &sp));
    R(syscall(SYS_sched_setscheduler, 99999, SCHED_OTHER, &sp));
    R(syscall(SYS_sched_setscheduler, 0, SCHED_RR, NULL));
    R(syscall(SYS_sched_getscheduler, 99999));
    R(syscall(SYS_sched_getscheduler, -1));
    R(syscall(SYS_sched_getparam, 0, NULL));
    for (int policy = 0; policy < 7; policy++) {
        R(sched_get_priority_max(policy));
        R(sched_get_priority_min(policy));
    }
    R(syscall(SYS_sched_rr_get_interval, 0, &ts));
    R(syscall(SYS_sched_rr_get_interval, 99999, &ts));
    sp.sched_priority = 0;
    R(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &sp));
    R(syscall(SYS_sched_getscheduler, 0));
    CHILD(R(syscall(SYS_sched_getscheduler, 0)));
    R(syscall(SYS_sched_setscheduler, 0, SCHED_IDLE, &sp));
    R(syscall(SYS_sched_getscheduler, 0));
    return verdict();
}
