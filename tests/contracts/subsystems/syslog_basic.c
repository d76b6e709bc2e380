// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's log: sizes, permissions, errors. */
#include "contract.h"

int main(void)
{
    char b[64];

    V(syscall(SYS_syslog, 10, NULL, 0) > 0);
    R(syscall(SYS_syslog, 3, NULL, 10));
    R(syscall(SYS_syslog, 3, b, -1));
    R(syscall(SYS_syslog, 3, b, 0));
    R(syscall(SYS_syslog, 99, b, 10));
    R(syscall(SYS_syslog, 8, b, 0));
    R(syscall(SYS_syslog, 8, b, 9));
    V(syscall(SYS_syslog, 9, NULL, 0) >= 0);
    CHILD(setuid(5); R(syscall(SYS_syslog, 5, NULL, 0)); R(syscall(SYS_syslog, 9, NULL, 0)));
    return verdict();
}
