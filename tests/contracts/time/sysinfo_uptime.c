// SPDX-License-Identifier: GPL-2.0-or-later
/* sysinfo and /proc/uptime agree. */
#include "contract.h"

#include <sys/sysinfo.h>

int main(void)
{
    struct sysinfo s, t;
    double up = 0;

    memset(&s, 0xff, sizeof(s));
    R(sysinfo(&s));
    CHECK(sscanf(text_of("/proc/uptime"), "%lf", &up) == 1);
    V(up - (double)s.uptime < 3 && (double)s.uptime - up < 3);
    V(s.totalram > 0 && s.freeram <= s.totalram);
    V(s.procs > 0);
    V(s.mem_unit);
    V(s.totalhigh);
    sleep_ms(1100);
    R(sysinfo(&t));
    V(t.uptime - s.uptime >= 1);
    R(syscall(SYS_sysinfo, (void *)8));
    return verdict();
}
