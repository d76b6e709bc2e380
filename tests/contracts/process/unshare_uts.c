// SPDX-License-Identifier: GPL-2.0-or-later
/* Namespaces that can be left, and flags that cannot. */
#include "contract.h"

#include <sys/utsname.h>

int main(void)
{
    struct utsname u;

    R(sethostname("outer", 5));
    CHILD(R(unshare(CLONE_NEWUTS)); R(sethostname("inner", 5)); uname(&u); S(u.nodename));
    uname(&u);
    S(u.nodename);
    R(unshare(0));
    R(unshare(CLONE_FILES));
    R(unshare(CLONE_FS));
    R(unshare(CLONE_THREAD));
    R(unshare(CLONE_VM));
    R(unshare(0x1));
    CHILD(R(setuid(1000)); R(unshare(CLONE_NEWUTS)));
    return verdict();
}
