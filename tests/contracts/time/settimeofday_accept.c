// SPDX-License-Identifier: GPL-2.0-or-later
/* Setting the time: who may, and which values. */
#include "contract.h"

int main(void)
{
    struct timeval tv;

    gettimeofday(&tv, NULL);
    CHILD(setuid(3); R(syscall(SYS_settimeofday, &tv, NULL)));
    tv.tv_usec = 1000000;
    R(syscall(SYS_settimeofday, &tv, NULL));
    tv.tv_usec = -1;
    R(syscall(SYS_settimeofday, &tv, NULL));
    R(syscall(SYS_settimeofday, (void *)8, NULL));
    R(syscall(SYS_settimeofday, NULL, NULL));
    return verdict();
}
