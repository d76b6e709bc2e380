// SPDX-License-Identifier: GPL-2.0-or-later
/* The time zone argument, NULL pointers and bad ones. */
#include "contract.h"

int main(void)
{
    struct timeval tv = {0, 0};
    struct timezone tz = {77, 77};

    R(syscall(SYS_gettimeofday, &tv, &tz));
    V(tv.tv_sec > 1600000000);
    V(tv.tv_usec >= 0 && tv.tv_usec < 1000000);
    SAY("%d %d", tz.tz_minuteswest, tz.tz_dsttime);
    R(syscall(SYS_gettimeofday, NULL, &tz));
    R(syscall(SYS_gettimeofday, &tv, NULL));
    R(syscall(SYS_gettimeofday, NULL, NULL));
    R(syscall(SYS_gettimeofday, (void *)8, NULL));
    R(syscall(SYS_gettimeofday, &tv, (void *)8));
    return verdict();
}
