// SPDX-License-Identifier: GPL-2.0-or-later
/* waitid: what it fills in, WNOWAIT, stopped and continued children. */
#include "contract.h"

int main(void)
{
    siginfo_t info;
    pid_t p = fork();

    if (p == 0) {
        raise(SIGSTOP);
        sleep_ms(100);
        _exit(5);
    }
    R(waitid(P_PID, (id_t)p, &info, WSTOPPED | WNOWAIT));
    SAY("signo %d code %d status %d", info.si_signo, info.si_code, info.si_status);
    R(waitid(P_PID, (id_t)p, &info, WSTOPPED));
    memset(&info, 0xff, sizeof(info));
    R(waitid(P_ALL, 0, &info, WSTOPPED | WEXITED | WNOHANG));
    SAY("signo %d pid %d", info.si_signo, info.si_pid);
    kill(p, SIGCONT);
    R(waitid(P_PGID, 0, &info, WCONTINUED));
    SAY("code %d status %d", info.si_code, info.si_status);
    R(waitid(P_PID, (id_t)p, &info, WEXITED | WNOWAIT));
    SAY("code %d status %d uid %d", info.si_code, info.si_status, info.si_uid);
    R(waitid(P_ALL, 0, NULL, WEXITED));
    R(waitid(P_ALL, 0, &info, WEXITED));
    R(waitid(P_ALL, 0, &info, 0));
    R(waitid(99, 0, &info, WEXITED));
    R(waitid(P_PID, 0, &info, WEXITED));
    R(waitid(P_ALL, 0, &info, WEXITED | 0x100));
    CHILD(raise(SIGKILL));
    p = fork();
    if (p == 0)
        abort();
    R(waitid(P_PID, (id_t)p, &info, WEXITED));
    SAY("status %d", info.si_status);
    return verdict();
}
