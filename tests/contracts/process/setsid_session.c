// SPDX-License-Identifier: GPL-2.0-or-later
/* A new session has no terminal, and a group leader cannot make one. */
#include "contract.h"

int main(void)
{
    int fd;

    R(setsid());
    CHILD({
        R(setsid() == getpid());
        R(setsid());
        V(getsid(0) == getpid());
        V(getpgrp() == getpid());
        R(open("/dev/tty", O_RDWR));
        R(tcgetpgrp(0));
    });
    fd = open("/dev/tty", O_RDWR);
    V(fd >= 0);
    V(tcgetpgrp(fd) == getpgrp());
    V(isatty(fd));
    return verdict();
}
