// SPDX-License-Identifier: GPL-2.0-or-later
/* Process groups of parent and child. */
#include "contract.h"

int main(void)
{
    pid_t me = getpid();

    V(getpgrp() == me);
    V(getpgid(0) == getpgrp());
    V(getpgid(me) == getpgrp());
    R(getpgid(99999));
    R(getpgid(-1));
    CHILD(V(getpgrp() == me); R(setpgid(0, 0)); V(getpgrp() == getpid()); V(getpgid(me) == me));
    V(getsid(0) == me);
    R(getsid(99999));
    CHILD(V(getsid(0) == me));
    return verdict();
}
