// SPDX-License-Identifier: GPL-2.0-or-later
/* waitid with rusage, process groups, and what is left untouched. */
#include "contract.h"

int main(void)
{
    siginfo_t info;
    struct rusage ru;

    memset(&info, 0xff, sizeof(info));
    R(waitid(P_ALL, 0, &info, WEXITED | WNOHANG));
    V(info.si_signo);
    pid_t p = fork();
    if (p == 0) {
        setpgid(0, 0);
        sleep_ms(10);
        _exit(77);
    }
    setpgid(p, p);
    R(waitid(P_PGID, (id_t)getpgrp(), &info, WEXITED));
    R(syscall(SYS_waitid, P_PGID, p, &info, WEXITED, &ru));
    SAY("%d %d %d", info.si_signo, info.si_code, info.si_status);
    V(info.si_pid == p);
    R(syscall(SYS_waitid, P_ALL, 0, (void *)8, WEXITED | WNOHANG, NULL));
    p = fork();
    if (p == 0)
        _exit(1);
    R(syscall(SYS_waitid, P_PID, p, (void *)8, WEXITED, NULL));
    R(waitid(P_PID, (id_t)p, &info, WEXITED));
    return verdict();
}
