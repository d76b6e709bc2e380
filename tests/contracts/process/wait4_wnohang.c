// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for nothing, for the wrong one, without blocking, and by group. */
#include "contract.h"

int main(void)
{
    int status = 77;
    pid_t p;

    R(wait4(-1, &status, 0, NULL));
    R(wait4(-1, &status, WNOHANG, NULL));
    R(wait4(1, &status, WNOHANG, NULL));
    R(wait4(99999, &status, 0, NULL));
    R(wait4(-1, &status, 0x40000, NULL));
    R(wait4(INT_MIN, &status, 0, NULL));
    p = fork();
    if (p == 0) {
        sleep_ms(20);
        _exit(6);
    }
    R(wait4(p, &status, WNOHANG, NULL));
    V(status);
    R(wait4(p + 1000, &status, WNOHANG, NULL));
    R(wait4(-getpgrp(), &status, 0, NULL) == p);
    show_status("child", status);
    struct rusage ru;
    memset(&ru, 0xff, sizeof(ru));
    p = fork();
    if (p == 0)
        _exit(7);
    R(wait4(0, NULL, 0, &ru) == p);
    V(ru.ru_utime.tv_sec >= 0 && ru.ru_utime.tv_sec < 100);
    p = fork();
    if (p == 0)
        _exit(8);
    R(syscall(SYS_wait4, p, (void *)8, 0, NULL));
    R(wait4(p, &status, 0, NULL));
    return verdict();
}
