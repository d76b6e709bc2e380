// SPDX-License-Identifier: GPL-2.0-or-later
/* Clock ticks of a process and its children. */
#include "contract.h"

#include <sys/times.h>

int main(void)
{
    struct tms a, b;
    clock_t start = times(&a);

    V(start != (clock_t)-1);
    V(a.tms_cutime + a.tms_cstime);
    CHILD(for (volatile long i = 0; i < 30000000; i = i + 1));
    V(times(&b) > start);
    V(b.tms_cutime + b.tms_cstime > 0);
    V(b.tms_utime + b.tms_stime < 100);
    R(syscall(SYS_times, (void *)8));
    V(syscall(SYS_times, NULL) > 0);
    return verdict();
}
