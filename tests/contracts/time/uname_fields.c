// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of the system. */
#include "contract.h"

#include <sys/utsname.h>

#if defined(__aarch64__)
#define MACHINE "aarch64"
#else
#define MACHINE "x86_64"
#endif

int main(void)
{
    struct utsname u;
    int major = 0, minor = 0;

    memset(&u, 0xff, sizeof(u));
    R(uname(&u));
    S(u.sysname);
    V(sscanf(u.release, "%d.%d", &major, &minor));
    V(major >= 5);
    V(u.version[0] == '#');
    V(strcmp(u.machine, MACHINE) == 0);
    S(u.domainname);
    R(syscall(SYS_uname, (void *)8));
    return verdict();
}
